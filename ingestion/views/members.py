"""What becomes of the members of a programme that a list brought does not name."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ingestion.models import Extract, Kind, Mode, State
from ingestion.tasks import send
from ingestion.views.access import administered, administrator


@never_cache
@require_POST
def absent_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that they be removed (`remove` filled) or kept, and have the preview made again."""
    user = administrator(request)
    extract = get_object_or_404(administered(user), pk=pk, kind=Kind.PROGRAMME)
    with transaction.atomic():
        asked = Extract.objects.filter(pk=pk, state=State.READY, publish_when_ready=False).update(
            asked_mode=Mode.REPLACE if request.POST.get("remove") else "",
            state=State.RECEIVED,
            attempts=0,
        )
        if asked:
            transaction.on_commit(partial(send, extract))
    if not asked:
        messages.warning(request, "Ce fichier n’est plus à l’aperçu\u202f: rien n’a changé.")
    return redirect("ingestion:extract", pk)
