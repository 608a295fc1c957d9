"""Normalising: months, numbers and counts as people write them, and what is no record."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading.months import month_in_name, month_of
from reference.months import MONTH_NAMES
from tests.ingestion import files

NO_MONTH = files.HEADER[1:-1]


def normalised(*rows: tuple[str, ...], header: tuple[str, ...] = files.HEADER) -> pd.DataFrame:
    return files.records(*rows, header=header, month=dt.date(2025, 3, 1))


def counted(writing: str) -> object:
    """The number of documents read, or the problem."""
    record = normalised(("2025-01", files.HOME_A, "SYNTH", writing, "")).iloc[0]
    return record["problem"] or record["documents"]


def test_a_record_holds_what_its_line_says() -> None:
    row = ("12/2024", " 210 000 001.0", " Synthèse ", "1\u202f234", "10,0")

    records = normalised(row)

    assert records.iloc[0].to_dict() == {
        "line": 2,
        "column": "Nombre de documents",
        "month": pd.Timestamp(2024, 12, 1),
        "finess": "210000001",
        "finess_raw": "210 000 001.0",
        "finess_column": "FINESS ET",
        "entity_finess": "",
        "type_raw": "Synthèse",
        "type_column": "Type de document",
        "documents": 1234,
        "documents_raw": "1\u202f234",
        "dmp": 10,
        "dmp_raw": "10,0",
        "dmp_column": "DMP alimentés",
        "problem": "",
        "problem_column": "",
        "problem_value": "",
        "extra": "",
    }
    assert records.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(records.columns, "category"),
        "line": "int64",
        "month": "datetime64[s]",
        "documents": "Int64",
        "dmp": "Int64",
    }


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "\u2009"])
def test_thousands_are_parted_by_any_space(space: str) -> None:
    assert counted(f"1{space}234{space}567") == 1_234_567


@pytest.mark.parametrize(
    ("writing", "value"),
    [("0", 0), ("12,0", 12), ("12.0", 12), ("12.", 12), ("'12", 12), ("-0", 0), ("007", 7)],
)
def test_whole_counts_are_read_as_people_write_them(writing: str, value: int) -> None:
    assert counted(writing) == value


@pytest.mark.parametrize(
    ("writing", "problem"),
    [
        ("-3", "count_negative"),
        ("−3", "count_negative"),
        ("- 1 234", "count_negative"),
        ("-2,5", "count_negative"),
        ("2,5", "count_fractional"),
        ("1.234", "count_fractional"),
        ("n.c.", "count_unreadable"),
        ("-", "count_unreadable"),
        ("12 34", "count_unreadable"),
        ("1,2E+08", "count_unreadable"),
        ("2147483648", "count_too_large"),
        ("9" * 40, "count_too_large"),
        ("9" * 5000, "count_too_large"),
    ],
)
def test_a_count_empty_of_sense_is_a_problem(writing: str, problem: str) -> None:
    assert counted(writing) == problem


def test_the_largest_count_is_what_the_database_holds() -> None:
    assert counted("2147483647") == 2**31 - 1


def test_the_problem_names_its_column_and_value() -> None:
    records = normalised(
        ("2025-01", files.HOME_A, "SYNTH", "n.c.", ""),
        ("13/2025", files.HOME_A, "SYNTH", "n.c.", ""),
    )

    problems = records[["problem", "problem_column", "problem_value"]].to_numpy().tolist()
    assert problems == [
        ["count_unreadable", "Nombre de documents", "n.c."],
        ["month_unreadable", "Mois", "13/2025"],
    ]


def test_dmp_that_cannot_be_read_leave_the_documents() -> None:
    records = normalised(("2025-01", files.HOME_A, "SYNTH", "12", "n.c."))

    assert records["documents"].tolist() == [12]
    assert records["dmp"].isna().all()
    assert records["problem"].tolist() == [""]


def test_a_line_without_a_count_is_no_record() -> None:
    records = normalised(
        ("2025-01", files.HOME_A, "SYNTH", " ", "10"),
        ("2025-01", files.HOME_A, "SYNTH", "0", ""),
    )

    assert records["line"].tolist() == [3]


@pytest.mark.parametrize("said", ["Total", "TOTAL GÉNÉRAL", "Sous-total", "Total 2025", "Totaux"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_totals_lines_are_no_records(said: str, position: int) -> None:
    total = ["2025-01", "", "", "99", "99"]
    total[position] = said

    records = normalised(("2025-01", files.HOME_A, "SYNTH", "12", ""), tuple(total))

    assert records["line"].tolist() == [2]


def test_a_total_may_stand_in_any_column_of_a_line_without_finess() -> None:
    header = ("Nom", *NO_MONTH)

    records = normalised(
        ("Total", "", "", "99"),
        ("TOTAL ACCUEIL", files.HOME_A, "SYNTH", "12"),
        ("Anonyme", "", "SYNTH", "3"),
        header=header,
    )

    assert records["line"].tolist() == [3, 4]


def test_the_month_of_the_file_is_that_of_records_without_a_column() -> None:
    records = normalised(("1", "SYNTH", "12"), header=NO_MONTH)

    assert records["month"].tolist() == [pd.Timestamp(2025, 3, 1)]


@pytest.mark.parametrize(
    "writing",
    [
        *("2025-12", "12/2025", "12-2025", "01/12/2025", "1/12/2025", "2025-12-01", "2025/12"),
        *("202512", "20251231", "déc. 2025", "Décembre 2025", "DECEMBRE  2025", "dec-25"),
        *("déc.-25", "2025 décembre", "46000", "46000.0", "2025-12-01 00:00:00", "31.12.2025"),
        "01/12/2025 00:00",
    ],
)
def test_a_month_is_read_as_people_write_it(writing: str) -> None:
    assert month_of(writing) == dt.date(2025, 12, 1)


@pytest.mark.parametrize(
    "writing",
    ["", "2025", "13/2025", "2025-00", "31/02/2025", "jui 2025", "foo 2025", "01/25", "S1 2025"],
)
def test_what_is_no_month_is_none(writing: str) -> None:
    assert month_of(writing) is None


@given(
    month=st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)).map(lambda day: day.replace(day=1)),
    name=st.booleans(),
)
def test_every_month_is_read_in_digits_and_in_letters(month: dt.date, name: bool) -> None:
    writing = f"{MONTH_NAMES[month.month - 1]} {month.year}" if name else f"{month:%m/%Y}"

    assert month_of(writing) == month
    assert month_of(str((month - dt.date(1899, 12, 30)).days)) == month


@pytest.mark.parametrize(
    ("writing", "problem"),
    [
        ("2025-07", "month_out_of_range"),
        ("12/1999", "month_out_of_range"),
        ("12", "month_unreadable"),
        ("", "month_missing"),
    ],
)
def test_a_month_to_come_absurd_or_missing_is_a_problem(writing: str, problem: str) -> None:
    records = normalised((writing, files.HOME_A, "SYNTH", "12", ""))

    assert records["problem"].tolist() == [problem]
    assert records["month"].isna().all()


def test_the_month_in_progress_can_be_received() -> None:
    records = normalised(("2025-06", files.HOME_A, "SYNTH", "12", ""))

    assert records["problem"].tolist() == [""]


@pytest.mark.parametrize(
    "name",
    [
        *("alimentation_dmp_esms_janvier_2025.csv", "ALIM_DMP_ESMS_202501.xlsx", "2025-01.csv"),
        *("extrait 01-2025.csv", "Alim_Janv2025.zip", "2025_janvier.csv.gz", "mes_012025.csv"),
    ],
)
def test_the_file_name_says_the_month(name: str) -> None:
    assert month_in_name(name) == dt.date(2025, 1, 1)


@pytest.mark.parametrize(
    "name",
    [
        *("extrait.csv", "suivi_MES_S2_2024.xlsx", "extraction_20250210.csv", "esms_2025.csv"),
        *("du_2025-02-10.csv", "10-02-2025.csv", "juillet_2024_decembre_2024.csv"),
    ],
)
def test_a_name_of_a_day_of_several_months_or_none_says_nothing(name: str) -> None:
    assert month_in_name(name) is None
