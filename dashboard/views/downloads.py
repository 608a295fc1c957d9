"""The files behind the pages: each chart and table as CSV."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.scope import departement_or_404, roles_of
from dashboard.charts.chart import Table
from dashboard.charts.wording import SOURCE
from dashboard.exports.csv_file import Imprint, file_name, write
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.report import departement_report
from dashboard.texts import CALLERS
from indicators.measures import covered_span
from indicators.selection import Territory, departement_territory, region_territory
from reference.listings import attached
from reference.models import Departement


@require_safe
def departement_chart(request: HttpRequest, code: str, chart: str) -> HttpResponseBase:
    """One chart of a département."""
    place = departement_or_404(request.user, code)
    return answer(request, lambda version: _chart(request, place, chart, version))


def _chart(request: HttpRequest, place: Departement, code: str, version: int) -> HttpResponse:
    around = region_territory(place.region)
    asked = asked_or_404(request, departement_territory(place), around)
    names = roles_of(request)[place.region] in CALLERS
    report = departement_report(asked, around, version, names=names)
    imprint = Imprint(
        selection=asked.selection,
        data_version=version,
        source=SOURCE,
        cut_off=report.charts[0].cut_off,
        link=link(request, asked, reverse("dashboard:departement", args=[place.code])),
    )
    for chart in report.charts:
        if chart.code == code:
            notes = chart.remarks
            return attachment(code, chart.message, chart.table, replace(imprint, notes=notes))
    for block, exhibit in report.exhibits:
        if exhibit.code == code:
            notes = (block.reading, *block.remarks)
            return attachment(code, block.message, exhibit.table, replace(imprint, notes=notes))
    raise Http404("Aucun graphique à cette adresse.")


def asked_or_404(request: HttpRequest, territory: Territory, around: Territory) -> Asked:
    """What a file is asked to hold.

    Raises:
        Http404: when the région, `around`, never received anything.
    """
    received = covered_span(around)
    if received is None:
        raise Http404("Aucun mois reçu pour cette région.")
    return ask(request.GET.dict(), territory, received)


def link(request: HttpRequest, asked: Asked, path: str) -> str:
    """The whole address of a page with its selection, to write in a file."""
    return request.build_absolute_uri(path + asked.permalink())


def attachment(code: str, title: str, table: Table, imprint: Imprint) -> HttpResponse:
    """A table as a CSV file to keep."""
    return attached(file_name(code, imprint), write(title, table, imprint))
