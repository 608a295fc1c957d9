"""The paragraph of what changed since a committee: no number that is not one of its facts."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.committees import Head, Meeting
from dashboard.edition_figures import Json
from dashboard.since_figures import Both, rank_pair, rate_pair
from dashboard.since_text import Arrived, paragraph
from indicators.commentary import Paragraph
from reference import french
from reference.models import Region
from reference.months import in_french, parse_month, shift
from tests.dashboard.builders import COTE_D_OR, REGION

THEN = dt.date(2025, 12, 1)
HEAD = Head(Region(code="27"), 1, "Comité", dt.date(2026, 1, 26), THEN, dt.date(2026, 1, 20))
#: What is told before the committee meets, and since.
AHEAD, MET = HEAD.meeting(None), HEAD.meeting(HEAD.committee_on)

FIGURES = st.one_of(
    st.just({"documents": None, "contributors": None, "parc": None, "rate": None, "rank": None}),
    st.builds(
        lambda documents, parc, part, rank, received: {
            "documents": float(documents),
            "contributors": float(round(parc * part)),
            "parc": float(parc),
            "rate": round(parc * part) / parc,
            "rank": rank,
            "received": float(received),
        },
        st.integers(0, 900_000),
        st.integers(1, 3_000),
        st.floats(0, 1),
        st.integers(1, 8),
        st.integers(11, 12),
    ),
)
PAIRS = st.tuples(FIGURES, FIGURES)


def places(pairs: list[tuple[Json, Json]]) -> list[Both]:
    return [
        Both(replace(COTE_D_OR, code=f"D{rank}", name=f"Lieu {chr(65 + rank)}"), *pair)
        for rank, pair in enumerate(pairs)
    ]


def written(told: Paragraph) -> set[str]:
    """Every way in which the facts of a paragraph may be written."""
    found = {french.day(HEAD.committee_on), french.day(HEAD.frozen_on)}
    for name, value in told.facts.items():
        if isinstance(value, str):
            if name.startswith("mois"):
                found.add(in_french(parse_month(value)))
        elif value is not None:
            found |= {
                french.integer(value),
                french.percent(value),
                french.signed_percent(value),
                french.signed_points(value),
                french.ordinal(int(value)),
            }
    return {number for text in found for number in numbers(text)}


def numbers(text: str) -> list[str]:
    """The numbers of a text, thousands held together."""
    return re.findall(r"\d+(?:\u202f\d{3})*(?:,\d+)?", text)


def test_until_a_file_comes_after_the_committee_the_edition_is_what_is_compared() -> None:
    frozen_late = replace(HEAD, frozen_on=HEAD.committee_on)
    before = HEAD.committee_on - dt.timedelta(days=1)

    assert AHEAD.name == "l’édition figée le 20 janvier 2026 pour le comité du 26 janvier 2026"
    assert (AHEAD.then, AHEAD.day) == ("à l’édition", HEAD.frozen_on)
    assert MET.name == "le comité du 26 janvier 2026"
    assert (MET.then, MET.day) == ("au comité", HEAD.committee_on)
    assert HEAD.meeting(before) == AHEAD
    assert frozen_late.meeting(None) == MET


@given(
    st.builds(lambda pair, whole: Both(REGION, pair[0], pair[1], whole), PAIRS, st.booleans()),
    st.lists(PAIRS, max_size=8),
    st.integers(0, 14),
    st.sampled_from([AHEAD, MET]),
)
def test_each_number_of_the_paragraph_is_one_of_its_facts(
    total: Both, pairs: list[tuple[Json, Json]], months: int, meeting: Meeting
) -> None:
    now = shift(THEN, months)
    told = paragraph(HEAD, meeting, Arrived(now, months), total, places(pairs))

    # "sur 12 mois" and the last month, which is then that of the committee, are no measures.
    allowed = written(told) | {"12"} | set(numbers(in_french(now)))
    assert set(numbers(told.text)) <= allowed
    assert "None" not in told.text
    assert "nan" not in told.text


def figures(parc: float, rate: float, rank: int, **others: object) -> Json:
    """The figures of a territory, of which 12 months were received."""
    one = {"documents": 100.0, "contributors": parc * rate, "parc": parc, "rate": rate}
    return one | {"rank": rank, "received": 12} | others


def test_a_departement_of_which_the_last_month_is_missing_moves_neither_its_region_nor_others() -> (
    None
):
    late: Json = {"documents": 40.0, "contributors": None, "parc": None, "rate": None}
    pairs = [
        (figures(100, 0.3, 1), late | {"rank": None, "received": None}),
        (figures(100, 0.2, 2), figures(100, 0.2, 1)),
    ]
    total = Both(REGION, figures(200, 0.25, 0), figures(100, 0.2, 0), whole=False)

    told = paragraph(HEAD, MET, Arrived(THEN, 0), total, places(pairs))

    (apart,) = told.sentences[1:]
    assert apart.text == (
        "Le nombre et la part des ESMS de la région ne se comparent pas\u202f: 1 département reçu "
        "sur 2 en décembre 2025, 2 au comité."
    )
    assert rate_pair(total).change == "–"
    before, after = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    moved = rank_pair(places(pairs)[1], before, after)
    assert (moved.before, moved.after, moved.change) == ("2e sur 2", "1er sur 1", "–")


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [(0.26249, 0.26051, "\u22120,1 point"), (0.26051, 0.26149, "0,0 point")],
)
def test_two_rates_are_as_far_apart_as_they_are_written(then: float, now: float, said: str) -> None:
    total = Both(REGION, figures(200, then, 0), figures(200, now, 0))

    text = paragraph(HEAD, MET, Arrived(THEN, 0), total, []).text

    assert rate_pair(total).change == said
    assert ("passe de 26,2\u202f% à 26,1\u202f% (\u22120,1 point)" in text) == (now < then)
    assert ("sont les mêmes" in text) == (now > then)


@given(st.lists(PAIRS, max_size=8))
def test_a_sentence_ends_with_one_full_stop_and_holds_no_plain_space_before_a_colon(
    pairs: list[tuple[Json, Json]],
) -> None:
    told = paragraph(HEAD, MET, Arrived(shift(THEN, 1), 1), Both(REGION, {}, {}), places(pairs))

    for sentence in told.sentences:
        assert sentence.text.endswith(".")
        assert not sentence.text.endswith("..")
        assert " :" not in sentence.text
        assert " %" not in sentence.text


@given(st.lists(FIGURES, max_size=8))
def test_the_same_figures_on_both_dates_are_said_to_be_the_same(figures: list[Json]) -> None:
    pairs = [(each, each) for each in figures]

    told = paragraph(HEAD, MET, Arrived(THEN, 0), Both(REGION, {}, {}), places(pairs))

    assert [sentence.text for sentence in told.sentences[1:]] == [
        "Les chiffres de la région et de ses départements sont les mêmes."
    ]
