"""The slides that people choose: their own selection, and those that others share with them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Role, User
from accounts.refusals import refused_or_404
from accounts.scope import region_of_request, roles_of
from dashboard.exporting import ask_export
from dashboard.exporting.asking import site_of
from dashboard.exporting.dressing import NO_TEMPLATE, TemplateGoneError
from dashboard.models import DeckTemplate, ExportKind, SlidePick, SlideSelection
from dashboard.pieces.piece import UnknownPieceError, standard
from dashboard.selections import (
    MAX_PICKS,
    Basket,
    RefusedPickError,
    changing,
    copy,
    name_of,
    piece_of,
    read_piece,
    share,
)
from dashboard.selections_page import (
    MAX_NAME,
    MAX_TITLE,
    NUMBER,
    automatic_titles,
    full,
    page_of,
    read_changes,
    read_name,
    rows,
    sets_of,
)
from dashboard.texts import CALLERS
from reference import french
from reference.models import Departement, Region

SAVE, EMPTY, PUT_BACK, STANDARD = "enregistrer", "vider", "remettre", "standard"
SHARE, UNSHARE, COPY = "partager", "ne-plus-partager", "copier"
UP, DOWN, REMOVE = "monter", "descendre", "retirer"
EXPORTS = {"diapositives": ExportKind.DECK, "classeur": ExportKind.WORKBOOK}
WORKING = "travail"
#: Where the session keeps what was removed last, by région.
REMOVED = "diapositives-retirees"


@require_POST
def slide_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add what a page shows to one's selection, and go back to it there."""
    place = region_of_request(request, slug)
    given = {name: request.POST.get(name, "") for name in ("territory", "code", "query")}
    try:
        piece = read_piece(place, **given)
        with changing(_user(request), place) as basket:
            added = basket.add([piece])
    except RefusedPickError as error:
        messages.error(request, str(error))
        return redirect("dashboard:region", slug=place.slug)
    said, level = ("Ajouté à", messages.SUCCESS) if added else ("Déjà dans", messages.INFO)
    messages.add_message(
        request,
        level,
        format_html(
            '{} <a href="{}">votre sélection de diapositives</a>.',
            said,
            reverse("dashboard:slides", args=[place.slug]),
        ),
    )
    query = given["query"].removeprefix("?")
    return redirect(page_of(place, piece.territory, piece.code, query))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slides(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own selection of a région: read, changed, made into files."""
    place = region_of_request(request, slug)
    if request.method == "POST":
        return _changed(request, place)
    selection = (
        SlideSelection.objects.filter(user=_user(request), region=place)
        .select_related("template")
        .first()
    )
    picks = list(selection.picks.all()) if selection else []
    context = _context(request, place, picks) | {
        "selection": selection,
        "templates": list(place.deck_templates.all()),
        "removed": len(request.session.get(REMOVED, {}).get(place.slug, ())),
        "full": full(len(picks)),
        "most": MAX_PICKS,
        "max_title": MAX_TITLE,
        "max_name": MAX_NAME,
        "administers": roles_of(request)[place] == Role.ADMINISTRATOR,
        "link": _link(request, selection) if selection and selection.shared else "",
    }
    return render(request, "dashboard/selections/slides.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shared_slides(request: HttpRequest, key: UUID) -> HttpResponse:
    """Another's selection, for whoever sees its région while it is shared."""
    selection = get_object_or_404(SlideSelection.objects.select_related("region", "user"), key=key)
    place = selection.region
    if selection.user == request.user:
        return redirect("dashboard:slides", slug=place.slug)
    if place not in roles_of(request) or not selection.shared:
        refused_or_404(request, "sélection de diapositives", name_of(selection), place)
    picks = list(selection.picks.all())
    if request.method == "POST":
        return _taken(request, selection, picks)
    context = _context(request, place, picks) | {"selection": selection}
    return render(request, "dashboard/selections/shared.html", context)


def _context(request: HttpRequest, place: Region, picks: list[SlidePick]) -> dict[str, Any]:
    """What both pages show. One query, for the départements; more when titles are asked for."""
    places = _places(place)
    wanted = "titres" in request.GET
    titles = automatic_titles(place, picks) if wanted else {}
    return {
        "place": place,
        "rows": rows(place, places, picks, titles),
        "titles": wanted,
        "sets": sets_of(place, places),
        "calls": roles_of(request)[place] in CALLERS,
    }


def _places(place: Region) -> dict[str, Departement]:
    return {each.code: each for each in place.departements.order_by("code")}


def _link(request: HttpRequest, selection: SlideSelection) -> str:
    return request.build_absolute_uri(reverse("dashboard:shared_slides", args=[selection.key]))


# --- One's own, changed ---------------------------------------------------------------------------


def _changed(request: HttpRequest, place: Region) -> HttpResponse:
    """Keep what was typed in the page, then do what the button says."""
    action, _, number = request.POST.get("action", SAVE).partition("-")
    at = ""
    try:
        with changing(_user(request), place) as basket:
            problems = _edited(request, basket)
            if action in {UP, DOWN, REMOVE}:
                at = _row_act(request, basket, action, number)
            else:
                _act(request, place, basket, request.POST.get("action", SAVE), saved=not problems)
    except RefusedPickError as error:
        messages.error(request, str(error))
        return redirect("dashboard:slides", slug=place.slug)
    if action not in {REMOVE, EMPTY}:  # put back, or something else was done since
        _session(request, changed=True).pop(place.slug, None)
    for problem in problems:
        messages.error(request, problem)
    kept = [pick for pick in basket.picks if pick.kept]
    if action in EXPORTS and not problems:
        return _exported(request, basket.selection, kept, EXPORTS[action])
    return redirect(reverse("dashboard:slides", args=[place.slug]) + at)


def _edited(request: HttpRequest, basket: Basket) -> tuple[str, ...]:
    """Do what was typed; what of it was wrong."""
    changes = read_changes(request.POST.dict(), basket)
    basket.edit(changes.edits)
    named = read_name(request.POST.dict(), basket.selection, basket.templates)
    return (*named, *changes.problems)


def _row_act(request: HttpRequest, basket: Basket, action: str, number: str) -> str:
    """Move or remove one slide; the anchor of the button to come back to."""
    pick = basket.find(int(number)) if NUMBER.fullmatch(number) else None
    if pick is None:
        messages.warning(request, "Cette diapositive n’est plus dans la sélection.")
        return ""
    if action == REMOVE:
        _remove(request, basket, [pick])
        return "#retirees"
    rank = basket.picks.index(pick) + (1 if action == DOWN else -1)
    basket.move(pick, rank)
    last = len(basket.picks) - 1
    if basket.picks.index(pick) in {0, last}:  # no further: the other button is there
        action = DOWN if basket.picks.index(pick) == 0 else UP
    return f"#{action}-{pick.pk}"


def _act(request: HttpRequest, place: Region, basket: Basket, action: str, *, saved: bool) -> None:
    """What concerns the whole selection."""
    if action == EMPTY:
        _remove(request, basket, list(basket.picks))
    elif action == PUT_BACK:
        count = basket.put_back(_session(request).get(place.slug, []))
        messages.success(request, f"{_counted(count)} de nouveau dans la sélection.")
    elif action == STANDARD:
        _add_standard(request, place, basket)
    elif action in {SHARE, UNSHARE}:
        share(basket, shared=action == SHARE)
        said = "Le lien est ouvert." if action == SHARE else "Le lien ne mène plus nulle part."
        messages.success(request, said)
    elif action not in EXPORTS and saved:
        messages.success(request, "La sélection est enregistrée.")


def _add_standard(request: HttpRequest, place: Region, basket: Basket) -> None:
    territory = request.POST.get("jeu", "")
    departement = _places(place).get(territory.removeprefix("D"))
    if departement is None and territory != f"R{place.code}":
        raise RefusedPickError("Choisissez la région ou l’un de ses départements.")
    added = basket.add(standard(place, departement))
    if added:
        messages.success(request, f"{_counted(added)} à la fin de la sélection.")
    else:
        messages.info(request, "Ces diapositives sont déjà toutes dans la sélection.")


def _remove(request: HttpRequest, basket: Basket, picks: list[SlidePick]) -> None:
    """Take slides away, and keep in the session what brings them back."""
    removed = basket.remove(picks)
    if removed:
        _session(request, changed=True)[basket.selection.region.slug] = removed


def _session(request: HttpRequest, *, changed: bool = False) -> dict[str, Any]:
    """What was removed last, by région."""
    kept: dict[str, Any] = request.session.setdefault(REMOVED, {})
    request.session.modified = request.session.modified or changed
    return kept


def _counted(count: int) -> str:
    return french.count(count, "diapositive ajoutée", "diapositives ajoutées")


# --- Another's ------------------------------------------------------------------------------------


def _taken(request: HttpRequest, selection: SlideSelection, picks: list[SlidePick]) -> HttpResponse:
    """Copy another's selection to one's own, or make files of it."""
    action = request.POST.get("action", "")
    if action in EXPORTS:
        kept = [pick for pick in picks if pick.kept]
        return _exported(request, selection, kept, EXPORTS[action])
    if action != COPY:
        return redirect("dashboard:shared_slides", key=selection.key)
    try:
        added = copy(selection, _user(request))
    except RefusedPickError as error:
        messages.error(request, str(error))
        return redirect("dashboard:shared_slides", key=selection.key)
    messages.success(request, f"{_counted(added)} à votre sélection.")
    return redirect("dashboard:slides", slug=selection.region.slug)


def _exported(
    request: HttpRequest, selection: SlideSelection, picks: list[SlidePick], kind: ExportKind
) -> HttpResponse:
    """Ask for the file of the ticked slides, and go to where it is made."""
    place = selection.region
    if not picks:
        messages.warning(request, "Cochez au moins une diapositive avant de créer le fichier.")
        return redirect(request.path)
    calls = roles_of(request)[place] in CALLERS
    try:
        export = ask_export(
            region=place,
            author=_user(request),
            kind=kind,
            pieces=tuple(map(piece_of, picks)),
            working=calls and request.POST.get("version") == WORKING,
            title=selection.title,
            template=selection.template,
            link=site_of(request),
            notify="prevenir" in request.POST,
        )
    except UnknownPieceError as error:  # chosen when pages still had it
        messages.error(request, f"{error} Retirez cette diapositive de la sélection.")
        return redirect(request.path)
    except (DeckTemplate.DoesNotExist, TemplateGoneError):  # chosen when it was there
        messages.error(request, NO_TEMPLATE)
        return redirect(request.path)
    return redirect("dashboard:export", export.pk)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
