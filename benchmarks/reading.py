"""Reading files: a workbook faster than openpyxl, a long CSV about as fast as pandas."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import xlsxwriter
from stdnum import luhn

from benchmarks.result import Result, seconds
from ingestion.reading.pipeline import ReadOptions, read_records

HEADER = (
    "Mois",
    "FINESS ET",
    "Raison sociale",
    "Type de document",
    "Nb documents",
    "DMP alimentés",
)
TYPES = ("SYNTH", "57833-6", "11488-4", "11506-3", "34842-5")
FACILITIES = 40_000
SHEET_ROWS, TEXT_ROWS = 200_000, 1_000_000
OPTIONS = ReadOptions(today=dt.date(2025, 12, 31))


def run() -> Iterator[Result]:
    """Time both promises on fictitious files of a national size."""
    with tempfile.TemporaryDirectory() as folder:
        book, text = Path(folder, "long.xlsx"), Path(folder, "long.csv")
        _write_book(book)
        ours = seconds(lambda: _read(book, SHEET_ROWS))
        theirs = seconds(lambda: _read_with_openpyxl(book))
        yield Result(
            promise="an XLSX of 200,000 rows becomes records in a third of openpyxl's time to read",
            limit=1 / 3,
            ratio=ours / theirs,
            detail=f"{ours:.1f} s against {theirs:.1f} s",
        )
        _write_text(text)
        ours = seconds(lambda: _read(text, TEXT_ROWS), times=2)
        theirs = seconds(lambda: pd.read_csv(text, sep=";", dtype=str), times=2)
        yield Result(
            promise="a CSV of 1,000,000 lines becomes records as fast as pandas.read_csv, or twice",
            limit=2.0,
            ratio=ours / theirs,
            detail=f"{ours:.1f} s against {theirs:.1f} s",
        )


def _rows(count: int) -> Iterator[tuple[str, str, str, str, int, int]]:
    numbers = np.random.default_rng(0).integers(0, 400, (count, 2)).tolist()
    stems = [f"{21 + 18 * (rank % 2)}{rank:06}" for rank in range(FACILITIES)]
    finess = [stem + luhn.calc_check_digit(stem) for stem in stems]
    for line, (documents, dmp) in enumerate(numbers):
        rank, kind = divmod(line, len(TYPES))
        month, rank = divmod(rank, FACILITIES)
        name = f"EHPAD FICTIF {rank}"
        yield f"2025-{month + 1:02}", finess[rank], name, TYPES[kind], documents, dmp


def _write_book(path: Path) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Données")
        sheet.write_row(0, 0, HEADER)
        for line, row in enumerate(_rows(SHEET_ROWS), start=1):
            sheet.write_row(line, 0, row)


def _write_text(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(";".join(HEADER) + "\n")
        file.writelines(";".join(map(str, row)) + "\n" for row in _rows(TEXT_ROWS))


def _read(path: Path, expected: int) -> None:
    records = read_records(path, path.name, OPTIONS).records
    if len(records) != expected:
        raise ArithmeticError(f"{len(records)} records read, {expected} written")


def _read_with_openpyxl(path: Path) -> None:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        if len(row) != len(HEADER):
            raise ArithmeticError(f"{len(row)} cells read")
    book.close()
