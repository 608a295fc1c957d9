"""The preview of a register or of a list of members, made again."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ingestion import ground_files, trail
from ingestion.models import Extract, Kind, Mode, State
from ingestion.tasks import send
from ingestion.views.access import administered, administrator


@never_cache
@require_POST
def foretell(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the workers say again what applying a ready file would do, with today's register.

    `absent`, for a list of members: "remove" those that it does not name, or keep them.
    """
    user = administrator(request)
    extract = get_object_or_404(administered(user), pk=pk, kind__in=ground_files.KINDS)
    asked_mode = extract.asked_mode
    details: dict[str, object] = {}
    if extract.kind == Kind.PROGRAMME and "absent" in request.POST:
        asked_mode = Mode.REPLACE if request.POST["absent"] == "remove" else ""
        details = {"removes": bool(asked_mode)}
    with transaction.atomic():
        asked = Extract.objects.filter(pk=pk, state=State.READY, publish_when_ready=False).update(
            asked_mode=asked_mode, state=State.RECEIVED, message="", attempts=0
        )
        if asked:
            trail.record("aperçu redemandé", extract, actor=user, **details)
            transaction.on_commit(partial(send, extract))
    if not asked:
        messages.warning(request, "Ce fichier n’est plus à l’aperçu\u202f: rien n’a changé.")
    return redirect("ingestion:extract", pk)
