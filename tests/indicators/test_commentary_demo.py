"""What the committee's text states of the eight départements, in the facts of the paragraphs.

The demonstration's draws are laid straight into the facts, without the files that carry them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pandas as pd
import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from indicators.commentary import Paragraph, write_departement, write_region
from indicators.commentary.sentences import Fact
from indicators.dynamics import Label
from indicators.evidence import RegionEvidence, gather
from indicators.facts import CellFacts, Coverage, replace_cells
from indicators.selection import Selection, region_territory
from ingestion.demo.events import ensure_events
from ingestion.demo.load import SEED
from ingestion.demo.story import FIRST_MONTH, LAST_MONTH, MONTHS, load_story
from ingestion.demo.volumes import Demo, draw_demo
from reference.models import (
    DocumentType,
    Facility,
    FacilityPeriod,
    LegalEntity,
    Region,
    lock_data_version,
)
from reference.months import shift

pytestmark = pytest.mark.django_db

Paragraphs = dict[str, Paragraph]


@pytest.fixture(scope="module")
def evidence(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[RegionEvidence]:
    with django_db_blocker.unblock(), transaction.atomic():
        lay(draw_demo(load_story(), SEED))
        ensure_events()
        yield gather(whole_period())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def paragraphs(evidence: RegionEvidence) -> dict[str, Paragraphs]:
    return {code: write_departement(code, evidence) for code in evidence.departements}


def whole_period() -> Selection:
    return Selection(region_territory(Region.objects.get(code="27")), FIRST_MONTH, LAST_MONTH)


def lay(demo: Demo) -> None:
    """The register and the facts of the demonstration, without its files."""
    inside = [facility for facility in demo.facilities if facility.sector != "AUTRE"]
    owners = {finess: LegalEntity(finess=finess) for finess in {f.entity for f in inside}}
    LegalEntity.objects.bulk_create(owners.values())
    made = {
        f.finess: Facility(
            finess=f.finess, name=f.name, departement_id=f.departement, seen_on=FIRST_MONTH
        )
        for f in inside
    }
    Facility.objects.bulk_create(made.values())
    FacilityPeriod.objects.bulk_create(
        FacilityPeriod(
            facility=made[f.finess],
            legal_entity=owners[f.entity],
            category_id=f.category,
            starts_on=f.opened_on,
            ends_on=f.closed_on,
        )
        for f in inside
    )
    types = dict(DocumentType.objects.values_list("code", "pk"))
    rows = pd.DataFrame(
        [
            (month, finess[:2], made[finess].pk, types[code], documents)
            for month, volumes in zip(MONTHS, demo.volumes, strict=True)
            for (finess, code), documents in volumes.items()
            if finess in made and month <= LAST_MONTH
        ],
        columns=["month", "departement", "facility_id", "document_type_id", "documents"],
    )
    rows["dmp"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    carried = pd.DataFrame(
        columns=["month", "departement", "legal_entity_id", "document_type_id", "sector"]
    ).assign(documents=pd.Series(dtype="int64"), dmp=pd.array([], dtype="Int64"))
    lock_data_version()
    replace_cells(
        [
            CellFacts(
                month,
                "27",
                place,
                rows[(rows["month"] == month) & (rows["departement"] == place)],
                carried,
                received(month),
            )
            for month in MONTHS
            for place in sorted(set(rows["departement"]))
            if month <= LAST_MONTH
        ]
    )


def received(month: dt.date) -> Coverage:
    return Coverage(shift(month, 1), f"demo_{month:%Y_%m}.csv", confirmed=True)


def number(facts: Mapping[str, Fact], name: str) -> float:
    """A fact that is a number."""
    value = facts[name]
    assert isinstance(value, float | int)
    return value


# --- The committee's facts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "month", "types"),
    [("25", "2025-04", ["social"]), ("70", "2025-04", ["auxiliaire", "social"])],
)
def test_the_spring_peak_and_its_types_are_told(
    paragraphs: dict[str, Paragraphs], code: str, month: str, types: list[str]
) -> None:
    facts = paragraphs[code]["documents"].facts

    prefix = f"part dans le pic {month} : "
    told = [name.removeprefix(prefix) for name in facts if name.startswith(prefix)]

    assert facts["dynamique des documents"] == "plateau avec pic"
    assert facts[f"mois du pic {month}"] == month
    assert told == types
    assert facts[f"événement 1 du pic {month}"] == "Cibles ESMS Numérique"
    assert paragraphs[code]["esms"].facts["mois du pic des ESMS qui alimentent"] == month


@pytest.mark.parametrize("code", ["25", "70"])
def test_what_is_left_after_the_spring_peak_is_told(
    paragraphs: dict[str, Paragraphs], code: str
) -> None:
    facts = paragraphs[code]["documents"].facts
    after = number(facts, "documents du mois suivant le pic")

    assert after < 1.5 * number(facts, "documents autour du pic 2025-04")
    assert number(facts, "part du pic dans les documents gagnés en un an") >= 0.5


def test_the_early_peak_of_nievre_is_of_one_organisation(
    paragraphs: dict[str, Paragraphs],
) -> None:
    facts = paragraphs["58"]["documents"].facts
    early = next(s for s in paragraphs["58"]["documents"].sentences if "og" in s.esms)

    assert facts["mois du pic 2024-02"] == "2024-02"
    assert number(facts, "part du premier organisme dans le pic 2024-02") >= 0.95
    assert number(facts, "part dans le pic 2024-02 : synthese") >= 0.95
    assert "Les Tilleuls" in str(facts["événement 1 du pic 2024-02"])
    assert "un seul organisme gestionnaire" in early.text
    assert number(facts, "part des documents : synthese") >= 0.5


def test_the_rise_of_others_and_the_late_dip_of_cote_d_or_are_told(
    paragraphs: dict[str, Paragraphs],
) -> None:
    facts = paragraphs["21"]["documents"].facts

    assert number(facts, "part de « Autres » sur les derniers mois") >= 0.1
    assert number(facts, "part de « Autres » un an plus tôt") <= 0.03
    assert facts["mois d’apparition : 74207-2"] == "2025-01"
    assert str(facts["mois de l’inflexion des documents"]) >= "2025-09"
    assert facts["dynamique des documents"] == "progressive"
    assert [name for name in facts if name.startswith("part des documents : ")] == [
        "part des documents : prescription",
        "part des documents : synthese",
        "part des documents : consultation",
    ]
    grown = {name for name in facts if name.startswith("part à la fin : ")}
    assert grown == {f"part à la fin : {code}" for code in ("auxiliaire", "grille", "ppa")}


def test_the_balance_of_belfort_is_told_and_is_the_first_for_ph(
    paragraphs: dict[str, Paragraphs],
) -> None:
    facts = paragraphs["90"]["secteurs"].facts

    assert 0.56 <= number(facts, "part PA des ESMS qui alimentent") <= 0.58
    assert 0.42 <= number(facts, "part PH des ESMS qui alimentent") <= 0.44
    assert facts["rang de la part PH dans la région"] == 1
    assert paragraphs["25"]["secteurs"].facts["rang de la part PH dans la région"] == 2


@pytest.mark.parametrize("code", ["39", "90"])
def test_jolts_are_told_beside_a_base_that_grows(
    paragraphs: dict[str, Paragraphs], code: str
) -> None:
    facts = paragraphs[code]["documents"].facts

    assert facts["dynamique des documents"] == "irrégulière"
    assert number(facts, "nombre de pics") >= 3
    assert paragraphs[code]["esms"].facts["dynamique des ESMS qui alimentent"] in {
        "progressive",
        "montée puis plateau",
    }


def test_the_peaks_of_jura_are_those_of_late_2024_and_early_2025(
    paragraphs: dict[str, Paragraphs],
) -> None:
    facts = paragraphs["39"]["documents"].facts

    assert {"mois du pic 2024-12", "mois du pic 2025-02"} <= set(facts)
    assert {"part dans les pics : synthese", "part dans les pics : consultation"} <= set(facts)


@pytest.mark.parametrize(
    ("code", "least", "most"),
    [("21", 0.19, 0.21), ("39", 0.08, 0.10), ("71", 0.08, 0.095), ("89", 0.20, 0.24)],
)
def test_the_last_rates_are_those_of_the_committee(
    paragraphs: dict[str, Paragraphs], code: str, least: float, most: float
) -> None:
    assert least <= number(paragraphs[code]["esms"].facts, "taux à la fin") <= most


# --- The whole -------------------------------------------------------------------------------


def test_the_regional_paragraph_names_every_departement_once_among_those_that_move_like_it(
    evidence: RegionEvidence,
) -> None:
    paragraph = write_region(evidence)

    told = [name for name in paragraph.facts if name.startswith("dynamique des documents : ")]

    assert sorted(told) == [f"dynamique des documents : {c}" for c in sorted(evidence.departements)]
    for other in evidence.departements.values():
        name = other.measures.selection.territory.name.replace("'", "’")
        assert name in paragraph.text
    assert number(paragraph.facts, "part PA des ESMS qui alimentent : 90") < 0.6
    assert 2.1 <= number(paragraph.facts, "évolution des documents sur un an") <= 2.4


def test_the_eight_departements_do_not_read_as_one_template(
    evidence: RegionEvidence, paragraphs: dict[str, Paragraphs]
) -> None:
    for subject in ("documents", "esms", "secteurs"):
        skeletons = {
            code: [skeleton(s.text, evidence) for s in texts[subject].sentences]
            for code, texts in paragraphs.items()
        }
        openings = [sentences[0] for sentences in skeletons.values()]
        shared = [
            len(set(one) & set(other)) / min(len(one), len(other))
            for code, one in skeletons.items()
            for far, other in skeletons.items()
            if code < far
        ]
        assert len(set(openings)) >= 5, subject
        assert max(shared) <= 0.6, subject
        assert sum(shared) / len(shared) <= 0.3, subject


def skeleton(text: str, evidence: RegionEvidence) -> str:
    """A sentence without what is proper to the territory: names and numbers."""
    for other in evidence.departements.values():
        territory = other.measures.selection.territory
        for words in (territory.locative, territory.of, territory.name):
            text = text.replace(words.replace("'", "’"), "X")
    return "".join("0" if letter.isdigit() else letter for letter in text)


def test_a_label_that_has_quotes_is_quoted_once(paragraphs: dict[str, Paragraphs]) -> None:
    assert "«\u202fProjet “Les Tilleuls”\u202f»" in paragraphs["58"]["documents"].text


def test_gathering_costs_the_same_for_all_departements(
    evidence: RegionEvidence, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        gather(whole_period())


def test_labels_are_those_of_the_dynamics(evidence: RegionEvidence) -> None:
    assert evidence.departements["90"].contributors.label == Label.RISE_PLATEAU
