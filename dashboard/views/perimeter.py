"""The page of a région's perimeter: read by its users, changed by its administrators."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.context import DATA_VERSION
from accounts.models import Role, User
from accounts.scope import may, region_of_request, require_role
from dashboard.perimeter import PRESETS, StalePerimeterError, apply, categories
from dashboard.perimeter_page import (
    Proposal,
    effect_lines,
    grid,
    lines,
    outlook,
    preset_proposal,
    read_proposal,
    sector_choices,
)
from dashboard.perimeter_survey import survey
from indicators.snapshot import snapshot_state
from reference.listings import FILE, FORMAT, listing
from reference.models import Region

APPLY, TAKE = "appliquer", "telecharger"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, slug: str) -> HttpResponse:
    """Which categories count; what a change would do, then the change itself."""
    place = region_of_request(request, slug)
    if request.method == "POST":
        require_role(request.user, place, Role.ADMINISTRATOR)
        return _posted(request, place)
    if request.GET.get(FORMAT) == FILE:
        return _file(place)
    editable = may(request, place, Role.ADMINISTRATOR)
    asked = request.GET.get("proposition", "") if editable else ""
    return _page(request, place, asked or None, editable=editable)


def _file(place: Region) -> HttpResponse:
    """Every category with its ESMS, as the perimeter stands."""
    with snapshot_state() as state:
        seen = survey(place, state.number)
        shown = grid(seen.known, seen.counts, Proposal(), every=True)
    return listing(f"perimetre_R{place.code}_v{state.number}", lines(shown, seen.shown))


def _effect(place: Region, proposal: Proposal) -> HttpResponse:
    """What a proposal would do, as a file."""
    with snapshot_state() as state:
        told = outlook(survey(place, state.number), proposal)
    return listing(f"effet-perimetre_R{place.code}_v{state.number}", effect_lines(told))


def _posted(request: HttpRequest, place: Region) -> HttpResponse:
    """Show what a proposal would do, or make it the perimeter."""
    proposal = read_proposal(request.POST, categories(place))
    if request.POST.get("action") == TAKE and not proposal.problems:
        return _effect(place, proposal)
    if request.POST.get("action") != APPLY or proposal.problems:
        return _page(request, place, proposal, status=400 if proposal.problems else 200)
    seen, actor = request.POST.get("seen", ""), cast("User", request.user)
    try:
        changed = apply(place, proposal.wanted, seen=seen, actor=actor)
    except StalePerimeterError:
        stale = "Le périmètre a changé entre-temps\u202f: rien n’est appliqué. Revoyez l’effet."
        moved = Proposal(proposal.wanted, (stale,))
        return _page(request, place, moved, status=409)
    if changed:
        messages.success(
            request,
            "Le périmètre est modifié. Les chiffres sont recalculés une fois, sur tout "
            "l’historique\u202f; les pages montrent les précédents jusque-là.",
        )
    else:
        messages.info(request, "Le périmètre est déjà celui-ci\u202f: rien n’a changé.")
    return redirect("dashboard:perimeter", slug=place.slug)


def _page(
    request: HttpRequest,
    place: Region,
    proposal: Proposal | str | None,
    *,
    editable: bool = True,
    status: int = 200,
) -> HttpResponse:
    """`proposal`: one that was sent, or the name of one made beforehand."""
    with snapshot_state() as state:  # one for all that is compared, and nothing written
        setattr(request, DATA_VERSION, state)
        context = _context(request, place, proposal, state.number)
    context |= {"editable": editable, "looked": proposal is not None}
    return render(request, "dashboard/perimeter.html", context, status=status)


def _context(
    request: HttpRequest, place: Region, proposal: Proposal | str | None, version: int
) -> dict[str, Any]:
    seen = survey(place, version)
    known = seen.known
    asked = preset_proposal(proposal, known) if isinstance(proposal, str) else proposal
    asked = asked or Proposal()
    sector, every = request.GET.get("secteur", ""), request.GET.get("toutes") == "1"
    return {
        "territory": seen.territory,
        "place": place,
        "month": seen.month,
        "grid": grid(known, seen.counts, asked, sector=sector, every=every),
        "sectors": sector_choices(),
        "sector": sector,
        "every": every,
        "presets": PRESETS,
        "problems": asked.problems,
        "outlook": outlook(seen, asked) if asked.wanted else None,
    }
