"""A région's own template serves when it has what slides need; anything else is told in words."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches

from dashboard.charts.volumes import volumes
from dashboard.exports.deck.package import DAMAGED, NOT_ONE
from dashboard.exports.deck.slides import Around, Deck, chart, text
from dashboard.exports.deck.template import (
    GRAPH,
    HEIGHT,
    Layout,
    begun,
    check_template,
    layouts_of,
    model,
    places_of,
)
from tests.dashboard.builders import GROUPS, build
from tests.ingestion.files import zipped


def saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def changed(change: Callable[[Any], None]) -> bytes:
    """Our template after a change."""
    deck = Presentation(io.BytesIO(model()))
    change(deck)
    return saved(deck)


def layout(deck: Any, one: Layout) -> Any:
    return layouts_of(deck)[one.label.casefold()]


def remove(shape: Any) -> None:
    shape.element.getparent().remove(shape.element)


def test_our_own_template_serves() -> None:
    assert check_template(model()) == ()


def test_what_is_missing_is_named() -> None:
    def change(deck: Any) -> None:
        remove(places_of(layout(deck, Layout.CHART))["source"])
        remove(places_of(layout(deck, Layout.TEXT))["sldNum"])
        layout(deck, Layout.COVER).name = "Autre"
        places_of(layout(deck, Layout.CHART))["graphique"].element.ph.set("type", "body")
        deck.slide_width = Inches(10)

    without = "La disposition «\u202f{}\u202f» n’a pas d’espace réservé"
    assert check_template(changed(change)) == (
        "Les diapositives ne sont pas au format 16:9.",
        "La disposition «\u202fCouverture\u202f» manque.",
        f"{without.format('Titre et texte')} «\u202fnuméro de diapositive\u202f».",
        f"{without.format('Graphique et texte')} «\u202fSource\u202f».",
        (
            "Dans la disposition «\u202fGraphique et texte\u202f», l’espace réservé "
            "«\u202fGraphique\u202f» n’est pas celui d’un graphique."
        ),
    )


def test_a_place_without_dimensions_is_named() -> None:
    def change(deck: Any) -> None:
        master = deck.slide_masters[0]
        remove(next(one for one in master.placeholders if one.element.ph.get("type") == "ftr"))
        place = places_of(layout(deck, Layout.CHART))["ftr"].element.spPr
        place.remove(place.find(qn("a:xfrm")))

    (said,) = check_template(changed(change))

    assert "«\u202fPied de page\u202f» n’a pas de dimensions" in said


def test_names_may_end_with_the_number_that_the_software_adds() -> None:
    def change(deck: Any) -> None:
        for place in layout(deck, Layout.CHART).placeholders:
            place.element.nvSpPr.cNvPr.set("name", f"{place.name.upper()} 7")

    assert check_template(changed(change)) == ()


def test_what_the_library_cannot_read_is_damaged() -> None:
    content = zipped({"[Content_Types].xml": b"<a", "ppt/presentation.xml": b"<"})

    assert check_template(content) == (DAMAGED,)


def test_what_is_no_presentation_is_said() -> None:
    assert check_template(b"") == (NOT_ONE,)


def test_slides_take_the_layouts_of_the_template_and_none_of_its_slides() -> None:
    def change(deck: Any) -> None:
        deck.slides.add_slide(layout(deck, Layout.COVER))
        places_of(layout(deck, Layout.CHART))["graphique"].left = Inches(5)
        places_of(layout(deck, Layout.TEXT))["texte"].height = Inches(2)

    deck = Deck(begun(changed(change)), "Pied")
    shown = volumes(build(), GROUPS)
    chart(deck, shown, ["Un mot."], Around("Titre"))
    text(deck, ["Une phrase de plus pour remplir. " * 80], Around("Texte"))

    slides = list(Presentation(io.BytesIO(saved(deck.deck))).slides)
    graph = next(shape for shape in slides[0].shapes if shape.name == GRAPH)
    assert graph.left == Inches(5)
    assert [slide.shapes.title.text_frame.text for slide in slides] == [
        "Titre", "Texte", "Texte (suite)",
    ]  # fmt: skip
    assert deck.deck.slide_height == HEIGHT
