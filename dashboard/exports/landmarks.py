"""Events and targets in a Plotly figure: numbered vertical lines, labelled target lines.

Their words are under the chart; the drawing only carries numbers and values.
"""

from __future__ import annotations

import datetime as dt
import math
from itertools import groupby
from typing import Any

from dashboard.charts.chart import TARGET_COLOR, Chart, Goal, Marker
from reference.months import shift

Shape = dict[str, Any]

EVENT_COLOR = "#3a3a3a"
EVENT_BAND = "rgba(58, 58, 58, 0.08)"
#: Targets nearer than this part of the highest are written at either end of their lines.
NEAR = 0.1
#: Above the words that stand over a month ("provisoire"), in pixels.
NUMBER_SHIFT = 16


def lines(chart: Chart) -> list[Shape]:
    """The lines of a chart's events and drawn targets, within its axes."""
    if not chart.months:
        return [_across_row(goal, chart) for goal in _drawn(chart)]
    drawn = [_event(marker, chart) for marker in chart.events]
    return drawn + [_target(goal, chart) for goal in _drawn(chart)]


def labels(chart: Chart) -> list[Shape]:
    """The numbers over the events, those of one month together, and the targets' values."""
    if not chart.months:
        return []
    by_month = groupby(chart.events, key=lambda marker: _within(marker, chart)[0])
    numbers = [
        _number(first, ", ".join(str(marker.number) for marker in those))
        for first, those in by_month
    ]
    return numbers + _values(chart)


def _drawn(chart: Chart) -> list[Goal]:
    return [goal for goal in chart.targets if goal.drawn]


def _within(marker: Marker, chart: Chart) -> tuple[dt.date, dt.date]:
    """The months of an event that the chart shows."""
    return max(marker.first, chart.months[0].date), min(marker.last, chart.months[-1].date)


def _middle(month: dt.date) -> str:
    return (month + dt.timedelta(days=15)).isoformat()


def _event(marker: Marker, chart: Chart) -> Shape:
    """A dotted line in the middle of its month; a pale band over its months when it lasted."""
    first, last = _within(marker, chart)
    line = {"color": EVENT_COLOR, "width": 1.5, "dash": "dot"}
    common: Shape = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    if first == last:
        return common | {"type": "line", "x0": _middle(first), "x1": _middle(first), "line": line}
    return common | {
        "type": "rect",
        "x0": first.isoformat(),
        "x1": shift(last, 1).isoformat(),
        "fillcolor": EVENT_BAND,
        "line": line | {"width": 1},
        "layer": "below",
    }


def _number(month: dt.date, text: str) -> Shape:
    return {
        "x": _middle(month),
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": NUMBER_SHIFT,
        "text": text,
        "showarrow": False,
        "font": {"size": 12, "color": EVENT_COLOR},
        "bordercolor": EVENT_COLOR,
        "borderpad": 2,
        "bgcolor": "#ffffff",
    }


def _level(goal: Goal, chart: Chart) -> float:
    return goal.value * 100 if chart.unit.is_fraction else goal.value


def _span(goal: Goal, chart: Chart) -> tuple[str, str]:
    """The days of a target that the chart shows: at least its last month."""
    first = max(goal.first, chart.months[0].date)
    last = min(goal.last or chart.months[-1].date, chart.months[-1].date)
    return min(first, last).isoformat(), shift(last, 1).isoformat()


def _target(goal: Goal, chart: Chart) -> Shape:
    """A line at the value aimed at, over the months that the target binds."""
    start, end = _span(goal, chart)
    return {
        "type": "line",
        "xref": "x",
        "yref": "y",
        "x0": start,
        "x1": end,
        "y0": _level(goal, chart),
        "y1": _level(goal, chart),
        "line": {"color": TARGET_COLOR, "width": 2, "dash": "dashdot"},
    }


def _values(chart: Chart) -> list[Shape]:
    """What is written on each target; of two lines near each other, at either end."""
    goals = sorted(_drawn(chart), key=lambda goal: goal.value)
    found: list[Shape] = []
    before, right = -math.inf, True
    for goal in goals:
        right = not right if goal.value - before < NEAR * goals[-1].value else True
        found.append(_value(goal, chart, right=right))
        before = goal.value
    return found


def _value(goal: Goal, chart: Chart, *, right: bool) -> Shape:
    return {
        "x": _span(goal, chart)[right],
        "xref": "x",
        "xanchor": "right" if right else "left",
        "y": _level(goal, chart),
        "yref": "y",
        "yanchor": "bottom",
        "text": goal.label,
        "showarrow": False,
        "font": {"size": 12, "color": TARGET_COLOR},
        "bgcolor": "rgba(255, 255, 255, 0.8)",
    }


def _across_row(goal: Goal, chart: Chart) -> Shape:
    """A short upright line at the value, across the bars of one row."""
    row = chart.table.rows.index(goal.row)
    return {
        "type": "line",
        "xref": "x",
        "yref": "y",
        "x0": _level(goal, chart),
        "x1": _level(goal, chart),
        "y0": row - 0.45,
        "y1": row + 0.45,
        "line": {"color": TARGET_COLOR, "width": 3, "dash": "dot"},
    }
