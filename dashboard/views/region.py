"""The page of a région, and the files behind its table and its charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import region_of_request, roles_of
from dashboard.charts.chart import Table
from dashboard.charts.map import rate_map
from dashboard.charts.small_multiples import small_multiples
from dashboard.charts.wording import SOURCE, coverage_notes
from dashboard.contours import ATTRIBUTION
from dashboard.exports.csv_file import Imprint
from dashboard.exports.plotly import figure
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.kept import keep
from dashboard.models import Subject, TypedFigure
from dashboard.pieces.piece import MAP, MULTIPLES, SINCE, codes_of_region
from dashboard.presentation import Brick, Picture, Stone, headings, text_months
from dashboard.received import read_cells, received_span, strip
from dashboard.region_report import (
    RegionReport,
    narrowed,
    read,
    region_blocks,
    region_charts,
    region_report,
    usual,
)
from dashboard.region_report import region_table as synthesis_table
from dashboard.report import load_groups
from dashboard.since import since, since_table
from dashboard.texts import shown_texts
from dashboard.tiles import Link
from dashboard.views.downloads import asked_or_404, attachment, link
from dashboard.views.pages import nothing, state
from indicators.commentary import write_region
from indicators.evidence import RegionEvidence
from indicators.selection import region_territory
from indicators.series import Measures
from reference.models import Region

#: The name of the text of a whole région.
TEXT = str(Subject.REGION)
ANALYSTS = frozenset({Role.ANALYST, Role.ADMINISTRATOR})


@require_safe
def region(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A région: key figures, what is said of them, its départements side by side."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _region(request, place, version))


@require_safe
def region_table(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The table of a région's départements, as a file."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _table(request, place, version))


@require_safe
def region_chart(request: HttpRequest, slug: str, chart: str) -> HttpResponseBase:
    """One chart of a région, as a file."""
    place = region_of_request(request, slug)
    return answer(request, lambda version: _chart(request, place, chart, version))


def _region(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    role = roles_of(request)[place]
    kept = keep(request, version, role, lambda: _body(request, place, role, version))
    # Its départements are not named around the kept part.
    context: dict[str, Any] = {"territory": region_territory(place, ()), "place": place}
    if kept is None:
        return nothing(request, place, version, context)
    context |= {"kept": kept, "data_version": version}
    return render(request, "dashboard/region.html", context)


def _body(
    request: HttpRequest, place: Region, role: Role, version: int
) -> tuple[str, dict[str, Any]] | None:
    """What is said of a région, None when no month was ever received."""
    territory = region_territory(place)
    cells = read_cells(territory.departement_codes)
    received = received_span(cells)
    if received is None:
        return None
    asked = ask(request.GET.dict(), territory, received)
    report = region_report(
        asked, version, load_groups(), missing_programme=_missing_programme(role)
    )
    today = usual(asked, version)
    texts = shown_texts(place, {TEXT: write_region(today)}, request.user, received[1], role=role)
    return "dashboard/region/_body.html", state(asked, version) | {
        "territory": territory,
        "place": place,
        "report": report,
        "pieces": codes_of_region(),
        "text": texts[TEXT],
        "text_months": text_months(asked),
        "since": since(place, today),
        "strip": strip(territory, territory, received[1], cells),
        "headings": headings(asked, report.synthesis),
        "pictures": _pictures(asked, place, report),
        "bricks": _bricks(asked, place, report),
        "typed_figures": TypedFigure.objects.filter(region=place),
        "writes": role in ANALYSTS,
        "source": SOURCE,
        "notes": coverage_notes(report.measures),
        "attribution": ATTRIBUTION,
    }


def _missing_programme(role: Role | None) -> Link | None:
    """Where the members of a programme are brought, for who may."""
    if role != Role.ADMINISTRATOR:
        return None
    return Link("Importer les membres d’un programme", reverse("ingestion:upload"))


def _pictures(asked: Asked, place: Region, report: RegionReport) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            chart=chart,
            figure=figure(chart),
            switch=(),
            download=_download(asked, place, chart.code),
        )
        for chart in report.charts
    )


def _bricks(asked: Asked, place: Region, report: RegionReport) -> tuple[Brick, ...]:
    return tuple(
        Brick(
            block,
            tuple(
                Stone(exhibit, _download(asked, place, exhibit.code)) for exhibit in block.exhibits
            ),
        )
        for block in report.blocks
    )


def _download(asked: Asked, place: Region, code: str) -> str:
    return reverse("dashboard:region_chart", args=[place.slug, code]) + asked.permalink()


def _table(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    asked = _asked(request, place)
    known = read(asked, version)
    table = synthesis_table(asked, known).table
    imprint = _imprint(request, place, asked, known.region.measures, version)
    return attachment("departements", table.caption, table, imprint)


def _chart(request: HttpRequest, place: Region, code: str, version: int) -> HttpResponse:
    asked = _asked(request, place)
    known = read(asked, version)
    measures = narrowed(known.region.measures, asked.selection.first)
    imprint = _imprint(request, place, asked, measures, version)
    if code == SINCE and (found := since(place, usual(asked, version))):
        table = since_table(found)
        return attachment(code, table.caption, table, imprint)
    for name, title, table, notes in _tables(known, measures):
        if name == code:
            return attachment(code, title, table, replace(imprint, notes=notes or imprint.notes))
    raise Http404("Aucun graphique à cette adresse.")


def _tables(
    known: RegionEvidence, measures: Measures
) -> Iterator[tuple[str, str, Table, tuple[str, ...]]]:
    """What the page draws: name of the file, title, numbers, notes (none: the usual ones)."""
    groups = load_groups()
    for chart in region_charts(known, measures, groups):
        yield chart.code, chart.message, chart.table, chart.remarks
    departements = {
        code: narrowed(one.measures, measures.selection.first)
        for code, one in known.departements.items()
    }
    drawn = rate_map(measures, departements)
    yield MAP, f"{drawn.table.caption}\u202f: {drawn.message}", drawn.table, ()
    side_by_side = small_multiples(measures, departements, known.departements).table
    yield MULTIPLES, side_by_side.caption, side_by_side, ()
    for block in region_blocks(known, groups):
        for exhibit in block.exhibits:
            title = f"{block.heading}\u202f: {exhibit.table.caption}"
            yield exhibit.code, title, exhibit.table, ()


def _asked(request: HttpRequest, place: Region) -> Asked:
    territory = region_territory(place)
    return asked_or_404(request, territory, territory)


def _imprint(
    request: HttpRequest, place: Region, asked: Asked, measures: Measures, version: int
) -> Imprint:
    return Imprint(
        selection=asked.selection,
        data_version=version,
        source=SOURCE,
        cut_off=measures.cut_off,
        link=link(request, asked, reverse("dashboard:region", args=[place.slug])),
        notes=coverage_notes(measures),
    )
