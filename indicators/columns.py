"""Rows by the ten thousands as columns of integers.

The server groups rows and sends each column of a group at once, as bytes that numpy takes in as
they are: many times faster than rows one by one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import models
from django.db.models import Aggregate, Expression, F, Func, QuerySet, Value
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Columns of one length, by name.
Table = dict[str, Ints]


class Days(Func):
    """A date as the days since 1970."""

    template = "(%(expressions)s - DATE '1970-01-01')"
    output_field = models.IntegerField()


class Sent(Aggregate):
    """An integer of each row of a group, in one value that numpy takes in as it is."""

    function = "string_agg"
    template = "%(function)s(int8send((%(expressions)s)::int8), ''::bytea)"
    output_field = models.BinaryField()


class Among(Func):
    """Whether a number is one of many, which are sent as one value."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, column: str, numbers: list[int]) -> None:
        super().__init__(column, Value(numbers))


def sent(
    rows: QuerySet[Any, Any], keys: Sequence[str], *columns: Expression | F
) -> QuerySet[Any, Any]:
    """Rows grouped by `keys`: these, then each of `columns` (integers) as the bytes of its rows."""
    names = [f"column_{rank}" for rank in range(len(columns))]
    grouped = rows.order_by().values(*keys)
    told = grouped.annotate(**{name: Sent(each) for name, each in zip(names, columns, strict=True)})
    listed: QuerySet[Any, Any] = told.values_list(*keys, *names)
    return listed


def table(
    groups: Sequence[tuple[tuple[int, ...], Sequence[bytes]]],
    keys: Sequence[str],
    columns: Sequence[str],
) -> Table:
    """The rows of all groups, each with the numbers of its group: the reverse of `sent`.

    A column called "month" holds days, which become months (`month_number`).
    """
    numbers = np.array([of_group for of_group, _ in groups], dtype="int64")
    numbers = numbers.reshape(len(groups), len(keys))
    lengths = [len(bytes_[0]) // 8 for _, bytes_ in groups]
    rows = {name: np.repeat(numbers[:, rank], lengths) for rank, name in enumerate(keys)}
    for rank, name in enumerate(columns):
        joined = b"".join(bytes_[rank] for _, bytes_ in groups)
        values = np.frombuffer(joined, dtype=">i8").astype("int64")
        rows[name] = months_of_days(values) if name == "month" else values
    return rows


def chosen(rows: Table, which: Bools | Ints | slice) -> Table:
    """Some rows of a table, as wide integers, with which nothing overflows."""
    return {name: column[which].astype("int64", copy=False) for name, column in rows.items()}


def distinct(values: Ints) -> Ints:
    """The different numbers of a column without negative ones, in order.

    numpy's `unique` takes twenty times as long for the few hundred months, types or facilities.
    """
    return np.flatnonzero(np.bincount(values)).astype("int64", copy=False)


def between(rows: Table, first: int, last: int) -> Table:
    """The rows of some months, both included, as wide integers."""
    return chosen(rows, (rows["month"] >= first) & (rows["month"] <= last))


def ordered(rows: Table) -> Table:
    """The same rows in the order of months."""
    return chosen(rows, np.argsort(rows["month"], kind="stable"))


def during(rows: Table, first: int, last: int) -> Table:
    """As `between`, of rows in the order of months."""
    return chosen(rows, _span(rows, first, last))


def until(rows: Table, last: int) -> Table:
    """The rows up to a month, as they are, of rows in the order of months."""
    end = int(np.searchsorted(rows["month"], last, side="right"))
    return {name: column[:end] for name, column in rows.items()}


def parted(rows: Table, key: str, count: int) -> list[Table]:
    """The rows of each number of a column from 0 to `count`, as they are and in their order."""
    order = np.argsort(rows[key], kind="stable")
    bounds = np.searchsorted(rows[key][order], np.arange(count + 1))
    columns = {name: column[order] for name, column in rows.items()}
    return [
        {name: column[first:last] for name, column in columns.items()}
        for first, last in pairwise(bounds)
    ]


def _span(rows: Table, first: int, last: int) -> slice:
    begin, end = np.searchsorted(rows["month"], [first, last + 1])
    return slice(int(begin), int(end))


def packed(rows: Table) -> Table:
    """The same in the smallest integers that hold each column, to be kept."""
    return {name: column.astype(_least(column)) for name, column in rows.items()}


def _least(column: Ints) -> str:
    """The smallest signed integers that hold a column."""
    first, last = (column.min(), column.max()) if len(column) else (0, 0)
    sizes = ("int8", "int16", "int32")
    fitting = (size for size in sizes if np.iinfo(size).min <= first <= last <= np.iinfo(size).max)
    return next(fitting, "int64")


def month_number(month: dt.date) -> int:
    """Months since January 1970, so that differences are months."""
    return (month.year - 1970) * 12 + month.month - 1


def month_of(number: int) -> dt.date:
    """The month of a number."""
    return dt.date(1970 + number // 12, number % 12 + 1, 1)


def months_of_days(days: Ints) -> Ints:
    """The numbers of the months of days counted from 1970."""
    numbers: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    return numbers
