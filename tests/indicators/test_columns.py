"""Columns of integers: what is packed to be kept comes back as it was."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indicators.columns import (
    Ints,
    Table,
    between,
    chosen,
    during,
    month_number,
    month_of,
    ordered,
    packed,
    parted,
    until,
)

WHOLE = st.integers(-(2**63), 2**63 - 1)
months_asked = st.integers(-2, 42)
months = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 1)).map(lambda day: day.replace(day=1))


def column(values: list[int]) -> Ints:
    return np.array(values, dtype="int64")


def rows_of(table: Table) -> list[tuple[int, int]]:
    return list(zip(table["month"].tolist(), table["place"].tolist(), strict=True))


@given(st.lists(WHOLE))
def test_packed_columns_hold_the_same_numbers_and_come_back_wide(values: list[int]) -> None:
    kept = packed({"documents": column(values)})
    back = chosen(kept, np.arange(len(values)))["documents"]

    assert kept["documents"].nbytes <= 8 * len(values)
    assert (back.dtype, back.tolist()) == (np.dtype("int64"), values)


def test_small_numbers_take_little_room() -> None:
    kept = packed({"month": column([671, 672]), "place": column([-1, 12]), "none": column([])})

    assert [kept[name].itemsize for name in ("month", "place", "none")] == [2, 1, 1]


@given(st.lists(st.integers(0, 900)), st.integers(0, 900), st.integers(0, 900))
def test_rows_between_two_months_have_both(values: list[int], first: int, last: int) -> None:
    found = between(packed({"month": column(values)}), first, last)["month"].tolist()

    assert found == [value for value in values if first <= value <= last]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-1, 5))), months_asked, months_asked)
def test_rows_in_the_order_of_months_are_taken_by_slices(
    pairs: list[tuple[int, int]], first: int, last: int
) -> None:
    rows = {
        name: column([pair[rank] for pair in pairs]) for rank, name in enumerate(("month", "place"))
    }
    kept = packed(ordered(rows))
    listed = sorted(pairs, key=lambda pair: pair[0])

    assert rows_of(kept) == listed
    assert rows_of(during(kept, first, last)) == [one for one in listed if first <= one[0] <= last]
    assert during(kept, first, last)["place"].dtype == np.dtype("int64")
    assert rows_of(until(kept, last)) == [one for one in listed if one[0] <= last]
    assert [rows_of(part) for part in parted(kept, "place", 5)] == [
        [one for one in listed if one[1] == place] for place in range(5)
    ]


@given(months, months)
def test_months_are_numbered_one_after_the_other(first: dt.date, last: dt.date) -> None:
    assert month_of(month_number(first)) == first
    assert (month_number(first) < month_number(last)) == (first < last)
