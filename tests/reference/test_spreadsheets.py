"""No text of ours runs in a spreadsheet, and every sheet has a name that Excel takes."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.spreadsheets import (
    FORMULA_STARTS,
    LINES_PER_CHUNK,
    Cell,
    csv_bytes,
    csv_chunks,
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


@pytest.mark.parametrize("count", [0, 1, LINES_PER_CHUNK, LINES_PER_CHUNK + 1])
def test_a_file_by_pieces_is_the_whole_file_and_no_piece_is_empty(count: int) -> None:
    rows = [(rank, "=é") for rank in range(count)]

    chunks = list(csv_chunks(rows))

    assert b"".join(chunks) == csv_bytes(rows)
    assert b"".join(chunks).decode() == "\ufeff" + "".join(f"{rank};'=é\r\n" for rank, _ in rows)
    assert all(chunks)
    assert len(chunks) == max(1, -(-count // LINES_PER_CHUNK))


def test_a_file_of_many_lines_is_never_whole_in_memory() -> None:
    def lines() -> Iterator[tuple[int, str]]:
        for rank in range(30 * LINES_PER_CHUNK):
            yield rank, "x" * 200

    tracemalloc.start()
    try:
        written = sum(len(chunk) for chunk in csv_chunks(lines()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert written > 6_000_000
    assert peak < 2_500_000


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
