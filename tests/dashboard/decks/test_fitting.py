"""No text overflows, whatever is written and wherever it stands, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.exports.deck.fitting import SIZES, fitted, height, lines_of, shortened
from dashboard.exports.deck.template import ASIDE_BOX, BODY_BOX, Box

SENTENCE = "Une phrase assez longue pour occuper une bonne partie d’une ligne du texte."
WORDS = st.text("abcdeé’ .!W", max_size=12)
#: Up to a thousand characters, drawn from few.
TEXTS = st.builds(
    lambda words, times: " ".join(words * times), st.lists(WORDS, max_size=8), st.integers(0, 12)
)
BOXES = st.builds(Box, st.just(0.0), st.just(0.0), st.floats(1, 12), st.floats(0.5, 5))


def test_a_text_shrinks_in_steps_then_goes_on() -> None:
    short = list(fitted([SENTENCE], ASIDE_BOX))
    middling = list(fitted([" ".join([SENTENCE] * 14)], ASIDE_BOX))
    long = list(fitted([" ".join([SENTENCE] * 54)], ASIDE_BOX, BODY_BOX))

    assert short == [([SENTENCE], SIZES[0])]
    assert len(middling) == 1
    assert SIZES[-1] < middling[0][1] < SIZES[0]
    assert len(long) == 2


def test_what_goes_on_is_cut_so_that_both_parts_are_as_large_as_they_can_be() -> None:
    count = next(n for n in range(200) if len(_parts(n)) > 1)
    (first, one), (second, other) = _parts(count)

    assert min(one, other) > SIZES[-1]
    assert all(" ".join(part).count(SENTENCE) > count // 4 for part in (first, second))


def _parts(sentences: int) -> list[tuple[list[str], int]]:
    return list(fitted([" ".join([SENTENCE] * sentences)], ASIDE_BOX, BODY_BOX))


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=3), BOXES, BOXES)
def test_parts_hold_in_their_boxes_and_say_the_whole(
    paragraphs: list[str], first: Box, next_one: Box
) -> None:
    parts = list(fitted(paragraphs, first, next_one))

    for rank, (part, size) in enumerate(parts):
        box = first if rank == 0 else next_one
        assert height(part, box, size) <= box.height or sum(map(len, part)) <= 1
    told = "".join("".join(part) for part, _ in parts)
    assert told.replace(" ", "") == "".join(paragraphs).replace(" ", "")


def test_sentences_stay_whole_when_they_can() -> None:
    parts = list(fitted([" ".join([SENTENCE] * 60)], ASIDE_BOX))

    assert len(parts) > 1
    assert all(part[-1].endswith(".") for part, _ in parts)


def test_each_part_of_a_marked_text_begins_with_its_mark_and_holds() -> None:
    whole = " ".join([SENTENCE] * 130)
    parts = list(fitted([whole], ASIDE_BOX, BODY_BOX, mark="Projet"))

    assert len(parts) > 2
    assert {part[0] for part, _ in parts} == {"Projet"}
    assert " ".join(text for part, _ in parts for text in part[1:]) == whole
    for (part, size), box in zip(parts, [ASIDE_BOX, *[BODY_BOX] * len(parts)], strict=False):
        assert height(part, box, size) <= box.height


def test_a_word_without_end_is_broken() -> None:
    parts = list(fitted(["a" * 5000], Box(0, 0, 2, 1)))

    assert "".join(part[0] for part, _ in parts) == "a" * 5000
    assert len(parts) > 1


@settings(deadline=None)
@given(WORDS, st.integers(8, 24), BOXES)
def test_what_is_shortened_holds_and_says_so(said: str, size: int, box: Box) -> None:
    kept = shortened(said, size, box)

    if kept != said:
        assert kept.endswith("…")
        assert said.startswith(kept[:-1])
        assert height([kept], box, size) <= box.height or kept == "…"


@pytest.mark.parametrize(
    ("said", "lines"), [("", 1), ("un", 1), ("un\ndeux", 2), ("un deux trois quatre cinq", 4)]
)
def test_lines_are_counted_word_by_word(said: str, lines: int) -> None:
    assert lines_of(said, 1.0, 12) == lines


def test_wide_letters_take_more_room_than_narrow_ones() -> None:
    assert lines_of("W" * 60, 6, 12) > lines_of("i" * 60, 6, 12)
