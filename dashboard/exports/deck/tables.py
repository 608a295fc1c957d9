"""A table as PowerPoint's own, on as many slides as its rows need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches

from dashboard.charts.chart import Table
from dashboard.exports.deck.fitting import LINE, SIDES, extent, lines_of, style
from dashboard.exports.deck.look import look
from dashboard.exports.deck.template import INK, Box

#: Above and below the text of a cell, in inches; the least height of a row.
MARGIN, LEAST = 0.04, 0.34
#: Size of the texts, by number of columns; the second when there are many.
SIZES, MANY = (12, 10), 7
BOLD = 1.06
#: A column asks for the width of its longest text, up to this many inches.
WIDEST = 3.2
#: How light the row of the whole is beside the header, which has the accent of the template.
TOTAL = 0.88
WHITE = "FFFFFF"

Line = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Page:
    """The rows of a table that hold on one slide, and their heights in inches."""

    lines: tuple[Line, ...]
    header: float
    heights: tuple[float, ...]


def pages(table: Table, box: Box) -> Iterator[Page]:
    """Cut a table into slides; each has the header again, and one row at least."""
    size, widths = _size(table), _widths(table, box.width)
    header = _row(_headers(table), widths, size)
    kept: list[Line] = []
    heights: list[float] = []
    for name, texts in table.lines:
        high = _row([name, *texts], widths, size)
        if kept and header + sum(heights) + high > box.height:
            yield Page(tuple(kept), header, tuple(heights))
            kept, heights = [], []
        kept.append((name, texts))
        heights.append(high)
    yield Page(tuple(kept), header, tuple(heights))


def draw(slide: Any, table: Table, page: Page, box: Box, *, total: bool) -> Any:
    """One page of a table; `total`: its last row is the whole, in bold. Gives its frame."""
    size, widths = _size(table), _widths(table, box.width)
    frame = slide.shapes.add_table(
        len(page.lines) + 1, len(widths), Inches(box.left), Inches(box.top),
        Inches(box.width), Inches(page.header + sum(page.heights)),
    )  # fmt: skip
    frame.name = "Tableau"
    frame.element.nvGraphicFramePr.cNvPr.set("descr", table.caption)
    grid = frame.table
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Inches(width)
    numbers = [False, *(column.is_number for column in table.columns)]
    rows = list(grid.rows)
    rows[0].height = Inches(page.header)
    for cell, said, number in zip(rows[0].cells, _headers(table), numbers, strict=True):
        _write(cell, said, size, bold=True, number=number)
        style(cell.text_frame, size, WHITE if look().readable else INK)
        cell.fill.solid()
        cell.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
    for row, (name, texts), high in zip(rows[1:], page.lines, page.heights, strict=True):
        row.height = Inches(high)
        whole = total and row is rows[-1]
        for rank, (cell, said) in enumerate(zip(row.cells, [name, *texts], strict=True)):
            _write(cell, said, size, bold=rank == 0 or whole, number=numbers[rank])
            if whole:
                cell.fill.solid()
                cell.fill.fore_color.theme_color = MSO_THEME_COLOR.ACCENT_1
                cell.fill.fore_color.brightness = TOTAL
    return frame


def _headers(table: Table) -> list[str]:
    return [table.corner, *(column.label for column in table.columns)]


def _size(table: Table) -> int:
    return SIZES[1 + len(table.columns) > MANY]


def _row(texts: Sequence[str], widths: Sequence[float], size: int) -> float:
    """The height of a row in inches."""
    lines = max(lines_of(said, width, size) for said, width in zip(texts, widths, strict=True))
    return max(LEAST, lines * LINE * size / 72 + 2 * MARGIN)


def _widths(table: Table, whole: float) -> list[float]:
    """The widths of the columns, in inches: no word is broken as long as there is room."""
    size = _size(table)
    texts = [table.rows, *(column.texts for column in table.columns)]

    def wide(said: str) -> float:
        return BOLD * extent(said) * size / 72 + SIDES

    least = [
        max(wide(word) for said in (header, *column) for word in said.split(" "))
        for header, column in zip(_headers(table), texts, strict=True)
    ]
    asked = [
        max(low, min(WIDEST, max(map(wide, column), default=0)))
        for low, column in zip(least, texts, strict=True)
    ]
    if sum(asked) <= whole or sum(least) >= whole:
        return [whole * part / sum(asked) for part in asked]
    more = (whole - sum(least)) / (sum(asked) - sum(least))
    return [low + more * (high - low) for low, high in zip(least, asked, strict=True)]


def _write(cell: Any, said: str, size: int, *, bold: bool, number: bool) -> None:
    cell.text_frame.text = said
    cell.margin_top = cell.margin_bottom = Inches(MARGIN)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    style(cell.text_frame, size, INK)
    for paragraph in cell.text_frame.paragraphs:
        if number:
            paragraph.alignment = PP_ALIGN.RIGHT
        for run in paragraph.runs:
            run.font.bold = bold
