"""Tables of pages as CSV files to keep: how an address asks for one, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from reference.spreadsheets import Cell, csv_bytes, csv_chunks

#: `?format=csv` asks a page for its table as a file; `&tableau=` says which when it has several.
FORMAT, FILE, TABLE = "format", "csv", "tableau"

#: A table as a file: its headers, then its rows.
Lines: TypeAlias = Iterable[Sequence[Cell]]

_TYPE = "text/csv; charset=utf-8"
_Response = TypeVar("_Response", bound=HttpResponseBase)


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
    name = _asked(request, tables)
    return listing(f"{name}_{of}", tables[name]()) if name else None


def stream_asked(
    request: HttpRequest, of: str, tables: Mapping[str, Callable[[], Lines]]
) -> StreamingHttpResponse | None:
    """`file_asked` for tables that may be long: lines are read while the file is sent.

    Not for a page read in a snapshot: all but the first lines are read after the view returned.

    Raises:
        Http404: the page has no such table now.
    """
    name = _asked(request, tables)
    if not name:
        return None
    chunks = csv_chunks(tables[name]())
    # Read now: what fails at once is answered as an error, not as a file cut short.
    begun = chain([next(chunks)], chunks if request.method == "GET" else ())
    return _to_keep(StreamingHttpResponse(begun, content_type=_TYPE), f"{name}_{of}.csv")


def _asked(request: HttpRequest, tables: Collection[str]) -> str:
    """The name of the table whose file is asked for, "" when none is.

    Raises:
        Http404: there is no such table.
    """
    if request.method == "POST" or request.GET.get(FORMAT) != FILE:
        return ""
    name = request.GET.get(TABLE) or next(iter(tables), "")
    if name not in tables:
        raise Http404("Aucun tableau à cette adresse.")
    return name


def listing(name: str, lines: Lines) -> HttpResponse:
    """Lines of cells as a CSV file to keep; `name` is without its extension."""
    return attached(f"{name}.csv", csv_bytes(lines))


def attached(name: str, content: bytes | str) -> HttpResponse:
    """A CSV file to keep."""
    return _to_keep(HttpResponse(content, content_type=_TYPE), name)


def _to_keep(response: _Response, name: str) -> _Response:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
