"""Slides of the 101 départements, and of nothing at all: all is there, and on the slide."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.charts.chart import Table, Unit, column, words
from dashboard.charts.map import rate_map
from dashboard.charts.sectors import sectors
from dashboard.charts.small_multiples import small_multiples
from dashboard.contours import contours
from dashboard.exports.deck import slides
from dashboard.exports.deck.maps import outline
from dashboard.exports.deck.slides import NOTHING, Around, Deck
from dashboard.exports.deck.template import empty_deck
from indicators.selection import Territory
from indicators.series import Measures
from tests.dashboard.builders import REGION, build
from tests.dashboard.evidences import around

CODES = tuple(sorted(contours()))
LONGEST = "Département au nom le plus long que l’on puisse raisonnablement écrire"
SHOWN = Around("Titre", "France", "Sous-titre", "Source", "", ("Note",))


@pytest.fixture
def deck() -> Deck:
    return Deck(empty_deck(), "Pied de page")


@pytest.fixture(scope="module")
def country() -> tuple[Measures, dict[str, Measures]]:
    places = {
        code: build(
            territory=Territory(
                f"D{code}", f"{LONGEST} {code}", f"dans {code}", f"de {code}", "27", code, (code,)
            ),
            contributors=(rank % 40, 20 + rank % 30, rank % 60),
        )
        for rank, code in enumerate(CODES)
    }
    return build(territory=REGION, contributors=(10, 20, 30)), places


def shapes(deck: Deck, name: str = "") -> list[Any]:
    return [
        shape for slide in deck.deck.slides for shape in slide.shapes if shape.name.startswith(name)
    ]


def assert_inside(deck: Deck) -> None:
    for shape in shapes(deck):
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= deck.deck.slide_width
        assert shape.top + shape.height <= deck.deck.slide_height


def test_a_table_goes_on_with_its_header_and_loses_no_row(deck: Deck) -> None:
    count = len(CODES)
    one = Table(
        "Alimentation par département",
        "Territoire",
        tuple(f"{LONGEST} {code}" for code in CODES),
        (
            *(
                column(f"c{rank}", f"Documents de la colonne {rank}", Unit.DOCUMENTS, range(count))
                for rank in range(8)
            ),
            words("mots", "Dynamique des documents", ["progressive, légère hausse"] * count),
        ),
    )

    slides.table(deck, one, SHOWN, total=True)
    tables = [shape.table for shape in shapes(deck, "Tableau")]
    rows = [[cell.text_frame.text for cell in row.cells] for one in tables for row in one.rows]

    assert len(tables) > 5
    assert [row for row in rows if row[0] != "Territoire"] == [
        [name, *texts] for name, texts in one.lines
    ]
    assert_inside(deck)
    source = shapes(deck, "Source")[0]
    assert all(shape.top + shape.height <= source.top for shape in shapes(deck, "Tableau"))
    bold = [table.rows[len(table.rows) - 1].cells[1] for table in tables]
    runs = [cell.text_frame.paragraphs[0].runs[0].font.bold for cell in bold]
    assert runs == [False] * (len(tables) - 1) + [True]


def test_panels_go_on_one_scale(deck: Deck, country: tuple[Measures, dict[str, Measures]]) -> None:
    region, places = country
    known = {code: around(one) for code, one in places.items()}

    slides.multiples(deck, small_multiples(region, places, known), SHOWN)
    charts = [shape.chart for shape in shapes(deck, "Graphique, ")]

    assert len(charts) == len(CODES)
    assert len(deck.deck.slides) == -(-len(CODES) // 12)
    assert len({chart.value_axis.maximum_scale for chart in charts}) == 1
    assert_inside(deck)


def test_the_map_has_them_all_and_a_table_where_a_list_has_no_room(
    deck: Deck, country: tuple[Measures, dict[str, Measures]]
) -> None:
    one = rate_map(*country)

    slides.rate_map(deck, one, SHOWN)
    drawn = {shape.name for shape in shapes(deck, LONGEST)}
    listed = {
        row.cells[0].text_frame.text
        for shape in shapes(deck, "Tableau")
        for row in list(shape.table.rows)[1:]
    }

    titles = [slide.shapes.title.text_frame.text for slide in deck.deck.slides]
    assert set(titles) == {"Titre", "Titre (suite)"}
    assert drawn == {shape.name for shape in one.shapes}
    assert listed == set(one.table.rows)
    assert len(shapes(deck, "Légende")) == len(one.legend)
    assert_inside(deck)


def test_a_chart_without_a_number_is_a_sentence(deck: Deck) -> None:
    nobody = build(contributors=(0, 0, 0), documents={"SYNTH": [0, 0, 0]})

    slides.chart(deck, sectors(nobody), [], SHOWN)

    (said,) = shapes(deck, "Texte")
    assert said.text_frame.text == NOTHING
    assert said.left == shapes(deck, "Sous-titre")[0].left
    assert not shapes(deck, "Graphique")
    assert_inside(deck)


def test_an_outline_follows_moves_and_lines_only() -> None:
    assert outline("M0 0L2 0V2zm1 1h1v1z") == [
        [(0, 0), (2, 0), (2, 2)],
        [(1, 1), (2, 1), (2, 2)],
    ]
    with pytest.raises(ValueError, match="moves and lines"):
        outline("M0 0C1 1 2 2 3 3")
