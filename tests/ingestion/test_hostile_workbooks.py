"""Workbooks that no spreadsheet writes: refused or read, shown and given back, never an error."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

import openpyxl
import pytest
from django.test import Client

from ingestion import tasks
from ingestion.models import Extract, State
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Region
from reference.spreadsheets import sheet_title
from tests.ingestion.files import workbook
from tests.ingestion.world import build, facility

pytestmark = pytest.mark.django_db

HEADER = ("Mois", "FINESS ET", "Type de document", "Nombre de documents", "Note")
TITLE, NOTE = "TITRE", 987654321


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks, "safely", lambda *_: True)


def brought(
    *,
    title: str = '"A"',
    note: str = "<v>1</v>",
    header: tuple[str, ...] = HEADER,
    doctype: str = "",
) -> Extract:
    """A workbook with a line to refuse; the title of its sheet and a number as XML says them."""
    row = ("2025-01", facility("21", 1), "SYNTH", 3, NOTE)
    wrong = ("2025-01", "219999999", "SYNTH", 3, NOTE)
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({TITLE: [header, row, wrong]}))) as source,
        zipfile.ZipFile(made, "w") as target,
    ):
        for name in source.namelist():
            xml = source.read(name).decode()
            xml = xml.replace(f'"{TITLE}"', title).replace(f"<v>{NOTE}</v>", note)
            target.writestr(name, doctype + xml if "sheet1" in name else xml)
    region = Region.objects.get(code="27")
    return process(receive(io.BytesIO(made.getvalue()), name="2025-01.xlsx", region=region))


@pytest.mark.parametrize(
    "title",
    ["A/B[1]:*?\\", "'x'", "History", "L" * 500, "<script>alert(1)</script>", "=1+1", "\t", "???"],
)
def test_any_title_of_a_sheet_is_shown_and_given_back(title: str, owner_client: Client) -> None:
    extract = brought(title=quoteattr(title))
    assert extract.state == State.READY
    page = owner_client.get(f"/fichiers-mensuels/{extract.pk}/")

    answer = owner_client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/")

    assert "<script>alert" not in page.text
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert book.sheetnames == [sheet_title(title)]
    book.close()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
def test_a_number_that_is_none_is_given_back_as_text(number: str, owner_client: Client) -> None:
    extract = brought(note=f"<v>{number}</v>")

    answer = owner_client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/")

    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert isinstance(book.worksheets[0]["E2"].value, str)
    book.close()


def test_a_sheet_with_a_title_too_long_to_be_kept_can_still_be_said(owner_client: Client) -> None:
    extract = brought(
        title=quoteattr("L" * 500), header=("Quoi", "Papier", "Combien", "Reste", "Note")
    )
    address = f"/fichiers-mensuels/{extract.pk}/colonnes/"
    assert extract.state == State.TO_MAP

    owner_client.post(address, {"choose_sheet": "1", "sheet": "L" * 500})

    extract.refresh_from_db()
    assert (extract.state, extract.sheet) == (State.RECEIVED, "")


@pytest.mark.parametrize(
    "entities",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "root:"><!ENTITY e "&a;&a;&a;&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("note", ["<v>&e;</v>", "<is><t>&e;</t></is>"])
def test_entities_are_never_resolved(entities: str, note: str, owner_client: Client) -> None:
    extract = brought(note=note, doctype=entities)
    assert extract.state in {State.REFUSED, State.READY}
    if extract.state == State.READY:
        answer = owner_client.get(f"/fichiers-mensuels/{extract.pk}/a-corriger/")
        book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
        assert book.worksheets[0]["B2"].value == "219999999"
        assert "root:" not in str(book.worksheets[0]["E2"].value)
        book.close()


def test_a_workbook_never_makes_the_offer_of_columns_heavy() -> None:
    extract = brought(header=("Quoi" * 5_000, "Papier" * 5_000, "Combien", "Reste", "Note"))

    assert extract.state == State.TO_MAP
    assert len(str(extract.offer)) < 5_000
