"""A chart as PowerPoint draws it itself: every number stays editable, none is redrawn.

Numbers are those of the chart's table: documents as they are, rates as fractions. A month that
was not received is an empty cell, never a zero.
"""

from __future__ import annotations

import copy
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
)
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from dashboard.charts.chart import TARGET_COLOR, Chart, Goal, Kind, Mark
from dashboard.charts.withheld import COLOR as WITHHELD_COLOR
from dashboard.charts.withheld import NAME as WITHHELD
from dashboard.charts.withheld import whole, withheld
from dashboard.exports.deck.fitting import extent
from dashboard.exports.deck.template import ACCENT, INK, Box
from reference import french

#: Formats are written in the grammar of the software, which shows them in French.
WHOLE, PERCENT, MONTH = "[$-40C]#,##0", "[$-40C]0.0\\ %", "[$-40C]mmm\\ yyyy"
#: One month in how many is written under an axis, up to so many months.
STEPS = ((8, 1), (14, 2), (30, 3), (1200, 6))
TYPES = {
    Kind.STACKED: XL_CHART_TYPE.COLUMN_STACKED,
    Kind.LINES: XL_CHART_TYPE.LINE,
    Kind.SPLIT: XL_CHART_TYPE.BAR_STACKED_100,
    Kind.BARS: XL_CHART_TYPE.BAR_CLUSTERED,
}
#: Between groups of bars, and between bars, in percent of a bar's width.
SPACING = {Kind.STACKED: (40, 100), Kind.BARS: (60, -5)}
TEXT_SIZE = 11
#: The edges of a plot by month, as parts of its frame. Fixed, so that the lines of events can be
#: laid over it; the legend takes what it needs under it.
LEFT, TOP, RIGHT, LABELS = 0.09, 0.04, 0.98, 0.09
LEGEND_LINE, LEGEND_SYMBOL = 0.21, 0.45  # in inches: height of a line, width beside a name
LEGEND_SIZES, LEGEND_WIDTH, MANY_NAMES = (10, 9, 8), 0.98, 4
#: The least part of a bar on which a text holds.
READABLE = 0.08
#: Sizes of the dots of a line, in points.
DOT, PROVISIONAL_DOT = 5, 7


def native(chart: Chart, placeholder: Any, box: Box) -> Any:
    """Draw a chart in a placeholder that stands in `box`; returns its graphic frame.

    Targets in the chart's unit are series of their own. The caller lays events over it.
    """
    frame = placeholder.insert_chart(TYPES[chart.kind], data_of(chart))
    drawn = frame.chart
    drawn.font.size = Pt(TEXT_SIZE)
    drawn.font.color.rgb = RGBColor.from_string(INK)
    drawn.has_title = False
    _legend(chart, drawn, box)
    _axes(chart, drawn)
    if chart.kind is Kind.SPLIT:
        _parts(chart, drawn)
    else:
        _marks(chart, drawn)
    if chart.months:
        area = drawn._chartSpace.chart.plotArea  # noqa: SLF001  # the library has no other way in
        _layout(area, plot_of(chart, box), "inner")
    tidy(drawn)
    return frame


def plot_of(chart: Chart, box: Box) -> tuple[float, float, float, float]:
    """Where a plot by month stands: left, top, width, height, in parts of its frame, `box`."""
    _, lines = _legend_of(chart, box)
    return LEFT, TOP, RIGHT - LEFT, 1 - TOP - LABELS - LEGEND_LINE * lines / box.height


def _legend_of(chart: Chart, box: Box) -> tuple[int, int]:
    """The size of the legend in points, and its lines: many names stand in two columns if they can.

    None for a single series.
    """
    names = [name for name, _ in series_of(chart)]
    if len(names) < 2:
        return LEGEND_SIZES[0], 0
    widest = max(map(extent, names))
    for size in LEGEND_SIZES:
        columns = int(LEGEND_WIDTH * box.width / (widest * size / 72 + LEGEND_SYMBOL))
        if columns > 1 or len(names) <= MANY_NAMES:
            break
    return size, -(-len(names) // max(1, columns))


def series_of(chart: Chart) -> list[tuple[str, list[float | None]]]:
    """What is drawn: the name and the values of each series, in the chart's order."""
    if chart.kind is Kind.SPLIT:
        columns = [chart.table.named(mark.column) for mark in chart.marks]
        parts = [
            (row, [column.values[rank] for column in columns])
            for rank, row in enumerate(chart.table.rows)
        ]
        return [part for part in [*parts, (WITHHELD, list(withheld(chart)))] if any(part[1])]
    columns = [chart.table.named(mark.column) for mark in chart.marks]
    drawn = [(column.label, list(column.values)) for column in columns]
    return [*drawn, *_targets(chart)]


def data_of(chart: Chart) -> CategoryChartData:
    """The numbers behind a chart, as its editable sheet holds them."""
    fraction = chart.unit.is_fraction
    data = CategoryChartData(number_format=PERCENT if fraction else WHOLE)
    if chart.months:
        data.categories = [month.date for month in chart.months]
    elif chart.kind is Kind.SPLIT:
        data.categories = [chart.table.named(mark.column).label for mark in chart.marks]
    else:
        data.categories = [_with_counts(chart, rank) for rank in range(len(chart.table.rows))]
    for name, values in series_of(chart):
        data.add_series(name, values)
    return data


def _with_counts(chart: Chart, rank: int) -> str:
    """A row with the counts that it has in place of bars: "AHI (0 sur 8 ; région : 0 sur 18)"."""
    counts = []
    for mark in chart.marks if chart.kind is Kind.BARS else ():
        column = chart.table.named(mark.column)
        text = chart.table.named(mark.labels or mark.column).texts[rank]
        if column.values[rank] is None and text != french.NOT_AVAILABLE:
            counts.append(text if mark.strong else f"région\u202f: {text}")
    said = "\u202f; ".join(counts)
    return chart.table.rows[rank] + (f" ({said})" if said else "")


def _targets(chart: Chart) -> list[tuple[str, list[float | None]]]:
    """The targets drawn: by month a series each, on rows as few series as hold them."""
    goals = [goal for goal in chart.targets if goal.drawn]
    if chart.months:
        return [(goal.label, _levels(chart, goal)) for goal in goals]
    shared: list[dict[str, Goal]] = []
    for goal in goals:
        free = next((one for one in shared if goal.row not in one), None)
        if free is None:
            shared.append(free := {})
        free[goal.row] = goal
    return [
        (
            "\u202f/\u202f".join(dict.fromkeys(goal.label for goal in one.values())),
            [one[row].value if row in one else None for row in chart.table.rows],
        )
        for one in shared
    ]


def _levels(chart: Chart, goal: Goal) -> list[float | None]:
    """A target month by month, from its first to its last."""
    return [goal.value if goal.binds(month.date) else None for month in chart.months]


def _legend(chart: Chart, drawn: Any, box: Box) -> None:
    size, lines = _legend_of(chart, box)
    drawn.has_legend = lines > 0
    if not lines:
        return
    drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
    drawn.legend.include_in_layout = False
    drawn.legend.font.size = Pt(size)
    if chart.months:
        _, top, _, height = plot_of(chart, box)
        under = top + height + LABELS
        _layout(drawn.legend._element, (0.01, under, LEGEND_WIDTH, 1 - under))  # noqa: SLF001  # as below


def _axes(chart: Chart, drawn: Any) -> None:
    values, categories = drawn.value_axis, drawn.category_axis
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string("DDDDDD")
    values.format.line.fill.background()
    values.minimum_scale = 0
    labels = values.tick_labels
    labels.number_format = "0\\ %" if chart.kind is Kind.SPLIT else _format(chart)
    labels.number_format_is_linked = False
    if chart.months:
        by_months(categories, next(step for most, step in STEPS if len(chart.months) <= most))
    elif chart.kind in {Kind.BARS, Kind.SPLIT}:
        categories.reverse_order = True  # the first row on top, as in the table
        crosses = values._element.find(qn("c:crosses"))  # noqa: SLF001  # its setter has no effect
        crosses.set("val", "max")  # and the scale under the last


def _format(chart: Chart) -> str:
    return PERCENT if chart.unit.is_fraction else WHOLE


def by_months(axis: Any, step: int) -> None:
    """Write one month in `step`; the schema asks for this order after the axis' offset."""
    axis.tick_labels.number_format = MONTH
    axis.tick_labels.number_format_is_linked = False
    element = axis._element  # noqa: SLF001  # the library has no word for these three
    for name, value in (
        ("baseTimeUnit", "months"),
        ("majorUnit", str(step)),
        ("majorTimeUnit", "months"),
    ):
        for found in element.findall(qn(f"c:{name}")):
            element.remove(found)
        _child(element, f"c:{name}", value)


def _parts(chart: Chart, drawn: Any) -> None:
    """The parts of whole bars, in the colours of their rows."""
    plot = drawn.plots[0]
    plot.gap_width, plot.overlap = 40, 100
    colors = dict(zip(chart.table.rows, chart.row_colors, strict=True))
    ranks = {row: rank for rank, row in enumerate(chart.table.rows)}
    for series in plot.series:
        _fill(series, colors.get(series.name, WITHHELD_COLOR))
        series.invert_if_negative = False
        if series.name in ranks:
            _shares(chart, series, ranks[series.name])


def _shares(chart: Chart, series: Any, row: int) -> None:
    """What the page prints on each part that is wide enough: a share, or counts on a small base."""
    for rank, mark in enumerate(chart.marks):
        value = chart.table.named(mark.column).values[row]
        if value is None or value < READABLE * whole(chart, mark):
            continue
        label = series.points[rank].data_label
        label.text_frame.text = chart.table.named(mark.labels).texts[row]
        font = label.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(10), True
        font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        label.position = XL_LABEL_POSITION.CENTER


def _marks(chart: Chart, drawn: Any) -> None:
    plot = drawn.plots[0]
    if chart.kind in SPACING:
        plot.gap_width, plot.overlap = SPACING[chart.kind]
    series = list(plot.series)
    marked, goals = list(zip(chart.marks, series, strict=False)), series[len(chart.marks) :]
    for mark, one in marked:
        if chart.kind is Kind.LINES:
            line(one, mark.color, strong=mark.strong)
            if mark.strong:
                _hollow(chart, one)
        elif not mark.line:
            _bar(chart, one, mark)
    if chart.kind is Kind.STACKED:
        _over(drawn, [(mark, one) for mark, one in marked if mark.line], goals)
        return
    look = _target_line if chart.months else _target_bar
    for one in goals:
        look(one)


def _bar(chart: Chart, series: Any, mark: Mark) -> None:
    _fill(series, mark.color)
    series.invert_if_negative = False
    if chart.kind is Kind.STACKED:
        _hatched(chart, series)
    elif mark.labels:
        _label(chart, series, mark)


def _over(drawn: Any, comparators: list[tuple[Mark, Any]], goals: list[Any]) -> None:
    """Draw some series of a stack as lines over it, on the same axes."""
    moved = [*(one for _, one in comparators), *goals]
    if not moved:
        return
    bars = drawn.plots[0]._element  # noqa: SLF001  # the library draws one kind per chart
    lines = OxmlElement("c:lineChart")
    _child(lines, "c:grouping", "standard")
    _child(lines, "c:varyColors", "0")
    for one in moved:
        element = one._element  # noqa: SLF001  # the same
        for name in ("c:invertIfNegative", "c:spPr"):
            for found in element.findall(qn(name)):
                element.remove(found)
        lines.append(element)
    _child(lines, "c:marker", "1")
    for axis in bars.findall(qn("c:axId")):
        lines.append(copy.deepcopy(axis))
    bars.addnext(lines)
    overlaid = list(drawn.plots[1].series)
    for (mark, _), one in zip(comparators, overlaid, strict=False):
        line(one, mark.color, strong=mark.strong)
    for one in overlaid[len(comparators) :]:
        _target_line(one)


def line(series: Any, color: str, *, strong: bool, width: float = 3) -> None:
    """A line in one colour: the territory itself with dots, its comparator thinner and dashed."""
    rgb = RGBColor.from_string(color.lstrip("#") or ACCENT)
    series.smooth = False
    series.format.line.color.rgb = rgb
    series.format.line.width = Pt(width if strong else 1.75)
    series.format.line.dash_style = (
        MSO_LINE_DASH_STYLE.SOLID if strong else MSO_LINE_DASH_STYLE.DASH
    )
    series.marker.style = XL_MARKER_STYLE.CIRCLE if strong else XL_MARKER_STYLE.NONE
    if strong:
        series.marker.size = DOT
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb


def _target_line(series: Any) -> None:
    series.smooth = False
    series.format.line.color.rgb = RGBColor.from_string(TARGET_COLOR.lstrip("#"))
    series.format.line.width = Pt(1.5)
    series.format.line.dash_style = MSO_LINE_DASH_STYLE.LONG_DASH
    alone = sum(value is not None for value in series.values) == 1  # no line joins one month
    series.marker.style = XL_MARKER_STYLE.DASH if alone else XL_MARKER_STYLE.NONE
    if alone:
        series.marker.size = 20
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = RGBColor.from_string(TARGET_COLOR.lstrip("#"))


def _target_bar(series: Any) -> None:
    """Targets of rows: an empty bar beside those that should reach it, with its value."""
    series.format.fill.background()
    series.invert_if_negative = False
    series.format.line.color.rgb = RGBColor.from_string(TARGET_COLOR.lstrip("#"))
    series.format.line.width = Pt(1.5)
    series.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
    labels = series.data_labels
    labels.show_value, labels.position = True, XL_LABEL_POSITION.OUTSIDE_END
    labels.number_format, labels.number_format_is_linked = PERCENT, False
    labels.font.size = Pt(9)


def _fill(series: Any, color: str) -> None:
    """One colour, with a white edge that keeps neighbours apart."""
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string(color.lstrip("#") or ACCENT)
    series.format.line.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
    series.format.line.width = Pt(0.5)


def _provisional(chart: Chart) -> list[int]:
    """The ranks of the months that are not confirmed."""
    return [rank for rank, month in enumerate(chart.months) if month.unconfirmed]


def _hatched(chart: Chart, series: Any) -> None:
    """The bars of a month that is not confirmed are hatched."""
    color = series.format.fill.fore_color.rgb
    for rank in _provisional(chart):
        fill = series.points[rank].format.fill
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb = color
        fill.back_color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def _hollow(chart: Chart, series: Any) -> None:
    """The dot of a month that is not confirmed is hollow."""
    color = series.format.line.color.rgb
    for rank in _provisional(chart):
        marker = series.points[rank].marker
        marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, PROVISIONAL_DOT
        marker.format.fill.solid()
        marker.format.fill.fore_color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        marker.format.line.color.rgb = color


def _label(chart: Chart, series: Any, mark: Mark) -> None:
    """Beside each bar what the page prints there: a rate, or counts on a small base."""
    texts = chart.table.named(mark.labels).texts
    for rank, text in enumerate(texts):
        if chart.table.named(mark.column).values[rank] is None:
            continue
        frame = series.points[rank].data_label.text_frame
        frame.text = text
        frame.paragraphs[0].runs[0].font.size = Pt(9)
        series.points[rank].data_label.position = XL_LABEL_POSITION.OUTSIDE_END


def _layout(element: Any, edges: tuple[float, float, float, float], target: str = "") -> None:
    """Place a part of a chart in its frame; the library has no word for layouts."""
    for found in element.findall(qn("c:layout")):
        element.remove(found)
    layout = OxmlElement("c:layout")
    manual = _child(layout, "c:manualLayout")
    if target:
        _child(manual, "c:layoutTarget", target)
    for name in ("xMode", "yMode"):
        _child(manual, f"c:{name}", "edge")
    for name, value in zip(("x", "y", "w", "h"), edges, strict=True):
        _child(manual, f"c:{name}", f"{value:.4f}")
    position = element.find(qn("c:legendPos"))
    if position is None:
        element.insert(0, layout)
    else:
        position.addnext(layout)


def _child(parent: Any, tag: str, value: str | None = None) -> Any:
    """One more element at the end of another."""
    element = OxmlElement(tag)
    if value is not None:
        element.set("val", value)
    parent.append(element)
    return element


def tidy(drawn: Any) -> None:
    """What the library writes otherwise: gaps stay empty, the sheet is French, axes are numbered.

    What is not known is not drawn, nor bridged by a line. The schema numbers axes from 0 on, and
    the library below it.
    """
    space = drawn._chartSpace  # noqa: SLF001  # the same
    for found in space.chart.findall(qn("c:dispBlanksAs")):
        found.set("val", "gap")
    for tag in ("c:axId", "c:crossAx"):
        for found in space.iter(qn(tag)):
            found.set("val", found.get("val").lstrip("-"))
    language = OxmlElement("c:lang")
    language.set("val", "fr-FR")
    space.find(qn("c:date1904")).addnext(language)
