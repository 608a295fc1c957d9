"""The file to correct: the original's lines, why they were refused, and the way back."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from ingestion.models import Extract, Kind, Mode, State
from ingestion.previewing.correction import neutral
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.reading.layout import REPORT_COLUMNS
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion import files
from tests.ingestion.world import (
    HEADER,
    REGION,
    brought,
    build,
    content,
    facility,
    fed,
    line,
    number,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def received(data: bytes, name: str, **asked: Any) -> Extract:
    region = Region.objects.get(code=REGION)
    return process(receive(io.BytesIO(data), name=name, region=region, **asked))


def download(client: Client, extract: Extract, query: str = "") -> tuple[str, bytes]:
    """The name and the content of the file to correct."""
    answer = client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/{query}")
    assert answer.status_code == 200
    name = answer["Content-Disposition"].partition('filename="')[2].rstrip('"')
    return name, answer.getvalue()


def rows_of(data: bytes, encoding: str = "utf-8-sig", separator: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding)), delimiter=separator))


def test_only_the_lines_to_correct_are_written_with_why_and_what_to_do(
    owner_client: Client,
) -> None:
    lines = [line(A1, 5), line(B1, -1), line(A1, 5), line(number("21", 77), 3)]

    name, data = download(owner_client, brought(lines, name="janvier.csv"))

    header, negative, unknown = rows_of(data)
    assert name == "janvier_a-corriger.csv"
    assert data.startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
    assert header == [*HEADER.split(";"), *REPORT_COLUMNS]
    assert negative[:5] == ["2025-01", B1, "SYNTH", "-1", ""]
    assert "est négatif" in negative[5]
    assert "nombre entier" in negative[6]
    assert unknown[1] == number("21", 77)


def test_all_lines_can_be_asked_with_every_remark(owner_client: Client) -> None:
    extract = brought([line(A1, 5), line(A1, 5), line(B1, -1)])

    _, data = download(owner_client, extract, "?lignes=toutes")

    _, good, again, negative = rows_of(data)
    assert good[5:] == ["", ""]
    assert "Ligne identique à la ligne 2" in again[5]
    assert "est négatif" in negative[5]


def test_title_lines_stay_above_the_header(owner_client: Client) -> None:
    data = b"Alimentation;;;;\n\n" + content([line(A1, 5), line(B1, -1)])

    _, made = download(owner_client, received(data, "janvier.csv"))

    title, header, negative = rows_of(made)
    assert title == ["Alimentation", "", "", "", ""]
    assert header[-2:] == list(REPORT_COLUMNS)
    assert negative[1] == B1


@pytest.mark.parametrize(
    ("encoding", "separator"), [("cp1252", ";"), ("utf-8", ","), ("utf-16", "\t")]
)
def test_a_csv_is_written_as_the_original_is(
    owner_client: Client, encoding: str, separator: str
) -> None:
    rows = [("déc. 2024", A1, "SYNTH", "5", ""), ("déc. 2024", B1, "SYNTH", "n.c.", "")]
    original = files.text(rows, separator=separator, encoding=encoding)

    _, made = download(owner_client, received(original, "décembre.csv"))

    kept = "utf-8-sig" if encoding == "utf-8" else encoding
    header, refused = rows_of(made, kept, separator)
    assert header[4:6] == ["DMP alimentés", REPORT_COLUMNS[0]]
    assert refused[0] == "déc. 2024"
    assert "?" not in refused[5]
    assert "n’est pas" in refused[5].replace("'", "’")


def test_a_workbook_keeps_its_sheet_and_the_types_of_its_cells(owner_client: Client) -> None:
    rows = [files.HEADER, (files.JANUARY, A1, "SYNTH", 5, 3), (files.JANUARY, B1, "=1+1", 2.5, "")]
    book = files.workbook({"Janvier": rows, "Notes": [("rien",)]})

    name, made = download(owner_client, received(book, "janvier.xlsx"))

    sheet = openpyxl.load_workbook(io.BytesIO(made))["Janvier"]
    header, refused = sheet.iter_rows()
    assert name == "janvier_a-corriger.xlsx"
    assert [cell.value for cell in header][-2:] == list(REPORT_COLUMNS)
    assert refused[0].is_date
    assert (refused[1].value, refused[3].value) == (B1, 2.5)
    assert sheet.max_row == 2


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("@x", "'@x"),
        ("-SYNTH", "'-SYNTH"),
        ("\tx", "'\tx"),
        ("\n=1+1", "'\n=1+1"),
        ("-1", "-1"),
        ("+2,5", "+2,5"),
        ("SYNTH", "SYNTH"),
        ("", ""),
    ],
)
def test_no_cell_runs_as_a_formula(cell: str, written: str) -> None:
    assert neutral(cell) == written


@pytest.mark.parametrize(
    ("original", "asked", "made"),
    [
        ("alim_2025-01.csv", None, "alim_2025-01_a-corriger.csv"),
        ("alim_janvier_2025.csv.gz", None, "alim_janvier_2025_a-corriger.csv"),
        ("envoi.csv", "2025-01-01", "envoi_2025-01_a-corriger.csv"),
    ],
)
def test_its_name_says_the_month_that_no_column_says(
    owner_client: Client, original: str, asked: str | None, made: str
) -> None:
    header = "FINESS ET;Type de document;Nombre de documents"
    data = f"{header}\n{A1};SYNTH;5\n{B1};SYNTH;-1\n".encode()
    data = gzip.compress(data) if original.endswith(".gz") else data
    extract = received(data, original, month=files.JANUARY if asked else None)

    name, correction = download(owner_client, extract)

    assert name == made
    assert received(correction.replace(b"-1;", b"1;"), name).months == ["2025-01"]


@pytest.mark.parametrize("container", ["csv", "zip", "xlsx"])
def test_a_damaged_file_corrected_and_sent_again_gives_what_a_perfect_one_gives(
    owner_client: Client, container: str
) -> None:
    perfect = [(A1, 5), (A2, 7), (B1, 9), (facility("39", 1), 4)]
    damaged = [(A1, 5), (A2[:-1] + "X", 7), (B1, -9), (facility("39", 1), "n.c.")]
    rows = [("2025-01", finess, "SYNTH", count, "") for finess, count in damaged]
    original = files.text([tuple(map(str, row)) for row in rows])
    if container == "xlsx":
        original = files.workbook({"Janvier": [files.HEADER, *rows]})
    if container == "zip":
        original = files.zipped({"janvier.csv": original})
    name = f"janvier.{container}"
    publish(received(original, name))
    assert fed() == {("2025-01", A1, "SYNTH"): 5}

    made, data = download(owner_client, Extract.objects.get())
    table = rows_of(data) if container != "xlsx" else _cells(data)
    for row, (finess, count) in zip(table[1:], perfect[1:], strict=True):
        row[1], row[3] = finess, str(count)
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(table)
    again = received(text.getvalue().encode(), made.replace(".xlsx", ".csv"))

    assert (again.state, again.mode) == (State.READY, Mode.COMPLETE)
    publish(again)
    assert fed() == {("2025-01", finess, "SYNTH"): count for finess, count in perfect}


def _cells(data: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]


def test_a_correction_to_correct_again_has_the_two_columns_once(owner_client: Client) -> None:
    name, data = download(owner_client, brought([line(A1, 5), line(B1, -1)]))
    again = received(data.replace(b";-1;", b";-2;"), name)

    assert again.state == State.REFUSED
    _, twice = download(owner_client, again)

    header, negative = rows_of(twice)
    assert header == [*HEADER.split(";"), *REPORT_COLUMNS]
    assert "-2" in negative[5]


def test_what_cannot_be_corrected_is_not_found(owner_client: Client) -> None:
    register = brought([line(A1, 5)])
    Extract.objects.filter(pk=register.pk).update(kind=Kind.REGISTER)
    purged = brought([line(A1, 6)])
    Extract.objects.filter(pk=purged.pk).update(state=State.PURGED)

    for extract in (register, purged):
        assert owner_client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/").status_code == 404


def test_a_lost_original_is_said(owner_client: Client) -> None:
    extract = published([line(A1, 5)])
    extract.file.storage.delete(str(extract.file.name))

    answer = owner_client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/", follow=True)

    assert "ne peut plus être lu" in answer.content.decode()


def test_the_file_to_correct_is_for_administrators_of_the_region(
    owner_client: Client, colleague_client: Client, stranger_client: Client
) -> None:
    address = f"/fichiers-mensuels/{brought([line(A1, 5)]).pk}/a-corriger/"

    download(owner_client, Extract.objects.get())
    assert colleague_client.get(address).status_code == 404
    assert stranger_client.get(address).status_code == 302
