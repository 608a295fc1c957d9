"""The Plotly figure of a chart: plain JSON that the browser draws, without a word of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dashboard.charts.chart import Chart, Column, Kind, Mark, Month, Unit
from dashboard.exports.landmarks import NUMBER_SHIFT, labels, lines
from reference import french
from reference.months import shift
from reference.numbers import NARROW

Figure = dict[str, Any]
Trace = dict[str, Any]

INK = "#3a3a3a"
QUARTERS = [0, 25, 50, 75, 100]
#: Up to so many, an axis has a line for each.
FEW = 10
GRID = "#e5e5e5"
MISSING_BAND = "#eeeeee"
WHITE = "#ffffff"

#: Nothing is sent anywhere, and no button offers to.
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showEditInChartStudio": False,
    "plotlyServerURL": "",
    "locale": "fr",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}


def figure(chart: Chart) -> Figure:
    """Traces, layout and configuration, as `Plotly.newPlot` takes them.

    Rates are drawn in percent; missing values are null, so that lines break and bars are absent.
    """
    draw = {
        Kind.STACKED: _stacked,
        Kind.LINES: _lines,
        Kind.SPLIT: _split,
        Kind.BARS: _bars,
    }[chart.kind]
    return {"data": draw(chart), "layout": _layout(chart), "config": CONFIG}


def _numbers(column: Column) -> list[float | None]:
    if not column.unit.is_fraction:
        return list(column.values)
    return [None if value is None else round(value * 100, 4) for value in column.values]


def _dates(chart: Chart) -> list[str]:
    return [month.date.isoformat() for month in chart.months]


def _hover(column: Column) -> str:
    """One line of the box under the pointer: the same text as the table's cell."""
    return "%{customdata}<extra>" + column.label + "</extra>"


def _monthly(chart: Chart, column: Column) -> Trace:
    return {
        "name": column.label,
        "x": _dates(chart),
        "y": _numbers(column),
        "xperiod": "M1",
        "xperiodalignment": "middle",
        "xhoverformat": "%B %Y",
        "customdata": list(column.texts),
        "hovertemplate": _hover(column),
    }


def _stacked(chart: Chart) -> list[Trace]:
    """One bar per part, one line per comparator."""
    return [_line(chart, mark) if mark.line else _bar(chart, mark) for mark in chart.marks]


def _bar(chart: Chart, mark: Mark) -> Trace:
    return {
        **_monthly(chart, chart.table.named(mark.column)),
        "type": "bar",
        "marker": {
            "color": mark.color,
            "line": {"color": WHITE, "width": 1},
            "pattern": {
                "shape": ["/" if month.provisional else "" for month in chart.months],
                "fillmode": "overlay",
                "fgcolor": WHITE,
                "fgopacity": 0.6,
                "size": 6,
                "solidity": 0.25,
            },
        },
    }


def _lines(chart: Chart) -> list[Trace]:
    return [_line(chart, mark) for mark in chart.marks]


def _line(chart: Chart, mark: Mark) -> Trace:
    symbols = ["circle-open" if month.provisional else "circle" for month in chart.months]
    return {
        **_monthly(chart, chart.table.named(mark.column)),
        "type": "scatter",
        "mode": "lines+markers",
        "connectgaps": False,
        "line": {
            "color": mark.color,
            "width": 3 if mark.strong else 2,
            "dash": "solid" if mark.strong else "dash",
        },
        "marker": {"symbol": symbols, "size": 7 if mark.strong else 5, "color": mark.color},
    }


def _split(chart: Chart) -> list[Trace]:
    """One trace per row; Plotly brings each bar of counts to 100 %."""
    columns = [chart.table.named(mark.column) for mark in chart.marks]
    printed = [chart.table.named(mark.labels) for mark in chart.marks]
    bars = [_bar_name(column) for column in columns]
    return [
        {
            "type": "bar",
            "orientation": "h",
            "name": row,
            "y": bars,
            "x": [column.values[index] for column in columns],
            "text": [
                _part_label(column, label, index)
                for column, label in zip(columns, printed, strict=True)
            ],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "insidetextfont": {"color": WHITE},
            "customdata": [column.texts[index] for column in columns],
            "hovertemplate": "%{y}<br>%{customdata}<extra>" + row + "</extra>",
            "marker": {"color": color, "line": {"color": WHITE, "width": 2}},
        }
        for index, (row, color) in enumerate(zip(chart.table.rows, chart.row_colors, strict=True))
        if any(column.values[index] for column in columns)
    ]  # fmt: skip


def _bar_name(column: Column) -> str:
    """ "Côte-d'Or : ESMS" on two lines, as the axis has little room."""
    name, _, counted = column.label.partition(f"{NARROW}: ")
    return f"{counted}<br>{name}"


def _part_label(column: Column, label: Column, index: int) -> str:
    """What is printed in one part of a bar; nothing where it would not fit."""
    total = sum(value or 0 for value in column.values)
    value = column.values[index] or 0
    if not total or value / total < 0.04:
        return ""
    number = label.values[index]
    return french.percent(number, 0) if label.unit.is_fraction else label.texts[index]


def _bars(chart: Chart) -> list[Trace]:
    return [_rate_bars(chart, mark, chart.table.named(mark.column)) for mark in chart.marks]


def _rate_bars(chart: Chart, mark: Mark, column: Column) -> Trace:
    """Bars of one territory; a row without a number keeps its text at the foot of the axis."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": column.label,
        "y": [_wrapped(row) for row in chart.table.rows],
        "x": [number if number is not None else 0 for number in _numbers(column)],
        "text": list(column.texts),
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": list(column.texts),
        "hovertemplate": _hover(column),
        "marker": {
            "color": mark.color if mark.strong else WHITE,
            "line": {"color": mark.color, "width": 1.5},
            "pattern": {
                "shape": "" if mark.strong else "/",
                "fgcolor": mark.color,
                "bgcolor": WHITE,
                "size": 6,
                "solidity": 0.2,
            },
        },
    }


def _wrapped(label: str) -> str:
    """A sector's label on several short lines."""
    head, separator, tail = label.partition(" – ")
    if not separator:
        return label
    words, lines = tail.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) > 16:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join([head, *lines])


def _layout(chart: Chart) -> Figure:
    categories = chart.kind in {Kind.SPLIT, Kind.BARS}
    layout: Figure = {
        "separators": f",{NARROW}",
        "font": {"color": INK, "size": 13},
        "paper_bgcolor": WHITE,
        "plot_bgcolor": WHITE,
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8},
        "showlegend": False,
        "legend": {"itemclick": False, "itemdoubleclick": False},
        "hovermode": "closest" if categories else "x unified",
        "hoverlabel": {"bgcolor": WHITE, "font": {"color": INK}},
        "dragmode": False,
        "bargap": 0.25,
        **(_category_axes(chart) if categories else _month_axes(chart)),
    }
    if chart.events:
        layout["margin"] |= {"t": 24 + NUMBER_SHIFT}
    if chart.kind is Kind.STACKED:
        layout["barmode"] = "stack"
    if chart.kind is Kind.SPLIT:
        layout |= {"barmode": "stack", "barnorm": "percent"}
        layout["margin"] |= {"r": 28}  # half of what is written under the end of the axis
    if chart.kind is Kind.BARS:
        layout |= {"barmode": "group", "bargroupgap": 0.1}
    return layout


def _value_axis(chart: Chart) -> Figure:
    axis: Figure = {
        "rangemode": "tozero",
        "gridcolor": GRID,
        "zerolinecolor": INK,
        "fixedrange": True,
        "automargin": True,
        "separatethousands": True,
        "exponentformat": "none",  # "12 000", never "12k"
    }
    if chart.unit.is_fraction:
        axis["ticksuffix"] = f"{NARROW}%"
    elif _greatest(chart) <= FEW and chart.unit in {Unit.ESMS, Unit.DOCUMENTS}:
        axis["dtick"] = 1  # nobody counts half an ESMS, nor half a document
    return axis


def _greatest(chart: Chart) -> float:
    """The greatest number drawn, 0 without any."""
    columns = [chart.table.named(mark.column) for mark in chart.marks]
    return max((number or 0 for column in columns for number in _numbers(column)), default=0)


def _month_axes(chart: Chart) -> Figure:
    """Months across, whole slots of one month, with bands where nothing was received."""
    shares = chart.unit.is_fraction and chart.kind is Kind.STACKED
    y = _value_axis(chart) | ({"range": [0, 100]} if shares else {})
    first, last = chart.months[0].date, chart.months[-1].date
    missing = [month for month in chart.months if not month.received]
    provisional = [month for month in chart.months if month.unconfirmed]
    return {
        "xaxis": {
            "type": "date",
            "range": [first.isoformat(), shift(last, 1).isoformat()],
            "tickformat": "%b\n%Y",
            "ticklabelmode": "period",
            "fixedrange": True,
            "showgrid": False,
            "linecolor": INK,
            "automargin": True,
        },
        "yaxis": y,
        "shapes": [*(_band(month) for month in missing), *lines(chart)],
        "annotations": [
            *(_over(month, french.NOT_AVAILABLE) for month in missing),
            *(_over(month, "provisoire") for month in provisional),
            *labels(chart),
        ],
    }


def _band(month: Month) -> Figure:
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": month.date.isoformat(),
        "x1": shift(month.date, 1).isoformat(),
        "y0": 0,
        "y1": 1,
        "fillcolor": MISSING_BAND,
        "line": {"width": 0},
        "layer": "below",
    }


def _over(month: Month, text: str) -> Figure:
    """A word above a month's slot."""
    middle = month.date + dt.timedelta(days=15)
    return {
        "x": middle.isoformat(),
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "center" if text == french.NOT_AVAILABLE else "right",
        "text": text,
        "showarrow": False,
        "font": {"size": 11},
    }


def _category_axes(chart: Chart) -> Figure:
    x = _value_axis(chart)
    if chart.kind is Kind.SPLIT:
        # Said one by one: rounding takes the last of them for outside the axis.
        x |= {"range": [0, 100.01], "showgrid": False, "tickvals": QUARTERS}
        x["ticktext"] = [f"{quarter}{NARROW}%" for quarter in QUARTERS]
    else:
        # Room for what is written at the end of the longest bar, on a telephone too.
        goals = [goal.value * 100 for goal in chart.targets if goal.drawn]
        x["range"] = [0, 1.25 * (max(_greatest(chart), *goals, 0) or 4)]
    y: Figure = {"autorange": "reversed", "fixedrange": True, "automargin": True, "ticks": ""}
    return {"xaxis": x, "yaxis": y, "shapes": lines(chart)}
