"""The page of monthly files: bring some, see the latest ones. For regional administrators."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from ingestion.blanks import BLANKS
from ingestion.errors import RefusedFile
from ingestion.forms import UploadForm
from ingestion.forms.upload import Brought
from ingestion.listings import files, in_lists
from ingestion.models import Extract, Kind, State
from ingestion.publishing.publish import already_in_force
from ingestion.receive import receive
from ingestion.storage import shown_name
from ingestion.tasks import send
from ingestion.views.access import administered, administrator
from reference.listings import stream_asked

EXTRACTS_PER_PAGE = 25


@never_cache  # so are the others: these pages hold FINESS numbers and names
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """Bring files, and see the latest ones."""
    user = administrator(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    asked = request.GET.get("kind")  # other pages link to the kind of file that they lack
    form = UploadForm(*sent, user=user, initial={"kind": asked} if asked in Kind.values else {})
    if form.is_bound and form.is_valid():
        answer = _receive(request, form, user)
        if answer is not None:
            return answer
    brought = in_lists(administered(user))
    file = stream_asked(request, f"{timezone.localdate()}", {"fichiers": lambda: files(brought)})
    if file is not None:
        return file
    page = Paginator(brought, EXTRACTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "max_size": settings.MES_UPLOAD_MAX_BYTES // (1 << 20),
        "max_files": settings.MES_UPLOAD_MAX_FILES,
        "blanks": BLANKS,
        "page": page,
    }
    return render(request, "ingestion/upload.html", context, status=400 if form.errors else 200)


def _receive(request: HttpRequest, form: UploadForm, user: User) -> HttpResponse | None:
    """Store the files of a valid form and hand them to the workers.

    The answer is the page of the only file, else the list with the new ones on top; None when
    none could be stored, which the form then says.
    """
    brought: list[Brought] = form.cleaned_data["file"]
    taken: list[Extract] = []
    refused: list[str] = []
    for each in brought:
        try:
            taken.append(_take(each, form.cleaned_data, user))
        except RefusedFile as fault:
            refused.append(Brought(each.file, fault).refusal(alone=len(brought) == 1))
    if not taken:
        for said in refused:
            form.add_error("file", said)
        return None
    for said in refused:
        messages.error(request, said)
    _tell(request, taken, several=len(brought) > 1)
    if len(brought) == 1:
        return redirect("ingestion:extract", taken[0].pk)
    return redirect("ingestion:upload")


def _take(brought: Brought, asked: dict[str, Any], user: User) -> Extract:
    """Store one file with what the form says of all of them.

    Raises:
        RefusedFile: it cannot be taken.
    """
    if brought.fault:
        raise brought.fault
    monthly = asked["kind"] == Kind.MONTHLY
    return receive(
        brought.file,
        name=brought.file.name or "",
        kind=asked["kind"],
        region=asked["region"],
        source=asked["source"] if monthly else None,
        programme=asked["programme"] if asked["kind"] == Kind.PROGRAMME else None,
        month=asked["month"] if monthly else None,
        mode=asked["mode"] if monthly else "",
        publish=asked["publish"],
        author=user,
    )


def _tell(request: HttpRequest, taken: list[Extract], *, several: bool) -> None:
    """Hand what was taken to the workers, and say what the page that follows does not show."""
    fresh = [extract for extract in taken if extract.state == State.RECEIVED]
    for extract in taken:
        if extract.state != State.RECEIVED:
            said = already_in_force(extract)
            name = f"«\u202f{extract.original_name}\u202f»\u202f: " if several else ""
            messages.info(request, f"{name}{said}")
    if several and fresh:
        names = ", ".join(shown_name(extract.original_name) for extract in fresh)
        count = "1 fichier reçu" if len(fresh) == 1 else f"{len(fresh)} fichiers reçus"
        messages.success(request, f"{count}, en tête des derniers fichiers\u202f: {names}.")
    # All are sent, whatever becomes of the first.
    sent = [send(extract) for extract in fresh]
    if not all(sent):
        messages.warning(
            request,
            "Le traitement est momentanément indisponible\u202f: ce qui est reçu sera lu dès son "
            "retour, sans que vous ayez à rien renvoyer.",
        )
