"""What is worth a human's eye in a file, and what is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.previewing import anomalies
from ingestion.previewing.anomalies import Anomaly, Situation, detect
from ingestion.previewing.anomaly_words import Names, say
from ingestion.previewing.comparison import Contents, Place, contents

OTHERS = 99
CLOSED_AFTER = 6
NAMES = Names(
    locatives={"21": "en Côte-d'Or", "25": "dans le Doubs", "39": "dans le Jura"},
    facilities={1: ("210000017", "EHPAD des Tilleuls")},
)

Sent = dict[tuple[str, str, int], int]
"""Documents by (month, département, facility)."""


def month(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"{text}-01")


def known(sent: Sent, kind: int = 7) -> Contents:
    names = ["month", "departement", "facility_id", "legal_entity_id", "document_type_id"]
    rows = [(month(when), where, site, 0, kind, n) for (when, where, site), n in sent.items()]
    frame = pd.DataFrame(rows, columns=[*names, "documents"])
    return contents(frame.astype({"month": "datetime64[s]", "documents": "int64"}))


def places(sent: Sent) -> set[Place]:
    return {(month(when), where) for when, where, _ in sent}


def situation(file: Sent, published: Sent | None = None, earlier: Sent | None = None) -> Situation:
    """A file, what is published in its months, and what is in earlier ones."""
    published, earlier = published or {}, earlier or {}
    return Situation(
        covered=places(file),
        accepted=places(file),
        met=places(file),
        published=places(published),
        received=places(published) | places(earlier),
        before=known(published),
        after=known(file),
        earlier=known(earlier),
    )


def found(seen: Situation) -> list[Anomaly]:
    return detect(seen, OTHERS, CLOSED_AFTER)


def codes(seen: Situation) -> list[str]:
    return [anomaly.code for anomaly in found(seen)]


def habit(documents: int, *, months: int = 6, site: int = 1, where: str = "21") -> Sent:
    """The same number in each of the months before January 2025."""
    last = pd.Timestamp("2024-12-01")
    return {
        (f"{last - pd.DateOffset(months=ago):%Y-%m}", where, site): documents
        for ago in range(months)
    }


# --- Cells -----------------------------------------------------------------------------------


def test_a_published_departement_that_a_file_leaves_out_is_lost() -> None:
    published = {("2025-01", "21", 1): 5, ("2025-01", "25", 2): 5}

    assert found(situation({("2025-01", "21", 1): 5}, published)) == [
        Anomaly("cell_lost", "serious", {"month": "2025-01", "departement": "25"})
    ]


def test_a_file_that_completes_loses_nothing() -> None:
    published = {("2025-01", "21", 1): 5, ("2025-01", "25", 2): 5}
    seen = situation({("2025-01", "21", 1): 5}, published)

    assert codes(replace(seen, complete=True)) == []


def test_a_departement_received_last_month_is_missed_in_a_new_one() -> None:
    earlier = {("2024-12", "21", 1): 5, ("2024-12", "25", 2): 5, ("2024-11", "39", 3): 5}
    seen = situation({("2025-01", "21", 1): 5}, earlier=earlier)

    facts = {"month": "2025-01", "departement": "25", "since": "2024-12"}
    assert found(seen) == [Anomaly("departement_absent", "serious", facts)]
    assert codes(replace(seen, complete=True)) == []


def test_the_first_month_ever_misses_nobody() -> None:
    assert codes(situation({("2025-01", "21", 1): 5})) == []


@pytest.mark.parametrize(("published", "severity"), [(True, "serious"), (False, "check")])
def test_a_departement_whose_records_are_all_refused_is_told(
    published: bool, severity: str
) -> None:
    now = {("2025-01", "21", 1): 5} | ({("2025-01", "25", 2): 5} if published else {})
    seen = situation({("2025-01", "21", 1): 5}, now)
    seen = replace(seen, met={*seen.met, (month("2025-01"), "25")})

    facts = {"month": "2025-01", "departement": "25", "published": published}
    assert found(seen) == [Anomaly("cell_refused", severity, facts)]


# --- Facilities ------------------------------------------------------------------------------


def test_a_facility_that_sends_twenty_times_its_median_is_told() -> None:
    seen = situation({("2025-01", "21", 1): 400}, earlier=habit(20))

    facts = {"month": "2025-01", "facility": 1, "documents": 400, "usual": 20.0, "months": 6}
    assert found(seen) == [Anomaly("facility_jump", "serious", facts)]


@pytest.mark.parametrize(
    ("sent", "earlier"),
    [
        (399, habit(20)),  # not quite twenty times
        (199, habit(1)),  # little, were it a hundred times
        (20, habit(1)),
        (5000, habit(20, months=2)),  # no habit yet
        (5000, habit(20, site=2)),  # a facility that starts
    ],
)
def test_what_is_no_jump(sent: int, earlier: Sent) -> None:
    assert codes(situation({("2025-01", "21", 1): sent}, earlier=earlier)) == []


def test_months_received_without_a_document_count_as_zeros() -> None:
    sparse = {("2024-12", "21", 1): 30} | habit(50, site=2)

    (anomaly,) = found(
        situation({("2025-01", "21", 1): 600, ("2025-01", "21", 2): 50}, earlier=sparse)
    )

    assert anomaly.facts["usual"] == 30  # the largest, the median being none


def test_a_jump_already_published_was_looked_at() -> None:
    seen = situation({("2025-01", "21", 1): 410}, {("2025-01", "21", 1): 400}, habit(20))

    assert codes(seen) == []


def test_months_of_the_same_file_make_a_habit() -> None:
    file = habit(20) | {("2025-01", "21", 1): 400}

    assert codes(situation(file)) == ["facility_jump"]


# --- Volumes ---------------------------------------------------------------------------------


def test_a_month_that_loses_most_of_what_is_published_is_told() -> None:
    seen = situation({("2025-01", "21", 1): 40}, {("2025-01", "21", 1): 100}, habit(10))

    facts = {"month": "2025-01", "departement": "21", "documents": 40, "reference": 100}
    assert found(seen) == [Anomaly("month_drop", "serious", facts | {"against": "2025-01"})]


def test_a_new_month_is_compared_with_the_one_before() -> None:
    (anomaly,) = found(situation({("2025-01", "21", 1): 40}, earlier=habit(100)))

    assert (anomaly.code, anomaly.facts["against"]) == ("month_drop", "2024-12")


@pytest.mark.parametrize(
    ("sent", "earlier"),
    [
        (41, habit(100)),
        (1, habit(49)),  # chance
        (1, {("2024-09", "21", 1): 100}),  # last season
        (1, habit(100, where="25")),
    ],
)
def test_what_is_no_drop(sent: int, earlier: Sent) -> None:
    seen = situation({("2025-01", "21", 1): sent, ("2025-01", "25", 2): 100}, earlier=earlier)

    assert "month_drop" not in codes(seen)


@pytest.mark.parametrize(
    ("others", "usual", "told"),
    [(15, 2, True), (11, 2, False), (25, None, True), (24, None, False)],
)
def test_unrecognised_types_that_rise_are_told(others: int, usual: int | None, told: bool) -> None:
    sent: Sent = {("2025-01", "21", 1): 100 - others}
    seen = situation(sent, earlier=habit(100, months=1) if usual is not None else None)
    seen = replace(
        seen,
        after=seen.after.joined(known({("2025-01", "21", 1): others}, OTHERS)),
        earlier=seen.earlier.joined(known({("2024-12", "21", 1): usual or 0}, OTHERS)),
    )

    assert ("others_jump" in codes(seen)) is told


def test_unrecognised_types_already_published_are_told_no_more() -> None:
    sent = {("2025-01", "21", 1): 100}
    seen = situation(sent, sent, habit(100))
    both = known(sent, OTHERS)

    assert codes(replace(seen, after=both, before=both)) == []


# --- Closed months, and the file by itself ---------------------------------------------------


@pytest.mark.parametrize(("since", "told"), [(6, True), (5, False)])
def test_a_month_is_closed_once_enough_were_received_after_it(since: int, told: bool) -> None:
    later = {(f"2025-{rank:02}", "21", 1): 5 for rank in range(2, 2 + since)}
    published = {("2025-01", "21", 1): 5}
    seen = situation({("2025-01", "21", 1): 6}, published)
    seen = replace(seen, received=places(published | later))

    assert codes(seen) == (["month_closed"] if told else [])


def test_many_refused_records_and_probable_subtotals_are_told() -> None:
    counts = {"read": 49, "refused": 5}
    remarks = pd.Series({"entity_subtotal": 2})

    assert [each.code for each in anomalies.report_anomalies(counts, remarks)] == [
        "many_refused",
        "entity_subtotal",
    ]
    assert not list(anomalies.report_anomalies({"read": 50, "refused": 5}, remarks[:0]))
    assert not list(anomalies.report_anomalies({"read": 5, "refused": 4}, remarks[:0]))


def test_months_to_come_are_told_and_months_long_past_are_not() -> None:
    records = pd.DataFrame(
        {
            "problem": ["month_out_of_range", "month_out_of_range", "month_out_of_range", ""],
            "problem_value": ["2027-03", "mars 2027", "1999-01", ""],
        }
    )

    assert list(anomalies.months_to_come(records, dt.date(2026, 1, 15))) == [
        Anomaly("months_to_come", "serious", {"month": "2027-03", "lines": 2})
    ]


# --- Invariants ------------------------------------------------------------------------------

MONTHS = ("2024-10", "2024-11", "2024-12", "2025-01")
facts = st.dictionaries(
    st.tuples(st.sampled_from(MONTHS), st.sampled_from(["21", "25"]), st.integers(1, 4)),
    st.integers(1, 5_000),
    min_size=1,
    max_size=20,
)


def split(sent: Sent, last: str) -> tuple[Sent, Sent]:
    earlier = {key: value for key, value in sent.items() if key[0] < last}
    return {key: value for key, value in sent.items() if key[0] == last}, earlier


@settings(deadline=None, max_examples=60)
@given(facts)
def test_sending_again_what_is_published_shows_no_anomaly(sent: Sent) -> None:
    last = max(when for when, _, _ in sent)
    now, earlier = split(sent, last)

    assert found(situation(now, now, earlier)) == []


@settings(deadline=None, max_examples=60)
@given(facts, facts, st.integers(2, 9))
def test_anomalies_do_not_depend_on_the_scale(file: Sent, published: Sent, times: int) -> None:
    """Above the floors, a region ten times as large has the same anomalies."""

    def scaled(sent: Sent, by: int) -> Sent:
        return {key: value * anomalies.JUMP_FLOOR * by for key, value in sent.items()}

    def told(by: int) -> list[tuple[str, Any, Any]]:
        file_now, _ = split(file, "2025-01")
        now, earlier = split(published, "2025-01")
        if not file_now:
            return []
        seen = situation(scaled(file_now, by), scaled(now, by), scaled(earlier, by))
        return [
            (each.code, each.facts.get("departement"), each.facts.get("facility"))
            for each in found(seen)
        ]

    assert told(1) == told(times)


# --- Words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anomaly", "sentence"),
    [
        (
            Anomaly("cell_lost", "serious", {"month": "2025-01", "departement": "25"}),
            (
                "Le fichier ne contient rien dans le Doubs en janvier 2025, mois déjà "
                "publié\u202f: il y reste tel qu’il est. Publiez après vérification."
            ),
        ),
        (
            Anomaly(
                "cell_refused",
                "check",
                {"month": "2025-01", "departement": "39", "published": False},
            ),
            (
                "Aucun enregistrement accepté dans le Jura en janvier 2025\u202f: ce mois y "
                "restera non reçu."
            ),
        ),
        (
            Anomaly(
                "departement_absent",
                "serious",
                {"month": "2025-01", "departement": "39", "since": "2024-12"},
            ),
            (
                "Le fichier ne contient rien dans le Jura en janvier 2025, alors que le mois "
                "précédent (décembre 2024) y a été reçu."
            ),
        ),
        (
            Anomaly(
                "facility_jump",
                "serious",
                {
                    "month": "2025-01",
                    "facility": 1,
                    "documents": 2000,
                    "usual": 20.0,
                    "months": 6,
                },
            ),
            (
                "EHPAD des Tilleuls (210000017)\u202f: 2\u202f000 documents en janvier 2025, soit "
                "×100 par rapport à ses 6 derniers mois reçus (médiane\u202f: 20)."
            ),
        ),
        (
            Anomaly(
                "month_drop",
                "serious",
                {
                    "month": "2025-01",
                    "departement": "21",
                    "documents": 1,
                    "reference": 100,
                    "against": "2024-12",
                },
            ),
            (
                "En Côte-d'Or en janvier 2025\u202f: 1 document contre 100 en décembre 2024 "
                "(−99\u202f%)."
            ),
        ),
        (
            Anomaly("others_jump", "check", {"month": "2025-01", "share": 0.25, "reference": 0.02}),
            (
                "En janvier 2025, 25,0\u202f% des documents sont d’un type non reconnu, contre "
                "2,0\u202f% jusqu’ici. Un type a sans doute changé de nom."
            ),
        ),
        (
            Anomaly("month_closed", "serious", {"month": "2025-01", "since": 7}),
            (
                "Janvier 2025 est un mois clos (7 mois reçus depuis)\u202f: le publier de nouveau "
                "changerait des chiffres déjà communiqués."
            ),
        ),
        (
            Anomaly("many_refused", "serious", {"refused": 20, "read": 100}),
            (
                "20 enregistrements refusés sur 100 (20\u202f%)\u202f: l’export s’est sans doute "
                "mal passé. Voyez les motifs plus bas."
            ),
        ),
        (
            Anomaly("entity_subtotal", "serious", {"lines": 1}),
            (
                "Une ligne d’organisme gestionnaire égale la somme de ses établissements\u202f: "
                "sous-total probable, ces documents seraient comptés deux fois."
            ),
        ),
        (
            Anomaly("months_to_come", "serious", {"lines": 2, "month": "2027-03"}),
            "2 enregistrements portent un mois à venir (mars 2027)\u202f: refusés.",
        ),
        (
            Anomaly("sheets_unread", "serious", {"sheets": ["Février"]}),
            (
                "Une seule feuille du classeur a été lue. Non lues, bien qu’elles y "
                "ressemblent\u202f: «\u202fFévrier\u202f». Déposez-les à part, ou publiez après "
                "vérification."
            ),
        ),
        (
            Anomaly(
                "series_falls",
                "serious",
                {"facility": 1, "month": "2025-01", "documents": 5, "reference": 9},
            ),
            (
                "EHPAD des Tilleuls (210000017)\u202f: le cumul baisse en janvier 2025, de 9 à 5 "
                "documents. Un cumul ne peut que monter."
            ),
        ),
        (Anomaly("more", "serious", {"more": 3}), "… et 3 autres du même genre."),
    ],
    ids=lambda value: value.code if isinstance(value, Anomaly) else "",
)
def test_an_anomaly_is_said_in_one_sentence_with_its_facts(anomaly: Anomaly, sentence: str) -> None:
    assert say(anomaly, NAMES) == sentence
