"""Each kind of slide: cover, text, chart beside its text, table, map. Text never overflows."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pptx.enum.text import PP_ALIGN
from pptx.util import Inches

from dashboard.charts.chart import Chart, Table
from dashboard.charts.map import RateMap
from dashboard.charts.small_multiples import SmallMultiples
from dashboard.exports.deck import maps, panels, tables
from dashboard.exports.deck.fitting import (
    TITLE_SIZES,
    fill,
    fitted,
    shortened,
    style,
    tight,
    write,
)
from dashboard.exports.deck.native import native
from dashboard.exports.deck.over import lay_over
from dashboard.exports.deck.package import number_parts
from dashboard.exports.deck.template import (
    ACCENT,
    GRAPH,
    INK,
    MUTED,
    SOURCE,
    SUBTITLE,
    TEXT,
    Box,
    Layout,
    layouts_of,
    places_of,
)
from dashboard.tiles import Tile
from reference import french

WORKING = "Document de travail – ne pas diffuser"
WARNING = "B34000"
#: What stands over the title: its colour and side; its height and width in inches.
TERRITORY, MENTION = "Territoire", "Mention"
OVER = {TERRITORY: (ACCENT, PP_ALIGN.LEFT), MENTION: (WARNING, PP_ALIGN.RIGHT)}
MARK, MARK_WIDTH = 0.26, 6.0
#: Between what stands side by side, or under one another, in inches.
GAP = 0.15
#: What bold leaves of the width of a title.
BOLD = 0.92
NOTHING = "Rien à représenter sur la période."
#: What a few words take under a chart, in inches, and the least size that they are read at there.
UNDER, UNDER_SIZE = 0.55, 12
#: Height of a line of the legend of a map.
LEGEND = 0.3
GO_ON = "(suite)"
PAGE = "Voir la page"


@dataclass(frozen=True)
class Around:
    """What stands around a drawing; `link` leads to its page, "" for none."""

    title: str
    territory: str = ""
    subtitle: str = ""
    source: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()

    def part(self, rank: int) -> Around:
        """The same on the slides that follow the first."""
        if rank == 0 or self.title.endswith(GO_ON):
            return self
        return replace(self, title=f"{self.title} {GO_ON}")


class Frame:
    """A slide being filled: its placeholders by name, its notes, its place in reading order."""

    def __init__(self, slide: Any, boxes: dict[str, tuple[int, Box]]) -> None:
        self.slide, self._boxes = slide, boxes
        names = {number: name for name, (number, _) in boxes.items()}
        self._places = {}
        for shape in slide.placeholders:
            name = names.get(shape.placeholder_format.idx, "")
            shape.name = name or "Titre"
            self._places[name] = shape

    def place(self, name: str) -> Any:
        """A placeholder by its name."""
        return self._places[name]

    def box(self, name: str) -> Box:
        """Where a placeholder stands."""
        return self._boxes[name][1]

    def remove(self, name: str) -> None:
        """Take an empty placeholder away, or it would say "click to add text"."""
        element = self.place(name).element
        element.getparent().remove(element)

    def write(self, name: str, said: str, sizes: Sequence[int], color: str = INK) -> None:
        """A short text in a placeholder, which goes when there is none."""
        if said:
            write(self.place(name), said, sizes, self.box(name), color)
        else:
            self.remove(name)


class Deck:
    """A deck being made; `footer` is on every slide, and the mark of a working version."""

    def __init__(self, deck: Any, footer: str, *, working: bool = False) -> None:
        self.deck, self.footer, self.working = deck, footer, working
        self._layouts = layouts_of(deck)
        self._boxes = cache(self._read)
        number_parts(deck.part.package)

    def _read(self, layout: Layout) -> dict[str, tuple[int, Box]]:
        """The placeholders of a layout by name: number, and place on the slide."""
        found = places_of(self._layouts[layout.label.casefold()])
        return {
            name: (found[name.casefold()].placeholder_format.idx, Box.of(found[name.casefold()]))
            for name in ("", *layout.places)
        }

    def box(self, layout: Layout, name: str) -> Box:
        """Where a placeholder of a layout stands."""
        return self._boxes(layout)[name][1]

    @property
    def room(self) -> Box:
        """Where drawings stand under a title: between the subtitle and the source."""
        subtitle, source = (self.box(Layout.TITLE, name) for name in (SUBTITLE, SOURCE))
        top = subtitle.top + subtitle.height + GAP / 2
        return Box(subtitle.left, top, subtitle.width, source.top - top - GAP / 2)

    def add(self, layout: Layout, around: Around) -> Frame:
        """A slide with its title, what stands over it, its footer, number and notes."""
        made = self._layouts[layout.label.casefold()]
        slide = self.deck.slides.add_slide(made)
        boxes = self._boxes(layout)
        frame = Frame(slide, boxes)
        room = boxes[""][1]
        write(frame.place(""), around.title, TITLE_SIZES, replace(room, width=BOLD * room.width))
        if self.working:
            self._over(slide, MENTION, WORKING)
        if around.territory:
            self._over(slide, TERRITORY, around.territory)
        self._surround(slide, made)
        if around.notes:
            slide.notes_slide.notes_text_frame.text = "\n".join(around.notes)
        return frame

    def _over(self, slide: Any, name: str, said: str) -> None:
        """A few words over the title, read just after it."""
        title = slide.shapes.title
        width, height = Inches(MARK_WIDTH), Inches(MARK)
        color, align = OVER[name]
        left = title.left if align == PP_ALIGN.LEFT else title.left + title.width - width
        mark = slide.shapes.add_textbox(left, max(0, title.top - height), width, height)
        mark.name = name
        tight(mark, said, 12, color=color, align=align)
        mark.text_frame.margin_left = mark.text_frame.margin_right = Inches(0.1)
        for run in mark.text_frame.paragraphs[0].runs:
            run.font.bold = True
        title.element.addnext(mark.element)

    def _surround(self, slide: Any, layout: Any) -> None:
        """The footer and number of the layout: the library leaves both out of slides."""
        for shape in layout.placeholders:
            kind = shape.element.ph.get("type")
            if kind not in {"ftr", "sldNum"}:
                continue
            tree = slide.shapes._spTree  # noqa: SLF001  # what is copied is a shape like another
            element = copy.deepcopy(shape.element)
            element.nvSpPr.cNvPr.set("id", str(tree.max_shape_id + 1))
            tree.append(element)
            if kind == "ftr":
                mine = slide.shapes[-1]
                mine.text_frame.text = shortened(self.footer, 10, Box.of(shape))
                style(mine.text_frame, 10, MUTED)
                mine.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT


def cover(deck: Deck, title: str, lines: Sequence[str]) -> None:
    """The first slide."""
    frame = deck.add(Layout.COVER, Around(title))
    part = next(fitted(lines, frame.box(SUBTITLE)))
    fill(frame.place(SUBTITLE), part)
    for paragraph in frame.place(SUBTITLE).text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT


def text(deck: Deck, paragraphs: Sequence[str], around: Around, mark: str = "") -> None:
    """Paragraphs on as many slides as they need; `mark`: what is said of them on each, or ""."""
    for rank, part in enumerate(fitted(paragraphs, deck.box(Layout.TEXT, TEXT), mark=mark)):
        frame = deck.add(Layout.TEXT, around.part(rank))
        fill(frame.place(TEXT), part, mark)


def chart(
    deck: Deck, one: Chart, paragraphs: Sequence[str], around: Around, mark: str = ""
) -> None:
    """A chart, the text beside it, what follows of the text on other slides, each with `mark`.

    The few words of an event or of a target stand under the chart, which takes the whole width.
    """
    told = listed(one)
    if one.has_data and told and not paragraphs and _over_words(deck, one, told, around):
        return
    beside = [*paragraphs, *told] if one.has_data else [NOTHING, *paragraphs, *told]
    boxes = (deck.box(Layout.CHART, TEXT), deck.box(Layout.TEXT, TEXT))
    parts = list(fitted(beside, *boxes, mark=mark))
    if len(parts) > 1:  # what the lines of the chart mean stays beside it
        parts = list(fitted([*told, *paragraphs], *boxes, mark=mark))
    frame = deck.add(Layout.CHART, around)
    if one.has_data:
        _drawn(frame, one, _wide(deck) if not beside else None)
    else:
        frame.remove(GRAPH)
        _wide(deck).place(frame.place(TEXT))
    if beside:
        fill(frame.place(TEXT), parts[0], mark)
    else:
        frame.remove(TEXT)
    surround(frame, around)
    _read_in_order(frame)
    for part in parts[1:]:
        fill(deck.add(Layout.TEXT, around.part(1)).place(TEXT), part, mark)


def _over_words(deck: Deck, one: Chart, told: Sequence[str], around: Around) -> bool:
    """A chart over the words of its events and targets; whether they hold there."""
    whole = _wide(deck)
    under = Box(whole.left, whole.top + whole.height - UNDER, whole.width, UNDER)
    part = next(fitted(told, under))
    if part[0] != list(told) or part[1] < UNDER_SIZE:
        return False
    frame = deck.add(Layout.CHART, around)
    _drawn(frame, one, replace(whole, height=whole.height - UNDER))
    under.place(frame.place(TEXT))
    fill(frame.place(TEXT), part)
    surround(frame, around)
    _read_in_order(frame)
    return True


def _drawn(frame: Frame, one: Chart, wide: Box | None) -> None:
    """The chart in its placeholder, or in a wider box, under what its months have."""
    box = wide or frame.box(GRAPH)
    drawn = native(one, frame.place(GRAPH), box)
    drawn.name = GRAPH
    drawn.element.nvGraphicFramePr.cNvPr.set("descr", one.alt)
    if wide:
        box.place(drawn)
    lay_over(frame.slide, one, box)


def _wide(deck: Deck) -> Box:
    """The place of a chart and of the text at its right."""
    box, beside = deck.box(Layout.CHART, GRAPH), deck.box(Layout.CHART, TEXT)
    return replace(box, width=beside.left + beside.width - box.left)


def listed(one: Chart) -> list[str]:
    """What is written of the events and targets of a chart."""
    return [
        *(f"{marker.number}. {marker.text}" for marker in one.events),
        *(f"Cible {goal.outcome.value}\u202f: {goal.text}" for goal in one.targets),
    ]


def table(deck: Deck, one: Table, around: Around, *, total: bool = False) -> None:
    """A table as PowerPoint's own; `total`: its last row is the whole."""
    found = list(tables.pages(one, deck.room))
    for rank, page in enumerate(found):
        frame = deck.add(Layout.TITLE, around.part(rank))
        last = total and page is found[-1]
        drawn = tables.draw(frame.slide, one, page, deck.room, total=last)
        frame.place(SUBTITLE).element.addnext(drawn.element)
        surround(frame, around)


def rate_map(deck: Deck, one: RateMap, around: Around) -> None:
    """The map with its legend, the départements ranked beside it, or in a table when many."""
    frame = deck.add(Layout.TITLE, around)
    room = deck.room
    left = Box(room.left, room.top, room.width * 0.64, room.height)
    right = Box(room.left + room.width * 0.67, room.top, room.width * 0.33, room.height)
    maps.draw(frame.slide, one, left)
    legend = LEGEND * len(one.legend)
    ranks = Box(right.left, right.top, right.width, right.height - legend - GAP)
    parts = list(fitted([shape.words for shape in one.ranked], ranks))
    if len(parts) == 1:
        fill(_textbox(frame.slide, "Du plus fort taux au plus faible", ranks), parts[0])
    _legend(frame, one, Box(right.left, right.top + right.height - legend, right.width, legend))
    surround(frame, around)
    _last(frame, SOURCE)
    if len(parts) > 1:
        table(deck, one.table, around.part(1))


def _legend(frame: Frame, one: RateMap, box: Box) -> None:
    """The colour of each class, and how many départements it has."""
    for rank, step in enumerate(one.legend):
        top = box.top + rank * LEGEND
        maps.swatch(frame.slide, step.level, Box(box.left, top + 0.05, 0.35, LEGEND - 0.1))
        label = Box(box.left + 0.45, top, box.width - 0.45, LEGEND)
        mine = _textbox(frame.slide, f"Légende, {step.text}", label)
        said = f"{step.text}\u202f: {_departements(step.count)}"
        tight(mine, said, 11, align=PP_ALIGN.LEFT)


def multiples(deck: Deck, one: SmallMultiples, around: Around) -> None:
    """The départements side by side, on as many slides as they need."""
    for rank, page in enumerate(panels.pages(one)):
        frame = deck.add(Layout.TITLE, around.part(rank))
        panels.draw(frame.slide, one, page, deck.room)
        surround(frame, around)
        _last(frame, SOURCE)


def key_figures(deck: Deck, tiles: Sequence[Tile], around: Around) -> None:
    """Up to four key figures in boxes."""
    frame = deck.add(Layout.TITLE, around)
    panels.key_figures(frame.slide, tiles, deck.room)
    surround(frame, around)
    _last(frame, SOURCE)


def surround(frame: Frame, around: Around) -> None:
    """What is shown, and where it comes from with the way back to the page."""
    frame.write(SUBTITLE, around.subtitle, (13, 12, 11, 10), MUTED)
    said = f"{around.source} {PAGE}".strip() if around.link else around.source
    frame.write(SOURCE, said, (10, 9, 8), MUTED)
    if around.link:
        _linked(frame.place(SOURCE), around.link)


def _linked(shape: Any, link: str) -> None:
    """The last words of a text lead to the page."""
    paragraph = shape.text_frame.paragraphs[0]
    run = paragraph.runs[-1]
    if not run.text.endswith(PAGE):
        return  # a long source was shortened: the notes have the address
    run.text = run.text.removesuffix(PAGE)
    more = paragraph.add_run()
    more.text = PAGE
    more.font.size = run.font.size
    more._r.get_or_add_rPr().set("lang", "fr-FR")  # noqa: SLF001  # no word for French
    more.hyperlink.address = link


def _textbox(slide: Any, name: str, box: Box) -> Any:
    shape = slide.shapes.add_textbox(
        Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height)
    )
    shape.name = name
    return shape


def _departements(count: int) -> str:
    return french.count(count, "département") if count else "aucun département"


def _last(frame: Frame, name: str) -> None:
    """What is read after all that was drawn."""
    element = frame.place(name).element
    element.getparent().append(element)


def _read_in_order(frame: Frame) -> None:
    """Title, mark, subtitle, chart, events, text, source: what a screen reader follows."""
    tree = frame.slide.shapes._spTree  # noqa: SLF001  # order has no other name
    order = {"Titre": 0, TERRITORY: 1, MENTION: 1, SUBTITLE: 2, GRAPH: 3, TEXT: 5, SOURCE: 6}
    surroundings = {"ftr": 7, "sldNum": 8}

    def rank(shape: Any) -> int:
        kind = shape.element.ph.get("type") if shape.is_placeholder else ""
        return surroundings.get(kind, order.get(shape.name, 4))

    for shape in sorted(frame.slide.shapes, key=rank):
        tree.append(shape.element)
