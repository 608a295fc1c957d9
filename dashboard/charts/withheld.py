"""What the masked parts of a whole bar come to: without them the others would fill the bar."""

from __future__ import annotations

from dashboard.charts.chart import Chart, Column, Kind, Mark

#: One name and one colour for all the masked parts of a bar.
NAME, COLOR = "masqué", "#CECECE"


def withheld(chart: Chart) -> tuple[float | None, ...]:
    """For each bar of a split, the sum of its masked parts, in the unit of the bar.

    It follows from the parts and from the shares that are shown, so it tells nothing more. None
    where no part is masked, or where no other is shown: such a bar is not drawn at all.
    """
    if chart.kind is not Kind.SPLIT:
        return ()
    return tuple(_rest(chart, mark) for mark in chart.marks)


def whole(chart: Chart, mark: Mark) -> float:
    """The length of a bar of a split, its masked parts included."""
    rest = withheld(chart)[chart.marks.index(mark)]
    return sum(value or 0 for value in chart.table.named(mark.column).values) + (rest or 0)


def _rest(chart: Chart, mark: Mark) -> float | None:
    column, shares = chart.table.named(mark.column), chart.table.named(mark.labels)
    if None not in column.values or not shares.unit.is_fraction:
        return None
    shown, part = _sum(column), _sum(shares)
    return float(round(shown / part - shown)) or None if shown and part else None


def _sum(column: Column) -> float:
    return sum(value or 0 for value in column.values)
