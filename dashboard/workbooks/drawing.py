"""A chart as Excel draws it itself, from the cells of its sheet: what is corrected is redrawn.

Same kinds, colours, dashes and hatches as on the page. What is not known is a gap.
"""

from __future__ import annotations

from typing import Any

from dashboard.charts.chart import TARGET_COLOR, Chart, Kind, Mark, Unit
from dashboard.charts.withheld import COLOR, whole
from dashboard.workbooks.style import FONT, INK, LINE, MENTION, MONTH, NUMBERS, RATE, Book
from dashboard.workbooks.table import TARGET, Placed
from reference import french

WIDTH, HEIGHT = 960, 480
TYPES: dict[Kind, dict[str, str]] = {
    Kind.STACKED: {"type": "column", "subtype": "stacked"},
    Kind.LINES: {"type": "line"},
    Kind.SPLIT: {"type": "bar", "subtype": "percent_stacked"},
    Kind.BARS: {"type": "bar"},
}
WHITE = "#FFFFFF"
#: Parts of a bar too narrow for their label, as fractions of the bar.
NARROW_PART = 0.04
#: At most so many months have each their label.
EVERY_MONTH = 12


def draw(book: Book, sheet: Any, chart: Chart, placed: Placed) -> None:
    """Draw a chart beside its table."""
    drawn = book.book.add_chart(TYPES[_kind(chart)])
    if chart.kind is Kind.SPLIT:
        _parts(drawn, chart, placed)
    else:
        _series(book, drawn, chart, placed)
    drawn.set_title({"name": chart.message, "overlay": False, "name_font": _font(12, bold=True)})
    drawn.set_legend({"position": "bottom", "font": _font(9)})
    drawn.show_blanks_as("gap")
    _axes(drawn, chart)
    drawn.set_size({"width": WIDTH, "height": HEIGHT})
    drawn.set_chartarea({"border": {"color": LINE}})
    where = {"description": chart.alt, "object_position": 3}
    sheet.insert_chart(placed.first, placed.width + 1, drawn, where)


def _kind(chart: Chart) -> Kind:
    """How it is drawn: where there are no bars, the lines that go over them are alone."""
    if chart.kind is Kind.STACKED and all(one.line for one in chart.marks):
        return Kind.LINES
    return chart.kind


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold, "color": INK}


def _range(placed: Placed, column: int) -> list[Any]:
    return [placed.sheet, placed.first, column, placed.last, column]


def _series(book: Book, drawn: Any, chart: Chart, placed: Placed) -> None:
    """One series per mark and per target; comparators and targets are lines over bars by month."""
    marks = [(one.column, one) for one in chart.marks]
    targets = [one.code for one in placed.table.columns if one.code.startswith(f"{TARGET}-")]
    over = drawn
    if _kind(chart) is Kind.STACKED and (targets or any(one.line for one in chart.marks)):
        over = book.book.add_chart({"type": "line"})
        drawn.combine(over)
        over.show_blanks_as("gap")
    for code, mark in marks:
        (over if mark.line else drawn).add_series(
            _located(placed, code) | _look(chart, mark, placed)
        )
    for code in targets:
        look = _target_bar() if chart.kind is Kind.BARS else _line(TARGET_COLOR, 1.75, "long_dash")
        over.add_series(_located(placed, code) | look)


def _located(placed: Placed, code: str) -> dict[str, Any]:
    """The cells of a series: its name, its numbers, what they are about."""
    column = placed.column(code)
    return {
        "name": [placed.sheet, placed.header, column],
        "categories": _range(placed, 0),
        "values": _range(placed, column),
    }


def _look(chart: Chart, mark: Mark, placed: Placed) -> dict[str, Any]:
    if mark.line:
        return _line(mark.color, 1.75, "dash")
    if chart.kind is Kind.LINES:
        look = _line(mark.color, 2.75 if mark.strong else 1.75, "solid" if mark.strong else "dash")
        return look | _open_markers(chart, mark)
    if chart.kind is Kind.STACKED:
        return {
            "fill": {"color": mark.color},
            "border": {"color": WHITE, "width": 0.75},
            "gap": 40,
            "points": _hatched(chart, mark),
        }
    return _bar(mark, placed)


def _line(color: str, width: float, dash: str) -> dict[str, Any]:
    return {
        "line": {"color": color, "width": width, "dash_type": dash},
        "marker": {"type": "none"},
    }


def _open_markers(chart: Chart, mark: Mark) -> dict[str, Any]:
    """A dot each month, hollow where the month is provisional."""
    plain = {"fill": {"color": mark.color}, "border": {"color": mark.color}}
    hollow = {"fill": {"color": WHITE}, "border": {"color": mark.color}}
    return {
        "marker": {"type": "circle", "size": 6 if mark.strong else 4, **plain},
        "points": [hollow if month.unconfirmed else None for month in chart.months],
    }


def _hatched(chart: Chart, mark: Mark) -> list[dict[str, Any] | None]:
    """A month that is not confirmed is hatched."""
    hatch = {"pattern": "wide_upward_diagonal", "fg_color": mark.color, "bg_color": WHITE}
    return [{"pattern": hatch} if month.unconfirmed else None for month in chart.months]


def _bar(mark: Mark, placed: Placed) -> dict[str, Any]:
    """Bars of one territory: full, or hatched for what it is compared with; each with its text."""
    look: dict[str, Any] = {"border": {"color": mark.color, "width": 1}, "gap": 60, "overlap": -5}
    if mark.strong:
        look["fill"] = {"color": mark.color}
    else:
        look["pattern"] = {
            "pattern": "wide_upward_diagonal",
            "fg_color": mark.color,
            "bg_color": WHITE,
        }
    shown = placed.table.named(mark.labels or mark.column)
    labels = [
        {"delete": True} if text == french.NOT_AVAILABLE else {"value": text}
        for text in shown.texts
    ]
    return look | {"data_labels": {"value": True, "custom": labels, "font": _font(9)}}


def _target_bar() -> dict[str, Any]:
    """A target of one row: an empty bar, dashed."""
    return {
        "fill": {"none": True},
        "border": {"color": TARGET_COLOR, "width": 1.75, "dash_type": "dash"},
    }


def _parts(drawn: Any, chart: Chart, placed: Placed) -> None:
    """One series per row of the table, across its drawn columns, which stand side by side."""
    first = placed.column(chart.marks[0].column)
    last = first + len(chart.marks) - 1
    columns = [placed.table.named(mark.column) for mark in chart.marks]
    rows = len(chart.table.rows)
    for index, color in enumerate((*chart.row_colors, COLOR)[: len(placed.table.rows)]):
        if not any(column.values[index] for column in columns):
            continue
        row = placed.first + index
        labels = [
            _part(chart, mark, index) if index < rows else {"delete": True} for mark in chart.marks
        ]
        drawn.add_series(
            {
                "name": [placed.sheet, row, 0],
                "categories": [placed.sheet, placed.header, first, placed.header, last],
                "values": [placed.sheet, row, first, row, last],
                "fill": {"color": color},
                "border": {"color": WHITE, "width": 1},
                "gap": 40,
                "data_labels": {
                    "value": True,
                    "custom": labels,
                    "font": {**_font(9), "color": WHITE},
                },
            }
        )


def _part(chart: Chart, mark: Mark, index: int) -> dict[str, Any]:
    """The label of a part of a bar; none where it would not fit."""
    value = chart.table.named(mark.column).values[index]
    if not value or value < NARROW_PART * whole(chart, mark):
        return {"delete": True}
    label = chart.table.named(mark.labels)
    number = label.values[index]
    text = french.percent(number, 0) if label.unit.is_fraction else label.texts[index]
    return {"value": text}


def _axes(drawn: Any, chart: Chart) -> None:
    grid = {"visible": True, "line": {"color": LINE}}
    numbers: dict[str, Any] = {
        "num_format": "0\\ %" if chart.kind is Kind.SPLIT else NUMBERS[chart.unit],
        "num_font": _font(9),
        "major_gridlines": grid,
        "line": {"none": True},
        "min": 0,
    }
    if chart.unit is Unit.SHARE and chart.kind is Kind.STACKED:
        numbers["max"] = 1
    if chart.unit.is_fraction and chart.kind is not Kind.SPLIT:
        numbers["num_format"] = RATE
    if not chart.months:
        # The first row on top, as in the table; the numbers stay at the foot.
        drawn.set_y_axis({"reverse": True, "num_font": _font(9), "line": {"color": MENTION}})
        drawn.set_x_axis(numbers | {"label_position": "high"})
        return
    months: dict[str, Any] = {
        "date_axis": True,
        "num_format": MONTH,
        "num_font": _font(9),
        "major_unit": 1 if len(chart.months) <= EVERY_MONTH else 3,
        "major_unit_type": "months",
        "line": {"color": MENTION},
    }
    drawn.set_x_axis(months)
    drawn.set_y_axis(numbers)
