"""The files made for people: asked for from a page, followed, kept for a while, downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.refusals import refused_or_404
from accounts.scope import departement_or_404, region_of_request, roles_of
from dashboard.exporting import ask_again, ask_export
from dashboard.exporting.asking import may_ask, site_of
from dashboard.exporting.makers import CONTENT_TYPES, USUAL
from dashboard.exporting.making import NOTHING
from dashboard.exporting.page import following, page_url, shown
from dashboard.exporting.words import file_name, name_of
from dashboard.models import UNFINISHED, Export, ExportKind, ExportState
from dashboard.pieces.piece import LENGTHS, PROGRAMMES, Piece
from dashboard.selections import RefusedPickError, read_piece
from dashboard.texts import WRITERS
from indicators.measures import covered_span
from indicators.selection import region_territory
from reference.models import Departement, Region

PER_PAGE = 20


@never_cache
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """The exports of who asks, the latest first, and the slides of their régions."""
    roles = roles_of(request)
    if not roles:
        raise Http404("Aucune région à cette adresse.")
    regions = list(roles)
    named = [region for region, role in roles.items() if may_ask(role, working=True)]
    mine = Export.objects.filter(author=cast("User", request.user), region__in=regions).filter(
        Q(working=False) | Q(region__in=named)
    )
    of_regions = (
        Export.objects.filter(author=None, edition=None, region__in=regions)
        .exclude(file="")
        .order_by("region__name", "-made_at")
        .distinct("region__name")
    )
    page = Paginator(mine.select_related("region", "departement", "template"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [shown(each) for each in page],
        "of_regions": [shown(each) for each in of_regions.select_related("region", "template")],
    }
    return render(request, "dashboard/exports/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, key: UUID) -> HttpResponse:
    """One export: how far it is, its file, what went wrong; its author asks again."""
    found = _visible(request, key)
    if request.method == "POST":
        return _act(request, found)
    context = {
        "export": shown(found),
        "follow": following(found),
        "renews": found.author_id is not None or _may_renew(request, found),
    }
    return render(request, "dashboard/exports/export.html", context)


@never_cache
@require_safe
def export_file(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The file of an export; its page, which says why, when there is none."""
    found = _visible(request, key)
    if found.state != ExportState.READY:
        return redirect("dashboard:export", key)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:  # just deleted, its time being over
        return redirect("dashboard:export", key)
    return FileResponse(
        content,
        as_attachment=True,
        filename=file_name(found),
        content_type=CONTENT_TYPES[found.kind],
    )


@never_cache
@require_POST
def region_export(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the slides or the workbook of a région."""
    return _ask(request, region_of_request(request, slug), None)


@never_cache
@require_POST
def departement_export(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for the slides or the workbook of a département."""
    place = departement_or_404(request.user, code)
    return _ask(request, place.region, place)


def _ask(request: HttpRequest, region: Region, departement: Departement | None) -> HttpResponse:
    """Have the usual content of a territory made.

    `kind`: one of `ExportKind`; `working`: not empty for names; `query`: the page's own query
    string, whose period and sector the file keeps. `code`: what the page of a programme shows.
    """
    kind, query = request.POST.get("kind", ""), request.POST.get("query", "").lstrip("?")
    place = departement or region
    if kind not in ExportKind.values or len(query) > LENGTHS["query"] or "\0" in query:
        messages.error(request, "Choisissez un des fichiers proposés par la page.")
        return redirect(page_url(place))
    if covered_span(region_territory(region)) is None:
        messages.error(request, NOTHING)
        return redirect(page_url(place))
    working = bool(request.POST.get("working"))
    pieces: tuple[Piece, ...] = ()
    if chosen := request.POST.getlist("code"):
        try:
            pieces = _of_programme(region, departement, chosen, query)
        except RefusedPickError as error:
            messages.error(request, str(error))
            return redirect(page_url(place))
    elif query:
        usual = USUAL[kind](region, departement, working=working)
        pieces = tuple(Piece(each.territory, each.code, query) for each in usual)
    made = ask_export(
        region=region,
        author=cast("User", request.user),
        kind=ExportKind(kind),
        pieces=pieces,
        departement=departement,
        working=working,
        link=site_of(request),
    )
    return redirect("dashboard:export", made.pk)


def _of_programme(
    region: Region, departement: Departement | None, chosen: Sequence[str], query: str
) -> tuple[Piece, ...]:
    """What the page of a programme shows, as its form names it, in its order.

    Raises:
        RefusedPickError: there is no such programme, or nothing of it.
    """
    territory = f"D{departement.code}" if departement else f"R{region.code}"
    pieces = tuple(
        read_piece(region, territory=territory, code=code, query=query)
        for code in PROGRAMMES
        if code in chosen
    )
    if not pieces:
        raise RefusedPickError("Choisissez un des fichiers proposés par la page.")
    return pieces


def _visible(request: HttpRequest, key: UUID) -> Export:
    """The export of an address.

    An export is its author's alone, while they hold what it takes to see it; one that nobody asked
    for is its région's.

    Raises:
        Http404: there is none, or it is somebody else's, which is remembered.
    """
    known = Export.objects.select_related("region", "departement", "edition", "template")
    found = known.filter(pk=key).first()
    if found is None:
        raise Http404("Aucun export à cette adresse.")
    role = roles_of(request).get(found.region)
    mine = found.author_id in {None, cast("User", request.user).pk}
    if not mine or not may_ask(role, working=found.working):
        refused_or_404(request, "export", name_of(found), found.region)
    return found


def _act(request: HttpRequest, found: Export) -> HttpResponse:
    """Ask again for an export, or to be told once it is made."""
    user = cast("User", request.user)
    action = request.POST.get("action", "")
    if found.author_id is None and not _may_renew(request, found):
        raise PermissionDenied
    if action == "relancer":
        if not ask_again(found, actor=user):
            messages.info(request, "Ce fichier est déjà prêt ou en préparation.")
    elif action == "prevenir" and found.author_id is not None:
        waits = Export.objects.filter(pk=found.pk, state__in=UNFINISHED)
        if waits.update(notify=True):
            messages.success(request, "Vous recevrez un courriel une fois le fichier prêt.")
    else:
        messages.error(request, "Cette action n’existe pas.")
    return redirect("dashboard:export", found.pk)


def _may_renew(request: HttpRequest, found: Export) -> bool:
    """Whether who asks may have the slides of an edition made again: those who freeze editions."""
    return found.edition_id is not None and roles_of(request).get(found.region) in WRITERS
