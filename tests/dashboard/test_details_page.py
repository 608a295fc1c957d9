"""What lies behind the volumes: each block says it in a sentence, with tables that are files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dashboard.charts.chart import Table, Unit, column
from dashboard.details_page import TYPES_SHOWN, blocks
from dashboard.exhibits import BAR_WIDTH, Block, Exhibit
from dashboard.growth_block import SHOWN, growth_block
from indicators.details import (
    Change,
    Concentration,
    Details,
    EntityVolume,
    GrowthOrigin,
    TypeVolume,
    Typing,
)
from indicators.dynamics import classify
from indicators.evidence import TerritoryEvidence
from reference.models import Sector
from tests.dashboard.builders import REGION, build

N = "\u202f"
MARCH = dt.date(2025, 3, 1)
SECRET = "Association très reconnaissable"


def kind(code: str, documents: int, share: float, *entities: str) -> TypeVolume:
    return TypeVolume(code, f"Type {code}", documents, share, dt.date(2024, 5, 1), entities)


GROWTH = GrowthOrigin(
    change=300,
    new=400,
    active=50,
    stopped=-150,
    carried=0,
    new_count=12,
    stopped_count=1,
    by_sector=(Change("PA", "Personnes âgées", 320), Change("PH", "Handicap", -20)),
    by_departement=(Change("21", "Côte-d'Or", 300),),
    by_entity=(Change("210000001", SECRET, 300),),
    by_type=(Change("SYNTH", "Synthèse", 300),),
)
DETAILS = Details(
    intensity=14.0,
    regularity=0.75,
    regular=9,
    contributors=30,
    typing=Typing(1000, 0.34, 3.42),
    types=(kind("SYNTH", 900, 0.9), kind("83981-1", 100, 0.1, SECRET)),
    others=(kind("83981-1", 100, 0.1, SECRET),),
    concentration=Concentration(0.62, (EntityVolume("210000001", SECRET, 310, 0.31),) * 2, 14),
    growth=GROWTH,
)
AROUND = replace(
    DETAILS,
    typing=Typing(9000, 0.3, 4.1),
    intensity=12.0,
    regular=60,
    contributors=300,
    concentration=replace(DETAILS.concentration, share=0.4, entities=80),
)


def evidence(details: Details, *, region: bool = False) -> TerritoryEvidence:
    measures = build(territory=REGION) if region else build()
    dynamics = classify(measures.total_documents)
    return TerritoryEvidence(measures, dynamics, dynamics, details, (), (), ())


def told(details: Details = DETAILS, *, names: bool = True) -> dict[str, Block]:
    found = blocks(evidence(details), evidence(AROUND, region=True), names=names)
    return {block.code: block for block in found}


def exhibits(details: Details = DETAILS, *, names: bool = True) -> dict[str, Exhibit]:
    return {
        exhibit.code: exhibit
        for block in told(details, names=names).values()
        for exhibit in block.exhibits
    }


def test_every_block_says_its_figures_beside_the_region() -> None:
    assert {code: block.message for code, block in told().items()} == {
        "typage": (
            f"34{N}% de types génériques (30{N}% dans la région){N}; la diversité équivaut à "
            "3,4 types utilisés à parts égales (4,1 dans la région)"
        ),
        "autres": f"100 documents (10,0{N}%) d’un seul type, «{N}Type 83981-1{N}»",
        "regularite": (
            f"14 documents par ESMS et par mois en médiane (12 dans la région){N}; 30{N}% des "
            f"ESMS qui alimentent déposent régulièrement (20{N}% dans la région)"
        ),
        "concentration": (
            f"Les 2 premiers organismes portent 62{N}% des documents, 40{N}% dans la région"
        ),
        "evolution": (
            f"+300 documents en un an{N}: +400 par 12 nouveaux ESMS, +50 par les ESMS déjà actifs "
            f"et {chr(0x2212)}150 par 1 ESMS arrêté"
        ),
    }


def test_names_of_organisations_are_for_those_who_may_read_them() -> None:
    assert SECRET in str(told())
    assert SECRET not in str(told(names=False))
    assert {"premiers-organismes", "evolution-par-og"} <= exhibits().keys()
    assert not {"premiers-organismes", "evolution-par-og"} & exhibits(names=False).keys()
    assert not any(exhibit.linked for exhibit in exhibits(names=False).values())


def test_without_a_document_there_is_no_block() -> None:
    assert told(replace(DETAILS, typing=Typing(0, None, None))) == {}


def test_what_is_not_known_is_said() -> None:
    empty = replace(
        DETAILS,
        intensity=None,
        regularity=None,
        others=(),
        growth=None,
        concentration=Concentration(None, (), 0),
        typing=Typing(5, 1.0, None),
    )

    messages = {code: block.message for code, block in told(empty).items()}

    assert messages == {
        "typage": "5 documents sur la période",
        "autres": f"Aucun document sous «{N}Autres{N}»",
        "regularite": "L’intensité et la régularité ne sont pas disponibles",
        "concentration": "La concentration n’est pas disponible",
        "evolution": "L’évolution sur un an n’est pas disponible",
    }


def test_a_small_base_is_told_in_counts() -> None:
    block = told(replace(DETAILS, contributors=14, regular=5))["regularite"]

    assert "5 sur 14 ESMS déposent régulièrement" in block.message
    assert block.remarks == (f"Moins de 20 ESMS{N}: effectifs, à lire avec prudence.",)


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        (1, "1 seul organisme porte tous les documents"),
        (2, "2 organismes portent tous les documents"),
    ],
)
def test_few_organisations_carry_everything(entities: int, message: str) -> None:
    largest = DETAILS.concentration.largest[:1] * entities
    details = replace(DETAILS, concentration=Concentration(1.0, largest, entities))

    assert told(details)["concentration"].message == message


def test_diversity_that_nobody_knows_is_left_out() -> None:
    block = told(replace(DETAILS, typing=Typing(1000, 1.0, None)))["typage"]

    assert block.message == f"100{N}% de types génériques (30{N}% dans la région)"


def test_rare_types_are_added_up() -> None:
    many = tuple(kind(f"T-{rank}", 1, 0.01) for rank in range(TYPES_SHOWN + 3))

    table = exhibits(replace(DETAILS, types=many))["types"].table

    assert table.rows[-1] == "3 autres types"
    assert sum(filter(None, table.named("documents").values)) == len(many)


def test_the_lines_of_growth_lead_to_their_facilities() -> None:
    parts = exhibits()["evolution"]

    assert [(row.header, row.link) for row in parts.rows] == [
        ("Nouveaux ESMS (12)", "?de=2024-04&a=2025-03&parmi=nouveaux"),
        ("ESMS déjà actifs", ""),
        ("ESMS arrêtés (1)", "?de=2024-04&a=2025-03&parmi=arretes"),
        ("Portés par un organisme gestionnaire", ""),
        ("Ensemble", ""),
    ]
    assert exhibits()["evolution-par-og"].rows[0].link.endswith("&og=210000001")


def test_the_lines_of_the_growth_of_a_sector_lead_to_its_facilities() -> None:
    block = growth_block(GROWTH, MARCH, names=True, sector=Sector.PH)

    links = [link for one in block.exhibits for link in one.links if link]
    assert links
    assert all("secteur=" in link for link in links)
    assert block.exhibits[0].links[0].endswith("&secteur=PH&parmi=nouveaux")


def test_the_largest_changes_are_told_and_the_others_added_up() -> None:
    changes = tuple(Change(str(rank), f"T{rank}", 50 - rank) for rank in range(SHOWN + 5))
    growth = replace(GROWTH, by_type=changes)

    table = next(
        one.table
        for one in growth_block(growth, MARCH, names=True).exhibits
        if one.code == "evolution-par-type"
    )

    assert table.rows[-1] == "Autres (5)"
    assert sum(filter(None, table.columns[0].values)) == sum(one.change for one in changes)


def test_no_change_is_said_in_words() -> None:
    assert growth_block(replace(GROWTH, change=0), MARCH, names=True).message == (
        "Autant de documents que l’année précédente"
    )


def test_the_lists_behind_keep_the_sector() -> None:
    here = evidence(DETAILS)
    selection = replace(here.measures.selection, sector=Sector.PA)
    here = replace(here, measures=replace(here.measures, selection=selection))

    [block, *_] = blocks(here, evidence(AROUND, region=True), names=True)

    assert block.exhibits[1].rows[0].link == "?de=2025-01&a=2025-03&secteur=PA&type=SYNTH"


@pytest.mark.parametrize("values", [(4.0, -1.0, None), (0.0,), (-3.0, -1.0)])
def test_bars_stay_in_their_box_on_one_scale(values: tuple[float | None, ...]) -> None:
    rows = tuple(map(str, range(len(values))))
    table = Table("x", "y", rows, (column("n", "N", Unit.DOCUMENTS, values),))

    bars = [row.bar for row in Exhibit("x", table, bars="n").rows]

    for value, bar in zip(values, bars, strict=True):
        assert (bar is None) == (value is None)
        if bar is not None and value is not None:
            assert bar.x >= -0.11
            assert bar.x + bar.width <= BAR_WIDTH + 0.11
            assert bar.negative == (value < 0)
    if values == (4.0, -1.0, None):
        assert [bar and (bar.x, bar.width) for bar in bars] == [(24, 96), (0, 24), None]
