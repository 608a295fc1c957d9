"""Who makes each kind of file, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.models import ExportKind
from dashboard.pieces.order import Made, Order
from dashboard.pieces.piece import Piece, standard, whole_page

Follow = Callable[[int, int], None]


def _deck(order: Order, progress: Follow) -> Made:
    from dashboard.decks.build import make_deck  # noqa: PLC0415  # heavy: pages do not need it

    return make_deck(order, progress)


def _workbook(order: Order, progress: Follow) -> Made:
    from dashboard.workbooks.build import make_workbook  # noqa: PLC0415  # likewise

    return make_workbook(order, progress)


MAKERS: Mapping[str, Callable[[Order, Follow], Made]] = {
    ExportKind.DECK: _deck,
    ExportKind.WORKBOOK: _workbook,
}
#: What a file holds when nobody chose: the deck of a committee, a sheet for all that a page shows.
USUAL: Mapping[str, Callable[..., tuple[Piece, ...]]] = {
    ExportKind.DECK: standard,
    ExportKind.WORKBOOK: whole_page,
}
#: At most so many parts are made at once, while the person waits: a département, names included.
AT_ONCE: Mapping[str, int] = {ExportKind.DECK: 9, ExportKind.WORKBOOK: 16}
#: And of at most so many periods or sectors: each that no worker prepared is read meanwhile.
QUERIES_AT_ONCE = 2
EXTENSIONS: Mapping[str, str] = {ExportKind.DECK: "pptx", ExportKind.WORKBOOK: "xlsx"}
CONTENT_TYPES: Mapping[str, str] = {
    ExportKind.DECK: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ExportKind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
