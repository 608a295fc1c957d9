"""What lies over a chart by month, as shapes that can be moved: events, months without a file.

Fills let through what they cover: a line of the région goes on where a département has nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Inches, Pt

from dashboard.charts.chart import Chart, Marker
from dashboard.exports.deck.fitting import tight
from dashboard.exports.deck.native import plot_of
from dashboard.exports.deck.template import MUTED, Box
from reference import french

#: Size of a number over its line, in inches.
NUMBER = 0.22
#: How much of a fill is seen, in thousandths of a percent: over an event, over nothing received.
EVENT_ALPHA, MISSING_ALPHA = "8000", "15000"


def lay_over(slide: Any, one: Chart, box: Box) -> None:
    """Lay over the chart that stands in `box` what its months have besides numbers."""
    if not one.months:
        return
    for missing in _missing(one):
        _missing_band(slide, one, missing, box)
    taken: list[tuple[float, int]] = []
    for event in one.events:
        if inside := _within(one, event):
            over = _slots(one, box, inside)
            _event(slide, event, inside, over)
            x = over.left + over.width / (2 * len(inside))
            level = sum(abs(x - other) < NUMBER for other, _ in taken)
            taken.append((x, level))
            _number(slide, event, x, over.top - NUMBER * (level + 1))


def _slots(one: Chart, box: Box, ranks: range) -> Box:
    """Where some months that follow one another stand on the plot, from its top to its foot."""
    left, top, width, height = plot_of(one, box)
    slot = box.width * width / len(one.months)
    return Box(
        box.left + box.width * left + slot * ranks.start,
        box.top + box.height * top,
        slot * len(ranks),
        box.height * height,
    )


def _within(one: Chart, event: Marker) -> range:
    """The ranks of the months of an event that the chart shows."""
    months = [month.date for month in one.months]
    inside = [rank for rank, month in enumerate(months) if event.first <= month <= event.last]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def _missing(one: Chart) -> Iterator[range]:
    """The months that were not received, those that follow one another together."""
    for received, run in groupby(enumerate(one.months), key=lambda each: each[1].received):
        ranks = [rank for rank, _ in run]
        if not received:
            yield range(ranks[0], ranks[-1] + 1)


def _missing_band(slide: Any, one: Chart, ranks: range, box: Box) -> None:
    """A grey band where a bar would stand, so that nothing known is not read as zero."""
    months = [french.short_month(one.months[rank].date) for rank in ranks]
    band = _band(slide, _slots(one, box, ranks), MISSING_ALPHA)
    band.line.fill.background()
    band.name = f"Non reçu\u202f: {' à '.join(dict.fromkeys((months[0], months[-1])))}"
    tight(band, french.NOT_AVAILABLE, 9)


def _event(slide: Any, event: Marker, ranks: range, over: Box) -> None:
    """A dotted line in the middle of a month; a pale band over the months of what lasted."""
    if len(ranks) == 1:
        x = Inches(over.left + over.width / 2)
        drawn = slide.shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, x, Inches(over.top), x, Inches(over.top + over.height)
        )
    else:
        drawn = _band(slide, over, EVENT_ALPHA)
    drawn.line.color.rgb = RGBColor.from_string(MUTED)
    drawn.line.width = Pt(1)
    drawn.line.dash_style = MSO_LINE_DASH_STYLE.DASH
    drawn.name = f"Événement {event.number}"


def _number(slide: Any, event: Marker, x: float, top: float) -> None:
    number = slide.shapes.add_textbox(
        Inches(x - NUMBER / 2), Inches(top), Inches(NUMBER), Inches(NUMBER)
    )
    number.name = f"Numéro de l’événement {event.number}"
    tight(number, str(event.number), 11)


def _band(slide: Any, over: Box, alpha: str) -> Any:
    """A rectangle that lets through what it covers."""
    band = slide.shapes.add_shape(
        MSO_SHAPE.RECTANGLE, Inches(over.left), Inches(over.top), Inches(over.width),
        Inches(over.height),
    )  # fmt: skip
    band.element.remove(band.element.find(qn("p:style")))  # the theme's shadow
    band.fill.solid()
    band.fill.fore_color.rgb = RGBColor.from_string(MUTED)
    opacity = OxmlElement("a:alpha")
    opacity.set("val", alpha)
    next(band.element.spPr.iter(qn("a:srgbClr"))).append(opacity)
    return band
