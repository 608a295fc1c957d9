"""Header sets: the same whatever people vary, and one for the files of every month."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading.headers import Field
from ingestion.reading.layout import (
    REPORT_COLUMNS,
    Columns,
    carries_report,
    header_keys,
    signature,
)


def signed(*cells: str) -> str:
    return signature(header_keys(cells))


def test_keys_forget_what_people_vary_and_name_months_alike() -> None:
    keys = header_keys(("N° FINESS_ET ", "Déc. 2025", "2025-12-01", "", "Nom", "NOM", "2708-6"))

    assert keys == ("n finess et", "2025-12", "2025-12 (2)", "", "nom", "nom (2)", "2708 6")


def test_a_header_out_of_all_proportion_has_a_key_of_200_characters() -> None:
    assert len(header_keys(["x" * 10_000])[0]) == 200


@given(st.permutations(["FINESS ET", "Type", "janv. 2025", "févr. 2025", ""]))
def test_the_files_of_every_month_have_one_signature(cells: list[str]) -> None:
    assert signed(*cells) == signed("type", "finess  et", "déc. 2026")


@pytest.mark.parametrize("cells", [("FINESS ET",), ("FINESS ET", "Type"), ("FINESS ET", "2025")])
def test_other_headers_have_another_signature(cells: tuple[str, ...]) -> None:
    assert signed(*cells) != signed("FINESS ET", "Type", "12/2025")


def test_a_corrected_file_has_the_signature_of_the_original() -> None:
    cells = ("FINESS ET", "Type", "Documents")

    assert signed(*cells, *REPORT_COLUMNS) == signed(*cells)
    assert carries_report(header_keys([*cells, *REPORT_COLUMNS]))
    assert not carries_report(header_keys([*cells, REPORT_COLUMNS[0]]))


def test_columns_come_back_from_json() -> None:
    columns = Columns({Field.FINESS: "finess et", Field.TYPE: "type"}, months=("2025-01",))

    assert Columns.from_json(columns.as_json()) == columns
    assert Columns.from_json({"fields": {"finess": "a", "month": ""}}) == Columns(
        {Field.FINESS: "a"}
    )


def test_a_field_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="weather"):
        Columns.from_json({"fields": {"weather": "a"}})
