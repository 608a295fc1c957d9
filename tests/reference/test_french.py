"""Numbers, changes and dates read as French people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import french


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (french.integer(350412), "350\u202f412"),
        (french.integer(-3), "\u22123"),
        (french.integer(None), "n.\u00a0d."),
        (french.decimal(1234.56), "1\u202f234,6"),
        (french.decimal(-0.01), "0,0"),
        (french.percent(0.2014), "20,1\u202f%"),
        (french.percent(None), "n.\u00a0d."),
        (french.signed_percent(2.24), "+224\u202f%"),
        (french.signed_percent(-0.35), "\u221235\u202f%"),
        (french.signed_percent(0.012), "+1,2\u202f%"),
        (french.signed_percent(0.0), "0,0\u202f%"),
        (french.signed_percent(None), "n.\u00a0d."),
        (french.growth(3.24), "+224\u202f% (×3,2)"),
        (french.growth(1.5), "+50\u202f%"),
        (french.growth(None), "n.\u00a0d."),
        (french.count(1, "document"), "1 document"),
        (french.count(1200, "document"), "1\u202f200 documents"),
        (french.count(2, "mois reçu", "mois reçus"), "2 mois reçus"),
        (french.amount(1.94, "document"), "1,9 document"),
        (french.amount(1.96, "document"), "2,0 documents"),
        (french.points(0.06), "6,0 points"),
        (french.points(-0.019), "1,9 point"),
        (french.points(0.01996), "2,0 points"),
        (french.signed_points(-0.06), "\u22126,0 points"),
        (french.signed_points(0.0001), "0,0 point"),
        (french.signed_points(french.apart(0.26051, 0.26249)), "\u22120,1 point"),
        (french.apart(0.26149, 0.26051), 0.0),
        (french.apart(0.2616, 0.2614), 0.001),
        (french.short_month(dt.date(2025, 12, 1)), "déc. 2025"),
        (french.ordinal(1), "1er"),
        (french.ordinal(12), "12e"),
        (french.rank(1, 8), "1er sur 8"),
        (french.rank(5, 8), "5e sur 8"),
        (french.day(dt.date(2026, 1, 1)), "1er janvier 2026"),
        (french.day(dt.date(2026, 1, 15)), "15 janvier 2026"),
        (french.listing([]), ""),
        (french.listing(["a"]), "a"),
        (french.listing(["a", "b", "c"]), "a, b et c"),
        (french.quoted("x"), "«\u202fx\u202f»"),
        (french.sentence("décembre"), "Décembre."),
    ],
)
def test_french_formats(text: str, expected: str) -> None:
    assert text == expected


def test_names_are_sorted_as_a_dictionary_does() -> None:
    names = ["Les Glycines", "L’Œillet", "les Érables", "Les Étangs", "L'Oasis"]

    assert sorted(names, key=french.alphabetical) == [
        "L'Oasis", "L’Œillet", "les Érables", "Les Étangs", "Les Glycines",
    ]  # fmt: skip


@given(st.integers(-(10**12), 10**12))
def test_a_written_integer_reads_back_as_itself(number: int) -> None:
    text = french.integer(number)

    assert int(text.replace("\u202f", "").replace(french.MINUS, "-")) == number
    assert french.number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("26,2\u202f%", 0.262), ("\u22123\u202f%", -0.03), ("107\u202f640", 107640),
        ("3 sur 14", None), ("n.\u00a0d.", None), ("<\u00a011", None), ("1,5", None),
    ],
)  # fmt: skip
def test_a_figure_is_read_back_and_other_words_are_not(text: str, number: float | None) -> None:
    assert french.number(text) == number


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("octobre 2025", "d’octobre 2025"),
        ("août 2025", "d’août 2025"),
        ("mars 2025", "de mars 2025"),
        ("Île-de-France", "d’Île-de-France"),
        ("", "de "),
    ],
)
def test_a_vowel_shortens_de(words: str, said: str) -> None:
    assert french.of(words) == said
