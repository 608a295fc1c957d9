"""What differs between two texts: nothing invented, nothing lost, whatever the words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import (
    ADDED,
    REMOVED,
    SAME,
    Piece,
    changed_sentences,
    differences,
    paragraphs,
    sentences,
)

WORDS = st.sampled_from(["pic", "en", "avril", "20,1\u202f%", "¶", "¶¶", "documents.", "Puis"])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=4).map("\n\n".join)


def rebuilt(before: str, after: str, *kinds: str) -> list[str]:
    """The words of the pieces of some kinds, ends of paragraphs apart."""
    found = differences(before, after).paragraphs
    kept = [piece.text for pieces in found for piece in pieces if piece.kind in kinds]
    return [word for text in kept for word in text.split(" ") if word != "¶"]


def plain(text: str) -> list[str]:
    return [word for part in paragraphs(text) for word in part.split(" ") if word != "¶"]


@given(TEXTS, TEXTS)
def test_what_stayed_and_what_came_make_the_new_text_and_the_rest_the_old_one(
    before: str, after: str
) -> None:
    assert rebuilt(before, after, SAME, ADDED) == plain(after)
    assert rebuilt(before, after, SAME, REMOVED) == plain(before)


@given(TEXTS)
def test_a_text_differs_in_nothing_from_itself(text: str) -> None:
    assert not differences(text, text)
    assert changed_sentences(text, text) == ()


@given(TEXTS, TEXTS)
def test_two_texts_without_difference_have_the_same_words(before: str, after: str) -> None:
    if not differences(before, after):
        assert plain(before) == plain(after)


def test_words_are_compared_whole_and_by_passage() -> None:
    found = differences("Un pic de 20,1\u202f% en avril.", "Un pic de 21,4\u202f% en mai.")

    assert found.paragraphs == (
        (
            Piece(SAME, "Un pic de"),
            Piece(REMOVED, "20,1\u202f%"),
            Piece(ADDED, "21,4\u202f%"),
            Piece(SAME, "en"),
            Piece(REMOVED, "avril."),
            Piece(ADDED, "mai."),
        ),
    )
    assert (found.added, found.removed) == (2, 2)


def test_a_paragraph_that_both_have_stays_one_and_a_new_one_is_marked() -> None:
    assert differences("Un.\n\nDeux.", "Un.\n\nDeux.").paragraphs == (
        (Piece(SAME, "Un."),),
        (Piece(SAME, "Deux."),),
    )
    assert differences("Un. Deux.", "Un.\n\nDeux.").paragraphs == (
        (Piece(SAME, "Un."), Piece(ADDED, "¶"), Piece(SAME, "Deux.")),
    )


def test_line_ends_alone_are_no_difference() -> None:
    assert not differences("Un pic\nen avril.", "Un pic en  avril.")


def test_an_empty_line_parts_paragraphs_and_a_full_stop_before_a_capital_sentences() -> None:
    text = "Un pic (avr. 2025). Puis rien.\n \nÀ suivre."

    assert paragraphs(text) == ("Un pic (avr. 2025). Puis rien.", "À suivre.")
    assert sentences("Un pic en avril. Puis rien.\n\nÀ suivre.") == (
        "Un pic en avril.",
        "Puis rien.",
        "À suivre.",
    )


def test_only_the_sentences_that_changed_are_told_new_and_gone_ones_too() -> None:
    found = changed_sentences("Un reste. Deux part. Rien.", "Un reste. Deux vient. Rien. Quatre.")

    assert found == (
        (Piece(SAME, "Deux"), Piece(REMOVED, "part."), Piece(ADDED, "vient.")),
        (Piece(ADDED, "Quatre."),),
    )
    assert changed_sentences("Un. Deux.", "Un.") == ((Piece(REMOVED, "Deux."),),)


def test_a_very_long_text_of_one_word_is_compared_at_once() -> None:
    long = "mot " * 4000

    found = differences(long, f"autre {long} fin")

    assert (found.added, found.removed) != (0, 0)
