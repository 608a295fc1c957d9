"""How cells look: French formats in the grammar of the software, and inks of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xlsxwriter

from dashboard.charts.chart import Unit
from reference.spreadsheets import runs

MONTH = "[$-40C]mmm\\ yyyy"
WHOLE = "[$-40C]#,##0"
RATE = "[$-40C]0.0\\ %"
#: Rates are fractions; differences between rates are numbers of points, which no format can make.
NUMBERS = {
    Unit.DOCUMENTS: WHOLE,
    Unit.ESMS: WHOLE,
    Unit.RANK: WHOLE,
    Unit.MEAN: "[$-40C]#,##0.0",
    Unit.RATE: RATE,
    Unit.SHARE: RATE,
    Unit.POINTS: "[$-40C]+0.0;[$-40C]\\-0.0;[$-40C]0.0",
}
FONT = "Arial"
ACCENT, INK, MENTION, LINE, HEAD, MISSING = (
    "#000091", "#161616", "#666666", "#DDDDDD", "#EEEEEE", "#EEEEEE",
)  # fmt: skip
#: A cell holds no longer text.
LONGEST_TEXT = 32_767
#: The height of a line of text, in points, and the width of its letters, in digits.
LINE_HEIGHT = 14
LETTER = 0.8


def height(text: str, width: float) -> int:
    """How high a text is in a cell so wide, in points: programs do not all work it out."""
    return LINE_HEIGHT * sum(1 + int(len(part) * LETTER // width) for part in text.split("\n"))


class Book:
    """A workbook being written, with its formats. Every text is a text: nothing ever runs."""

    def __init__(self, file: Any) -> None:
        self.book = xlsxwriter.Workbook(
            file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def format(self, **properties: Any) -> Any:
        """The format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            common = {"font_name": FONT, "font_size": 10, "font_color": INK}
            self._formats[key] = self.book.add_format({**common, **properties})
        return self._formats[key]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write a text; one that would run when it is typed again keeps its apostrophe."""
        if runs(text):
            properties["quote_prefix"] = True
        if text:
            sheet.write_string(row, column, text[:LONGEST_TEXT], self.format(**properties))
        else:
            sheet.write_blank(row, column, None, self.format(**properties))

    def passage(
        self, sheet: Any, row: int, columns: tuple[int, int], width: float, text: str, **more: Any
    ) -> None:
        """A text over several cells of a row, `width` digits wide in all, as high as it needs."""
        style = {"text_wrap": True, "valign": "top", **more}
        first, last = columns
        if last > first:
            sheet.merge_range(row, first, row, last, "", self.format(**style))
        self.text(sheet, row, first, text, **style)
        sheet.set_row(row, height(text, width))

    def line(
        self, sheet: Any, row: int, texts: Sequence[str], widths: Sequence[float], **more: Any
    ) -> None:
        """Texts in the cells of a row, each as wide as its column, as high as the longest needs."""
        for column, text in enumerate(texts):
            self.text(sheet, row, column, text, text_wrap=True, valign="top", **more)
        told = (height(text, width) for text, width in zip(texts, widths, strict=False))
        sheet.set_row(row, max(told, default=LINE_HEIGHT))

    def link(self, sheet: Any, row: int, column: int, target: str, text: str) -> None:
        """An address to follow: "https://…", or "internal:'Sheet'!A1"."""
        style = self.format(font_color=ACCENT, underline=1, valign="top")
        sheet.write_url(row, column, target, style, text)

    def number(self, sheet: Any, row: int, column: int, value: float, unit: Unit) -> None:
        """A number in the format of its unit."""
        shown = value * 100 if unit is Unit.POINTS else value
        style = self.format(num_format=NUMBERS[unit], bottom=1, bottom_color=LINE)
        sheet.write_number(row, column, shown, style)
