"""What the pages of registers and lists of members say, in French that agrees."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.ground_files.words import MembersWords, RegisterWords, replay_words, words
from ingestion.models import Extract, State


def register(*, done: bool = False, **told: Any) -> RegisterWords:
    counts = dict.fromkeys(
        ("created", "updated", "closed", "reopened", "unchanged", "refused", "read"), 0
    )
    whole = {
        "layout": "etalab",
        "date": "2025-06-01",
        "counts": {**counts, "closed_by_absence": 0, **told.pop("counts", {})},
        "covered": [],
        "uncovered": [],
        "new_categories": [],
        "replayable": {"lines": 0, "months": 0},
        **told,
    }
    return RegisterWords(whole, done=done)


def members(*, done: bool = False, **counts: int) -> MembersWords:
    fates = dict.fromkeys(("added", "updated", "unchanged", "removed", "kept"), 0)
    absent = [["210000001", "EHPAD A"]]
    return MembersWords({"counts": {**fates, **counts}, "absent": absent, "unread": ["Note"]}, done)


@pytest.mark.parametrize(
    ("count", "done", "said"),
    [
        (0, False, ""),
        (
            1,
            False,
            (
                "1 établissement ouvert serait fermé parce que le fichier ne le contient plus. "
                "Son histoire est gardée."
            ),
        ),
        (
            1200,
            True,
            (
                "1\u202f200 établissements ouverts ont été fermés parce que le fichier ne les "
                "contient plus. Leur histoire est gardée."
            ),
        ),
    ],
)
def test_closings_by_absence_are_said_in_number_and_tense(
    count: int, done: bool, said: str
) -> None:
    assert register(done=done, counts={"closed_by_absence": count}).absent == said


def test_the_fates_of_a_register_add_up_to_what_it_reads() -> None:
    told = register(counts={"read": 3, "created": 2, "refused": 1})

    assert told.read == "3 établissements lus"
    assert told.fates[0] == "2 créés"
    assert told.fates[-1] == "1 refusé"


def test_departements_are_told_apart_covered_partly_in_the_file_or_left_out() -> None:
    told = register(
        covered=[["21", "Côte-d’Or"]],
        uncovered=[["39", "Jura", 1, 40], ["58", "Nièvre", 0, 30], ["70", "Haute-Saône", 0, 9]],
    )

    assert told.covered == "Côte-d’Or (21)"
    assert told.partial == ["Jura (39)\u202f: 1 sur 40 connus"]
    assert told.left_out == "Nièvre (58), Haute-Saône (70)"


@pytest.mark.parametrize(
    ("lines", "months", "said"),
    [
        (0, 0, ""),
        (1, 1, "1 ligne de FINESS à rattacher serait reprise (1 mois concerné)."),
        (12, 3, "12 lignes de FINESS à rattacher seraient reprises (3 mois concernés)."),
    ],
)
def test_lines_to_be_taken_up_are_foretold(lines: int, months: int, said: str) -> None:
    assert register(replayable={"lines": lines, "months": months}).replayable == said


def test_lines_taken_up_are_unknown_until_the_facts_are_read_again() -> None:
    assert register().replayed is None
    assert register(replayed=None).replayed is None
    (replay,) = register(replayed=[{"extract": 3, "name": "a.csv", "lines": 2}]).replayed or []
    assert (replay.extract, replay.name, replay.lines) == (3, "a.csv", "2 lignes")


def test_new_categories_are_named() -> None:
    told = register(new_categories=[["998", "Catégorie 998"], ["999", ""]])

    assert told.new_categories == "998 Catégorie 998, 999"


@pytest.mark.parametrize(
    ("counts", "done", "said"),
    [
        ({}, False, ""),
        ({"removed": 1}, False, "1 membre absent de la liste serait retiré."),
        ({"removed": 2}, True, "2 membres absents de la liste ont été retirés."),
        ({"kept": 1}, True, "1 membre absent de la liste a été gardé."),
        ({"kept": 2}, False, "2 membres absents de la liste seraient gardés."),
    ],
)
def test_absent_members_are_said_in_number_and_tense(
    counts: dict[str, int], done: bool, said: str
) -> None:
    assert members(done=done, **counts).absent == said


def test_absent_members_are_named_the_first_of_them_at_least() -> None:
    assert members(kept=1).absentees == "EHPAD A (210000001)"
    assert members(kept=3).absentees == "EHPAD A (210000001) et 2 autres"


def test_the_fates_and_unread_columns_of_a_list_are_said() -> None:
    told = members(added=1)

    assert told.fates == ["1 ajouté", "0 mis à jour", "0 inchangé"]
    assert told.unread == "«\u202fNote\u202f»"


@pytest.mark.parametrize(
    ("replay", "said"),
    [
        (
            {"on": "2026-09-03", "lines": 1, "accepted": 1, "still": 0},
            (
                "1 ligne à rattacher a été reprise le 03/09/2026, grâce au registre et aux "
                "arbitrages de ce jour\u202f: 1 acceptée, plus aucune n’attend."
            ),
        ),
        (
            {"on": "2026-09-03", "lines": 3, "accepted": 2, "still": 4},
            (
                "3 lignes à rattacher ont été reprises le 03/09/2026, grâce au registre et aux "
                "arbitrages de ce jour\u202f: 2 acceptées, 4 attendent encore."
            ),
        ),
    ],
)
def test_a_replay_is_told_on_the_page_of_its_file(replay: dict[str, Any], said: str) -> None:
    assert replay_words(replay) == said


@pytest.mark.parametrize("state", [State.RECEIVED, State.REFUSED, State.PURGED])
def test_nothing_is_said_of_a_file_that_is_not_read_or_gone(state: State) -> None:
    assert words(Extract(state=state, preview={"layout": "etalab"})) is None
    assert words(Extract(state=State.READY)) is None
