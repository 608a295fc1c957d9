"""Each kind of slide: cover, text, chart beside its text, table, map. Text never overflows."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from dashboard.charts.chart import Chart, Marker, Table
from dashboard.charts.map import RateMap
from dashboard.exports.deck.native import native, plot_of
from dashboard.exports.deck.template import (
    ACCENT,
    ASIDE_BOX,
    ASIDE_PLACE,
    BODY_BOX,
    CHART_BOX,
    CHART_PLACE,
    INK,
    MUTED,
    SOURCE_BOX,
    SOURCE_PLACE,
    SUBTITLE_BOX,
    SUBTITLE_PLACE,
    TITLE_BOX,
    Box,
    Layout,
    layout_of,
)
from reference import french

#: Sizes that a text takes in turn before it goes on to another slide, in points.
SIZES = (16, 14, 13, 12, 11)
TITLE_SIZES = (24, 22, 20, 18)
#: Mean width of a character of Arial and height of a line, as parts of the size; both generous.
CHARACTER, LINE = 0.52, 1.25
#: Height between two paragraphs, as a part of the size.
BETWEEN = 0.5
#: Rows of a table on one slide.
ROWS = 13
#: Fills of the five classes of the map, from the lowest rate; grey without a rate.
LEVELS = ("DDDDDD", "E3E3FD", "CACAFB", "8585F6", "4848C8", "000091")


@dataclass(frozen=True)
class Deck:
    """A deck being made; `footer` is on every slide."""

    deck: Any
    footer: str

    def add(self, layout: Layout, title: str, notes: Sequence[str] = ()) -> Any:
        """A slide with its title, footer, number and notes."""
        slide = self.deck.slides.add_slide(layout_of(self.deck, layout))
        write(slide.shapes.title, title, TITLE_SIZES, TITLE_BOX)
        self._surround(slide)
        if notes:
            slide.notes_slide.notes_text_frame.text = "\n".join(notes)
        return slide

    def _surround(self, slide: Any) -> None:
        """The footer and number of the layout: the library leaves both out of slides."""
        for shape in slide.slide_layout.placeholders:
            if shape.element.ph.get("type") not in {"ftr", "sldNum"}:
                continue
            slide.shapes._spTree.append(copy.deepcopy(shape.element))  # noqa: SLF001  # as above
            if shape.element.ph.get("type") == "ftr":
                mine = slide.shapes[-1]
                mine.text_frame.text = self.footer
                style(mine.text_frame, 10, MUTED)
                mine.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT


def cover(deck: Deck, title: str, lines: Sequence[str]) -> None:
    """The first slide."""
    slide = deck.add(Layout.COVER, title)
    frame = slide.placeholders[1].text_frame
    frame.text = "\n".join(lines)
    style(frame, 18, INK)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
    frame.vertical_anchor = MSO_ANCHOR.TOP


def text(deck: Deck, title: str, paragraphs: Sequence[str], notes: Sequence[str] = ()) -> None:
    """Paragraphs on as many slides as they need."""
    for rank, part in enumerate(fitted(paragraphs, BODY_BOX)):
        slide = deck.add(Layout.TEXT, title if rank == 0 else f"{title} (suite)", notes)
        _fill(slide.placeholders[1], part)


def chart(deck: Deck, one: Chart, paragraphs: Sequence[str], notes: Sequence[str]) -> None:
    """A chart, the text beside it, what follows of the text on a second slide."""
    listed = [f"{marker.number}. {marker.text}" for marker in one.events]
    listed += [f"Cible {goal.outcome.value}\u202f: {goal.text}" for goal in one.targets]
    beside = [*paragraphs, *listed]
    parts = list(fitted(beside, ASIDE_BOX, BODY_BOX))
    slide = deck.add(Layout.CHART, one.message, notes)
    frame = native(one, slide.placeholders[CHART_PLACE]) if one.has_data else None
    if frame is None:
        empty = slide.placeholders[CHART_PLACE]
        empty.element.getparent().remove(empty.element)
    else:
        frame.element.nvGraphicFramePr.cNvPr.set("descr", one.alt)
        _events(slide, one, one.events)
    aside = slide.placeholders[ASIDE_PLACE]
    if beside:
        _fill(aside, parts[0])
    else:
        aside.element.getparent().remove(aside.element)
        if frame is not None:
            frame.width = Inches(TITLE_BOX.width)
    write(slide.placeholders[SUBTITLE_PLACE], one.subtitle, (13, 12, 11, 10), SUBTITLE_BOX, MUTED)
    write(slide.placeholders[SOURCE_PLACE], source(one), (10, 9, 8), SOURCE_BOX, MUTED)
    _read_in_order(slide)
    for part in parts[1:]:
        more = deck.add(Layout.TEXT, f"{one.message} (suite)", notes)
        _fill(more.placeholders[1], part)


def table(deck: Deck, title: str, one: Table, notes: Sequence[str] = ()) -> None:
    """A table as PowerPoint's own, on as many slides as its rows need."""
    lines = one.lines
    for start in range(0, max(1, len(lines)), ROWS):
        slide = deck.add(Layout.TITLE, title if start == 0 else f"{title} (suite)", notes)
        _table(slide, one, lines[start : start + ROWS])


def rate_map(deck: Deck, title: str, one: RateMap, credit: str, notes: Sequence[str] = ()) -> None:
    """The map as one freeform by département, its values and its legend beside it."""
    slide = deck.add(Layout.TITLE, title, notes)
    view = [float(number) for number in one.view.split()]
    box = Box(0.5, 1.3, 7.6, 5.3)
    scale = min(box.width / view[2], box.height / view[3])

    def at(x: float, y: float) -> tuple[int, int]:
        return (
            int(Inches(box.left + (x - view[0]) * scale)),
            int(Inches(box.top + (y - view[1]) * scale)),
        )

    for shape in one.shapes:
        rings = [[at(x, y) for x, y in ring] for ring in outline(shape.path)]
        first = rings[0]
        builder = slide.shapes.build_freeform(*first[0], scale=1.0)
        builder.add_line_segments(first[1:], close=True)
        for ring in rings[1:]:
            builder.move_to(*ring[0])
            builder.add_line_segments(ring[1:], close=True)
        drawn = builder.convert_to_shape()
        drawn.name = shape.name
        drawn.element.nvSpPr.cNvPr.set("descr", shape.words)
        drawn.fill.solid()
        drawn.fill.fore_color.rgb = RGBColor.from_string(LEVELS[shape.level])
        drawn.line.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)
        drawn.line.width = Pt(1)
        drawn.shadow.inherit = False
    for shape in one.shapes:
        if shape.label is not None:
            _map_label(slide, at(*shape.label), shape.text, dark=shape.level >= 3)
    legend = [f"{step.text}\u202f: {_departements(step.count)}" for step in one.legend]
    ranked = [shape.words for shape in one.ranked]
    parts = list(fitted([*ranked, "", *legend], Box(8.5, 1.3, 4.33, 5.3)))
    note = slide.shapes.add_textbox(Inches(8.5), Inches(1.3), Inches(4.33), Inches(5.3))
    _fill(note, parts[0])
    for part in parts[1:]:
        _fill(deck.add(Layout.TEXT, f"{title} (suite)", notes).placeholders[1], part)
    _credit(slide, credit)


def fitted(paragraphs: Sequence[str], *boxes: Box) -> Iterator[tuple[list[str], int]]:
    """Cut a text into parts that hold in their boxes, each with its size in points.

    The first box is tried at every size; what does not hold at the least goes on in the next box
    (the last serves for all that follow). Cut between sentences.
    """
    left = [paragraph for paragraph in paragraphs if paragraph] or [""]
    rank = 0
    while left:
        box = boxes[min(rank, len(boxes) - 1)]
        size = next((size for size in SIZES if _height(left, box, size) <= box.height), None)
        if size is not None:
            yield left, size
            return
        kept, left = _cut(left, box)
        yield kept, SIZES[-1]
        rank += 1


def _cut(paragraphs: list[str], box: Box) -> tuple[list[str], list[str]]:
    """As many whole sentences as hold at the least size, and the rest; at least one of them."""
    pieces = [
        (rank, sentence)
        for rank, paragraph in enumerate(paragraphs)
        for sentence in re.split(r"(?<=[.!?…]) ", paragraph)
    ]
    kept = 1
    while kept < len(pieces) and _height(_joined(pieces[: kept + 1]), box, SIZES[-1]) <= box.height:
        kept += 1
    return _joined(pieces[:kept]), _joined(pieces[kept:])


def _joined(pieces: list[tuple[int, str]]) -> list[str]:
    by_paragraph: dict[int, list[str]] = {}
    for rank, sentence in pieces:
        by_paragraph.setdefault(rank, []).append(sentence)
    return [" ".join(sentences) for sentences in by_paragraph.values()]


def _height(paragraphs: Sequence[str], box: Box, size: int) -> float:
    """The height of a text in inches, at a size in points; a little more than it takes."""
    by_line = max(1, int((box.width - 0.2) * 72 / (CHARACTER * size)))
    lines = sum(-(-max(1, len(paragraph)) // by_line) for paragraph in paragraphs)
    between = BETWEEN * max(0, len(paragraphs) - 1)
    return (lines * LINE + between) * size / 72 + 0.1


def _fill(shape: Any, part: tuple[list[str], int]) -> None:
    paragraphs, size = part
    shape.text_frame.word_wrap = True
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    shape.text_frame.text = "\n".join(paragraphs)
    style(shape.text_frame, size, INK)
    for paragraph in shape.text_frame.paragraphs[:-1]:
        paragraph.space_after = Pt(BETWEEN * size)


def write(shape: Any, said: str, sizes: Sequence[int], box: Box, color: str = INK) -> None:
    """A short text at the largest of a few sizes that holds."""
    size = next((size for size in sizes if _height([said], box, size) <= box.height), sizes[-1])
    shape.text_frame.word_wrap = True
    shape.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    shape.text_frame.text = said
    style(shape.text_frame, size, color)


def style(frame: Any, size: int, color: str) -> None:
    """The size, colour and language of every run."""
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(size)
            run.font.color.rgb = RGBColor.from_string(color)
            run._r.get_or_add_rPr().set("lang", "fr-FR")  # noqa: SLF001  # no word for French


def source(one: Chart) -> str:
    """Where the figures come from, until when, and what is to be known of them."""
    cut = f", arrêtées au {french.day(one.cut_off)}" if one.cut_off else ""
    return f"Source\u202f: {one.source}{cut}. {' '.join(one.notes)}".strip()


def _events(slide: Any, one: Chart, events: Sequence[Marker]) -> None:
    """A numbered line over each event's month, where the plot was placed."""
    left, top, width, height = plot_of(one)
    months = [month.date for month in one.months]
    slot = CHART_BOX.width * width / max(1, len(months))
    for event in events:
        inside = [rank for rank, month in enumerate(months) if event.first <= month <= event.last]
        if not inside:
            continue
        x = CHART_BOX.left + CHART_BOX.width * left + slot * (inside[0] + 0.5)
        y = CHART_BOX.top + CHART_BOX.height * top
        line = slide.shapes.add_connector(
            1, Inches(x), Inches(y), Inches(x), Inches(y + CHART_BOX.height * height)
        )
        line.line.color.rgb = RGBColor.from_string(MUTED)
        line.line.width = Pt(1)
        line.line.dash_style = 4
        line.name = f"Événement {event.number}"
        number = slide.shapes.add_textbox(
            Inches(x - 0.15), Inches(y - 0.22), Inches(0.3), Inches(0.25)
        )
        number.name = f"Numéro de l’événement {event.number}"
        _tight(number, str(event.number), 11, bold=True)


def _map_label(slide: Any, place: tuple[int, int], said: str, *, dark: bool) -> None:
    width, height = Inches(1.1), Inches(0.3)
    box = slide.shapes.add_textbox(
        Emu(place[0] - width // 2), Emu(place[1] - height // 2), width, height
    )
    _tight(box, said, 12, bold=True, color="FFFFFF" if dark else INK)


def _tight(box: Any, said: str, size: int, *, bold: bool, color: str = INK) -> None:
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.text = said
    style(frame, size, color)
    frame.paragraphs[0].runs[0].font.bold = bold
    frame.paragraphs[0].alignment = PP_ALIGN.CENTER


def _credit(slide: Any, said: str) -> None:
    box = slide.shapes.add_textbox(Inches(0.5), Inches(6.6), Inches(12.33), Inches(0.3))
    box.text_frame.text = said
    style(box.text_frame, 10, MUTED)


def _departements(count: int) -> str:
    return french.count(count, "département") if count else "aucun département"


def _table(slide: Any, one: Table, lines: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    columns = 1 + len(one.columns)
    frame = slide.shapes.add_table(
        len(lines) + 1, columns, Inches(0.5), Inches(1.35), Inches(12.33), Inches(0.36)
    )
    frame.element.nvGraphicFramePr.cNvPr.set("descr", one.caption)
    frame.name = one.caption
    grid = frame.table
    headers = [one.corner, *(column.label for column in one.columns)]
    size = 12 if columns <= 7 else 10
    for rank, width in enumerate(_widths(headers, one)):
        grid.columns[rank].width = Inches(width)
    for rank, header in enumerate(headers):
        _cell(grid.cell(0, rank), header, size, bold=True, color="FFFFFF")
        grid.cell(0, rank).fill.solid()
        grid.cell(0, rank).fill.fore_color.rgb = RGBColor.from_string(ACCENT)
    for number, (name, texts) in enumerate(lines, start=1):
        for rank, said in enumerate([name, *texts]):
            _cell(grid.cell(number, rank), said, size, bold=rank == 0)
    for row in grid.rows:
        row.height = Inches(0.36)


def _widths(headers: Sequence[str], one: Table) -> list[float]:
    """Columns as wide as their longest text asks, within reason, in inches."""
    texts = [list(one.rows), *(list(column.texts) for column in one.columns)]
    longest = [max(map(len, column), default=0) for column in texts]
    wanted = [
        max(6, min(length, 34), len(max(header.split(), key=len, default="")))
        for header, length in zip(headers, longest, strict=True)
    ]
    return [TITLE_BOX.width * part / sum(wanted) for part in wanted]


def _cell(cell: Any, said: str, size: int, *, bold: bool, color: str = INK) -> None:
    cell.text_frame.text = said
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    style(cell.text_frame, size, color)
    for run in cell.text_frame.paragraphs[0].runs:
        run.font.bold = bold


def _read_in_order(slide: Any) -> None:
    """Title, subtitle, chart, events, text, source: what a screen reader follows."""
    tree = slide.shapes._spTree  # noqa: SLF001  # order has no other name
    order = {0: 0, SUBTITLE_PLACE: 1, CHART_PLACE: 2, ASIDE_PLACE: 4, SOURCE_PLACE: 5}

    def rank(shape: Any) -> int:
        if not shape.is_placeholder:
            return 3
        return order.get(shape.placeholder_format.idx, 6)

    for shape in sorted(slide.shapes, key=rank):
        tree.append(shape.element)


def outline(path: str) -> list[list[tuple[float, float]]]:
    """The rings of an SVG path made of moves and lines, in absolute or relative coordinates.

    Raises:
        ValueError: the path has curves.
    """
    rings: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", numbers)]
        kind = command.upper()
        if kind == "Z":
            x, y = rings[-1][0]
            continue
        if kind in "HV":
            points = [(v, 0.0) if kind == "H" else (0.0, v) for v in values]
        elif kind in "ML":
            points = list(zip(values[::2], values[1::2], strict=True))
        else:
            raise ValueError(f"an outline has moves and lines only, not {command}")
        for rank, (a, b) in enumerate(points):
            if command.islower():
                x, y = x + a, y + b
            elif kind in "HV":
                x, y = (a, y) if kind == "H" else (x, b)
            else:
                x, y = a, b
            if kind == "M" and rank == 0:
                rings.append([])
            rings[-1].append((x, y))
    return [ring for ring in rings if any(one != other for one, other in pairwise(ring))]
