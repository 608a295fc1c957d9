"""Tables of pages as CSV files to keep: how an address asks for one, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from django.http import Http404, HttpRequest, HttpResponse

from reference.spreadsheets import Cell, csv_bytes

#: `?format=csv` asks a page for its table as a file; `&tableau=` says which when it has several.
FORMAT, FILE, TABLE = "format", "csv", "tableau"

#: A table as a file: its headers, then its rows.
Lines: TypeAlias = Iterable[Sequence[Cell]]


def file_asked(
    request: HttpRequest, of: str, tables: Mapping[str, Callable[[], Lines]]
) -> HttpResponse | None:
    """The file of one of a page's tables; None when the page itself is asked for, or an act.

    `tables`: what makes the lines of each, by the name that the address gives it; the first one
    is meant when it gives none. `of`: what the page is of, after the table in the file's name:
    "textes_R27_v42.csv". Called once the page is known to be the user's.

    Raises:
        Http404: the page has no such table now.
    """
    if request.method == "POST" or request.GET.get(FORMAT) != FILE:
        return None
    name = request.GET.get(TABLE) or next(iter(tables), "")
    if name not in tables:
        raise Http404("Aucun tableau à cette adresse.")
    return listing(f"{name}_{of}", tables[name]())


def listing(name: str, lines: Lines) -> HttpResponse:
    """Lines of cells as a CSV file to keep; `name` is without its extension."""
    return attached(f"{name}.csv", csv_bytes(lines))


def attached(name: str, content: bytes | str) -> HttpResponse:
    """A CSV file to keep."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
