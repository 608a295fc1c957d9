"""What the slides of a région cost, beside as many bare charts made by the same library."""

from __future__ import annotations

import io
from collections.abc import Iterator

from django.db import transaction
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from benchmarks.result import Result, seconds
from dashboard.decks.build import make_deck
from dashboard.pieces.order import Order
from reference.models import Region
from tests.dashboard import world

MONTHS, SERIES = 24, 8


def run() -> Iterator[Result]:
    """Make the deck of a région whose reading is prepared, and as many bare slides."""
    with transaction.atomic():
        world.lay()
        order = Order(Region.objects.get(pk="27"))
        made = make_deck(order).content  # reads, as a worker does beforehand
        slides = Presentation(io.BytesIO(made)).slides
        charts = sum(shape.has_chart for slide in slides for shape in slide.shapes)
        deck = seconds(lambda: make_deck(order), times=3)
        bare = seconds(lambda: _bare(len(slides), charts), times=3)
        transaction.set_rollback(True)
    yield Result(
        "the deck of a région costs a few times bare slides with as many charts",
        5.0,
        deck / bare,
        f"{deck:.1f} s for {len(slides)} slides and {charts} charts of {len(made) // 1024} KB, "
        f"{bare:.1f} s bare",
    )


def _bare(slides: int, charts: int) -> bytes:
    deck = Presentation()
    layout = deck.slide_layouts[5]
    for rank in range(slides):
        slide = deck.slides.add_slide(layout)
        for _ in range(charts // slides + (rank < charts % slides)):
            data = CategoryChartData()
            data.categories = [str(month) for month in range(MONTHS)]
            for series in range(SERIES):
                data.add_series(str(series), range(MONTHS))
            box = (Inches(1), Inches(1), Inches(8), Inches(5))
            slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, *box, data)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()
