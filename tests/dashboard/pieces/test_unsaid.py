"""Generated sentences that tell few documents of one ESMS are left out, the others stay."""

from __future__ import annotations

import pytest

from dashboard.pieces.behind import of_sectors, of_territory
from dashboard.pieces.unsaid import of_committee, of_departement, of_region
from indicators.commentary.sentences import Fact, Paragraph, Sentence
from indicators.details import GrowthOrigin
from indicators.series import Growth
from tests.dashboard.builders import NAN, REGION, build
from tests.dashboard.evidences import around, details, region_evidence

NO_YEAR = Growth(0, 0, 0, None)


def said(**facts: Fact) -> Paragraph:
    """A sentence for each fact, its underscores read as blanks."""
    return Paragraph(
        tuple(Sentence(name, {name.replace("_", " "): fact}) for name, fact in facts.items())
    )


def names(paragraph: Paragraph) -> list[str]:
    return [sentence.text for sentence in paragraph.sentences]


ONE_MONTH = around(build(contributors=(1, 12, 14), documents={"SYNTH": [4, 50, 60]}))
SEVERAL = around(build(contributors=(10, 12, 14), documents={"SYNTH": [4, 50, 60]}))


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"documents_du_pic": 4.0, "taux": 0.2}, 0),
        ({"documents_du_pic": 40.0, "taux": 0.2}, 2),
        ({"part_PH_des_documents": 0.1}, 0),
        ({"ESMS_réguliers": 4.0, "documents_de_type": "Synthèse"}, 2),
    ],
)
def test_the_paragraph_of_a_masked_departement_goes_whole(
    facts: dict[str, Fact], kept: int
) -> None:
    paragraph = said(**facts)

    assert len(of_departement(paragraph, ONE_MONTH).sentences) == kept
    assert of_departement(paragraph, SEVERAL) == paragraph


@pytest.mark.parametrize(
    "origin",
    [
        GrowthOrigin(44, 4, 40, 0, 0, 1, 0, (), (), (), ()),
        GrowthOrigin(34, 0, 40, -6, 0, 0, 1, (), (), (), ()),
    ],
)
def test_a_single_new_or_stopped_esms_of_few_documents_counts(origin: GrowthOrigin) -> None:
    here = around(build(), details(growth=origin))

    assert not of_departement(said(documents_des_nouveaux=4.0), here).sentences


def test_the_sentences_of_a_region_about_a_masked_departement_go() -> None:
    few = build(contributors=(0, 0, 1), documents={"SYNTH": [0, 0, 5]}, documents_12m=5)
    region = build(territory=REGION, contributors=(10, 12, 14), growth=NO_YEAR)
    known = region_evidence(region, {"21": few, "25": build()})
    growth = "évolution des documents sur un an"
    paragraph = Paragraph(
        tuple(
            Sentence(name, {name: 1.5})
            for name in (growth, f"{growth} : 21", f"{growth} : 25", "documents de la période")
        )
    )

    assert names(of_region(paragraph, known)) == [
        growth, f"{growth} : 25", "documents de la période",
    ]  # fmt: skip
    assert f"{growth} : 25" not in names(of_region(paragraph, known, {"25"}))


def test_what_changed_since_a_committee_goes_with_its_place() -> None:
    growth = "évolution des documents"
    facts = (growth, f"{growth}, Côte-d'Or", f"{growth}, Jura", "documents", "part")
    paragraph = Paragraph(tuple(Sentence(name, {name: 0.5}) for name in facts))

    places = of_committee(paragraph, {"Côte-d’Or"}, region=False)
    whole = of_committee(paragraph, {"Côte-d’Or"}, region=True)

    assert names(places) == [growth, f"{growth}, Jura", "documents", "part"]
    assert names(whole) == [f"{growth}, Jura", "part"]


def test_nobody_stands_behind_what_was_not_received() -> None:
    nothing = build(contributors=(NAN, NAN), documents={"SYNTH": [0, 0]})

    assert not of_territory(around(nothing)).few
    assert of_sectors(nothing) == {}
