"""A table in a sheet: months as dates, numbers as numbers, and blanks where there is none.

A missing number is a blank cell, pale grey, whose note says why: a text would be drawn as zero by
a chart and would break the formulas of those who go on calculating.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.charts.chart import Chart, Column, Kind, Table, Unit, column
from dashboard.charts.withheld import withheld
from dashboard.workbooks.style import ACCENT, HEAD, LINE, MISSING, MONTH, Book
from reference import french

#: The header of the months' state: "provisoire", "non reçu", "événement 1".
STATE = "Remarque"
TARGET = "cible"
#: The row of what is masked of a bar, which keeps its length.
WITHHELD = "Chiffres masqués, ensemble"
#: Widths in digits.
NUMBER_WIDTH, MONTH_WIDTH, STATE_WIDTH, LONGEST = 12.0, 12.0, 18.0, 75.0


@dataclass(frozen=True)
class Placed:
    """Where a table stands in its sheet: its header, its lines, its columns by code (0 = A).

    `lines`: the columns drawn as lines, which a text would bring down to zero.
    """

    sheet: str
    header: int
    first: int
    last: int
    table: Table
    months: bool
    lines: frozenset[str]

    @property
    def offset(self) -> int:
        """The first column of numbers: after the row headers, and the months' state."""
        return 2 if self.months else 1

    def column(self, code: str) -> int:
        """The position of a column."""
        codes = [one.code for one in self.table.columns]
        return self.offset + codes.index(code)

    @property
    def widths(self) -> list[float]:
        """How wide each column is, in digits."""
        longest = max((len(text) for text in self.table.rows), default=0)
        first = MONTH_WIDTH if self.months else min(LONGEST, max(14, longest + 2))
        state = [STATE_WIDTH] if self.months else []
        return [first, *state, *map(_width, self.table.columns)]

    @property
    def width(self) -> int:
        """The first position after the table."""
        return self.offset + len(self.table.columns)


def charted(chart: Chart) -> Table:
    """The table of a chart as its sheet holds it: targets added, drawn parts side by side."""
    table = chart.table
    columns = [*table.columns, *_targets(chart)]
    if chart.kind is not Kind.SPLIT:
        return Table(table.caption, table.corner, table.rows, tuple(columns))
    drawn = [mark.column for mark in chart.marks]
    columns.sort(key=lambda one: drawn.index(one.code) if one.code in drawn else len(drawn))
    rest = withheld(chart)
    if not any(rest):
        return Table(table.caption, table.corner, table.rows, tuple(columns))
    masked = dict(zip(drawn, rest, strict=True))
    added = (_with(one, masked.get(one.code)) for one in columns)
    return Table(table.caption, table.corner, (*table.rows, WITHHELD), tuple(added))


def _with(one: Column, value: float | None) -> Column:
    """A column with one more row: a number, or nothing at all."""
    text = " " if value is None else one.unit.text(value)
    return replace(one, values=(*one.values, value), texts=(*one.texts, text))


def _targets(chart: Chart) -> Iterator[Column]:
    """A column for each drawn target: its value in the months, or on the row, that it binds."""
    for number, goal in enumerate((one for one in chart.targets if one.drawn), start=1):
        bound: Sequence[bool]
        if chart.months:
            bound = [goal.binds(month.date) for month in chart.months]
        else:
            bound = [row == goal.row for row in chart.table.rows]
        values = [goal.value if one else None for one in bound]
        reasons = ["" if one else " " for one in bound]
        yield column(f"{TARGET}-{number}", goal.label, chart.unit, values, reasons)


def write_table(
    book: Book, sheet: Any, table: Table, row: int, chart: Chart | None = None
) -> Placed:
    """Write a table from a row on, with a filter in its header; says where it stands.

    `chart`: the chart of the table, for its months, its events and what it draws as lines.
    """
    months = chart.months if chart else ()
    last = row + len(table.rows)
    lines = _lines(chart) if chart else frozenset()
    placed = Placed(sheet.get_name(), row, row + 1, last, table, bool(months), lines)
    _header(book, sheet, placed)
    for index, header in enumerate(table.rows):
        at = placed.first + index
        if chart and months:
            style = book.format(num_format=MONTH, align="left", bottom=1, bottom_color=LINE)
            sheet.write_datetime(at, 0, as_datetime(months[index].date), style)
            _text(book, sheet, at, 1, state(chart, index))
        else:
            _text(book, sheet, at, 0, header)
    for one in table.columns:
        for index in range(len(table.rows)):
            _cell(book, sheet, placed, one, index)
    if table.rows:
        sheet.autofilter(placed.header, 0, placed.last, placed.width - 1)
    return placed


def as_datetime(month: dt.date) -> dt.datetime:
    """A date as a cell takes it."""
    return dt.datetime(month.year, month.month, month.day)  # noqa: DTZ001  # cells have no zone


def state(chart: Chart, index: int) -> str:
    """Why the numbers of a month are not like the others: "7 départements sur 8, provisoire"."""
    month = chart.months[index]
    remarks = [month.header.partition(" (")[2].removesuffix(")")]
    remarks += [
        f"événement {marker.number}"
        for marker in chart.events
        if marker.first <= month.date <= marker.last
    ]
    return ", ".join(filter(None, remarks))


def _lines(chart: Chart) -> frozenset[str]:
    """The columns drawn as lines."""
    marks = (one.column for one in chart.marks if one.line or chart.kind is Kind.LINES)
    return frozenset(marks)


def _header(book: Book, sheet: Any, placed: Placed) -> None:
    style = {
        "bold": True, "bg_color": HEAD, "text_wrap": True, "valign": "bottom",
        "bottom": 2, "bottom_color": ACCENT,
    }  # fmt: skip
    table, row = placed.table, placed.header
    book.text(sheet, row, 0, table.corner, **style)
    if placed.months:
        book.text(sheet, row, 1, STATE, **style)
    for position, one in enumerate(table.columns, start=placed.offset):
        suffix = one.unit.suffix if one.unit is Unit.POINTS else ""
        place = {"align": "right"} if one.is_number else {"indent": 1}
        book.text(sheet, row, position, one.label + suffix, **style, **place)
    lines = max((1 + int(len(one.label) * 1.25 // _width(one)) for one in table.columns), default=1)
    sheet.set_row(row, 14 * max(2, lines) + 4)
    for position, width in enumerate(placed.widths):
        sheet.set_column(position, position, width)


def _width(one: Column) -> float:
    if not one.is_number:
        return min(LONGEST, max(14, *(len(text) for text in one.texts), 0) + 2)
    told = (
        len(text)
        for value, text in zip(one.values, one.texts, strict=True)
        if value is None and text != french.NOT_AVAILABLE
    )
    return max(NUMBER_WIDTH, *told, 0)


def _text(book: Book, sheet: Any, row: int, at: int, text: str, **more: Any) -> None:
    book.text(sheet, row, at, text, bottom=1, bottom_color=LINE, **more)


def _cell(book: Book, sheet: Any, placed: Placed, one: Column, index: int) -> None:
    """A number; or the words that stand for it; or a blank with a note."""
    row, at = placed.first + index, placed.column(one.code)
    value, text = one.values[index], one.texts[index]
    if not one.is_number:
        _text(book, sheet, row, at, text, indent=1)
    elif value is not None:
        book.number(sheet, row, at, value, one.unit)
        if _says_more(one.unit, text):
            _note(sheet, row, at, text)
    elif not text.strip():
        sheet.write_blank(row, at, None, book.format(bottom=1, bottom_color=LINE))
    elif one.code in placed.lines or text == french.NOT_AVAILABLE:
        sheet.write_blank(row, at, None, book.format(bg_color=MISSING))
        _note(sheet, row, at, _reason(text, placed.table.rows[index]))
    else:
        _text(book, sheet, row, at, text, align="right")


def _reason(text: str, header: str) -> str:
    """What the note of a blank cell says: "n. d. : non reçu", "3 sur 14"."""
    missing = header.endswith("non reçu)") and text == french.NOT_AVAILABLE
    return f"{text}\u202f: non reçu" if missing else text


def _says_more(unit: Unit, text: str) -> bool:
    """Whether a cell of the page says what its number alone does not: "+224 % (×3,2)"."""
    return unit not in {Unit.POINTS, Unit.RANK} and bool(re.search(r"[(,] ?[a-z×à]", text))


def _note(sheet: Any, row: int, column: int, text: str) -> None:
    sheet.write_comment(row, column, text, {"author": "", "x_scale": 1.2, "y_scale": 0.5})
