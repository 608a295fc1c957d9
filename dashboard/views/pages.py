"""The pages: the user's régions, one région, one département."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import departement_or_404, has_role, region_or_404, visible_regions
from dashboard.charts.wording import SOURCE, coverage_notes
from dashboard.forms import Asked, ask
from dashboard.freshness import answer
from dashboard.presentation import headings, pictures
from dashboard.received import strip
from dashboard.report import departement_report, region_report
from indicators.measures import covered_span
from indicators.selection import departement_territory, region_territory
from reference.models import Departement, Region


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the user's région; to choose one of several; or what to do without any."""
    regions = list(visible_regions(request.user))
    if len(regions) == 1:
        return redirect("dashboard:region", slug=regions[0].slug)
    return render(request, "dashboard/home.html", {"regions": regions})


@require_safe
def region(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A région: key figures, and its départements side by side."""
    place = region_or_404(request.user, slug)
    return answer(request, lambda version: _region(request, place, version))


@require_safe
def departement(request: HttpRequest, code: str) -> HttpResponseBase:
    """A département: key figures, and the committee's charts."""
    place = departement_or_404(request.user, code)
    return answer(request, lambda version: _departement(request, place, version))


def _region(request: HttpRequest, place: Region, version: int) -> HttpResponse:
    territory = region_territory(place)
    received = covered_span(territory)
    context: dict[str, Any] = {"territory": territory, "place": place}
    if received is None:
        return _nothing(request, place, version, context)
    asked = ask(request.GET.dict(), territory, received)
    report = region_report(asked)
    context |= _state(asked, version) | {
        "report": report,
        "strip": strip(territory, territory, received[1]),
        "headings": headings(asked, report.synthesis),
        "source": SOURCE,
        "notes": coverage_notes(report.measures),
    }
    return render(request, "dashboard/region.html", context)


def _departement(request: HttpRequest, place: Departement, version: int) -> HttpResponse:
    territory, around = departement_territory(place), region_territory(place.region)
    received = covered_span(around)
    context: dict[str, Any] = {"territory": territory, "place": place.region}
    if received is None:
        return _nothing(request, place.region, version, context)
    asked = ask(request.GET.dict(), territory, received)
    report = departement_report(asked, around)
    context |= _state(asked, version) | {
        "report": report,
        "around": around,
        "strip": strip(territory, around, received[1]),
        "pictures": pictures(asked, report.charts),
    }
    return render(request, "dashboard/departement.html", context)


def _state(asked: Asked, version: int) -> dict[str, Any]:
    return {"asked": asked, "data_version": version, "periods": _periods(asked)}


def _periods(asked: Asked) -> list[tuple[str, str, bool]]:
    """The ready-made periods: label, query string, whether it is the one shown."""
    return [
        (f"{months} derniers mois", asked.latest(months), asked.is_latest(months))
        for months in (12, 24)
    ]


def _nothing(
    request: HttpRequest, place: Region, version: int, context: dict[str, Any]
) -> HttpResponse:
    """The page of a territory for which no month was ever received."""
    brings = has_role(request.user, place, Role.ADMINISTRATOR)
    return render(
        request,
        "dashboard/nothing_received.html",
        context | {"data_version": version, "brings_files": brings},
    )
