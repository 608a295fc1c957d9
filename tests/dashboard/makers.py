"""Makers of exports that make nothing, and workers that are told and do not work."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from dashboard.exporting import asking, making
from dashboard.models import ExportKind
from dashboard.pieces.order import Made, Order
from reference.models import current_data_version


class Maker:
    """Makes two bytes, or what `problem` says, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.problem: BaseException | None = None

    def __call__(self, order: Order, progress: Callable[[int, int], None]) -> Made:
        self.orders.append(order)
        if self.problem is not None:
            raise self.problem
        return Made(b"PK", current_data_version())


def replace_makers(monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Have every kind of file made by one `Maker`."""
    made = Maker()
    monkeypatch.setattr(making, "MAKERS", dict.fromkeys(ExportKind, made))
    return made


def replace_workers(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The exports that workers are told of from now on."""
    sent: list[UUID] = []

    def hand_over(export: UUID) -> bool:
        sent.append(export)
        return True

    monkeypatch.setattr(asking, "hand_over", hand_over)
    return sent
