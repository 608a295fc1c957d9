"""The pages: the user's régions, one département."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Role
from accounts.scope import departement_or_404, has_role, roles_of, visible_regions
from dashboard.forms import DEFAULT_MONTHS, SHORT_MONTHS, Asked, ask
from dashboard.freshness import answer
from dashboard.kept import keep
from dashboard.pieces.piece import codes_of_departement
from dashboard.presentation import bricks, pictures, text_months
from dashboard.received import read_cells, received_span, strip
from dashboard.report import departement_report
from dashboard.texts import CALLERS, shown_texts
from indicators.commentary import write_departement
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
def departement(request: HttpRequest, code: str) -> HttpResponseBase:
    """A département: key figures, and the committee's charts."""
    place = departement_or_404(request.user, code)
    return answer(request, lambda version: _departement(request, place, version))


def _departement(request: HttpRequest, place: Departement, version: int) -> HttpResponse:
    role = roles_of(request)[place.region]
    kept = keep(request, version, role, lambda: _body(request, place, role, version))
    context: dict[str, Any] = {"territory": departement_territory(place), "place": place.region}
    if kept is None:
        return nothing(request, place.region, version, context)
    context |= {"kept": kept, "data_version": version}
    return render(request, "dashboard/departement.html", context)


def _body(
    request: HttpRequest, place: Departement, role: Role, version: int
) -> tuple[str, dict[str, Any]] | None:
    """What is said of a département, None when no month was ever received."""
    territory, around = departement_territory(place), region_territory(place.region)
    cells = read_cells(around.departement_codes)
    received = received_span(cells)
    if received is None:
        return None
    asked = ask(request.GET.dict(), territory, received)
    report = departement_report(asked, around, version, names=role in CALLERS)
    generated = write_departement(place.code, report.usual)
    shown = shown_texts(place, generated, request.user, received[1], role=role)
    return "dashboard/departement/_body.html", state(asked, version) | {
        "territory": territory,
        "place": place.region,
        "report": report,
        "pieces": codes_of_departement(),
        "around": around,
        "departement": place,
        "strip": strip(territory, around, received[1], cells),
        "pictures": pictures(asked, report.charts, shown),
        "bricks": bricks(asked, report.blocks),
        "text_months": text_months(asked),
    }


def state(asked: Asked, version: int) -> dict[str, Any]:
    """What every page of figures says of its selection and its data."""
    return {"asked": asked, "data_version": version, "periods": periods(asked)}


def periods(asked: Asked) -> list[tuple[str, str, bool]]:
    """The ready-made periods: label, query string, whether it is the one shown."""
    return [
        (f"{months} derniers mois", asked.latest(months), asked.is_latest(months))
        for months in (SHORT_MONTHS, DEFAULT_MONTHS)
    ]


def nothing(
    request: HttpRequest, place: Region, version: int, context: dict[str, Any]
) -> HttpResponse:
    """The page of a territory for which no month was ever received."""
    brings = has_role(request.user, place, Role.ADMINISTRATOR)
    return render(
        request,
        "dashboard/nothing_received.html",
        context | {"data_version": version, "brings_files": brings},
    )
