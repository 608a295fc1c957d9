"""Wide tables: types or months as columns, one record per filled count, totals left out."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.checking.check import check
from ingestion.errors import RefusedFile, UnmappedColumns
from ingestion.reading.header_row import NO_CLUES, Clues
from ingestion.reading.recognise import Recognised, recognise
from tests.ingestion import files

TYPES = Clues({"synth", "synthese", "57833 6", "ppa"})
BY_TYPE = ("Et finess", "Et rs", "Ej finess", "57833-6 - Prescription", "Synthèse", "Total")
BY_MONTH = ("FINESS EG", "Secteur", "Code type document", "2024-07-01", "août 2024")


def said(records: pd.DataFrame) -> list[tuple[object, ...]]:
    """Line, month, type and count of each record, with the header of its column."""
    columns = ["line", "column", "month", "type_raw", "documents_raw"]
    dated = records[columns].assign(month=records["month"].dt.strftime("%Y-%m"))
    return list(dated.itertuples(index=False, name=None))


def read(*rows: tuple[str, ...], header: tuple[str, ...], clues: Clues = TYPES) -> pd.DataFrame:
    return files.records(*rows, header=header, month=files.JANUARY, clues=clues)


def recognised(*rows: tuple[str, ...], clues: Clues = TYPES) -> Recognised:
    return recognise(files.table(*rows), clues)


def unmapped(*rows: tuple[str, ...]) -> UnmappedColumns:
    with pytest.raises(UnmappedColumns) as refused:
        recognised(*rows)
    return refused.value


def test_each_filled_cell_of_a_type_is_a_record_and_zero_is_filled() -> None:
    records = read(
        (files.HOME_A, "EHPAD", files.EJ_HOME, "12", "0", "12"),
        (files.HOME_B, "FAM", files.EJ_HOME, "", " 7", "7"),
        ("TOTAL", "", "", "12", "7", "19"),
        header=BY_TYPE,
    )

    assert said(records) == [
        (2, "57833-6 - Prescription", "2025-01", "57833-6", "12"),
        (2, "Synthèse", "2025-01", "Synthèse", "0"),
        (3, "Synthèse", "2025-01", "Synthèse", "7"),
    ]
    assert records["entity_finess"].unique().tolist() == [files.EJ_HOME]


def test_each_filled_cell_of_a_month_is_a_record_of_that_month() -> None:
    records = read(
        (files.HOME_A, "PA", "SYNTH", "12", "n.c."),
        (files.HOME_B, "", "57833-6", "", "7"),
        header=BY_MONTH,
    )

    assert said(records) == [
        (2, "2024-07-01", "2024-07", "SYNTH", "12"),
        (2, "août 2024", "2024-08", "SYNTH", "n.c."),
        (3, "août 2024", "2024-08", "57833-6", "7"),
    ]
    assert records["problem"].tolist() == ["", "count_unreadable", ""]


def test_a_month_to_come_as_a_column_is_a_problem_of_its_cells() -> None:
    records = read((files.HOME_A, "SYNTH", "1"), header=("FINESS", "Type", "janv. 2026"))

    assert records["problem"].tolist() == ["month_out_of_range"]
    assert records["problem_column"].tolist() == ["janv. 2026"]


@pytest.mark.parametrize(
    "total", ["Total", "TOTAL GÉNÉRAL", "Ensemble", "Total documents", "Cumul"]
)
def test_a_column_that_totals_the_others_is_no_type(total: str) -> None:
    found = recognised((*BY_TYPE[:-1], total), (files.HOME_A, "", "", "1", "2", "3"))

    assert found.columns.types == ("57833 6 prescription", "synthese")


@pytest.mark.parametrize("others", ["Autres", "AUTRE", "Autres types de documents"])
def test_the_column_of_the_others_is_a_type_of_its_own(others: str) -> None:
    records = read((files.HOME_A, "5", "3"), header=("FINESS", "SYNTH", others))

    assert records["type_raw"].tolist() == ["SYNTH", others]


def test_the_label_of_a_type_in_use_makes_a_column_of_it() -> None:
    header = ("FINESS", "Ppa", "Date d’ouverture")

    found = recognised(header, (files.HOME_A, "5", "12/03/2001"))

    assert found.columns.types == ("ppa",)
    assert found.head(found.others[0]) == "Date d’ouverture"


def test_an_unknown_column_of_counts_among_types_is_counted_under_its_header() -> None:
    header = ("FINESS", "Code postal", "SYNTH", "Bilan de nutrition", "Secteur", "57833-6", "Total")

    records = read((files.HOME_A, "21000", "5", "3", "PA", "2", "10"), header=header)
    checked = check(records, files.ground())

    assert records["type_raw"].tolist() == ["SYNTH", "Bilan de nutrition", "57833-6"]
    assert checked.counts["accepted"] == 3
    assert checked.remarks["code"].tolist() == ["type_unrecognised"]


def test_one_between_the_last_type_and_the_total_is_counted_too() -> None:
    records = read(
        (files.HOME_A, "5", "3", "8"), header=("FINESS", "SYNTH", "Bilan nutritionnel", "Total")
    )

    assert records["type_raw"].tolist() == ["SYNTH", "Bilan nutritionnel"]


def test_one_after_all_types_is_asked_about() -> None:
    refused = unmapped(("FINESS", "SYNTH", "57833-6", "Places"), (files.HOME_A, "5", "3", "80"))

    assert "«\u202fPlaces\u202f» contient des nombres" in refused.message
    assert refused.offer["types"] == ["synth", "57833 6"]


@pytest.mark.parametrize("unknown", ["Juilet 2024", "T3"])
def test_an_unknown_column_of_counts_among_months_is_asked_about(unknown: str) -> None:
    header = ("FINESS", "Type", "juin 2024", unknown, "août 2024")

    refused = unmapped(header, (files.HOME_A, "SYNTH", "5", "3", "4"))

    assert f"«\u202f{unknown}\u202f» contient des nombres" in refused.message


@pytest.mark.parametrize("clues", [NO_CLUES, TYPES], ids=["codes only", "labels too"])
def test_codes_alone_are_enough_to_know_types(clues: Clues) -> None:
    records = read(
        (files.HOME_A, "5", "3"), header=("FINESS", "SYNTH - Syn.", "57833-6"), clues=clues
    )

    assert len(records) == 2


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (("FINESS", "Type", "SYNTH", "57833-6", "Documents"), "comptés à la fois"),
        (("FINESS", "Type", "juin 2024", "août 2024", "Documents"), "comptés à la fois"),
        (("FINESS", "Mois", "Type", "juin 2024", "août 2024"), "le mois est dit à la fois"),
        (("FINESS", "SYNTH", "57833-6", "juin 2024", "août 2024"), "côte à côte"),
        (("FINESS", "juin 2024", "août 2024"), "Il manque la colonne\u202f: type de document"),
        (("Raison sociale", "Mois", "SYNTH", "57833-6"), "FINESS ET"),
    ],
)
def test_what_is_not_sure_is_asked(header: tuple[str, ...], said: str) -> None:
    refused = unmapped(header, ("1",) * len(header))

    assert said in refused.message


@pytest.mark.parametrize(
    "rows",
    [
        [("", "", "SYNTH", "", "57833-6", ""), ("FINESS", "Nom", *("juin 2024", "août 2024") * 2)],
        [("", "", "SYNTH", "", "57833-6"), ("FINESS", "Nom", "06/2024", "07/2024", "08/2024")],
        [("FINESS", "Nom", "SYNTH", "", "57833-6"), ("", "", "06/2024", "07/2024", "06/2024")],
    ],
    ids=["months twice", "types above", "months below"],
)
def test_types_and_months_both_in_columns_are_refused(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(RefusedFile) as refused:
        recognised(*rows, (files.HOME_A, "EHPAD", "1", "2", "3", "4"))

    assert not isinstance(refused.value, UnmappedColumns)
    assert "un fichier par mois" in refused.value.remedy


def test_counts_that_look_like_excel_dates_are_no_second_header() -> None:
    records = read((files.HOME_A, "45000", "45100"), ("", "45000", "46000"), header=HEADER)

    assert len(records) == 4


HEADER = ("FINESS", "SYNTH", "57833-6")


def test_a_header_pasted_again_is_no_record() -> None:
    row = (files.HOME_A, "5", "3")

    records = read(row, HEADER, row, header=HEADER)

    assert records["line"].unique().tolist() == [2, 4]


@pytest.mark.parametrize(
    ("titles", "month"),
    [
        ([("Documents alimentés par type - février 2025",)], dt.date(2025, 2, 1)),
        ([("Alimentation",), ("Mois :", "2025-02-01")], dt.date(2025, 2, 1)),
        ([("Février 2025",), ("Extraction du 3 mars 2025",)], dt.date(2025, 2, 1)),
        ([("Février 2025, le 10/03/2025",)], dt.date(2025, 2, 1)),
        ([("Janvier 2025",), ("Février 2025",)], None),
        ([("De janvier à mars 2025",)], None),
        ([("Cumul depuis janvier 2025",)], None),
        ([("10 février 2025",)], None),
        ([("Alimentation",)], None),
    ],
)
def test_a_title_may_say_the_month(titles: list[tuple[str, ...]], month: dt.date | None) -> None:
    found = recognised(*titles, HEADER, (files.HOME_A, "1", "2"))

    assert found.title_month == month


def test_how_a_wide_table_was_read_is_said_in_french() -> None:
    found = recognised(BY_TYPE, (files.HOME_A, "", "", "1", "2", "3"))

    assert found.said["documents, une colonne par type"] == "57833-6 - Prescription, Synthèse"


counts = st.sampled_from(["", "0", "12", "n.c.", " ", "3,5"])
grids = st.lists(st.lists(counts, min_size=3, max_size=3), min_size=1, max_size=12)


@given(grid=grids)
@settings(max_examples=30, deadline=None)
def test_a_wide_table_says_the_same_as_the_long_one(grid: list[list[str]]) -> None:
    labels = ("SYNTH", "57833-6", "Autres")
    wide = [(files.HOME_A, *counts) for counts in grid]
    long = [
        ("2025-01", files.HOME_A, label, count, "")
        for counts in grid
        for label, count in zip(labels, counts, strict=True)
    ]
    compared = ["finess", "month", "type_raw", "documents", "documents_raw", "problem"]

    one = read(*wide, header=("FINESS", *labels))[compared].astype({"problem": "str"})
    other = files.records(*long)[compared].astype({"problem": "str"})

    assert one.to_dict("records") == other.to_dict("records")
