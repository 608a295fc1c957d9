"""No text of ours runs in a spreadsheet, and every sheet has a name that Excel takes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.spreadsheets import (
    FORMULA_STARTS,
    Cell,
    csv_bytes,
    neutralised,
    restored,
    sheet_title,
    sheet_titles,
)

#: Texts that begin with what a spreadsheet runs, more often than chance would have it.
texts = st.builds(str.__add__, st.sampled_from(["", "'", "''", *FORMULA_STARTS]), st.text())


@given(texts)
def test_a_neutralised_text_never_runs_and_is_given_back_as_it_was(text: str) -> None:
    cell = neutralised(text)

    assert not cell.startswith(FORMULA_STARTS)
    assert restored(cell) == text


@pytest.mark.parametrize("text", ["", "Côte-d'Or", "’", "−1", "n. d.", " =1", "SYNTH"])
def test_what_no_spreadsheet_runs_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text


def test_a_file_has_french_numbers_and_dates_and_neutral_texts() -> None:
    row: list[Cell] = ["=1+1", 1234.5, -0.25, 0.0, 12, dt.date(2025, 12, 31), None, "a;b"]

    assert csv_bytes([row]) == '\ufeff\'=1+1;1234,5;-0,25;0;12;31/12/2025;;"a;b"\r\n'.encode()


def test_a_facility_whose_name_is_a_link_arrives_inert() -> None:
    assert neutralised('=HYPERLINK("http://x")') == '\'=HYPERLINK("http://x")'


@given(st.lists(st.text(max_size=60), max_size=20))
def test_sheets_have_different_names_that_excel_takes(wanted: list[str]) -> None:
    titles = list(sheet_titles(wanted))

    assert len({title.lower() for title in titles}) == len(wanted)
    for title in titles:
        assert 0 < len(title) <= 31
        assert not set(title) & set("[]:*?/\\")
        assert title.isprintable()
        assert title == title.strip(" '")
        assert title.lower() != "history"


def test_the_second_sheet_of_a_name_is_numbered() -> None:
    longest = "Part des ESMS qui alimentent, par mois"

    assert list(sheet_titles(["Taux", "taux", longest, longest])) == [
        "Taux",
        "taux (2)",
        "Part des ESMS qui alimentent, p",
        "Part des ESMS qui alimenten (2)",
    ]
    assert sheet_title("a/b: c?") == "a-b- c-"
