"""What Excel can draw of a piece: its chart, or bars and lines where the page has a drawing."""

from __future__ import annotations

from dashboard.charts.chart import Chart, Kind, Mark, Month, Table, Unit
from dashboard.charts.contributors import COMPARATOR_COLOR, TERRITORY_COLOR
from dashboard.charts.map import RATE
from dashboard.charts.small_multiples import REGION
from dashboard.pieces.content import Content

#: Lines that keep apart side by side, in the order of the départements; the région is dashed.
COLORS = (
    "#000091", "#C9191E", "#A558A0", "#6A6AF4", "#417DC4", "#009081", "#CE614A", "#00A95F",
    "#465F9D", "#716043", "#B34000", "#006A6F", "#66673D",
)  # fmt: skip


def chart_of(content: Content) -> Chart | None:
    """The chart of a piece's sheet, None where numbers are not drawn."""
    if content.chart is not None:
        return content.chart
    if content.map is not None:
        bars = (Mark(RATE, TERRITORY_COLOR, labels=RATE),)
        return _made(content, Kind.BARS, content.map.table, bars)
    if content.multiples is not None:
        table = content.multiples.table
        places = [one.code for one in table.columns if one.code != REGION]
        marks = (
            *(Mark(code, COLORS[rank % len(COLORS)]) for rank, code in enumerate(places)),
            Mark(REGION, COMPARATOR_COLOR, strong=False),
        )
        return _made(content, Kind.LINES, table, marks, content.multiples.months)
    return None


def _made(
    content: Content,
    kind: Kind,
    table: Table,
    marks: tuple[Mark, ...],
    months: tuple[Month, ...] = (),
) -> Chart:
    return Chart(
        code=content.piece.code,
        heading=content.title,
        message=content.title,
        subtitle=content.subtitle,
        kind=kind,
        unit=Unit.RATE,
        table=table,
        marks=marks,
        source=content.source,
        cut_off=None,
        alt=f"{table.caption}.",
        months=months,
    )
