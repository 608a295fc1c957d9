"""The ESMS behind a sentence or a figure, for référents and above: the list and its file."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.scope import departement_or_404, region_of_request, roles_of
from dashboard.charts.wording import SOURCE
from dashboard.exports.csv_file import Imprint
from dashboard.facilities_page import table_of, want
from dashboard.freshness import answer
from dashboard.kept import once
from dashboard.received import read_cells, received_span
from dashboard.texts import CALLERS
from dashboard.views.downloads import attachment
from dashboard.views.pages import nothing
from indicators.facilities import facilities
from indicators.received import by_departement
from indicators.selection import Territory, departement_territory, region_territory
from reference.models import Departement, Region

PER_PAGE = 50
#: Whether the file is asked for, in the query string.
FILE = "csv"


@dataclass(frozen=True)
class Place:
    """Where the facilities are looked for, and the page that leads there."""

    region: Region
    territory: Territory
    above: str  # the address of the territory's page
    page: str  # the address of the list


@require_safe
def departement_facilities(request: HttpRequest, code: str) -> HttpResponseBase:
    """The ESMS of a département behind a sentence."""
    found = departement_or_404(request.user, code)
    _require_caller(request, found.region)
    return answer(request, lambda version: _list(request, _in_departement(found), version))


@require_safe
def region_facilities(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The ESMS of a région behind a sentence."""
    found = region_of_request(request, slug)
    _require_caller(request, found)
    return answer(request, lambda version: _list(request, _in_region(found), version))


def _require_caller(request: HttpRequest, region: Region) -> None:
    """Stop those who see the région but no name of an ESMS.

    Raises:
        PermissionDenied: when their role is too low.
    """
    if roles_of(request)[region] not in CALLERS:
        raise PermissionDenied


def _in_departement(found: Departement) -> Place:
    return Place(
        found.region,
        departement_territory(found),
        reverse("dashboard:departement", args=[found.code]),
        reverse("dashboard:departement_facilities", args=[found.code]),
    )


def _in_region(found: Region) -> Place:
    return Place(
        found,
        region_territory(found),
        reverse("dashboard:region", args=[found.slug]),
        reverse("dashboard:region_facilities", args=[found.slug]),
    )


def _list(request: HttpRequest, place: Place, version: int) -> HttpResponse:
    cells = read_cells(place.territory.departement_codes)
    span = received_span(cells)
    context = {"territory": place.territory, "place": place.region}
    if span is None:
        return nothing(request, place.region, version, context)
    wanted = want(request.GET.dict(), place.territory, span)
    question = wanted.question
    found = once(version, lambda: facilities(question, by_departement(cells)), "esms", question)
    rows = wanted.ordered(found.rows)
    if request.GET.get("format") == FILE:
        imprint = Imprint(
            selection=wanted.question.selection,
            data_version=version,
            source=SOURCE,
            cut_off=max(cell.received_on for cell in cells.values()),
            link=request.build_absolute_uri(place.page + wanted.query()),
            notes=(wanted.reading, *wanted.limits(found), "Document de travail : noms d’ESMS."),
        )
        return attachment("esms", wanted.title, table_of(wanted, rows), imprint)
    context |= {
        "above": place.above,
        "wanted": wanted,
        "limits": wanted.limits(found),
        "count": len(rows),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "download": wanted.query(format=FILE),
        "data_version": version,
    }
    return render(request, "dashboard/facilities.html", context)
