"""The page of monthly files: bring some, see the latest ones. For regional administrators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from ingestion.forms import UploadForm
from ingestion.models import Extract, State
from ingestion.publish import already_in_force
from ingestion.receive import receive
from ingestion.tasks import send
from ingestion.views.access import administered, administrator

EXTRACTS_PER_PAGE = 25


@never_cache  # so are the others: these pages hold FINESS numbers and names
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a file, and see the latest ones."""
    user = administrator(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, user=user)
    if form.is_bound and form.is_valid():
        return redirect("ingestion:extract", _receive(request, form, user).pk)
    page = Paginator(
        administered(user).select_related("author", "region"), EXTRACTS_PER_PAGE
    ).get_page(request.GET.get("page"))
    status = 400 if form.is_bound else 200
    context = {
        "form": form,
        "select_fields": [form["region"], form["mode"]],
        "max_size": settings.MES_UPLOAD_MAX_BYTES // (1 << 20),
        "page": page,
    }
    return render(request, "ingestion/upload.html", context, status=status)


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
