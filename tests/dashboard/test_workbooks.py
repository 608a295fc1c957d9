"""A workbook holds the page's own numbers, typed, drawn natively, and nothing in it runs."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from dashboard.charts.chart import (
    Chart,
    Goal,
    Kind,
    Marker,
    Outcome,
    Table,
    Unit,
    column,
    words,
)
from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.volumes import volumes
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.order import Made, NothingReceivedError, Order
from dashboard.pieces.piece import NAMED, Piece, codes_of_region, whole_page
from dashboard.workbooks.build import HEADER, make_workbook
from dashboard.workbooks.drawing import draw
from dashboard.workbooks.drawings import chart_of
from dashboard.workbooks.names import README, titles
from dashboard.workbooks.readme import PUBLIC, WORKING
from dashboard.workbooks.style import NUMBERS, Book
from dashboard.workbooks.table import STATE, charted, write_table
from reference import french
from reference.models import Departement, Event, LegalEntity, Region, current_data_version
from tests.dashboard import world
from tests.dashboard.builders import GROUPS, KINDS, MANY, NAN, REGION, build
from tests.dashboard.test_exports import every_chart

SITE = "https://mes.example.fr"
LINK = '=HYPERLINK("https://evil.example";"Cliquez")'
LONGEST = "Association " + "x" * 238
MISSING = dt.date(2025, 6, 1)
MARCH = dt.date(2025, 3, 1)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def file_of(table: Table, chart: Chart | None = None) -> bytes:
    """A workbook of one sheet: a table, with its chart."""
    file = io.BytesIO()
    book = Book(file)
    sheet = book.book.add_worksheet("A")
    placed = write_table(book, sheet, table, HEADER, chart)
    if chart is not None and chart.has_data:
        draw(book, sheet, chart, placed)
    book.book.close()
    return file.getvalue()


def sheet_of(table: Table, chart: Chart | None = None) -> Any:
    """The sheet of a table, with its chart, as it is read back."""
    return opened(file_of(table, chart))["A"]


def charted_sheet(chart: Chart) -> Any:
    return sheet_of(charted(chart), chart)


def cells_under(sheet: Any, label: str, rows: int) -> list[Any]:
    """The cells of a column, by its header."""
    header = {cell.value: cell.column for cell in sheet[HEADER + 1]}
    return [sheet.cell(HEADER + 2 + index, header[label]) for index in range(rows)]


def drawn_values(sheet: Any, series: Any) -> list[Any]:
    """What a series draws, read from the cells that it names."""
    return [cell.value for row in sheet[series.val.numRef.f.rpartition("!")[2]] for cell in row]


def assert_numbers_equal(sheet: Any, table: Table) -> None:
    """Every number of a table is in its cell, exactly, in the format of its unit."""
    for one in table.columns:
        suffix = one.unit.suffix if one.unit is Unit.POINTS else ""
        cells = cells_under(sheet, one.label + suffix, len(table.rows))
        for value, text, cell in zip(one.values, one.texts, cells, strict=True):
            if value is None:
                assert cell.value in {None, text}
            else:
                factor = 100 if one.unit is Unit.POINTS else 1
                assert cell.value == pytest.approx(value * factor, abs=1e-12)
                assert cell.number_format == NUMBERS[one.unit]


def every_cell(book: Any) -> Iterator[Any]:
    return (cell for sheet in book for row in sheet.iter_rows() for cell in row)


# --- One sheet --------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.message[:30])
def test_a_sheet_holds_every_number_of_its_chart(chart: Chart) -> None:
    assert_numbers_equal(charted_sheet(chart), chart.table)


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.message[:30])
def test_a_chart_draws_the_cells_of_its_marks(chart: Chart) -> None:
    sheet = charted_sheet(chart)

    if not chart.has_data:
        assert sheet._charts == []
        return
    (drawn,) = sheet._charts
    found = [drawn_values(sheet, series) for series in drawn.series]
    columns = [chart.table.named(mark.column) for mark in chart.marks]
    if chart.kind is Kind.SPLIT:
        parts = list(zip(*(one.values for one in columns), strict=True))
        assert found == [list(part) for part in parts if any(part)]
    else:
        for values, one in zip(found, columns, strict=True):
            assert [value for value in values if not isinstance(value, str)] == pytest.approx(
                [
                    value
                    for value, text in zip(one.values, one.texts, strict=True)
                    if value is not None or text == "n.\u00a0d."
                ]
            )


def test_months_are_dates_and_say_what_they_are() -> None:
    chart = volumes(build(contributors=[10, NAN, 14], documents=KINDS), GROUPS)

    sheet = charted_sheet(
        replace(chart, events=(Marker(1, MARCH, MARCH, "mars 2025\u202f: Cibles."),))
    )

    first = sheet.cell(HEADER + 2, 1)
    assert first.value.date() == dt.date(2025, 1, 1)
    assert first.number_format == "[$-40C]mmm\\ yyyy"
    remarks = [cell.value for cell in cells_under(sheet, STATE, 3)]
    assert remarks == [None, "non reçu", "provisoire, événement 1"]


def test_a_missing_month_is_blank_and_says_why() -> None:
    chart = contributors(build(contributors=[10, NAN, 14]))

    cell = cells_under(charted_sheet(chart), "Côte-d'Or", 3)[1]

    assert cell.value is None
    assert cell.comment.text == "n.\u00a0d.\u202f: non reçu"


def test_a_small_base_is_written_in_counts_with_its_bars() -> None:
    chart = rates(build(sectors=MANY))

    file = file_of(charted(chart), chart)

    assert cells_under(opened(file)["A"], "Côte-d'Or", 6)[5].value == "3 sur 14"
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert b"<a:t>3 sur 14</a:t>" in package.read("xl/charts/chart1.xml")


def test_a_target_is_a_line_of_its_own_over_its_months() -> None:
    goal = Goal(0.25, "Cible 25,0\u202f%", MARCH, None, Outcome.MET, "")
    chart = replace(contributors(build(), build(territory=REGION)), targets=(goal,))

    sheet = charted_sheet(chart)

    assert drawn_values(sheet, sheet._charts[0].series[2]) == [None, None, 0.25]


def test_a_target_of_a_sector_is_drawn_on_its_row() -> None:
    chart = rates(build(sectors=MANY), build(territory=REGION, sectors=MANY))
    goal = Goal(0.4, "Cible 40,0\u202f%", MARCH, None, Outcome.MET, "", row=chart.table.rows[1])

    sheet = charted_sheet(replace(chart, targets=(goal,)))

    assert drawn_values(sheet, sheet._charts[0].series[2])[:3] == [None, 0.4, None]


def test_a_comparator_is_a_line_over_the_stack() -> None:
    region = build(territory=REGION, documents=KINDS, contributors=[100, 120, 140], parc=900)

    sheet = charted_sheet(volumes(build(documents=KINDS), GROUPS, region))

    bars = sheet._charts[0]
    assert bars.grouping == "stacked"
    assert [type(part).__name__ for part in bars._charts] == ["BarChart", "LineChart"]


def test_a_comparator_is_drawn_alone_where_nothing_was_fed() -> None:
    region = build(territory=REGION, documents=KINDS, contributors=[100, 120, 140], parc=900)

    sheet = charted_sheet(volumes(build(documents={}), GROUPS, region))

    assert [type(part).__name__ for part in sheet._charts[0]._charts] == ["LineChart"]


def test_a_provisional_month_is_hatched() -> None:
    sheet = charted_sheet(volumes(build(documents=KINDS), GROUPS))

    points = {point.idx: point for point in sheet._charts[0].series[0].dPt}
    assert points[2].spPr.pattFill.prst == "wdUpDiag"
    assert set(points) == {2}


def test_a_departement_without_contributor_has_its_zeros() -> None:
    chart = contributors(build(contributors=[0, 0, 0]))

    assert [cell.value for cell in cells_under(charted_sheet(chart), "Côte-d'Or", 3)] == [0, 0, 0]


def test_differences_are_points_and_say_more_than_their_number_in_a_note() -> None:
    grown = column("b", "Évolution", Unit.RATE, [2.24])
    table = Table(
        "",
        "T",
        ("Jura",),
        (
            column("a", "Écart", Unit.POINTS, [-0.031]),
            replace(grown, texts=("+224\u202f% (×3,2)",)),
        ),
    )

    sheet = sheet_of(table)

    assert cells_under(sheet, "Écart (points)", 1)[0].value == pytest.approx(-3.1)
    assert cells_under(sheet, "Évolution", 1)[0].comment.text == "+224\u202f% (×3,2)"


typed = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)
runs = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "＝", "'="]), typed)


@settings(max_examples=25, deadline=None)
@given(st.lists(typed | runs, min_size=3, max_size=3))
def test_texts_arrive_as_they_are_and_never_run(said: list[str]) -> None:
    table = Table("", f"={said[0]}", (said[1],), (words("a", f"@{said[0]}", [said[2]]),))

    sheet = sheet_of(table)

    read = [sheet.cell(HEADER + row, column) for row in (1, 2) for column in (1, 2)]
    assert [cell.value for cell in read] == [f"={said[0]}", f"@{said[0]}", said[1], said[2]]
    for cell in read:
        assert cell.data_type == "s"
        assert cell.quotePrefix is cell.value.startswith(tuple("=+-@＝＋－＠"))


# --- The whole workbook -----------------------------------------------------------------------


@dataclass(frozen=True)
class Workbooks:
    """Workbooks of a région with a missing month, and the contents that they show."""

    made: Made
    region: Any
    working: Any
    contents: Mapping[str, Content]
    steps: list[tuple[int, int]]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Workbooks]:
    with django_db_blocker.unblock(), transaction.atomic():
        world.lay(missing=[("21", MISSING)], departements=("21", "25"))
        owner, other = LegalEntity.objects.order_by("finess")[:2]
        LegalEntity.objects.filter(pk=owner.pk).update(name=LINK)
        LegalEntity.objects.filter(pk=other.pk).update(name=LONGEST)
        region = Region.objects.get(pk="27")
        Event.objects.create(region=region, month=MISSING, label="Cibles fictives")
        cote_dor = Departement.objects.select_related("region").get(pk="21")
        version = current_data_version()
        reader = Reader(region, version, link=SITE)
        pieces = whole_page(region)[:-1]
        contents = [reader.content(piece) for piece in pieces]
        steps: list[tuple[int, int]] = []
        whole = make_workbook(Order(region, link=SITE), lambda *step: steps.append(step))
        named = make_workbook(
            Order(region, departement=cote_dor, working=True, title="Mon titre", version=12_345)
        )
        yield Workbooks(
            whole,
            opened(whole.content),
            opened(named.content),
            dict(zip(titles(pieces)[1:], contents, strict=True)),
            steps,
        )
        transaction.set_rollback(True)
    cache.clear()


def test_each_piece_of_the_page_has_its_sheet_with_its_numbers(made: Workbooks) -> None:
    book = made.region

    assert book.sheetnames == [README, *made.contents]
    for name, content in made.contents.items():
        sheet, chart = book[name], chart_of(content)
        table = chart.table if chart else content.table
        assert sheet["A1"].value == content.title
        if table is not None:
            if not content.tiles:
                assert_numbers_equal(sheet, table)
            assert sheet.freeze_panes == f"B{HEADER + 2}"
            assert sheet.auto_filter.ref.startswith(f"A{HEADER + 1}:")
        assert len(sheet._charts) == (1 if chart and chart.has_data else 0)
    assert sum(len(sheet._charts) for sheet in book) == 6


def test_the_sheet_of_a_chart_says_its_events_in_words_once(made: Workbooks) -> None:
    charts = {name: one.chart for name, one in made.contents.items() if one.chart is not None}

    assert any(chart.events for chart in charts.values())
    for name, chart in charts.items():
        words = [cell.value for row in made.region[name] for cell in row]
        found = [one for one in words if isinstance(one, str) and "Cibles fictives" in one]
        assert found == [f"Événement {one.number}, {one.text}" for one in chart.events]


def test_key_figures_are_numbers_in_their_formats(made: Workbooks) -> None:
    name, tiles = next((name, one.tiles) for name, one in made.contents.items() if one.tiles)
    cells = cells_under(made.region[name], "Valeur", len(tiles))

    assert [cell.value for cell in cells] == [french.number(tile.value) for tile in tiles]
    rates = {cell.number_format for cell in cells if cell.value < 1}
    assert rates == {NUMBERS[Unit.RATE]}
    assert {cell.number_format for cell in cells} == rates | {NUMBERS[Unit.DOCUMENTS]}


def test_no_cell_is_a_formula_and_hostile_names_arrive_inert(made: Workbooks) -> None:
    hostile = [cell for cell in every_cell(made.working) if cell.value == LINK]

    assert hostile
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in hostile)
    for each in (made.region, made.working):
        assert {cell.data_type for cell in every_cell(each)} <= {"s", "n", "d"}


def test_the_version_that_is_asked_for_is_printed_on_every_sheet(made: Workbooks) -> None:
    first, *others = made.working.sheetnames
    facts = [cell.value for cell in made.working[first]["B"]]

    assert "12345" in facts
    for name in others:
        assert made.working[name].oddFooter.center.text == "Version des données\u202f: 12345"


def test_the_longest_names_are_whole(made: Workbooks) -> None:
    assert any(cell.value == LONGEST for cell in every_cell(made.working))


def test_the_first_sheet_says_what_the_workbook_is(made: Workbooks) -> None:
    sheet = made.region[README]
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert said[:2] == ["Alimentation de Mon espace santé par les ESMS en Bourgogne-Franche-Comté",
                        PUBLIC]  # fmt: skip
    for fact in ("Version des données", str(made.made.data_version), "Données arrêtées au",
                 "de janvier 2024 à décembre 2025", SITE,
                 "Part des ESMS ayant alimenté sur 12 mois",
                 "Non disponible en dessous de 9 mois reçus sur 12."):  # fmt: skip
        assert any(fact in text for text in said), fact
    links = {link.location for row in sheet.iter_rows() for cell in row
             if (link := cell.hyperlink)}  # fmt: skip
    assert {f"'{name}'!A1" for name in made.contents} <= links


def test_a_sheet_leads_back_to_its_page(made: Workbooks) -> None:
    sheet = made.region["Secteurs"]

    targets = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row
               if cell.hyperlink and cell.hyperlink.target]  # fmt: skip
    assert [target.partition("?")[0] for target in targets] == [
        f"{SITE}/regions/bourgogne-franche-comte/"
    ]


def test_names_are_in_working_versions_only(made: Workbooks) -> None:
    public, working = made.region, made.working

    assert working[README]["A1"].value == "Mon titre"
    assert working[README]["A2"].value == WORKING
    assert "21 Premiers OG" in working.sheetnames
    assert not any(str(cell.value).startswith("Association") for cell in every_cell(public))


def test_progress_is_told_sheet_by_sheet(made: Workbooks) -> None:
    assert made.steps == [(rank, 16) for rank in range(1, 17)]
    assert made.made.data_version > 0


@pytest.mark.django_db
def test_pages_are_taken_whole_and_name_nobody_unless_asked(region: Region) -> None:
    cote_dor = Departement.objects.get(pk="21")

    public = whole_page(region, cote_dor)
    named = whole_page(region, cote_dor, working=True)

    assert [piece.code for piece in whole_page(region)] == list(codes_of_region())
    assert {piece.code for piece in named} - {piece.code for piece in public} == NAMED


@pytest.mark.django_db
def test_a_region_that_received_nothing_has_no_workbook(region: Region) -> None:
    with pytest.raises(NothingReceivedError):
        make_workbook(Order(region))


def test_an_unknown_piece_keeps_its_code_as_the_name_of_its_sheet() -> None:
    assert titles([Piece("D21", "a/b"), Piece("R27", "a/b")]) == (README, "21 a-b", "a-b")
