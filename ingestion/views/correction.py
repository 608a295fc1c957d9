"""The file to correct, to download."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ingestion.errors import RefusedFile
from ingestion.models import Kind, State
from ingestion.previewing.correction import correction
from ingestion.views.access import administered, administrator


@never_cache
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines to correct of a file, as the file was; all of them with `?lignes=toutes`."""
    user = administrator(request)
    extract = get_object_or_404(
        administered(user).exclude(state=State.PURGED).filter(kind=Kind.MONTHLY), pk=pk
    )
    try:
        made = correction(extract, all_lines=request.GET.get("lignes") == "toutes")
    except (RefusedFile, OSError):
        messages.error(request, "Le fichier d’origine ne peut plus être lu.")
        return redirect("ingestion:extract", pk)
    return FileResponse(
        made.file, as_attachment=True, filename=made.name, content_type=made.content_type
    )
