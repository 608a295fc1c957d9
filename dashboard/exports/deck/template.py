"""The empty deck: 16:9, our own layouts with real placeholders, French, colours of the charts.

Made from the library's default template by moving and naming what it holds, so that no binary is
kept in the repository and every layout stays a real one for whoever edits the slides.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
FONT = "Arial"
INK, ACCENT, MUTED = "161616", "000091", "666666"
#: The colours of the theme, in its order: those of charts.
THEME = ("000091", "465F9D", "C9191E", "A558A0", "6A6AF4", "009081")


class Layout(Enum):
    """The layouts that slides use: their name, and which of the default ones each is made of."""

    COVER = ("Couverture", 0)
    TEXT = ("Titre et texte", 1)
    CHART = ("Graphique et texte", 3)
    TITLE = ("Titre seul", 5)

    @property
    def label(self) -> str:
        """The name that PowerPoint shows."""
        return self.value[0]


@dataclass(frozen=True)
class Box:
    """Where something stands on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    def place(self, shape: Any) -> None:
        """Move a shape or placeholder there."""
        shape.left, shape.top = Inches(self.left), Inches(self.top)
        shape.width, shape.height = Inches(self.width), Inches(self.height)


TITLE_BOX = Box(0.5, 0.3, 12.33, 0.95)
BODY_BOX = Box(0.5, 1.4, 12.33, 5.2)
CHART_BOX = Box(0.5, 1.75, 8.3, 4.75)
SUBTITLE_BOX = Box(0.5, 1.22, 12.33, 0.45)
ASIDE_BOX = Box(9.0, 1.75, 3.83, 4.75)
SOURCE_BOX = Box(0.5, 6.55, 12.33, 0.4)
FOOTER_BOX = Box(0.5, 7.0, 11.0, 0.3)
NUMBER_BOX = Box(11.83, 7.0, 1.0, 0.3)

#: Placeholders of the chart layout beside its title.
CHART_PLACE, ASIDE_PLACE, SUBTITLE_PLACE, SOURCE_PLACE = 1, 2, 13, 14


def empty_deck() -> Any:
    """A presentation without slides, whose layouts are those of `Layout`."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    _theme(deck.slide_master)
    _master(deck.slide_master)
    kept = {layout: deck.slide_layouts[layout.value[1]] for layout in Layout}
    for other in [one for one in deck.slide_layouts if one not in kept.values()]:
        deck.slide_layouts.remove(other)
    for layout, made in kept.items():
        made.name = layout.label
        _surroundings(made)
    _cover(kept[Layout.COVER])
    _text(kept[Layout.TEXT])
    _chart(kept[Layout.CHART])
    TITLE_BOX.place(_placeholder(kept[Layout.TITLE], 0))
    return deck


def layout_of(deck: Any, layout: Layout) -> Any:
    """One of the layouts of a deck."""
    return deck.slide_layouts.get_by_name(layout.label)


def _theme(master: Any) -> None:
    """Our font and colours, which every text and chart of the deck inherits."""
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    xml = part.blob.decode("utf-8")
    xml = re.sub(r'(<a:latin typeface=")[^"]*', rf"\g<1>{FONT}", xml)
    for rank, color in enumerate(THEME, start=1):
        xml = re.sub(
            rf"(<a:accent{rank}>\s*<a:srgbClr val=\")[0-9A-Fa-f]{{6}}", rf"\g<1>{color}", xml
        )
    part._blob = xml.encode("utf-8")  # noqa: SLF001  # the library reads themes and writes none


def _master(master: Any) -> None:
    _surroundings(master)
    TITLE_BOX.place(_placeholder(master, "title"))
    BODY_BOX.place(_placeholder(master, "body"))
    styles = master.element.find(qn("p:txStyles"))
    for level in styles.find(qn("p:titleStyle")):
        level.set("algn", "l")
        run = level.find(qn("a:defRPr"))
        run.set("sz", "2400")
        run.set("b", "1")
        run.set("lang", "fr-FR")
    for rank, level in enumerate(styles.find(qn("p:bodyStyle"))):
        level.set("marL", "0" if rank == 0 else str(Emu(Inches(0.2 * rank))))
        level.set("indent", "0")
        for bullet in level.findall(qn("a:buChar")):
            level.replace(bullet, level.makeelement(qn("a:buNone"), {}))
        run = level.find(qn("a:defRPr"))
        run.set("sz", "1600")
        run.set("lang", "fr-FR")


def _surroundings(layout: Any) -> None:
    """The footer and the slide number; no date, for decks are dated by their data."""
    for shape in list(layout.placeholders):
        kind = shape.element.ph.get("type")
        if kind == "dt":
            shape.element.getparent().remove(shape.element)
        elif kind == "ftr":
            FOOTER_BOX.place(shape)
        elif kind == "sldNum":
            NUMBER_BOX.place(shape)


def _cover(layout: Any) -> None:
    Box(0.9, 2.2, 11.5, 1.6).place(_placeholder(layout, 0))
    Box(0.9, 3.9, 11.5, 1.6).place(_placeholder(layout, 1))


def _text(layout: Any) -> None:
    TITLE_BOX.place(_placeholder(layout, 0))
    BODY_BOX.place(_placeholder(layout, 1))


def _chart(layout: Any) -> None:
    """Title, subtitle, chart, text beside it, source: five real placeholders."""
    TITLE_BOX.place(_placeholder(layout, 0))
    chart, aside = _placeholder(layout, CHART_PLACE), _placeholder(layout, ASIDE_PLACE)
    chart.element.ph.set("type", "chart")
    aside.element.ph.set("type", "body")
    CHART_BOX.place(chart)
    ASIDE_BOX.place(aside)
    _add(layout, aside, SUBTITLE_PLACE, "Sous-titre", SUBTITLE_BOX)
    _add(layout, aside, SOURCE_PLACE, "Source", SOURCE_BOX)


def _add(layout: Any, model: Any, idx: int, name: str, box: Box) -> None:
    """One more text placeholder, like `model`."""
    element = copy.deepcopy(model.element)
    element.ph.set("idx", str(idx))
    named = element.find(qn("p:nvSpPr")).find(qn("p:cNvPr"))
    named.set("id", str(100 + idx))
    named.set("name", name)
    model.element.getparent().append(element)
    box.place(_placeholder(layout, idx))


def _placeholder(layout: Any, wanted: int | str) -> Any:
    """A placeholder by its number, or by its type on the master."""
    for shape in layout.placeholders:
        if isinstance(wanted, int):
            if shape.placeholder_format.idx == wanted:
                return shape
        elif shape.element.ph.get("type") == wanted:
            return shape
    raise LookupError(f"no placeholder {wanted} in {layout.name}")
