"""Whose facilities are, month by month, as the periods of the register say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from indicators.columns import Table, month_number
from indicators.territory_reading import NOBODY, owning

OPENED, TAKEN_OVER = dt.date(2025, 3, 2), dt.date(2025, 3, 31)


def periods(*rows: tuple[int, int, dt.date]) -> Table:
    """Of facilities and entities, since a day."""
    days = [
        (facility, entity, (since - dt.date(1970, 1, 1)).days) for facility, entity, since in rows
    ]
    columns = np.array(days, dtype="int64").reshape(-1, 3).T
    return dict(zip(("facility", "entity", "since"), columns, strict=True))


def owner(known: Table, facility: int, month: dt.date) -> int:
    months, facilities = np.array([month_number(month)]), np.array([facility])
    return int(owning(known, months, facilities)[0])


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_periods_begun_in_a_month_the_later_speaks(order: int) -> None:
    both = [(7, 1, OPENED), (7, 2, TAKEN_OVER)][::order]

    assert owner(periods(*both), 7, dt.date(2025, 3, 1)) == 2
    assert owner(periods(*both), 7, dt.date(2026, 1, 1)) == 2


def test_before_its_first_period_a_facility_is_that_of_it() -> None:
    assert owner(periods((7, 1, OPENED), (7, 2, TAKEN_OVER)), 7, dt.date(2024, 1, 1)) == 1


@pytest.mark.parametrize("known", [periods(), periods((6, 1, OPENED)), periods((8, 1, OPENED))])
def test_a_facility_without_any_period_is_nobodys(known: Table) -> None:
    assert owner(known, 7, dt.date(2025, 3, 1)) == NOBODY
