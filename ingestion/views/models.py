"""The model files that administrators download and fill in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ingestion import blanks
from ingestion.views.access import administrator


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """One model file, made on the day."""
    administrator(request)
    try:
        content, content_type = blanks.make(name, timezone.localdate())
    except KeyError:
        raise Http404("Aucun modèle à cette adresse.") from None
    disposition = {"Content-Disposition": f'attachment; filename="modele-{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
