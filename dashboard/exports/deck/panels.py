"""Small charts on one scale, one by département, the région in grey; key figures in boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.charts.small_multiples import REGION, Panel, SmallMultiples
from dashboard.exports.deck.fitting import accentuate, fitted, shortened, style
from dashboard.exports.deck.native import PERCENT, by_months, line, tidy
from dashboard.exports.deck.template import ACCENT, INK, MUTED, Box
from dashboard.tiles import Tile

COLUMNS, ROWS = 4, 3
#: Height of the name over a panel, then space between two panels, in inches.
NAME, SPACE = 0.62, 0.12
#: How many key figures stand side by side, and the height of their boxes in inches.
ABREAST, ROW = 3, 3.2
GREY = "929292"
WHOLE_PERCENT = "[$-40C]0\\ %"


def pages(one: SmallMultiples) -> Iterator[tuple[Panel, ...]]:
    """The panels of each slide."""
    by_page = COLUMNS * ROWS
    for start in range(0, max(1, len(one.panels)), by_page):
        yield one.panels[start : start + by_page]


def draw(slide: Any, one: SmallMultiples, panels: Sequence[Panel], box: Box) -> None:
    """A page of panels, each a native chart under the name and the value of its département."""
    rows = 2 if len(panels) <= 2 * COLUMNS else ROWS
    cells = list(_grid(box, COLUMNS, rows))
    for panel, cell in zip(panels, cells, strict=False):
        name = slide.shapes.add_textbox(
            Inches(cell.left), Inches(cell.top), Inches(cell.width), Inches(NAME)
        )
        name.name = f"Titre, {panel.name}"
        _name(name, panel, cell.width)
        _chart(slide, one, panel, Box(cell.left, cell.top + NAME, cell.width, cell.height - NAME))


def _chart(slide: Any, one: SmallMultiples, panel: Panel, box: Box) -> None:
    data = CategoryChartData(number_format=PERCENT)
    data.categories = [month.date for month in one.months]
    data.add_series("Région", one.table.named(REGION).values)
    data.add_series(panel.name, one.table.named(panel.code).values)
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.LINE, Inches(box.left), Inches(box.top), Inches(box.width),
        Inches(box.height), data,
    )  # fmt: skip
    frame.name = f"Graphique, {panel.name}"
    frame.element.nvGraphicFramePr.cNvPr.set("descr", f"{panel.name}\u202f: {panel.alt}")
    drawn = frame.chart
    drawn.has_legend = drawn.has_title = False
    drawn.font.size = Pt(9)
    drawn.font.color.rgb = RGBColor.from_string(MUTED)
    around, own = drawn.plots[0].series
    line(around, GREY, strong=False)
    line(own, ACCENT, strong=True, width=2)
    own.marker.size = 3
    values, categories = drawn.value_axis, drawn.category_axis
    values.minimum_scale, values.maximum_scale = 0, one.scale
    values.major_unit = one.scale / 2
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string("DDDDDD")
    values.format.line.fill.background()
    values.tick_labels.number_format = WHOLE_PERCENT
    values.tick_labels.number_format_is_linked = False
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    by_months(categories, max(1, len(one.months) // 2))
    tidy(drawn)


def _name(shape: Any, panel: Panel, width: float) -> None:
    """The département with its value, then the word of its series."""
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Inches(0.05)
    frame.margin_top = frame.margin_bottom = 0
    title, under = Box(0, 0, width, 0.3), Box(0, 0, width, 0.42)
    frame.text = "\n".join(
        (
            shortened(f"{panel.name}\u202f: {panel.value}", 11, title),
            shortened(panel.dynamics, 9, under),
        )
    )
    style(frame, 9, MUTED)
    for run in frame.paragraphs[0].runs:
        run.font.size, run.font.bold = Pt(11), True
        run.font.color.rgb = RGBColor.from_string(INK)


def key_figures(slide: Any, tiles: Sequence[Tile], box: Box) -> None:
    """Up to four key figures: what is counted, its value, its change, its detail.

    Four stand two by two; fewer side by side, so that no place is left empty.
    """
    if abreast := len(tiles) <= ABREAST:
        box = replace(box, height=min(box.height, ROW))
    cells = list(_grid(box, len(tiles), 1) if abreast else _grid(box, 2, 2))
    told = [_details(tile) for tile in tiles]
    room = Box(0, 0, cells[0].width - 0.2, cells[0].height - 1.15)
    size = min(14, *(next(fitted(lines, room))[1] for lines in told))
    for tile, lines, cell in zip(tiles, told, cells, strict=False):
        shape = slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, Inches(cell.left), Inches(cell.top), Inches(cell.width),
            Inches(cell.height),
        )  # fmt: skip
        shape.name = tile.label
        effects = shape.element.find(qn("p:style"))
        shape.element.remove(effects)  # the theme's shadow
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string("F5F5FE")
        shape.line.color.rgb = RGBColor.from_string("CACAFB")
        _tile(shape, tile, lines, size)
        if abreast:  # the values on one line
            shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
            shape.text_frame.margin_top = Inches(0.3)


def _details(tile: Tile) -> list[str]:
    """What is written under the value of a key figure."""
    change = f"{tile.change.arrow} {tile.change.text} {tile.reference}" if tile.change else ""
    return [line for line in (tile.detail, change or tile.reference, tile.period) if line]


def _tile(shape: Any, tile: Tile, lines: Sequence[str], size: int) -> None:
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = Inches(0.2)
    frame.text = "\n".join((tile.label, tile.value, *lines))
    style(frame, size, INK)
    label, value, *_ = frame.paragraphs
    for paragraph, points in ((label, 14), (value, 32)):
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(points), True
    for run in value.runs:
        accentuate(run.font.color)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT


def _grid(box: Box, columns: int, rows: int) -> Iterator[Box]:
    width = (box.width - SPACE * (columns - 1)) / columns
    height = (box.height - SPACE * (rows - 1)) / rows
    for rank in range(columns * rows):
        row, column = divmod(rank, columns)
        yield Box(
            box.left + column * (width + SPACE), box.top + row * (height + SPACE), width, height
        )
