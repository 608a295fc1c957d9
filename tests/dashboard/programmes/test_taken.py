"""What a programme's page shows is taken to slides and to a workbook, numbers and all."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from dashboard.decks.build import make_deck
from dashboard.models import Export, SlidePick
from dashboard.pieces.content import NO_MEMBER, NOTHING_COUNTED, Reader
from dashboard.pieces.order import Order
from dashboard.pieces.piece import PROGRAMMES, Piece
from dashboard.selections_page import page_of
from dashboard.workbooks.build import make_workbook
from indicators.snapshot import snapshot
from reference.models import Programme, ProgrammeMembership, Region
from tests.dashboard.decks.conftest import opened
from tests.dashboard.decks.test_deck import titles
from tests.dashboard.programmes.common import HERE, ONE, REGION, text

pytestmark = pytest.mark.django_db

QUERY = "programme=pilote"


def pieces(territory: str, query: str = QUERY) -> tuple[Piece, ...]:
    return tuple(Piece(territory, code, query) for code in PROGRAMMES)


@pytest.mark.parametrize(("address", "territory"), [(ONE, "R27"), (HERE, "D21")])
def test_each_chart_and_table_of_the_page_goes_to_slides_and_leads_back(
    address: str, territory: str, world: Programme, region: Region, owner_client: Client
) -> None:
    shown = text(owner_client.get(f"{address}?de=2025-07"))
    codes = [code for code in PROGRAMMES if f'id="ajouter-{code}"' in shown]
    query = f"de=2025-07&{QUERY}"
    assert f'name="query" value="{query}"' in shown

    for code in codes:
        sent = {"territory": territory, "code": code, "query": query}
        answer = owner_client.post(f"{REGION}diapositives/ajouter/", sent)
        assert answer.headers["Location"] == f"{address}?de=2025-07#ajouter-{code}"

    assert codes == [code for code in PROGRAMMES if code != "par-editeur"]  # told of none
    picks = SlidePick.objects.order_by("rank")
    assert [(one.territory, one.code, one.query) for one in picks] == [
        (territory, code, query) for code in codes
    ]
    assert "Programme « pilote », membres et autres, par mois" in text(
        owner_client.get(f"{REGION}diapositives/")
    )
    assert page_of(region, territory, "par-mois", QUERY) == f"{address}#ajouter-par-mois"


def test_slides_and_sheets_hold_the_numbers_of_the_page(world: Programme, region: Region) -> None:
    chosen = pieces("R27") + pieces("D21")[:1]
    with snapshot() as version:
        reader = Reader(region, version, link="https://mes.example")
        found = {(each.territory, each.code): reader.content(each) for each in chosen}

    deck = opened(make_deck(Order(region, chosen)).content)
    book = load_workbook(io.BytesIO(make_workbook(Order(region, chosen)).content))

    chart = found["R27", "par-mois"].chart
    assert chart is not None
    assert found["R27", "par-mois"].link.startswith("https://mes.example" + ONE)
    assert found["D21", "par-mois"].link.startswith("https://mes.example" + HERE)
    assert found["R27", "par-editeur"].paragraphs == (NOTHING_COUNTED,)
    assert titles(deck)[1:] == [each.title for each in found.values()]
    assert titles(deck)[1].startswith("Pilote d’essai, Bourgogne-Franche-Comté\u202f: ")
    [drawn] = [shape.chart for shape in deck.slides[1].shapes if shape.has_chart]
    assert [list(one.values) for one in drawn.plots[0].series] == [
        list(chart.table.named(mark.column).values) for mark in chart.marks
    ]
    assert len(book.sheetnames) == 1 + len(chosen)
    table = found["R27", "par-secteur"].table
    assert table is not None
    cells = [cell.value for row in book["Programme, par secteur"].iter_rows() for cell in row]
    assert {*table.rows, *table.columns[0].texts} <= set(cells)


def test_a_programme_without_member_says_so(world: Programme, region: Region) -> None:
    ProgrammeMembership.objects.all().delete()
    with snapshot() as version:
        reader = Reader(region, version)
        known = reader.content(Piece("R27", "par-mois", QUERY))
        gone = reader.content(Piece("R27", "par-mois", "programme=ailleurs"))

    assert known.paragraphs == gone.paragraphs == (NO_MEMBER,)


@pytest.mark.parametrize(
    ("address", "asked", "territory"),
    [(ONE, f"{REGION}exports/", "R27"), (HERE, "/departements/21/exports/", "D21")],
)
def test_the_page_makes_its_workbook(
    address: str, asked: str, territory: str, world: Programme, owner_client: Client
) -> None:
    shown = text(owner_client.get(address))
    assert f'action="{asked}"' in shown
    assert shown.count('form="classeur-programme"') == 1 + len(PROGRAMMES) - 1  # told of no vendor

    sent = {"kind": "workbook", "query": QUERY, "code": ["par-secteur", "par-mois", "types"]}
    answer = owner_client.post(asked, sent)

    made = Export.objects.get()
    assert answer.headers["Location"] == f"/exports/{made.pk}/"
    assert [(one["territory"], one["code"], one["query"]) for one in made.pieces] == [
        (territory, "par-mois", QUERY),
        (territory, "par-secteur", QUERY),
    ]


@pytest.mark.parametrize(
    ("query", "code"), [("programme=ailleurs", "par-mois"), ("", "par-mois"), (QUERY, "types")]
)
def test_what_is_of_no_programme_is_refused(
    query: str, code: str, world: Programme, owner_client: Client
) -> None:
    sent = {"kind": "workbook", "query": query, "code": code}

    assert owner_client.post(f"{REGION}exports/", sent).headers["Location"] == REGION
    assert not Export.objects.exists()
