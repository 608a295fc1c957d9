"""The page on which a person says what the columns of a file are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from ingestion import mappings
from ingestion.forms.columns import OF_MONTH, OF_TYPE, ColumnsForm, roles_of
from ingestion.models import Extract
from ingestion.reading.headers import Field
from ingestion.reading.layout import Columns
from ingestion.tasks import send
from ingestion.views.access import administered, administrator
from reference.documents import document_type_choices
from reference.finess.number import clean, has_valid_key
from reference.months import iso

CHANGED = "Ce fichier n’attend plus ses colonnes\u202f: son état vient de changer."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """The first rows of a file, and a choice for each column; then it is read again."""
    user = administrator(request)
    extract = get_object_or_404(administered(user).select_related("region", "source"), pk=pk)
    if extract.state not in mappings.OPEN_STATES:
        messages.warning(request, CHANGED)
        return redirect("ingestion:extract", pk)
    if not extract.offer:
        raise Http404("Aucune colonne à indiquer.")
    if request.method == "POST" and "choose_sheet" in request.POST:
        return _choose_sheet(request, extract, user)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        headers=[(each["key"], each["text"]) for each in extract.offer["headers"]],
        proposed=_proposed(extract),
        types=document_type_choices(),
        of_file=True,
        initial={"month": extract.asked_month and iso(extract.asked_month)},
    )
    if form.is_bound and form.is_valid():
        again = mappings.remember(extract, form.columns, author=user, month=form.month)
        return _answer(request, pk, again)
    context = {"extract": extract, "form": form, "table": _table(extract, form)}
    status = 400 if form.errors else 200
    return render(request, "ingestion/mapping.html", context, status=status)


def _choose_sheet(request: HttpRequest, extract: Extract, user: User) -> HttpResponse:
    sheet = request.POST.get("sheet", "")
    if sheet not in extract.offer["sheets"]:
        messages.error(request, "Cette feuille n’est pas dans le classeur.")
        return redirect("ingestion:mapping", extract.pk)
    return _answer(request, extract.pk, mappings.choose_sheet(extract, sheet, author=user))


def _answer(request: HttpRequest, pk: int, again: Extract | None) -> HttpResponse:
    """Hand the file to the workers, and show its page; None: it waits no longer."""
    if again is None:
        messages.warning(request, CHANGED)
    else:
        send(again)  # while the broker is down, the sweep does it
    return redirect("ingestion:extract", pk)


def _proposed(extract: Extract) -> dict[str, str]:
    """The role first shown for each header key: as said before, else as it was recognised."""
    offer = extract.offer
    said = mappings.known(extract).get(offer["signature"]) or extract.columns
    if said:
        return roles_of(Columns.from_json(said))
    heads = [each for each in offer["headers"] if each["field"]]
    if Field.FINESS not in {each["field"] for each in heads}:
        numbers = _with_numbers(offer)
        keys = {each["key"] for each in numbers}
        heads = [*numbers, *(each for each in heads if each["key"] not in keys)]
    # Each field once: the first column that looks like it.
    first = {each["field"]: each["key"] for each in reversed(heads)}
    recognised = {key: name for name, key in first.items()}
    return (
        dict.fromkeys(offer["months"], OF_MONTH) | dict.fromkeys(offer["types"], OF_TYPE)
    ) | recognised


def _with_numbers(offer: dict[str, Any]) -> list[dict[str, str]]:
    """The first column whose rows shown are FINESS numbers, under a header that says nothing."""
    below = [cells for line, cells in offer["rows"] if line > (offer["line"] or 0)]
    for position, header in enumerate(offer["headers"]):
        texts = [clean(cells[position]) for cells in below if cells[position].strip()]
        if header["key"] and sum(map(has_valid_key, texts)) > len(texts) / 2:
            return [{"key": header["key"], "field": Field.FINESS.value}]
    return []


def _table(extract: Extract, form: ColumnsForm) -> dict[str, Any]:
    """What the page shows of the file: for each column its header and choice, then the rows."""
    offer = extract.offer
    return {
        "columns": [(text, cell) for (_, text), cell in zip(form.headers, form.cells, strict=True)],
        "rows": [(line, cells) for line, cells in offer["rows"] if line != offer["line"]],
    }
