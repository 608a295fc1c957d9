"""Which period a digest is due for, from what was told and what is received. Pure.

A digest tells of the last received month, or of the last quarter that is over. What is due
depends only on the last month received now and when the reader was last told, so that the
correction of an older month, or the return of a withdrawn one, sends nothing again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.models import Frequency
from reference import french
from reference.months import in_french, iso, shift

QUARTER = 3


@dataclass(frozen=True)
class Period:
    """The months that a digest tells of, both included; its last one is received."""

    first: dt.date
    last: dt.date
    quarterly: bool = False

    @property
    def name(self) -> str:
        """As a sentence writes it: "décembre 2025", "4e trimestre 2025"."""
        if not self.quarterly:
            return in_french(self.last)
        # Quarters are of the calendar year.
        number = (self.first.month - 1) // QUARTER + 1
        return f"{french.ordinal(number)} trimestre {self.first.year}"

    @property
    def key(self) -> str:
        """As a letter is known by: "2025-12", "2025-T4"."""
        if not self.quarterly:
            return iso(self.last)
        return f"{self.first.year}-T{(self.first.month - 1) // QUARTER + 1}"

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """The months that these are compared with: the three before, both ends included."""
        return shift(self.first, -QUARTER), shift(self.first, -1)


def due(frequency: str, told: dt.date | None, received: Sequence[dt.date]) -> Period | None:
    """The period to tell of, None when nothing is new.

    Args:
        frequency: one of `Frequency`.
        told: the last received month when the reader was told, or subscribed; None: none was.
        received: the months received now, in order.
    """
    if not received:
        return None
    last = received[-1]
    if frequency == Frequency.MONTHLY:
        return Period(last, last) if told is None or last > told else None
    quarter = _over(last)
    months = [month for month in received if quarter <= month < shift(quarter, QUARTER)]
    if not months or (told is not None and _over(told) >= quarter):
        return None
    return Period(quarter, months[-1], quarterly=True)


def _over(last: dt.date) -> dt.date:
    """The first month of the last quarter of which no later month is awaited."""
    following = shift(last, 1)
    quarter = dt.date(following.year, (following.month - 1) // QUARTER * QUARTER + 1, 1)
    return shift(quarter, -QUARTER)
