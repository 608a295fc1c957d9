"""The pages of programmes: those of a région, one of them at length, and a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role, User
from accounts.scope import region_of_request, require_role, roles_of
from dashboard.charts.chart import Table
from dashboard.charts.contributors import is_small
from dashboard.charts.programme import CODE as MONTHLY
from dashboard.charts.wording import SOURCE
from dashboard.exports.csv_file import Imprint
from dashboard.exports.plotly import figure
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.kept import once
from dashboard.presentation import Brick, Picture, Stone
from dashboard.programme_form import ProgrammeForm, create
from dashboard.programmes import (
    SILENT,
    TARGETS,
    ProgrammeReport,
    programme_report,
    reach_cell,
    reach_words,
    targets_table,
)
from dashboard.received import Cells, read_cells, received_span
from dashboard.views.downloads import attachment, link
from dashboard.views.pages import nothing, state
from indicators.programme_comparison import compare
from indicators.programme_parc import Coverage
from indicators.programmes import programme_gap
from indicators.selection import Selection, region_territory
from reference.french import NOT_AVAILABLE
from reference.listings import Lines, file_asked
from reference.models import Departement, Event, Programme, Region

PER_PAGE = 50
READERS = frozenset({Role.READER})
WORKING = "Document de travail\u202f: il nomme des ESMS et ne se diffuse pas hors de l’équipe."


@require_safe
def programmes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every programme, with what it brings to the région."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _list(request, place, version))


@require_safe
def programme(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """One programme: its members against the others."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _programme(request, place, code, version))


@require_safe
def programme_file(request: HttpRequest, slug: str, code: str, name: str) -> HttpResponseBase:
    """One chart or table of a programme, as a file."""
    place = region_of_request(request, slug)
    if name == SILENT:
        require_role(request.user, place, Role.REFERENT)
    return answer(request, lambda version: _file(request, place, code, name, version))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def programme_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Create a programme, whose members are then brought as a file."""
    place = region_of_request(request, slug)
    require_role(request.user, place, Role.ADMINISTRATOR)
    form = ProgrammeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = create(form, place, actor=cast("User", request.user))
        if made:
            messages.success(
                request,
                f"Le programme «\u202f{made.name}\u202f» est créé. Apportez maintenant la liste "
                "de ses membres.",
            )
            return redirect("ingestion:upload")
    context = {"place": place, "form": form}
    status = 400 if form.errors else 200
    return render(request, "dashboard/programmes/add.html", context, status=status)


@dataclass(frozen=True)
class Reading:
    """What the page and the files of a programme have in common."""

    programme: Programme
    asked: Asked
    cells: Cells
    report: ProgrammeReport


def _read(
    request: HttpRequest, place: Region, programme: Programme, version: int
) -> Reading | None:
    """Read one programme as it is asked; None when no month was ever received.

    What is compared is kept by selection, whatever else the address says: every page of the list
    and every file of a selection share it.
    """
    departements = list(Departement.objects.filter(region=place).order_by("code"))
    territory = region_territory(place, departements)
    cells = read_cells(territory.departement_codes)
    received = received_span(cells)
    if received is None:
        return None

    def report_of(selection: Selection) -> ProgrammeReport | None:
        names = {each.code: each.name for each in departements}
        return once(
            version,
            lambda: _report(programme, selection, names, cells),
            "programme",
            programme.pk,
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
    return Reading(programme, asked, cells, report)


def _report(
    programme: Programme, selection: Selection, names: Mapping[str, str], cells: Cells
) -> ProgrammeReport | None:
    """Compare the members of a programme with the others; None when no month was received then.

    `names`: of the départements of the région, by code.
    """
    covered = Coverage(frozenset((month, code) for code, month in cells))
    comparison = compare(selection, programme, covered)
    if comparison is None:
        return None
    regional = Event.objects.filter(region=selection.territory.region_code, departement=None)
    return programme_report(comparison, selection, names, cells, list(regional))


def _found(code: str) -> Programme:
    found = Programme.objects.filter(code=code).first()
    if found is None:
        raise Http404("Aucun programme à cette adresse.")
    return found


def _list(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    territory = region_territory(place)
    received = received_span(read_cells(territory.departement_codes))
    gaps = {}
    if received is not None:
        selection = ask({}, territory, received).selection
        found = once(version, lambda: programme_gap(selection), "programmes", selection)
        gaps = {gap.code: gap for gap in found}
    rows = [
        {
            "programme": each,
            "gap": gaps.get(each.code),
            "members": reach_words(gaps[each.code].of_members) if each.code in gaps else "",
            "others": reach_words(gaps[each.code].of_others) if each.code in gaps else "",
        }
        for each in Programme.objects.order_by("name")
    ]
    file = file_asked(request, f"R{place.code}_v{version}", {"programmes": lambda: _lines(rows)})
    if file is not None:
        return file
    context = {
        "place": place,
        "territory": territory,
        "rows": rows,
        "data_version": version,
        "administers": roles_of(request).get(place) == Role.ADMINISTRATOR,
    }
    return render(request, "dashboard/programmes/list.html", context)


def _lines(rows: Iterable[Mapping[str, Any]]) -> Lines:
    """The list of programmes as a file; rates in percent, counts on a small base."""
    yield (
        "Programme", "Code", "Membres dans le périmètre", "Part du périmètre (%)",
        "Membres ayant alimenté sur 12 mois (%)", "Autres ayant alimenté (%)",
        "Membres sans dépôt",
    )  # fmt: skip
    for row in rows:
        known, gap = row["programme"], row["gap"]
        if gap is None:
            yield known.name, known.code, 0
            continue
        said = is_small(gap.parc) or gap.coverage is None
        yield (
            known.name,
            known.code,
            gap.members,
            f"{gap.members} sur {gap.parc}" if said else round(gap.coverage * 100, 2),
            reach_cell(gap.of_members),
            reach_cell(gap.of_others),
            NOT_AVAILABLE if gap.silent_members is None else gap.silent_members,
        )


def _programme(request: HttpRequest, place: Region, code: str, version: int) -> HttpResponse:
    found = _found(code)
    read = _read(request, place, found, version)
    role = roles_of(request).get(place)
    context: dict[str, Any] = {"place": place, "programme": found}
    if read is None:
        return nothing(request, place, version, context | {"territory": region_territory(place)})
    names_facilities = role not in READERS
    silent = read.report.silent
    context |= state(read.asked, version) | {
        "territory": read.asked.selection.territory,
        "report": read.report,
        "picture": Picture(
            read.report.chart,
            figure(read.report.chart),
            (),
            _address(read.asked, place, found, MONTHLY),
        ),
        "bricks": [
            Brick(
                block,
                tuple(
                    Stone(exhibit, _address(read.asked, place, found, exhibit.code))
                    for exhibit in block.exhibits
                ),
            )
            for block in read.report.blocks
        ],
        "targets_file": _address(read.asked, place, found, TARGETS),
        "administers": role == Role.ADMINISTRATOR,
        "names_facilities": names_facilities,
    }
    if names_facilities:
        page = Paginator(silent.lines, PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "silent_file": _address(read.asked, place, found, SILENT),
        }
    return render(request, "dashboard/programmes/programme.html", context)


def _file(request: HttpRequest, place: Region, code: str, name: str, version: int) -> HttpResponse:
    found = _found(code)
    read = _read(request, place, found, version)
    if read is None:
        raise Http404("Aucun mois reçu pour cette région.")
    tables = _tables(read.report)
    if name not in tables:
        raise Http404("Aucun tableau à cette adresse.")
    title, table, notes = tables[name]
    page = reverse("dashboard:programme", args=[place.slug, code])
    imprint = Imprint(
        selection=read.asked.selection,
        data_version=version,
        source=f"{SOURCE}, liste des membres du programme",
        cut_off=_cut_off(read),
        link=link(request, read.asked, page),
        notes=notes,
    )
    return attachment(f"{code}_{name}", f"{found.name}\u202f: {title}", table, imprint)


def _tables(report: ProgrammeReport) -> dict[str, tuple[str, Table, tuple[str, ...]]]:
    """Title, table and notes of each file of the page, by the name in its address."""
    chart = report.chart
    tables: dict[str, tuple[str, Table, tuple[str, ...]]] = {
        MONTHLY: (chart.message, chart.table, chart.remarks),
        SILENT: (report.silent.caption, report.silent, (WORKING,)),
    }
    if report.targets:
        table = targets_table(report)
        tables[TARGETS] = (table.caption, table, ())
    for block in report.blocks:
        for exhibit in block.exhibits:
            tables[exhibit.code] = (exhibit.table.caption, exhibit.table, (block.reading,))
    return tables


def _cut_off(read: Reading) -> dt.date | None:
    """When the newest file of the period was received."""
    selection = read.asked.selection
    days = [
        cell.received_on
        for (_, month), cell in read.cells.items()
        if selection.first <= month <= selection.last
    ]
    return max(days, default=None)


def _address(asked: Asked, place: Region, programme: Programme, name: str) -> str:
    """The address of a file, with the selection of the page."""
    file = reverse("dashboard:programme_file", args=[place.slug, programme.code, name])
    return file + asked.permalink()
