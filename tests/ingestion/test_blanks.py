"""Model files: each is read back by its own import, and none changes a figure as it is."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from accounts.models import Role
from ingestion import blanks
from ingestion.ground_files.members import HEADERS, read_members
from ingestion.reading.headers import Field
from ingestion.reading.pipeline import NormalisedFile, ReadOptions, read_records
from reference.finess import number
from reference.finess.layout import open_register
from reference.finess.rows import RegisterRow
from reference.models import Region
from tests.conftest import MakeUser

TODAY = dt.date(2025, 6, 15)
MODELS = "/fichiers-mensuels/modeles/"
MONTHLY = [name for name in blanks.file_names() if name.startswith("fichier-mensuel.")]
WIDE = [name for name in blanks.file_names() if "colonnes" in name]
MEMBERS = [name for name in blanks.file_names() if name.startswith("membres")]


def written(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(blanks.make(name, TODAY)[0])
    return path


def records_of(folder: Path, name: str) -> NormalisedFile:
    return read_records(written(folder, name), name, ReadOptions(today=TODAY))


def test_every_import_has_its_model() -> None:
    assert blanks.file_names() == (
        "fichier-mensuel.xlsx",
        "fichier-mensuel.csv",
        "fichier-mensuel-mois-en-colonnes.xlsx",
        "fichier-mensuel-mois-en-colonnes.csv",
        "membres-programme.xlsx",
        "membres-programme.csv",
        "registre-finess.csv",
    )


@pytest.mark.parametrize("name", MONTHLY)
def test_the_monthly_model_is_read_whole(tmp_path: Path, name: str) -> None:
    read = records_of(tmp_path, name)

    assert list(read.records["documents"]) == [12, 0, 7]
    assert set(read.columns.fields) >= {Field.MONTH, Field.FINESS, Field.TYPE, Field.DMP}
    assert set(read.records["problem"]) == {""}
    assert read.months == (dt.date(2025, 5, 1),)


@pytest.mark.parametrize("name", WIDE)
def test_the_model_with_months_in_columns_is_read_whole(tmp_path: Path, name: str) -> None:
    read = records_of(tmp_path, name)

    assert sorted(read.records["documents"]) == [4, 7, 9, 11, 12]
    assert [f"{month:%Y-%m}" for month in read.months] == ["2025-03", "2025-04", "2025-05"]
    assert set(read.records["problem"]) == {""}


@pytest.mark.parametrize("name", MEMBERS)
def test_the_model_of_members_is_read_whole(tmp_path: Path, name: str) -> None:
    table = read_members(written(tmp_path, name), name)

    assert [line.doubts for line in table.lines] == [(), ()]
    assert set(table.lines[0].details) == set(HEADERS)
    assert table.unread == ()


def test_the_model_of_the_register_is_read_whole(tmp_path: Path) -> None:
    with open_register(written(tmp_path, "registre-finess.csv")) as register:
        rows = list(register.rows)

    (row,) = rows
    assert isinstance(row, RegisterRow)
    assert (row.name, row.category) == ("EHPAD FICTIF LE MODÈLE", "500")
    assert register.date == dt.date(2025, 5, 1)


@pytest.mark.parametrize("name", [name for name in blanks.file_names() if name.endswith("csv")])
def test_every_finess_is_well_formed_and_of_no_departement(name: str) -> None:
    numbers = re.findall(r"\b99\d{7}\b", blanks.make(name, TODAY)[0].decode())

    assert numbers
    assert all(number.has_valid_key(each) for each in numbers)
    assert {number.departement_of(each) for each in numbers} == {None}


@pytest.mark.parametrize("name", [name for name in blanks.file_names() if name.endswith("xlsx")])
def test_workbooks_say_how_they_are_filled_and_keep_zeros(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(blanks.make(name, TODAY)[0]))

    assert book.sheetnames == ["Données", "Lisez-moi"]
    assert "fictives" in str(list(book["Lisez-moi"].values))
    headers = [cell.value for cell in book["Données"][1]]
    finess = book["Données"].cell(2, 1 + [str(each)[:6] for each in headers].index("FINESS"))
    assert (finess.data_type, finess.number_format) == ("s", "@")
    book.close()


def test_csv_opens_in_a_french_spreadsheet() -> None:
    content, content_type = blanks.make("fichier-mensuel.csv", TODAY)

    assert content.startswith(b"\xef\xbb\xbfMois;FINESS ET;")
    assert content_type == "text/csv; charset=utf-8"


@pytest.mark.django_db
def test_models_are_downloaded_from_the_page_by_administrators(
    owner_client: Client, stranger_client: Client, make_user: MakeUser
) -> None:
    reader = Client()
    reader.force_login(make_user("l@exemple.fr", Role.READER, Region.objects.get(code="27")))
    page = owner_client.get("/fichiers-mensuels/").content.decode()

    for name in blanks.file_names():
        assert f'href="{MODELS}{name}"' in page
        answer = owner_client.get(f"{MODELS}{name}")
        assert answer["Content-Disposition"] == f'attachment; filename="modele-{name}"'
    clients = (stranger_client, reader)
    assert [client.get(f"{MODELS}{name}").status_code for client in clients] == [302, 403]
    assert owner_client.get(f"{MODELS}absent.csv").status_code == 404
