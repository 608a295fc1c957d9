"""Calendar months, the grain of every figure."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import months

a_month = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)).map(months.first_day)


@given(a_month, st.integers(-240, 240))
def test_shifting_there_and_back_is_no_move(month: dt.date, by: int) -> None:
    assert months.shift(months.shift(month, by), -by) == month


@given(a_month)
def test_a_month_ends_the_day_before_the_next(month: dt.date) -> None:
    assert months.last_day(month) + dt.timedelta(days=1) == months.shift(month, 1)


@given(a_month, st.integers(0, 60))
def test_a_span_holds_both_its_ends(month: dt.date, by: int) -> None:
    told = list(months.span(month, months.shift(month, by)))

    assert (told[0], told[-1], len(told)) == (month, months.shift(month, by), by + 1)


@given(a_month)
def test_a_month_written_is_read_back(month: dt.date) -> None:
    assert months.parse_month(months.iso(month)) == month


def test_a_span_out_of_order_is_empty() -> None:
    assert list(months.span(dt.date(2025, 2, 1), dt.date(2025, 1, 1))) == []


@pytest.mark.parametrize(
    "text", ["2025", "2025-1", "12/2025", "2025-12-01", "0001-05", "9999-12", "２０２５-12"]
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        months.parse_month(text)


def test_french_writes_months_in_lower_case() -> None:
    assert months.in_french(dt.date(2025, 12, 1)) == "décembre 2025"
