"""The pages of the audit trail, for administrators."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.journal import JournalForm, Line, Reader, visible_entries
from accounts.models import Role, User
from accounts.scope import roles_by_region
from reference.spreadsheets import BOM, neutralised

ENTRIES_PER_PAGE = 50
COLUMNS = ("Date", "Heure", "Par", "Action", "Objet", "Région", "Détails")


@never_cache
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what, when: the entries that an administrator may read."""
    form = JournalForm(request.GET.dict(), visible_entries(_administrator(request)))
    page = Paginator(form.found(), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    reader = Reader()
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "lines": [reader.line(entry) for entry in page],
        "query": filters.urlencode(),
    }
    return render(request, "accounts/journal.html", context)


@never_cache
@require_safe
def journal_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same entries, all pages together, for a spreadsheet."""
    form = JournalForm(request.GET.dict(), visible_entries(_administrator(request)))
    reader = Reader()
    lines = (reader.line(entry) for entry in form.found().iterator(chunk_size=2000))
    response = StreamingHttpResponse(_rows(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="journal.csv"'
    return response


def _administrator(request: HttpRequest) -> User:
    """The user, when they administer a région.

    Raises:
        PermissionDenied: they only read. Http404: they see no région at all.
    """
    user = cast("User", request.user)  # LoginRequiredMiddleware let no one else in
    roles = roles_by_region(user)
    if not roles:
        raise Http404("Aucune région à cette adresse.")
    if Role.ADMINISTRATOR not in roles.values():
        raise PermissionDenied
    return user


def _rows(lines: Iterator[Line]) -> Iterator[str]:
    yield BOM + _row(COLUMNS)
    for line in lines:
        yield _row(
            (
                f"{line.at:%d/%m/%Y}",
                f"{line.at:%H:%M:%S}",
                line.by,
                line.action,
                line.target,
                line.region,
                " ; ".join(line.details),
            )
        )


def _row(cells: tuple[str, ...]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerow(map(neutralised, cells))
    return stream.getvalue()
