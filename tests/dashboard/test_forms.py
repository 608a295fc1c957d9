"""The URL is the state."""

from __future__ import annotations

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.forms import Asked, ask
from reference.models import Sector
from tests.dashboard.builders import COTE_D_OR

RECEIVED = (dt.date(2023, 3, 1), dt.date(2025, 12, 1))


def asked(query: str = "") -> Asked:
    return ask(dict(parse_qsl(query.removeprefix("?"))), COTE_D_OR, RECEIVED)


def test_by_default_the_24_months_to_the_last_received() -> None:
    question = asked()

    assert (question.selection.first, question.selection.last) == (
        dt.date(2024, 1, 1),
        dt.date(2025, 12, 1),
    )
    assert question.problems == ()
    assert question.query() == "?"
    assert question.is_latest(24)


def test_a_short_history_is_shown_whole() -> None:
    question = ask({}, COTE_D_OR, (dt.date(2025, 11, 1), dt.date(2025, 12, 1)))

    assert question.selection.first == dt.date(2025, 11, 1)


def test_everything_can_be_asked_in_the_url() -> None:
    question = asked("de=2025-01&a=2025-06&secteur=PA&documents=parts&esms=nombre")

    assert question.selection.sector is Sector.PA
    assert question.selection.months[-1] == dt.date(2025, 6, 1)
    assert (question.values["documents"], question.values["esms"]) == ("parts", "nombre")
    assert question.carried == (("documents", "parts"), ("esms", "nombre"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("de=2025-13", "n’est pas un mois reçu"),
        ("a=demain", "« demain »"),
        ("de=1900-01", "la période par défaut est affichée"),
        ("de=2025-06&a=2025-01", "finit (janvier 2025) avant de commencer (juin 2025)"),
        ("secteur=XX", "tous les secteurs sont affichés"),
        ("documents=camembert", "n’est pas un affichage connu"),
        ("tri=hasard", "n’est pas un affichage connu"),
    ],
)
def test_what_is_wrong_is_said_and_replaced_by_the_default(query: str, words: str) -> None:
    question = asked(query)

    assert words in question.problems[0].replace("\u202f", " ")
    assert question.selection == asked().selection
    assert question.query() == "?"


def test_what_is_right_beside_what_is_wrong_is_kept() -> None:
    question = asked("secteur=PH&a=jamais")

    assert question.selection.sector is Sector.PH


def test_links_change_one_thing_and_keep_the_rest() -> None:
    question = asked("secteur=PA&documents=parts")

    assert question.query(documents="volumes") == "?secteur=PA"
    assert question.wider() == "?secteur=PA"
    assert asked("documents=parts").wider() == ""
    assert question.latest(12) == "?de=2025-01&secteur=PA&documents=parts"
    assert question.permalink() == "?de=2024-01&a=2025-12&secteur=PA&documents=parts"


states = st.fixed_dictionaries(
    {},
    optional={
        "de": st.sampled_from(["2023-03", "2024-05", "2025-12"]),
        "a": st.just("2025-12"),
        "secteur": st.sampled_from(["", "PA", "INCONNU"]),
        "documents": st.sampled_from(["volumes", "parts"]),
        "esms": st.sampled_from(["taux", "nombre"]),
        "tri": st.sampled_from(["departement", "taux"]),
        "ordre": st.sampled_from(["croissant", "decroissant"]),
    },
)


@settings(max_examples=50, deadline=None)
@given(states)
def test_a_state_written_in_a_link_reads_back_as_itself(state: dict[str, str]) -> None:
    question = ask(state, COTE_D_OR, RECEIVED)

    for link in (question.query(), question.permalink()):
        assert asked(link).values == question.values


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(["de", "a", "secteur", "tri", "x"]), st.text(max_size=60)))
def test_no_query_string_breaks_a_page(query: dict[str, str]) -> None:
    question = ask(query, COTE_D_OR, RECEIVED)

    assert question.selection.first <= question.selection.last
