"""The digest: what is due whatever comes in whatever order, and what it tells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.digest.facts import Facts, States, facts
from dashboard.digest.periods import Period, due
from dashboard.digest.text import Links, compose, subject
from dashboard.models import Frequency
from indicators.facilities import FacilityRow
from indicators.facility_states import State
from indicators.selection import Territory
from indicators.series import Measures
from reference.months import shift, span
from tests.dashboard.builders import GROUPS, NAN, build
from tests.dashboard.evidences import region_evidence
from tests.indicators.evidences import invented_region

DECEMBER = dt.date(2025, 12, 1)
JURA = Territory("D39", "Jura", "dans le Jura", "du Jura", "27", "39", ("39",))
BOTH = Territory(
    "R27",
    "Bourgogne-Franche-Comté",
    "en Bourgogne-Franche-Comté",
    "de Bourgogne-Franche-Comté",
    "27",
    None,
    ("21", "39"),
)
MONTHLY, QUARTERLY = Frequency.MONTHLY, Frequency.QUARTERLY


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


def months(*texts: str) -> list[dt.date]:
    return [month(text) for text in texts]


# --- What is due ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "told", "received", "expected"),
    [
        (MONTHLY, None, [], None),
        (MONTHLY, None, ["2025-11"], "2025-11"),
        (MONTHLY, "2025-11", ["2025-11"], None),
        (MONTHLY, "2025-11", ["2025-11", "2025-12"], "2025-12"),
        # An older month that comes late, then the newest withdrawn, tell nothing.
        (MONTHLY, "2025-12", ["2025-10", "2025-12"], None),
        (MONTHLY, "2025-12", ["2025-10", "2025-11"], None),
        (QUARTERLY, "2025-09", ["2025-09", "2025-10", "2025-11"], None),
        (QUARTERLY, "2025-11", ["2025-11", "2025-12"], "2025-T4"),
        (QUARTERLY, "2025-12", ["2025-11", "2025-12", "2026-01"], None),
        # December never came: the quarter is over once January did.
        (QUARTERLY, "2025-11", ["2025-11", "2026-01"], "2025-T4"),
        (QUARTERLY, "2025-09", ["2025-09", "2026-01"], None),
        (QUARTERLY, None, ["2025-12"], "2025-T4"),
    ],
)
def test_a_digest_is_due_for_a_newer_month_or_a_quarter_that_is_over(
    frequency: str, told: str | None, received: list[str], expected: str | None
) -> None:
    period = due(frequency, month(told) if told else None, months(*received))

    assert (period.key if period else None) == expected


def test_a_period_is_named_as_french_says_it() -> None:
    assert Period(DECEMBER, DECEMBER).name == "décembre 2025"
    assert Period(month("2026-01"), month("2026-03"), quarterly=True).name == "1er trimestre 2026"
    assert Period(month("2025-10"), month("2025-11"), quarterly=True).name == "4e trimestre 2025"


@given(
    st.sampled_from([MONTHLY, QUARTERLY]),
    st.lists(st.tuples(st.integers(0, 14), st.booleans(), st.booleans()), max_size=40),
)
def test_whatever_comes_and_goes_each_period_is_told_once_and_in_order(
    frequency: str, events: Sequence[tuple[int, bool, bool]]
) -> None:
    received: set[dt.date] = set()
    told: dt.date | None = None
    sent: list[Period] = []
    for number, comes, beat in events:
        one = shift(DECEMBER, number)
        received = received | {one} if comes else received - {one}
        known = sorted(received)
        if beat and (period := due(frequency, told, known)) is not None:
            sent.append(period)
            told = known[-1]
            assert period.last in received
            assert due(frequency, told, known) is None

    assert all(one.last < other.first for one, other in pairwise(sent))


# --- What is told ---------------------------------------------------------------------------------


def row(state: State = State.SILENT, **told: Any) -> FacilityRow:
    usual: dict[str, Any] = {
        "finess": "210000001", "name": "EHPAD Les Tilleuls", "commune": "Dijon",
        "departement": "21", "sector": "PA", "entity_finess": "210000002",
        "entity_name": "Association", "documents": 0, "months": 0, "first": month("2025-01"),
        "latest": month("2025-08"), "track": None, "received": (),
    }  # fmt: skip
    made = FacilityRow(**{**usual, **told})
    vars(made)["state"] = state  # what its track would tell
    return made


def told_of(
    measures: Measures,
    *,
    others: Mapping[str, Measures] | None = None,
    code: str | None = "21",
    states: States | None = None,
    period: Period | None = None,
) -> Facts:
    departements = {"21": measures, **(others or {})}
    region = build(
        territory=BOTH,
        documents={"SYNTH": [200.0] * len(measures.months)},
        contributors=[20.0] * len(measures.months),
        parc=100,
    )
    return facts(
        region_evidence(region, departements),
        states or States({}, (), {}),
        GROUPS,
        code,
        period or Period(month("2025-05"), month("2025-05")),
    )


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


LINKS = Links(
    page=lambda territory: f"https://mes/{territory.code}/",
    silent=lambda told: f"https://mes/{told.territory.code}/esms/",
    firsts=lambda told: f"https://mes/{told.territory.code}/nouveaux/",
    received="https://mes/fraicheur/",
    subscriptions="https://mes/abonnements/",
)


def written(*told: Facts) -> str:
    return plain(compose(told, LINKS))


FALLING = build(
    documents={"SYNTH": [100, 100, 100, 100, 70], "57833-6": [40, 40, 40, 40, 40]},
    contributors=[30, 30, 30, 30, 24],
    provisional=True,
)


def test_a_fall_is_told_against_the_mean_of_the_three_months_before() -> None:
    told = told_of(FALLING)

    assert [(fall.name, fall.before, fall.after) for fall in told.places.falls] == [
        ("en Côte-d'Or", 140, 110)
    ]
    text = written(told)
    assert "- Documents en baisse : en Côte-d’Or (−21 %, 110 contre 140)." in text
    assert "- Types de documents en baisse : Synthèse (−30 %, 70 contre 100)." in text
    assert "- Nombre d’ESMS qui alimentent en baisse : −20 %, 24 contre 30." in text
    assert "Sans changement notable : aucun ESMS n’a cessé" in text
    assert "types de documents (Prescription de produits de santé)" in text


@pytest.mark.parametrize("after", [91.0, 100.0, 300.0])
def test_what_falls_by_less_than_a_tenth_is_steady(after: float) -> None:
    told = told_of(build(documents={"SYNTH": [100, 100, 100, 100, after]}, contributors=[5] * 5))

    assert told.places.falls == ()
    assert told.places.steady == ("en Côte-d'Or",)


def test_a_small_volume_neither_falls_nor_stands() -> None:
    told = told_of(build(documents={"SYNTH": [10, 10, 10, 10, 0]}, contributors=[5] * 5))

    assert (told.places.falls, told.places.steady) == ((), ())
    assert "documents" not in written(told).split("Sans changement notable")[1].split("\n")[0]


def test_a_month_that_was_not_received_is_missing_and_never_a_fall() -> None:
    lost = build(documents={"SYNTH": [100, NAN, NAN, 100, 50]}, contributors=[9, NAN, NAN, 9, 9])

    told = told_of(lost)

    assert told.places.falls == ()
    assert told.missing == (month("2025-02"), month("2025-03"))
    assert "Mois non reçus : février 2025 et mars 2025. Mai 2025 est provisoire" in written(told)


def test_a_region_tells_its_departements_and_compares_those_received_on_both_sides() -> None:
    late = build(
        territory=JURA, documents={"SYNTH": [90, 90, 90, 90, NAN]}, contributors=[9, 9, 9, 9, NAN]
    )

    told = told_of(FALLING, others={"39": late}, code=None)

    assert [fall.name for fall in told.places.falls] == [
        "en Bourgogne-Franche-Comté",
        "en Côte-d'Or",
    ]
    assert told.places.falls[0].before == 140


def test_a_steady_region_says_so_in_one_line() -> None:
    steady = build(documents={"SYNTH": [100.0] * 5}, contributors=[30] * 5)

    lines = written(told_of(steady, code=None)).splitlines()

    (told,) = [line for line in lines if line.startswith("- Sans changement notable")]
    assert told == (
        "- Sans changement notable : aucun ESMS n’a cessé de déposer depuis 3 mois reçus ; "
        "documents, dans chaque département ; types de documents, tous ; nombre d’ESMS qui "
        "alimentent ; aucun mois manquant sur les 12 derniers."
    )


def test_silent_esms_are_counted_with_those_that_just_became_so_and_a_link() -> None:
    received = {"21": tuple(span(month("2024-01"), month("2025-05")))}
    states = States(
        silent={
            month("2025-05"): [
                row(latest=month("2025-02")),
                row(latest=month("2024-09")),
                row(departement="39"),
            ]
        },
        feeding=[
            row(first=month("2025-05"), received=received["21"]),
            row(first=month("2025-04"), received=received["21"]),
        ],
        received=received,
    )

    told = told_of(FALLING, states=states)
    text = written(told)

    assert (told.silence.silent, told.silence.new) == (2, 1)
    assert told.firsts == 1
    assert (
        "- 2 ESMS qui alimentaient n’ont rien déposé depuis 3 mois reçus, dont 1 avait encore "
        "déposé en février 2025 (en tête de la liste).\n  https://mes/D21/esms/\n"
    ) in text
    assert (
        "- Premiers dépôts : 1 ESMS a alimenté pour la première fois.\n  https://mes/D21/nouveaux/"
    ) in text


@pytest.mark.parametrize(
    ("latest", "expected"),
    [
        ("2025-02", "depuis 3 mois reçus ; dernier dépôt en février 2025."),
        ("2025-01", "depuis 3 mois reçus."),
    ],
)
def test_one_silent_esms_is_told_in_the_singular(latest: str, expected: str) -> None:
    received = {"21": tuple(span(month("2024-01"), month("2025-05")))}
    states = States({month("2025-05"): [row(latest=month(latest))]}, (), received)

    text = written(told_of(FALLING, states=states))

    assert f"- 1 ESMS qui alimentait n’a rien déposé {expected}\n" in text


def test_first_deposits_are_unknown_without_a_year_received_before() -> None:
    received = {"21": tuple(span(month("2024-06"), month("2025-05")))}

    told = told_of(FALLING, states=States({}, [row(first=month("2025-05"))], received))

    assert told.firsts is None
    assert "premier" not in written(told).lower()
    longer = {"21": tuple(span(month("2024-01"), month("2025-05")))}
    assert "aucun premier dépôt" in written(told_of(FALLING, states=States({}, (), longer)))


def test_a_territory_of_which_everything_fell_says_that_nothing_stood() -> None:
    lost = build(documents={"SYNTH": [100, 100, NAN, 100, 50]}, contributors=[40, 40, NAN, 40, 20])

    text = written(told_of(lost, states=States({month("2025-05"): [row()]}, (), {})))

    assert "- Sans changement notable : aucun des points suivis." in text


def test_a_quarter_is_compared_by_month_with_the_quarter_before() -> None:
    two = build(
        first=month("2025-01"),
        documents={"SYNTH": [100, 100, 100, 60, 60, 60]},
        contributors=[30, 30, 30, 30, 30, 30],
    )

    text = written(told_of(two, period=Period(month("2025-04"), month("2025-06"), quarterly=True)))

    assert "2e trimestre 2025 : 180 documents, 30 ESMS sur 100 ont alimenté en juin 2025." in text
    assert "en Côte-d’Or (−40 %, 60 par mois contre 100)" in text


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_no_letter_names_an_esms_or_breaks_a_rule_of_french_typography(seed: int) -> None:
    evidence = invented_region(seed)
    last = evidence.region.measures.selection.last
    states = States({last: [row()]}, [row(first=last, state=State.NEW)], {})
    for code in (None, *evidence.departements):
        for period in (Period(last, last), Period(shift(last, -2), last, quarterly=True)):
            text = compose([facts(evidence, states, GROUPS, code, period)], LINKS)

            assert "Tilleuls" not in text
            assert "nan" not in re.sub(r"\w{4,}", "", text)
            words = re.sub(r"https://\S+", "", text)
            assert "'" not in words
            assert re.search(r"[^\u202f][:;?!%]", words) is None
            assert "  " not in words.replace("\n  ", "\n")
            assert "\n\n\n" not in text


def test_the_subject_names_the_region_and_the_period() -> None:
    assert plain(subject("Provence-Alpes-Côte d'Azur", Period(DECEMBER, DECEMBER))) == (
        "Mon espace santé en ESMS : Provence-Alpes-Côte d’Azur, décembre 2025"
    )
