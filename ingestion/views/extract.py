"""The page of one file: follow it, understand it, publish it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from ingestion.models import Extract, State
from ingestion.presentation import Accounting, coverage
from ingestion.tasks import send
from ingestion.views.access import administered, administrator

REMARKS_PER_PAGE = 100
REFRESH_SECONDS = 3


@never_cache
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its state, its counts, what it covers, and the remarks on its lines."""
    user = administrator(request)
    extract = get_object_or_404(administered(user).select_related("author", "region"), pk=pk)
    remarks = Paginator(extract.line_reports.all(), REMARKS_PER_PAGE)
    busy = extract.state in {State.RECEIVED, State.READING, State.PUBLISHING} or (
        extract.state == State.READY and extract.publish_when_ready
    )
    context: dict[str, Any] = {
        "extract": extract,
        "accounting": Accounting(extract.counts) if extract.counts else None,
        "coverage": coverage(extract),
        "page": remarks.get_page(request.GET.get("page")),
        "refresh": REFRESH_SECONDS if busy else None,
    }
    return render(request, "ingestion/extract.html", context)


@never_cache
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a ready file published by the workers."""
    user = administrator(request)
    extract = get_object_or_404(administered(user), pk=pk)
    with transaction.atomic():
        asked = Extract.objects.filter(pk=pk, state=State.READY).update(
            state=State.PUBLISHING, message="", attempts=0
        )
        if asked:
            audit.record(
                "publication demandée",
                actor=user,
                target=extract.original_name,
                region=extract.region,
                extract=pk,
            )
            transaction.on_commit(partial(send, extract))
    if not asked:
        messages.warning(
            request, "Ce fichier n’est pas prêt à publier\u202f: son état vient de changer."
        )
    return redirect("ingestion:extract", pk)
