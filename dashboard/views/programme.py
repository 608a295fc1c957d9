"""The page of one programme, in a région or in one of its départements, and its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import region_of_request, require_role, roles_of, visible_regions
from dashboard.charts.chart import Table
from dashboard.charts.programme import CODE as MONTHLY
from dashboard.charts.wording import SOURCE
from dashboard.exports.csv_file import Imprint
from dashboard.exports.plotly import figure
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.kept import keep, once
from dashboard.pieces.piece import PROGRAMMES
from dashboard.presentation import Brick, Picture, Stone
from dashboard.programme_reading import cut_off, programme_page, read_programme
from dashboard.programmes import SILENT, TARGETS, ProgrammeReport
from dashboard.received import Cells, read_cells, received_span
from dashboard.views.downloads import attachment, link
from dashboard.views.pages import nothing, state
from indicators.selection import Selection, departement_territory, region_territory
from reference.models import Departement, Programme, Region

PER_PAGE = 50
READERS = frozenset({Role.READER})
WORKING = "Document de travail\u202f: il nomme des ESMS et ne se diffuse pas hors de l’équipe."
BODY = "dashboard/programmes/_body.html"


@dataclass(frozen=True)
class Where:
    """Which programme is looked at, in which région or département (None: in all of it).

    `known`: the départements of the région when they were read, by code.
    """

    programme: Programme
    region: Region
    departement: Departement | None = None
    known: tuple[Departement, ...] = ()

    @property
    def departements(self) -> tuple[Departement, ...]:
        """The départements of the région, by code. One query unless they are known."""
        rows = Departement.objects.filter(region=self.region).order_by("code")
        return self.known or tuple(rows)

    @property
    def page(self) -> str:
        """The address of the page."""
        return programme_page(self.region, self.territory, self.programme.code)

    @property
    def territory(self) -> str:
        """The code of the territory: "R27" or "D21"."""
        place = self.departement
        return f"R{self.region.code}" if place is None else f"D{place.code}"

    def file(self, name: str) -> str:
        """The address of one of its files."""
        return f"{self.page}{name}.csv"


@require_safe
def programme(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """One programme: its members against the others."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _page(request, Where(_found(code), place), version))


@require_safe
def programme_file(request: HttpRequest, slug: str, code: str, name: str) -> HttpResponseBase:
    """One chart or table of a programme, as a file."""
    place = region_of_request(request, slug)
    return _file(request, place, code, name, lambda found: Where(found, place))


@require_safe
def departement_programme(request: HttpRequest, code: str, programme: str) -> HttpResponseBase:
    """The same in one département."""
    place, known = _departement(request, code)
    return answer(
        request,
        lambda version: _page(
            request, Where(_found(programme), place.region, place, known), version
        ),
    )


@require_safe
def departement_programme_file(
    request: HttpRequest, code: str, programme: str, name: str
) -> HttpResponseBase:
    """One chart or table of a programme in one département, as a file."""
    place, known = _departement(request, code)
    return _file(
        request,
        place.region,
        programme,
        name,
        lambda found: Where(found, place.region, place, known),
    )


def _departement(request: HttpRequest, code: str) -> tuple[Departement, tuple[Departement, ...]]:
    """The département of an address, and all those of its région, in one query.

    Raises:
        Http404: when there is none or the user was not granted its région.
    """
    rows = Departement.objects.filter(
        region__departements=code, region__in=visible_regions(request.user)
    )
    known = tuple(rows.select_related("region").order_by("code"))
    place = next((each for each in known if each.code == code), None)
    if place is None:
        raise Http404("Aucun département à cette adresse.")
    return place, known


@dataclass(frozen=True)
class Reading:
    """What the page and the files of a programme have in common.

    `departements`: those of the région, by code.
    """

    asked: Asked
    cells: Cells
    report: ProgrammeReport
    departements: Mapping[str, Departement]


def _read(request: HttpRequest, where: Where, version: int) -> Reading | None:
    """Read one programme as it is asked; None when no month was ever received.

    What is compared is kept by selection, whatever else the address says: every page of the list
    and every file of a selection share it.
    """
    departements = {each.code: each for each in where.departements}
    around = region_territory(where.region, departements.values())
    territory = around if where.departement is None else departement_territory(where.departement)
    cells = read_cells(around.departement_codes)
    here = {key: cell for key, cell in cells.items() if key[0] in territory.departement_codes}
    received = received_span(here)
    if received is None:
        return None
    names = {each.code: each.name for each in departements.values()}

    def report_of(selection: Selection) -> ProgrammeReport | None:
        return once(
            version,
            lambda: read_programme(where.programme, selection, around, names, cells),
            "programme",
            where.programme.pk,
            selection,
        )

    asked = ask(request.GET.dict(), territory, received)
    report = report_of(asked.selection)
    if report is None:
        # The period asked for holds no received month: the default one does.
        asked = replace(
            ask({}, territory, received),
            problems=(
                "Aucun mois n’est reçu sur cette période\u202f: celle par défaut est montrée.",
            ),
        )
        report = report_of(asked.selection)
    assert report is not None  # noqa: S101  # the default period ends on a received month
    return Reading(asked, here, report, departements)


def _found(code: str) -> Programme:
    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise Http404("Aucun programme à cette adresse.")
    return found


def _page(request: HttpRequest, where: Where, version: int) -> HttpResponse:
    role = roles_of(request).get(where.region)
    kept = keep(request, version, role, lambda: _body(request, where, role, version))
    context: dict[str, Any] = {
        "place": where.region,
        "departement": where.departement,
        "programme": where.programme,
        "piece_query": f"{request.GET.urlencode()}&programme={where.programme.code}",
        "territory": (
            region_territory(where.region, ())  # only its names are written
            if where.departement is None
            else departement_territory(where.departement)
        ),
    }
    if kept is None:
        return nothing(request, where.region, version, context)
    context |= {"kept": kept, "data_version": version}
    return render(request, "dashboard/programmes/programme.html", context)


def _body(
    request: HttpRequest, where: Where, role: Role | None, version: int
) -> tuple[str, dict[str, Any]] | None:
    """What is said of a programme, None when no month was ever received."""
    read = _read(request, where, version)
    if read is None:
        return None
    names_facilities = role not in READERS
    report, asked = read.report, read.asked
    others = {} if where.departement is not None else read.departements
    context: dict[str, Any] = state(asked, version) | {
        "territory": asked.selection.territory,
        "report": report,
        "picture": Picture(report.chart, figure(report.chart), (), _address(asked, where, MONTHLY)),
        "bricks": [
            Brick(
                block,
                tuple(
                    Stone(exhibit, _address(asked, where, exhibit.code))
                    for exhibit in block.exhibits
                ),
            )
            for block in report.blocks
        ],
        "places": [
            (
                each.name,
                programme_page(where.region, f"D{code}", where.programme.code) + asked.permalink(),
            )
            for code, each in others.items()
        ],
        "pieces": PROGRAMMES,
        "targets_file": _address(asked, where, TARGETS),
        "administers": role == Role.ADMINISTRATOR,
        "names_facilities": names_facilities,
    }
    if names_facilities:
        pages = Paginator(report.silent.lines, PER_PAGE)
        context |= {
            "page": pages.get_page(request.GET.get("page")),
            "query": request.GET,
            "silent_file": _address(asked, where, SILENT),
        }
    return BODY, context


def _file(
    request: HttpRequest,
    region: Region,
    code: str,
    name: str,
    where: Callable[[Programme], Where],
) -> HttpResponseBase:
    """`where`: the place in which the programme of that code is looked at."""
    if name == SILENT:
        require_role(request.user, region, Role.REFERENT)
    return answer(request, lambda version: _made(request, where(_found(code)), name, version))


def _made(request: HttpRequest, where: Where, name: str, version: int) -> HttpResponse:
    read = _read(request, where, version)
    if read is None:
        raise Http404("Aucun mois reçu pour ce territoire.")
    tables = _tables(read.report)
    if name not in tables:
        raise Http404("Aucun tableau à cette adresse.")
    title, table, notes = tables[name]
    imprint = Imprint(
        selection=read.asked.selection,
        data_version=version,
        source=f"{SOURCE}, liste des membres du programme",
        cut_off=cut_off(read.asked.selection, read.cells),
        link=link(request, read.asked, where.page),
        notes=notes,
    )
    named = f"{where.programme.name}\u202f: {title}"
    return attachment(f"{where.programme.code}_{name}", named, table, imprint)


def _tables(report: ProgrammeReport) -> dict[str, tuple[str, Table, tuple[str, ...]]]:
    """Title, table and notes of each file of the page, by the name in its address."""
    chart = report.chart
    return {
        MONTHLY: (chart.message, chart.table, chart.remarks),
        SILENT: (report.silent.caption, report.silent, (WORKING,)),
        **{
            code: (table.caption, table, notes) for code, (_, table, notes) in report.tables.items()
        },
    }


def _address(asked: Asked, where: Where, name: str) -> str:
    """The address of a file, with the selection of the page."""
    return where.file(name) + asked.permalink()
