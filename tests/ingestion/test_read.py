"""Reading: the same table from every container, encoding and separator, with its lines."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.errors import RefusedFile
from ingestion.reading.read import Reading, Table, read
from tests.ingestion import files

LIMIT = 20 * files.MEGABYTE
ROWS = [
    ("2025-01", files.HOME_A, "Synthèse", "12", "10"),
    ("2025-01", files.HOME_B, "Synthèse", "1\u202f234", ""),
]


def read_bytes(tmp_path: Path, content: bytes, name: str = "extrait.csv") -> Table:
    path = tmp_path / "stored"
    path.write_bytes(content)
    return read(path, name, Reading(LIMIT))


def cells(table: Table) -> list[list[str]]:
    return table.cells.to_numpy().tolist()


EXPECTED = [list(files.HEADER), *(list(row) for row in ROWS)]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_encodings_are_recognised(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    content = files.text(ROWS, separator=separator, encoding=encoding)

    table = read_bytes(tmp_path, content)

    assert cells(table) == EXPECTED


def test_what_is_not_utf_8_is_read_as_windows_1252(tmp_path: Path) -> None:
    content = "Période;Type;“Foyer”\n2025-01;Synthèse;€".encode("cp1252")

    table = read_bytes(tmp_path, content)

    assert cells(table) == [["Période", "Type", "“Foyer”"], ["2025-01", "Synthèse", "€"]]


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        lambda content: files.zipped({"janvier/extrait.csv": content}),
        lambda content: gzip.compress(files.zipped({"extrait.csv": content})),
        lambda content: files.zipped(
            {"__MACOSX/._x.csv": b"junk", ".DS_Store": b"junk", "Thumbs.db": b"", "x": content}
        ),
    ],
    ids=["gzip", "zip", "zip in gzip", "zip with what systems add"],
)
def test_archives_are_opened_whatever_the_name_says(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    content = pack(files.text(ROWS))

    table = read_bytes(tmp_path, content, name="extrait.txt")

    assert cells(table) == EXPECTED


def test_the_name_in_the_archive_is_kept(tmp_path: Path) -> None:
    content = files.zipped({"alim_2025-01.csv": files.text(ROWS)})

    table = read_bytes(tmp_path, content, name="envoi.zip")

    assert table.names == ("envoi.zip", "alim_2025-01.csv")


def test_a_workbook_gives_numbers_and_dates_as_a_person_types_them(tmp_path: Path) -> None:
    rows = [
        files.HEADER,
        (files.JANUARY, int(files.HOME_A), "SYNTH", 12.0, 2.5),
        ("2025-01", files.HOME_B, True, None, "n.c."),
    ]

    table = read_bytes(tmp_path, files.workbook({"Feuil1": rows}), name="extrait.csv")

    assert cells(table)[1:] == [
        ["2025-01-01", files.HOME_A, "SYNTH", "12", "2.5"],
        ["2025-01", files.HOME_B, "True", "", "n.c."],
    ]


def test_the_first_visible_sheet_with_a_header_is_read_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    sheets: dict[str, list[tuple[str, ...]]] = {
        "Lisez-moi": [("Source : Assurance maladie",)],
        "Cachée": [files.HEADER, ROWS[1]],
        "Janvier": [files.HEADER, ROWS[0]],
        "Février": [files.HEADER, ROWS[1]],
    }

    table = read_bytes(tmp_path, files.workbook(sheets, hidden=["Cachée"]))

    assert cells(table)[1][1] == files.HOME_A
    assert table.sheets.ignored == ("Février",)


def test_a_workbook_without_a_header_gives_its_first_filled_sheet(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[str, ...]]] = {"Vide": [], "Notes": [("Rien à voir",)]}

    table = read_bytes(tmp_path, files.workbook(sheets))

    assert cells(table) == [["Rien à voir"]]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    content = 'Titre\n\n;;\n"Nom\nsur deux lignes";FINESS\n"a;b";1\n \n"dit ""le Clos""";2'

    table = read_bytes(tmp_path, content.encode())

    assert list(table.cells.index) == [1, 4, 6, 8]
    assert cells(table)[1:] == [
        ["Nom\nsur deux lignes", "FINESS"],
        ["a;b", "1"],
        ['dit "le Clos"', "2"],
    ]


def test_rows_of_a_sheet_are_numbered_as_the_spreadsheet_does(tmp_path: Path) -> None:
    rows = [(None,), ("Titre",), (None,), files.HEADER, ROWS[0]]

    table = read_bytes(tmp_path, files.workbook({"Feuil1": rows}))

    assert list(table.cells.index) == [2, 4, 5]


def test_the_header_chooses_the_separator_not_the_decimals_nor_the_titles(tmp_path: Path) -> None:
    title = "Alimentation, documents, DMP, types, FINESS, région, janvier, février\n"
    row = ("2025-01", files.HOME_A, "Bilan, suivi, projet, notes, avis", "12,0", "10,0")

    table = read_bytes(tmp_path, title.encode() + files.text([row]))

    assert [cell for cell in cells(table)[2] if cell] == list(row)


def test_a_file_without_any_known_header_is_still_cut_in_columns(tmp_path: Path) -> None:
    table = read_bytes(tmp_path, b"a|b|c\n1|2|3\n")

    assert cells(table) == [["a", "b", "c"], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a;b;c\n1;"2;3\n4;5;6\n', 2),
        ('a;b;c\n1;2;3\n4;5;"6', 3),
        ('a;b;c\n1;2;"3\n4;5;6\n7;8;9" x\n', 2),
        ('a;b;c\n1;2;"3' + "x" * 150_000 + '"\n', 2),
    ],
    ids=["up to the end", "on the last line", "up to another quote", "over a huge cell"],
)
def test_a_quote_left_open_is_refused_with_its_line(
    tmp_path: Path, content: str, line: int
) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_bytes(tmp_path, content.encode())

    assert f"à la ligne {line} " in refused.value.message


@pytest.mark.parametrize("cell", ["x", ";"], ids=["text", "columns"])
def test_a_line_out_of_all_proportion_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_bytes(tmp_path, files.text(ROWS) + cell.encode() * 1_000_000)

    assert "La ligne 4 est démesurée" in refused.value.message


def test_a_row_of_a_thousand_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_bytes(tmp_path, files.text(ROWS) + b"x;" * 1_000)

    assert "La ligne 4 est démesurée" in refused.value.message
