"""The empty deck: 16:9, our own layouts with real placeholders, French, colours of the charts.

Made from the library's default template by moving and naming what it holds, so that no binary is
kept in the repository and every layout stays a real one for whoever edits the slides. A région
may give a template of its own, whose layouts and placeholders bear the same names.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils import timezone
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from dashboard.exports.deck.look import look_of
from dashboard.exports.deck.package import DAMAGED, package_problem
from reference import french

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
FONT = "Arial"
MAKER = "Mon espace santé en ESMS"
#: What XML cannot hold; the library takes it out of texts, not of properties.
CONTROL = re.compile(r"[\x00-\x1f]")
INK, ACCENT, MUTED = "161616", "000091", "666666"
#: The colours of the theme, in its order: those of charts.
THEME = ("000091", "465F9D", "C9191E", "A558A0", "6A6AF4", "009081")


#: What the places of a text say before they hold one, by level.
LEVELS = (
    "Modifiez les styles du texte", "Deuxième niveau", "Troisième niveau", "Quatrième niveau",
    "Cinquième niveau",
)  # fmt: skip
#: The surroundings of a slide, by type of placeholder.
SURROUNDINGS = {"ftr": "pied de page", "sldNum": "numéro de diapositive"}


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

    @property
    def places(self) -> tuple[str, ...]:
        """The names of its placeholders, in reading order, after the title."""
        return PLACES[self]


SUBTITLE, GRAPH, TEXT, SOURCE = "Sous-titre", "Graphique", "Texte", "Source"
PLACES = {
    Layout.COVER: (SUBTITLE,),
    Layout.TEXT: (TEXT,),
    Layout.CHART: (SUBTITLE, GRAPH, TEXT, SOURCE),
    Layout.TITLE: (SUBTITLE, SOURCE),
}


@dataclass(frozen=True)
class Box:
    """Where something stands on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def of(cls, shape: Any) -> Box:
        """Where a shape stands."""
        edges = (shape.left, shape.top, shape.width, shape.height)
        return cls(*(Emu(edge).inches for edge in edges))

    def place(self, shape: Any) -> None:
        """Move a shape or placeholder there."""
        shape.left, shape.top = Inches(self.left), Inches(self.top)
        shape.width, shape.height = Inches(self.width), Inches(self.height)


TITLE_BOX = Box(0.5, 0.3, 12.33, 0.95)
BODY_BOX = Box(0.5, 1.4, 12.33, 5.2)
CHART_BOX = Box(0.5, 1.75, 7.7, 4.75)
SUBTITLE_BOX = Box(0.5, 1.22, 12.33, 0.45)
ASIDE_BOX = Box(8.35, 1.75, 4.48, 4.75)
SOURCE_BOX = Box(0.5, 6.55, 12.33, 0.4)
FOOTER_BOX = Box(0.5, 7.0, 11.0, 0.3)
NUMBER_BOX = Box(11.83, 7.0, 1.0, 0.3)

#: Numbers of placeholders in our own layouts.
BODY_PLACE, CHART_PLACE, ASIDE_PLACE, SUBTITLE_PLACE, SOURCE_PLACE = 1, 1, 2, 13, 14


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
    aside = _chart(kept[Layout.CHART])
    TITLE_BOX.place(_placeholder(kept[Layout.TITLE], 0))
    _add(kept[Layout.TITLE], aside, SUBTITLE_PLACE, SUBTITLE, SUBTITLE_BOX)
    _add(kept[Layout.TITLE], aside, SOURCE_PLACE, SOURCE, SOURCE_BOX)
    for made in kept.values():
        _name(_placeholder(made, 0), "Titre")
    for holder in (deck.slide_master, *kept.values()):
        _prompt(holder)
    return deck


def model() -> bytes:
    """Our own template, without slides: what a région starts its own from."""
    out = io.BytesIO()
    deck = empty_deck()
    sign(deck, "Modèle de diapositives")
    deck.save(out)
    return out.getvalue()


def sign(deck: Any, title: str) -> None:
    """Say in the properties of a deck what it is and who made it.

    The template of the library bears a name and a date, and that of a région its author's.
    """
    said = deck.core_properties
    said.title, said.comments, said.language = CONTROL.sub(" ", title), "", "fr-FR"
    said.author = said.last_modified_by = MAKER
    said.created = said.modified = timezone.now()


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
    title, body = _placeholder(master, "title"), _placeholder(master, "body")
    TITLE_BOX.place(title)
    BODY_BOX.place(body)
    title.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM  # near its subtitle
    body.text_frame.vertical_anchor = MSO_ANCHOR.TOP
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
            _name(shape, "Pied de page")
        elif kind == "sldNum":
            NUMBER_BOX.place(shape)
            _name(shape, "Numéro de diapositive")


def _cover(layout: Any) -> None:
    Box(0.9, 2.2, 11.5, 1.6).place(_placeholder(layout, 0))
    lines = _placeholder(layout, BODY_PLACE)
    Box(0.9, 3.9, 11.5, 1.6).place(lines)
    _name(lines, SUBTITLE)


def _text(layout: Any) -> None:
    TITLE_BOX.place(_placeholder(layout, 0))
    body = _placeholder(layout, BODY_PLACE)
    BODY_BOX.place(body)
    _name(body, TEXT)


def _chart(layout: Any) -> Any:
    """Title, subtitle, chart, text beside it, source: five real placeholders. Gives the text."""
    TITLE_BOX.place(_placeholder(layout, 0))
    chart, aside = _placeholder(layout, CHART_PLACE), _placeholder(layout, ASIDE_PLACE)
    chart.element.ph.set("type", "chart")
    aside.element.ph.set("type", "body")
    CHART_BOX.place(chart)
    ASIDE_BOX.place(aside)
    _name(chart, GRAPH)
    _name(aside, TEXT)
    _add(layout, aside, SUBTITLE_PLACE, SUBTITLE, SUBTITLE_BOX)
    _add(layout, aside, SOURCE_PLACE, SOURCE, SOURCE_BOX)
    return aside


def _prompt(holder: Any) -> None:
    """Say in French what goes where, to whoever edits the template."""
    for shape in holder.placeholders:
        kind = shape.element.ph.get("type")
        if kind in {"title", "ctrTitle"}:
            shape.text_frame.text = "Modifiez le style du titre"
        elif kind not in SURROUNDINGS:
            for rank, paragraph in enumerate(shape.text_frame.paragraphs):
                paragraph.text = LEVELS[min(rank, len(LEVELS) - 1)]
        for said in shape.element.iter(qn("a:rPr"), qn("a:endParaRPr")):
            said.set("lang", "fr-FR")


def _name(shape: Any, name: str) -> None:
    shape.element.nvSpPr.cNvPr.set("name", name)


def _add(layout: Any, model: Any, idx: int, name: str, box: Box) -> None:
    """One more text placeholder, like `model`."""
    element = copy.deepcopy(model.element)
    element.ph.set("idx", str(idx))
    named = element.find(qn("p:nvSpPr")).find(qn("p:cNvPr"))
    named.set("id", str(100 + idx))
    named.set("name", name)
    layout.shapes._spTree.append(element)  # noqa: SLF001  # layouts have no word for it
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


# --- A région's own template ----------------------------------------------------------------------


def check_template(content: bytes) -> tuple[str, ...]:
    """What keeps a file from serving as a template, in French sentences; nothing when it can.

    Never fails: what cannot be read is a problem like another.
    """
    problem = package_problem(content)
    if problem:
        return (problem,)
    try:
        deck = Presentation(io.BytesIO(content))
        found = tuple(_problems(deck))
        if not found:
            _tried(content)
    except Exception:  # noqa: BLE001  # whatever a stranger's file breaks, it cannot serve
        return (DAMAGED,)
    return found


def begun(template: bytes) -> Any:
    """A deck without slides made from a template that `check_template` found complete."""
    deck = Presentation(io.BytesIO(template))
    slides = deck.slides._sldIdLst  # noqa: SLF001  # the library cannot remove a slide
    for one in list(slides):
        deck.part.drop_rel(one.rId)
        slides.remove(one)
    return deck


def places_of(layout: Any) -> dict[str, Any]:
    """The placeholders of a layout by name: "Graphique 3" is "graphique"; the title is ""."""
    found = {}
    for shape in layout.placeholders:
        kind = shape.element.ph.get("type", "obj")
        if kind in {"title", "ctrTitle"}:
            found[""] = shape
        elif kind in SURROUNDINGS:
            found[kind] = shape
        else:
            found[re.sub(r"[\s\d]+$", "", shape.name).casefold()] = shape
    return found


def layouts_of(deck: Any) -> dict[str, Any]:
    """The layouts of every master of a deck, by name; the first of a name."""
    found: dict[str, Any] = {}
    for master in deck.slide_masters:
        for layout in master.slide_layouts:
            found.setdefault(layout.name.strip().casefold(), layout)
    return found


def master_of(deck: Any) -> Any:
    """The master of the slides: that of the layout of texts, when there are several."""
    return layouts_of(deck)[Layout.TEXT.label.casefold()].slide_master


def _problems(deck: Any) -> Iterator[str]:
    ratio = deck.slide_width / deck.slide_height
    if abs(ratio - WIDTH / HEIGHT) > 0.01:
        yield "Les diapositives ne sont pas au format 16:9."
    layouts = layouts_of(deck)
    for layout in Layout:
        found = layouts.get(layout.label.casefold())
        name = french.quoted(layout.label)
        if found is None:
            yield f"La disposition {name} manque."
            continue
        places = places_of(found)
        missing = [] if "" in places else ["titre"]
        missing += [place for place in layout.places if place.casefold() not in places]
        missing += [said for kind, said in SURROUNDINGS.items() if kind not in places]
        for place in missing:
            yield f"La disposition {name} n’a pas d’espace réservé {french.quoted(place)}."
        for shape in places.values():
            if None in {shape.left, shape.top, shape.width, shape.height}:
                place = french.quoted(shape.name)
                yield f"Dans la disposition {name}, l’espace réservé {place} n’a pas de dimensions."
        graph = places.get(GRAPH.casefold()) if GRAPH in layout.places else None
        if graph is not None and graph.element.ph.get("type") != "chart":
            yield (
                f"Dans la disposition {name}, l’espace réservé {french.quoted(GRAPH)} n’est pas "
                "celui d’un graphique."
            )


def _tried(content: bytes) -> None:
    """One slide of each layout, written: what would fail later fails now."""
    deck = begun(content)
    look_of(master_of(deck))
    layouts = layouts_of(deck)
    for layout in Layout:
        deck.slides.add_slide(layouts[layout.label.casefold()])
    sign(deck, "")
    deck.save(io.BytesIO())
