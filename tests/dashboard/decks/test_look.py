"""A deck is measured in the fonts of its template and coloured with its accent."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE

from dashboard.exports.deck.fitting import extent, height, style
from dashboard.exports.deck.look import WIDE, Look, contrast_with_white, look, look_of, looking
from dashboard.exports.deck.package import DAMAGED
from dashboard.exports.deck.template import (
    ACCENT,
    ASIDE_BOX,
    INK,
    check_template,
    empty_deck,
    master_of,
    model,
)


def themed(pattern: str, put: str) -> Any:
    """Our template with another theme."""
    deck = Presentation(io.BytesIO(model()))
    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    part._blob = re.sub(pattern, put, part.blob.decode()).encode()
    return deck


def in_font(name: str) -> Any:
    return themed(r'(<a:latin typeface=")[^"]*', rf"\g<1>{name}")


def accented(color: str) -> Any:
    return themed(r'(<a:accent1><a:srgbClr val=")\w+', rf"\g<1>{color}")


def test_our_own_template_writes_as_it_always_did() -> None:
    assert look_of(master_of(empty_deck())) == look() == Look(width=1.0, readable=True)


@pytest.mark.parametrize(("font", "width"), [("Calibri", 1.0), ("Verdana", WIDE)])
def test_a_font_that_nobody_measured_is_taken_for_a_wide_one(font: str, width: float) -> None:
    assert look_of(master_of(in_font(font))).width == width


def test_the_same_text_asks_for_more_lines_in_a_wide_font() -> None:
    said = ["Les documents alimentés progressent nettement sur la période. " * 8]
    narrow, word = height(said, ASIDE_BOX, 12), extent("progressent")

    with looking(master_of(in_font("DejaVu Serif"))):
        wide = height(said, ASIDE_BOX, 12)
        assert extent("progressent") == pytest.approx(WIDE * word)

    assert wide > narrow
    assert extent("progressent") == word


@pytest.mark.parametrize(("color", "said"), [("00695C", "accent1"), ("FFEB3B", INK)])
def test_an_accent_that_cannot_be_read_is_left_for_ink(color: str, said: str) -> None:
    deck = accented(color)
    frame = deck.slides.add_slide(deck.slide_layouts[0]).placeholders[0].text_frame
    frame.text = "Côte-d’Or"

    with looking(master_of(deck)):
        style(frame, 12, ACCENT)

    (fill,) = frame._txBody.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}solidFill")
    assert fill[0].get("val") == said


def test_a_master_without_a_theme_is_refused_with_its_template() -> None:
    deck = Presentation(io.BytesIO(model()))
    part = deck.slide_master.part
    part.drop_rel(next(key for key, rel in part.rels.items() if rel.reltype.endswith("/theme")))
    out = io.BytesIO()
    deck.save(out)

    assert check_template(out.getvalue()) == (DAMAGED,)


@given(st.from_regex(r"[0-9A-F]{6}", fullmatch=True))
def test_contrast_is_between_that_of_white_and_that_of_black(color: str) -> None:
    assert 1 <= contrast_with_white(color) <= 21


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast_with_white("FFFFFF") == pytest.approx(1)
    assert contrast_with_white("000000") == pytest.approx(21)
    assert contrast_with_white("767676") == pytest.approx(4.54, abs=0.01)  # the lightest grey


def test_a_template_tells_in_french_what_goes_where() -> None:
    deck = empty_deck()

    said = [
        shape.text_frame.text
        for holder in (deck.slide_master, *deck.slide_layouts)
        for shape in holder.placeholders
        if shape.has_text_frame
    ]
    assert "Modifiez le style du titre" in said
    assert not [text for text in said if "lick" in text or "level" in text]
