"""Files that are not one readable table: refused whole, at once, saying what they are."""

import gzip
import io
import re
import time
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from ingestion.errors import RefusedFile
from ingestion.reading import unpack
from ingestion.reading.read import Reading, read
from tests.ingestion import files

LIMIT = 20 * files.MEGABYTE
TABLE = files.text([("2025-01", files.HOME_A, "SYNTH", "12", "10")])
WORKBOOK = files.workbook({"Feuil1": [files.HEADER, ("2025-01", files.HOME_A, "SYNTH", 12, 10)]})
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(tmp_path: Path, content: bytes, name: str = "extrait.csv") -> RefusedFile:
    path = tmp_path / "stored"
    path.write_bytes(content)
    with pytest.raises(RefusedFile) as refused:
        read(path, name, Reading(LIMIT))
    return refused.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "une image PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "une image JPEG"),
        (b"%PDF-1.7\n%\xe2\xe3", "un document PDF"),
        (b"<!DOCTYPE html><html><table>", "une page HTML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "un document XML"),
        (files.zipped({"word/document.xml": b"x"}), "un document Word"),
        (files.zipped({"mimetype": b"x", "content.xml": b"x"}), "un document LibreOffice"),
        (OLE2 + bytes(600), "d’un ancien format (.xls)"),
        (OLE2 + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protégé par un mot de passe"),
        (b"\x01\x02\x03FINESS;\x00", "ne sont pas du texte"),
        (b"FINESS;docs\n\x81\x8d;1\n", "ni en UTF-8, ni en Windows-1252"),
        (b"\xff\xfeF\x00I\x00N", "ni en UTF-8, ni en Windows-1252"),
    ],
)
def test_what_is_not_a_table_is_refused_by_its_content(
    tmp_path: Path, content: bytes, said: str
) -> None:
    refused = refusal(tmp_path, content)

    assert said in refused.message
    assert refused.remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"\xef\xbb\xbf", b"\r\n ;;; \r\n", gzip.compress(b"", mtime=0)],
    ids=["no byte", "a byte order mark", "blanks", "a gzip of nothing"],
)
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    refused = refusal(tmp_path, content)

    assert refused.message == "Le fichier «\u202fextrait.csv\u202f» est vide."


def test_a_workbook_without_a_filled_cell_is_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, files.workbook({"Feuil1": []}))

    assert "est vide" in refused.message


def test_an_archive_of_nothing_is_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, files.zipped({"__MACOSX/._x": b"x"}))

    assert refused.message == "L’archive est vide."


def test_an_archive_of_several_tables_is_refused_naming_them(tmp_path: Path) -> None:
    content = files.zipped({f"mois{i}.csv": TABLE for i in range(1, 8)})

    refused = refusal(tmp_path, content)

    assert "7 fichiers" in refused.message
    assert "« mois1.csv »".replace(" ", "\u202f") in refused.message
    assert "mois6.csv" not in refused.message


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TABLE * 50)[:-20],
        files.zipped({"extrait.csv": TABLE})[:-30],
        files.zipped({"extrait.csv": bytes(range(256)) * 40}).replace(b"\x00", b"\x07", 1)[:300],
        WORKBOOK[: len(WORKBOOK) // 2],
        WORKBOOK.replace(b"PK\x01\x02", b"PK\x01\x03"),
        files.zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<broken"}),
        files.zipped({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"<worksheet>"}),
    ],
    ids=["gzip", "zip", "zip data", "half a workbook", "workbook", "no parts", "no xml"],
)
def test_a_damaged_archive_or_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    refused = refusal(tmp_path, content)

    assert "est endommagé ou incomplet" in refused.message


def test_a_member_whose_bytes_changed_is_refused(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("extrait.csv", TABLE)

    refused = refusal(tmp_path, stored.getvalue().replace(b"SYNTH", b"SINTH"))

    assert "est endommagé ou incomplet" in refused.message


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, files.encrypted(files.zipped({"extrait.csv": TABLE})))

    assert "mot de passe" in refused.message


def test_archives_nested_without_end_are_refused(tmp_path: Path) -> None:
    content = TABLE
    for _ in range(4):
        content = gzip.compress(content)

    refused = refusal(tmp_path, content)

    assert "imbriquées" in refused.message


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A zip of 300 MB of separators, in a member named as long as a workbook's."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.zip"
    files.zip_bomb(path, 300, name="extrait_mes.csv")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("disguise", "said"),
    [
        (lambda zipped: zipped, "dépasse la taille permise"),
        (gzip.compress, "dépasse la taille permise"),
        (lambda zipped: zipped.replace(b"extrait_mes.csv", b"xl/workbook.xml"), "dépasse la"),
        (lambda zipped: zipped.replace((300 * 2**20).to_bytes(4, "little"), bytes(4)), "endommagé"),
    ],
    ids=["zip", "zip in gzip", "workbook", "a zip that lies about its size"],
)
def test_a_bomb_of_300_megabytes_is_refused_before_it_is_inflated(
    tmp_path: Path, bomb: bytes, disguise: Callable[[bytes], bytes], said: str
) -> None:
    content = disguise(bomb)
    assert len(content) < 2 * files.MEGABYTE

    started = time.monotonic()
    refused = refusal(tmp_path, content)

    assert said in refused.message
    assert time.monotonic() - started < 5


def test_a_gzip_bomb_is_refused_at_the_limit(tmp_path: Path) -> None:
    content = gzip.compress(b";" * (LIMIT + 1), compresslevel=1)

    refused = refusal(tmp_path, content)

    assert "dépasse la taille permise" in refused.message


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row><c s='1' r='XFD1'><v>1</v></c></row><row r='1048576'><c><v>1</v></c></row>",
    ],
)
def test_a_cell_lost_in_the_far_corner_of_a_sheet_is_refused(tmp_path: Path, far: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as book:
        members = {each: book.read(each) for each in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"</sheetData>", far + b"</sheetData>")

    refused = refusal(tmp_path, files.zipped(members), name="extrait.xlsx")

    assert "1048576 lignes et 16384 colonnes" in refused.message


@pytest.mark.parametrize(("sheets", "accepted"), [(2, True), (3, False)])
def test_the_cells_of_all_the_sheets_are_bounded_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheets: int, accepted: bool
) -> None:
    monkeypatch.setattr(unpack, "MAX_CELLS", 2_000_000)
    path = tmp_path / "extrait.xlsx"
    far = b'<row r="1000000"><c r="A1000000"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as book:
        members = {each: book.read(each) for each in book.namelist()}
    sheet = members.pop("xl/worksheets/sheet1.xml")
    narrow = re.sub(rb"<row.*</sheetData>", far, sheet, flags=re.DOTALL)
    members |= {f"xl/worksheets/sheet{rank}.xml": narrow for rank in range(1, sheets + 1)}
    path.write_bytes(files.zipped(members))

    refused = pytest.raises(RefusedFile, match="plus de 2\u202fmillions de cellules")
    with nullcontext() if accepted else refused, unpack.unpacked(path, path.name, LIMIT) as found:
        assert found.kind is unpack.Kind.WORKBOOK
