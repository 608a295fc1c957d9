"""The files behind the pages: each chart and table as CSV."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.scope import departement_or_404, region_or_404
from dashboard.charts.chart import Table
from dashboard.charts.wording import SOURCE, coverage_notes
from dashboard.exports.csv_file import Imprint, file_name, write
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.report import departement_report, region_report
from indicators.measures import covered_span
from indicators.selection import Territory, departement_territory, region_territory
from reference.models import Departement, Region


@require_safe
def departement_chart(request: HttpRequest, code: str, chart: str) -> HttpResponseBase:
    """One chart of a département."""
    place = departement_or_404(request.user, code)
    return answer(request, lambda version: _chart(request, place, chart, version))


@require_safe
def region_table(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The table of a région's départements."""
    place = region_or_404(request.user, slug)
    return answer(request, lambda version: _table(request, place, version))


def _chart(request: HttpRequest, place: Departement, code: str, version: int) -> HttpResponse:
    around = region_territory(place.region)
    asked = _asked(request, departement_territory(place), around)
    report = departement_report(asked, around)
    chart = next((chart for chart in report.charts if chart.code == code), None)
    if chart is None:
        raise Http404("Aucun graphique à cette adresse.")
    imprint = Imprint(
        selection=asked.selection,
        data_version=version,
        source=chart.source,
        cut_off=chart.cut_off,
        link=_link(request, asked, reverse("dashboard:departement", args=[place.code])),
        notes=chart.notes,
    )
    return _attachment(chart.code, chart.message, chart.table, imprint)


def _table(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    territory = region_territory(place)
    asked = _asked(request, territory, territory)
    report = region_report(asked)
    imprint = Imprint(
        selection=asked.selection,
        data_version=version,
        source=SOURCE,
        cut_off=report.measures.cut_off,
        link=_link(request, asked, reverse("dashboard:region", args=[place.slug])),
        notes=coverage_notes(report.measures),
    )
    table = report.synthesis.table
    return _attachment("departements", table.caption, table, imprint)


def _asked(request: HttpRequest, territory: Territory, around: Territory) -> Asked:
    received = covered_span(around)
    if received is None:
        raise Http404("Aucun mois reçu pour cette région.")
    return ask(request.GET.dict(), territory, received)


def _link(request: HttpRequest, asked: Asked, path: str) -> str:
    return request.build_absolute_uri(path + asked.permalink())


def _attachment(code: str, title: str, table: Table, imprint: Imprint) -> HttpResponse:
    response = HttpResponse(write(title, table, imprint), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(code, imprint)}"'
    return response
