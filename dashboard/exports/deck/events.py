"""The events of a chart by month: numbered lines over its plot, that can be moved."""

from __future__ import annotations

from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Inches, Pt

from dashboard.charts.chart import Chart
from dashboard.exports.deck.fitting import tight
from dashboard.exports.deck.native import plot_of
from dashboard.exports.deck.template import MUTED, Box

#: Size of a number over its line, in inches.
NUMBER = 0.22


def lay_events(slide: Any, one: Chart, box: Box) -> None:
    """A numbered line over each event's first month; numbers too near stand higher."""
    left, top, width, height = plot_of(one, box)
    months = [month.date for month in one.months]
    slot = box.width * width / max(1, len(months))
    y = box.top + box.height * top
    taken: list[tuple[float, int]] = []
    for event in one.events:
        inside = [rank for rank, month in enumerate(months) if event.first <= month <= event.last]
        if not inside:
            continue
        x = box.left + box.width * left + slot * (inside[0] + 0.5)
        level = sum(abs(x - other) < NUMBER for other, _ in taken)
        taken.append((x, level))
        line = slide.shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, Inches(x), Inches(y), Inches(x),
            Inches(y + box.height * height),
        )  # fmt: skip
        line.line.color.rgb = RGBColor.from_string(MUTED)
        line.line.width = Pt(1)
        line.line.dash_style = 4
        line.name = f"Événement {event.number}"
        number = slide.shapes.add_textbox(
            Inches(x - NUMBER / 2), Inches(y - NUMBER * (level + 1)), Inches(NUMBER), Inches(NUMBER)
        )
        number.name = f"Numéro de l’événement {event.number}"
        tight(number, str(event.number), 11)
