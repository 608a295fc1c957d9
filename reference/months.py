"""Calendar months: the grain of every figure, always held as the date of their first day."""

import datetime as dt
import re
from collections.abc import Iterator

MONTH_NAMES = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def first_day(date: dt.date) -> dt.date:
    """The month that holds a date."""
    return dt.date(date.year, date.month, 1)


def shift(month: dt.date, months: int) -> dt.date:
    """The month that comes `months` later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def last_day(month: dt.date) -> dt.date:
    """The last day of a month."""
    return shift(month, 1) - dt.timedelta(days=1)


def span(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every month from `first` to `last`, both included; empty when they are out of order."""
    month = first
    while month <= last:
        yield month
        month = shift(month, 1)


def parse_month(text: str) -> dt.date:
    """The month written `YYYY-MM`, from 1900 to 2199: no figure lies outside.

    Raises:
        ValueError: when the text is anything else.
    """
    if re.fullmatch(r"(19|20|21)[0-9]{2}-[0-9]{2}", text) is None:
        raise ValueError(f"not a month: {text!r}")
    return dt.date.fromisoformat(f"{text}-01")


def iso(month: dt.date) -> str:
    """The month as `YYYY-MM`, as commands, URLs and file names write it."""
    return f"{month:%Y-%m}"


def in_french(month: dt.date) -> str:
    """The month as a French sentence writes it: "décembre 2025"."""
    return f"{MONTH_NAMES[month.month - 1]} {month.year}"
