"""A block of a page: what it says, how to read it, and tables with small bars beside numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.charts.chart import Column, Table

BAR_WIDTH = 120.0


@dataclass(frozen=True)
class Bar:
    """Geometry of one bar in SVG units; what is negative goes left of the zero line."""

    x: float
    width: float
    zero: float
    negative: bool


@dataclass(frozen=True)
class Row:
    """A line of a table: its header, its cells with whether each is a number, its bar."""

    header: str
    cells: tuple[tuple[str, bool], ...]
    bar: Bar | None
    link: str  # the query of the list of the ESMS behind it, "" without


@dataclass(frozen=True)
class Exhibit:
    """A table with its address; `bars` is the column drawn beside the numbers, "" for none.

    `links`: for each row, the query string of the ESMS behind it, "" when there is none.
    """

    code: str
    table: Table
    bars: str = ""
    links: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What a template writes, line by line."""
        columns = self.table.columns
        bars = _bars(self.table.named(self.bars)) if self.bars else (None,) * len(self.table.rows)
        links = self.links or ("",) * len(self.table.rows)
        return tuple(
            Row(
                header,
                tuple((column.texts[index], column.is_number) for column in columns),
                bar,
                link,
            )
            for index, (header, bar, link) in enumerate(
                zip(self.table.rows, bars, links, strict=True)
            )
        )

    @property
    def linked(self) -> bool:
        """Whether at least one line leads to the ESMS behind it."""
        return any(self.links)


@dataclass(frozen=True)
class Block:
    """A section of a page."""

    code: str
    heading: str
    message: str
    reading: str  # what it counts and how to read it
    exhibits: tuple[Exhibit, ...]
    remarks: tuple[str, ...] = ()


def _bars(column: Column) -> Sequence[Bar | None]:
    """One bar per value, on one scale that holds zero; none where there is no number."""
    known = [value for value in column.values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    scale = BAR_WIDTH / ((high - low) or 1)
    zero = round(-low * scale, 1)
    return [
        None
        if value is None
        else Bar(
            x=round(zero + min(value, 0) * scale, 1),
            width=round(abs(value) * scale, 1),
            zero=zero,
            negative=value < 0,
        )
        for value in column.values
    ]
