"""What people said of columns: it wins over the alias table, and next month's file follows it."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.errors import RefusedFile, UnmappedColumns
from ingestion.reading.headers import Field
from ingestion.reading.layout import REPORT_COLUMNS, Columns, header_keys, signature
from ingestion.reading.pipeline import NormalisedFile, ReadOptions, read_records
from tests.ingestion import files

ODD = ("Code structure", "Libellé court", "Nature acte", "Vol.", "Mois compta")
ODD_ROW = (files.HOME_A, "EHPAD", "SYNTH", "12", "2025-01")
LONG = Columns(
    {
        Field.FINESS: "code structure",
        Field.TYPE: "nature acte",
        Field.DOCUMENTS: "vol",
        Field.MONTH: "mois compta",
    }
)


def read(tmp_path: Path, content: bytes, **options: Any) -> NormalisedFile:
    path = tmp_path / "stored"
    path.write_bytes(content)
    return read_records(path, "extrait.csv", ReadOptions(today=files.TODAY, **options))


def offer(tmp_path: Path, content: bytes, **options: Any) -> dict[str, Any]:
    with pytest.raises(UnmappedColumns) as unmapped:
        read(tmp_path, content, **options)
    found: dict[str, Any] = json.loads(json.dumps(unmapped.value.offer))
    return found


def said(header: tuple[str, ...], columns: Columns) -> dict[str, dict[str, Any]]:
    return {signature(header_keys(header)): columns.as_json()}


def test_headers_that_nothing_recognises_are_offered_with_the_first_rows(tmp_path: Path) -> None:
    titles = ("Extrait", "", "", "", "")
    rows = [ODD, *[ODD_ROW] * 20]

    found = offer(tmp_path, files.text(rows, header=titles))

    assert found["line"] == 2
    assert found["missing"] == ["finess", "type", "documents"]
    assert [each["key"] for each in found["headers"]] == list(header_keys(ODD))
    assert found["headers"][0] == {"key": "code structure", "text": "Code structure", "field": None}
    assert len(found["rows"]) == 12
    assert found["rows"][:3] == [[1, list(titles)], [2, list(ODD)], [3, list(ODD_ROW)]]
    assert found["signature"] == signature(header_keys(ODD))


def test_what_is_recognised_and_what_is_missing_are_offered(tmp_path: Path) -> None:
    header = ("FINESS ET", "Nature acte", "Nb docs")

    found = offer(tmp_path, files.text([(files.HOME_A, "SYNTH", "1")], header=header))

    assert [each["field"] for each in found["headers"]] == ["finess", None, "documents"]
    assert found["missing"] == ["type"]


def test_two_columns_for_one_field_are_offered(tmp_path: Path) -> None:
    header = ("FINESS ET", "Type", "Nb docs", "Nombre de documents")

    found = offer(tmp_path, files.text([(files.HOME_A, "SYNTH", "1", "2")], header=header))

    assert found["missing"] == ["documents"]


def test_a_title_cut_in_words_is_not_taken_for_a_header(tmp_path: Path) -> None:
    title = ("Direction", "Service", "", "", "")

    found = offer(tmp_path, files.text([("", "", "", "", ""), ODD, ODD_ROW], header=title))

    assert found["line"] == 3


def test_what_was_said_reads_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, files.text([ODD_ROW], header=ODD), known=said(ODD, LONG))

    assert found.records["finess"].tolist() == [files.HOME_A]
    assert found.months == (files.JANUARY,)
    assert found.columns == LONG
    assert found.unread == ("Libellé court",)


def test_what_was_said_wins_over_the_alias_table(tmp_path: Path) -> None:
    header = ("FINESS ET", "Autre numéro", "Type", "Documents", "Mois")
    columns = Columns(
        {
            Field.FINESS: "autre numero",
            Field.TYPE: "type",
            Field.DOCUMENTS: "documents",
            Field.MONTH: "mois",
        }
    )
    row = ("x", files.HOME_A, "SYNTH", "12", "2025-01")

    found = read(tmp_path, files.text([row], header=header), known=said(header, columns))

    assert found.records["finess"].tolist() == [files.HOME_A]


def test_types_said_are_columns_of_counts(tmp_path: Path) -> None:
    header = ("Structure", "Bilan nutritionnel", "Note sociale", "Places")
    columns = Columns({Field.FINESS: "structure"}, types=("bilan nutritionnel", "note sociale"))
    content = files.text([(files.HOME_A, "5", "3", "80")], header=header)

    found = read(tmp_path, content, known=said(header, columns), asked_month=files.JANUARY)

    assert found.records["type_raw"].tolist() == ["Bilan nutritionnel", "Note sociale"]


def test_months_said_once_are_those_of_the_next_file(tmp_path: Path) -> None:
    header = ("Structure", "Nature acte", "janv. 2025")
    columns = Columns(
        {Field.FINESS: "structure", Field.TYPE: "nature acte"}, months=("2024-11", "2024-12")
    )

    found = read(
        tmp_path,
        files.text([(files.HOME_A, "SYNTH", "5")], header=header),
        known=said(header, columns),
    )

    assert found.months == (files.JANUARY,)


@pytest.mark.parametrize(
    "columns",
    [
        Columns({Field.FINESS: "code structure"}),
        Columns({Field.TYPE: "nature acte", Field.DOCUMENTS: "vol"}),
        Columns({Field.FINESS: "gone", Field.TYPE: "nature acte", Field.DOCUMENTS: "vol"}),
    ],
)
def test_what_was_said_is_asked_again_when_it_is_not_enough(
    tmp_path: Path, columns: Columns
) -> None:
    found = offer(tmp_path, files.text([ODD_ROW], header=ODD), known=said(ODD, columns))

    assert found["missing"]


def test_types_and_months_said_together_are_asked_again(tmp_path: Path) -> None:
    header = ("Structure", "Note", "janv. 2025")
    columns = Columns({Field.FINESS: "structure"}, types=("note",), months=("2025-01",))

    found = offer(
        tmp_path,
        files.text([(files.HOME_A, "1", "5")], header=header),
        known=said(header, columns),
    )

    assert found["months"] == ["2025-01"]


def test_the_separator_of_a_header_set_that_was_said_is_found(tmp_path: Path) -> None:
    row = (files.HOME_A, "EHPAD", "SYNTH", "12,0", "2025-01")

    found = read(tmp_path, files.text([row], header=ODD), known=said(ODD, LONG))

    assert found.records["documents"].tolist() == [12]


def test_a_corrected_file_says_so_and_is_read_as_the_original(tmp_path: Path) -> None:
    header = (*ODD, *REPORT_COLUMNS)
    row = (*ODD_ROW, "clé fausse", "Corrigez 12 documents")

    found = read(tmp_path, files.text([row], header=header), known=said(ODD, LONG))

    assert found.carries_report
    assert len(found.records) == 1
    assert found.unread == ("Libellé court",)


def test_what_tells_repeats_apart_is_kept_when_the_source_adds_them_up(tmp_path: Path) -> None:
    header = ("Mois", "FINESS ET", "Raison sociale", "Éditeur", "Type", "Documents", "Site")
    rows = [
        ("2025-01", files.HOME_A, "EHPAD", "Alpha", "SYNTH", "12", ""),
        ("2025-01", files.HOME_A, "Ehpad", "Bêta", "SYNTH", "3", "Nord"),
        ("2025-01", files.HOME_A, "", "Alpha", "SYNTH", "12", ""),
    ]
    content = files.text(rows, header=header)

    assert read(tmp_path, content).records["extra"].tolist() == ["", "", ""]
    kept = read(tmp_path, content, keep_extra=True).records["extra"].tolist()
    assert kept == ["Alpha | ", "Bêta | Nord", "Alpha | "]


def test_without_other_columns_nothing_tells_repeats_apart(tmp_path: Path) -> None:
    content = files.text([("2025-01", files.HOME_A, "SYNTH", "1", "")])

    assert read(tmp_path, content, keep_extra=True).records["extra"].tolist() == [""]


SHEET = [files.HEADER, ("2025-01", files.HOME_A, "SYNTH", 12, 10)]


def test_the_sheet_asked_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    other = [files.HEADER, ("2025-02", files.HOME_B, "SYNTH", 3, 1)]
    content = files.workbook({"Notes": [("Rien",)], "Janvier": SHEET, "Février": other})

    first, asked = read(tmp_path, content), read(tmp_path, content, sheet="Février")

    assert (first.sheet, first.ignored_sheets) == ("Janvier", ("Février",))
    assert (asked.sheet, asked.ignored_sheets) == ("Février", ("Janvier",))
    assert asked.sheets == ("Notes", "Janvier", "Février")
    assert asked.months == (dt.date(2025, 2, 1),)


def test_a_sheet_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="«\u202fMars\u202f»"):
        read(tmp_path, files.workbook({"Janvier": SHEET}), sheet="Mars")


def test_the_sheet_that_may_have_a_header_is_offered_with_the_others(tmp_path: Path) -> None:
    content = files.workbook({"Notes": [("Rien",)], "Données": [ODD, ODD_ROW]})

    found = offer(tmp_path, content)

    assert (found["sheets"], found["sheet"]) == (["Notes", "Données"], "Données")
