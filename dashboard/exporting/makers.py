"""Who makes each kind of file, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.models import ExportKind
from dashboard.pieces.order import Made, Order

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
EXTENSIONS: Mapping[str, str] = {ExportKind.DECK: "pptx", ExportKind.WORKBOOK: "xlsx"}
CONTENT_TYPES: Mapping[str, str] = {
    ExportKind.DECK: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ExportKind.WORKBOOK: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
