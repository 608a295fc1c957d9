"""The page of a région's perimeter: read by its users, changed by its administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.context import DATA_VERSION
from accounts.models import Role, User
from accounts.scope import may, region_of_request
from dashboard.kept import once
from dashboard.perimeter import (
    PRESETS,
    Category,
    StalePerimeterError,
    apply,
    categories,
    fingerprint,
    told_apart,
)
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
#: A form, a proposal that was read of one, or the name of one made beforehand.
Asked: TypeAlias = QueryDict | Proposal | str | None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, slug: str) -> HttpResponse:
    """Which categories count; what a change would do, then the change itself."""
    place = region_of_request(request, slug)
    if request.method == "POST":
        if not may(request, place, Role.ADMINISTRATOR):
            raise PermissionDenied
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


def _effect(place: Region, posted: QueryDict) -> HttpResponse | None:
    """What a proposal would do, as a file; None when it is not understood."""
    with snapshot_state() as state:
        seen = survey(place, state.number)
        proposal = read_proposal(posted, seen.known)
        if proposal.problems:
            return None
        told = outlook(seen, proposal)
    return listing(f"effet-perimetre_R{place.code}_v{state.number}", effect_lines(told))


def _posted(request: HttpRequest, place: Region) -> HttpResponse:
    """Show what a proposal would do, or make it the perimeter."""
    action = request.POST.get("action")
    if action == APPLY:
        return _apply(request, place)
    file = _effect(place, request.POST) if action == TAKE else None
    return file or _page(request, place, request.POST)


def _apply(request: HttpRequest, place: Region) -> HttpResponse:
    """Make a proposal the perimeter, unless it is not understood or was made from another one."""
    proposal = read_proposal(request.POST, categories(place))
    if proposal.problems:
        return _page(request, place, request.POST)
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
    proposal: Asked,
    *,
    editable: bool = True,
    status: int = 200,
) -> HttpResponse:
    """The page, which answers 400 to a form that it does not understand."""
    with snapshot_state() as state:  # one for all that is compared, and nothing written
        setattr(request, DATA_VERSION, state)
        context = _context(request, place, proposal, state.number)
    context |= {"editable": editable, "looked": proposal is not None}
    context["rows"] = _rows(context, state.number)
    if isinstance(proposal, QueryDict) and context["problems"]:
        status = 400
    return render(request, "dashboard/perimeter.html", context, status=status)


def _rows(context: dict[str, Any], version: int) -> SafeString:
    """The rows of the table: of one proposal, they are the same for all of one role."""
    shown = {name: context[name] for name in ("grid", "editable")}

    def make() -> SafeString:
        return render_to_string("dashboard/_categories.html", shown)

    if context["problems"]:
        return make()
    wanted = told_apart(context["outlook"].rows if context["outlook"] else {})
    names = context["place"].code, context["shown"], fingerprint(context["known"]), wanted
    told = context["sector"], context["every"], context["editable"]
    return once(version, make, "lignes du périmètre", *names, *told)


def _understood(asked: Asked, known: Mapping[str, Category]) -> Proposal:
    if isinstance(asked, QueryDict):
        return read_proposal(asked, known)
    return preset_proposal(asked, known) if isinstance(asked, str) else asked or Proposal()


def _context(request: HttpRequest, place: Region, proposal: Asked, version: int) -> dict[str, Any]:
    seen = survey(place, version)
    known = seen.known
    asked = _understood(proposal, known)
    sector, every = request.GET.get("secteur", ""), request.GET.get("toutes") == "1"
    return {
        "territory": seen.territory,
        "place": place,
        "month": seen.month,
        "known": known,
        "shown": seen.shown,
        "grid": grid(known, seen.counts, asked, sector=sector, every=every),
        "sectors": sector_choices(),
        "sector": sector,
        "every": every,
        "presets": PRESETS,
        "problems": asked.problems,
        "outlook": outlook(seen, asked) if asked.wanted else None,
    }
