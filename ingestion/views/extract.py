"""The page of one file: follow it, understand it, publish it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ingestion import trail
from ingestion.listings import of_file, of_preview
from ingestion.models import Extract, Kind, LineReport, Mode, State
from ingestion.pages import CountedPaginator
from ingestion.presentation import Accounting, AllRemarks, coverage, in_order, remark_filters
from ingestion.previewing import preview_page
from ingestion.previewing.preview import ask_again
from ingestion.progress import progress_of
from ingestion.publishing.rebuild import is_cumulative
from ingestion.tasks import send
from ingestion.views.access import administered, administrator
from reference.listings import stream_asked
from reference.models import Departement, current_data_version

REMARKS_PER_PAGE = 50
REFRESH_SECONDS = 2


@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One file: its state, what publishing would change, and the remarks on its lines."""
    user = administrator(request)
    extract = get_object_or_404(
        administered(user).select_related("author", "region", "source"), pk=pk
    )
    progress = progress_of(extract, timezone.now())
    outcome, code = request.GET.get("sort", ""), request.GET.get("motif", "")
    filters = remark_filters(extract, outcome, code)
    previewed = extract.state == State.READY and not progress and "comparison" in extract.preview
    covered, remarks = coverage(extract), _remarks(extract, outcome, code)
    tables = of_file(extract, covered, remarks) | (of_preview(extract) if previewed else {})
    file = stream_asked(request, f"fichier-{pk}", tables)
    if file is not None:
        return file
    listed = remarks if outcome or code else AllRemarks(extract, filters)
    pages = CountedPaginator(listed, REMARKS_PER_PAGE, filters.chosen)
    context: dict[str, Any] = {
        "extract": extract,
        "monthly": extract.kind == Kind.MONTHLY,
        "accounting": Accounting(extract.counts) if extract.counts else None,
        "coverage": covered,
        "filters": filters,
        "filtered": bool(outcome or code),
        "page": pages.get_page(request.GET.get("page")),
        "progress": progress,
        "refresh": REFRESH_SECONDS if progress else None,
    }
    if previewed:
        context |= _preview(extract)
    return render(request, "ingestion/extract.html", context)


def _preview(extract: Extract) -> dict[str, Any]:
    """What the page of a ready file adds: see `preview_page`."""
    other = Mode.REPLACE if extract.mode == Mode.COMPLETE else Mode.COMPLETE
    return {
        "preview": extract.preview,
        "stale": extract.preview["version"] != current_data_version(),
        "publishing": preview_page.publishing_says(extract),
        "other_mode": other,
        "otherwise": preview_page.publishing_says(extract, mode=other),
        "grid": preview_page.grid(extract),
        "cumulative": is_cumulative(extract),
        "heads": preview_page.heads(extract.preview),
        "tables": preview_page.tables(extract.preview),
        "moves": preview_page.moves(extract.preview),
        "facts": preview_page.file_facts(extract),
    }


def _remarks(extract: Extract, outcome: str, code: str) -> QuerySet[LineReport]:
    """The remarks that the page is asked for; "" chooses them all."""
    remarks = in_order(extract.line_reports.all())
    if outcome:
        remarks = remarks.filter(outcome=outcome)
    if code:
        remarks = remarks.filter(code=code)
    return remarks


@never_cache
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a ready file published by the workers.

    `seen`: the version of the data that the page showed; another one since, and the person looks
    again first.
    """
    user = administrator(request)
    extract = get_object_or_404(administered(user), pk=pk)
    if request.POST.get("seen", "") not in {"", str(current_data_version())}:
        messages.warning(
            request,
            "Les données publiées ont changé pendant que cette page était affichée\u202f: rien n’a "
            "été publié. Vérifiez de nouveau l’aperçu, puis publiez.",
        )
        return redirect("ingestion:extract", pk)
    with transaction.atomic():
        asked = Extract.objects.filter(pk=pk, state=State.READY).update(
            state=State.PUBLISHING, message="", attempts=0, publish_when_ready=False
        )
        if asked:
            trail.record("publication demandée", extract, actor=user)
            transaction.on_commit(partial(send, extract))
    if not asked:
        _changed(request)
    return redirect("ingestion:extract", pk)


@never_cache
@require_POST
def refresh_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a ready file compared again with what is published now."""
    return _again(request, pk, "comparaison refaite", {})


@never_cache
@require_POST
def mode(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose whether a ready file replaces its cells or completes them."""
    chosen = request.POST.get("mode", "")
    if chosen not in Mode.values:
        messages.error(request, "Choisissez ce que devient un mois déjà publié.")
        return redirect("ingestion:extract", pk)
    return _again(request, pk, "mode changé", {"asked_mode": chosen}, mode=chosen)


@never_cache
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which départements of a ready file sent nothing: their months become zeros.

    `cell`: "YYYY-MM:code", as many as there are; those that the file does not ask are ignored.
    """
    user = administrator(request)
    extract = get_object_or_404(administered(user), pk=pk)
    scope = Departement.objects.order_by()
    if extract.region_id is not None:
        scope = scope.filter(region=extract.region_id)
    codes = set(scope.values_list("code", flat=True))
    pairs = {tuple(text.partition(":")[::2]) for text in request.POST.getlist("cell")}
    cells = sorted(
        [month, code] for month, code in pairs if month in extract.months and code in codes
    )
    return _again(
        request, pk, "départements confirmés à zéro", {"confirmed_cells": cells}, cells=cells
    )


def _again(
    request: HttpRequest, pk: int, action: str, changes: dict[str, Any], **details: Any
) -> HttpResponse:
    """Change what a ready file asks for, and have its preview made again by the workers."""
    user = administrator(request)
    get_object_or_404(administered(user), pk=pk)
    with transaction.atomic():
        ready = Extract.objects.select_for_update(of=("self",)).filter(
            pk=pk, state=State.READY, kind=Kind.MONTHLY, publish_when_ready=False
        )
        extract = ready.select_related("region").first()
        if extract is not None and "file" in extract.preview:
            extract.preview = ask_again(extract)
            extract.state, extract.attempts, extract.message = State.RECEIVED, 0, ""
            for name, value in changes.items():
                setattr(extract, name, value)
            extract.save(update_fields=["preview", "state", "attempts", "message", *changes])
            trail.record(action, extract, actor=user, **details)
            transaction.on_commit(partial(send, extract))
        else:
            _changed(request)
    return redirect("ingestion:extract", pk)


def _changed(request: HttpRequest) -> None:
    messages.warning(
        request, "Ce fichier n’est pas prêt à publier\u202f: son état vient de changer."
    )
