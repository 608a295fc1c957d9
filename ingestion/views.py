"""The pages of monthly files: bring one, follow it, publish it. For regional administrators."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.models import Role, User
from accounts.scope import regions_with_role, visible_regions
from ingestion.forms import UploadForm
from ingestion.models import Extract, State
from ingestion.presentation import Accounting, coverage
from ingestion.publish import already_in_force
from ingestion.receive import receive
from ingestion.tasks import send

EXTRACTS_PER_PAGE = 25
REMARKS_PER_PAGE = 100
REFRESH_SECONDS = 3


@never_cache  # so are the others: these pages hold FINESS numbers and names
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a file, and see the latest ones."""
    user = _administrator(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, user=user)
    if form.is_bound and form.is_valid():
        return redirect("ingestion:extract", _receive(request, form, user).pk)
    page = Paginator(
        _administered(user).select_related("author", "region"), EXTRACTS_PER_PAGE
    ).get_page(request.GET.get("page"))
    status = 400 if form.is_bound else 200
    context = {
        "form": form,
        "select_fields": [form["region"], form["mode"]],
        "max_size": settings.MES_UPLOAD_MAX_BYTES // (1 << 20),
        "page": page,
    }
    return render(request, "ingestion/upload.html", context, status=status)


@never_cache
@require_safe
def extract_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its state, its counts, what it covers, and the remarks on its lines."""
    user = _administrator(request)
    extract = get_object_or_404(_administered(user).select_related("author", "region"), pk=pk)
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
    user = _administrator(request)
    extract = get_object_or_404(_administered(user), pk=pk)
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


def _receive(request: HttpRequest, form: UploadForm, user: User) -> Extract:
    """Store the file of a valid form and hand it to the workers."""
    asked = form.cleaned_data
    extract = receive(
        asked["file"],
        name=asked["file"].name,
        region=asked["region"],
        month=asked["month"],
        mode=asked["mode"],
        publish=asked["publish"],
        author=user,
    )
    if extract.state != State.RECEIVED:
        messages.info(request, already_in_force(extract))
    elif send(extract):
        messages.success(request, "Fichier reçu\u202f: la lecture commence.")
    else:
        messages.warning(
            request,
            "Fichier reçu. Le traitement est momentanément indisponible\u202f: le fichier sera lu "
            "dès son retour, sans que vous ayez à le renvoyer.",
        )
    return extract


def _administrator(request: HttpRequest) -> User:
    """The user, when they administer a region.

    Raises:
        PermissionDenied: they only read. Http404: they see no region at all.
    """
    user = cast("User", request.user)  # LoginRequiredMiddleware let no one else in
    if not regions_with_role(user, Role.ADMINISTRATOR).exists():
        if not visible_regions(user).exists():
            raise Http404("Aucune région à cette adresse.")
        raise PermissionDenied
    return user


def _administered(user: User) -> QuerySet[Extract]:
    """The files of the regions that a user administers; national ones for a superuser."""
    if user.is_superuser:
        return Extract.objects.all()
    return Extract.objects.filter(region__in=regions_with_role(user, Role.ADMINISTRATOR))
