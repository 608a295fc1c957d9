"""The file to correct: the original, cut down to the lines to correct, and why, beside each.

It is written as the original is (CSV: same separator and encoding; XLSX: typed cells), so that a
person corrects it and brings it again: the two columns that it adds (`layout.REPORT_COLUMNS`) make
it complete what is published.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO

import python_calamine as calamine
import xlsxwriter
from django.conf import settings

from ingestion.mappings import known
from ingestion.models import Extract
from ingestion.presentation import TO_CORRECT
from ingestion.previewing.together import adding_up
from ingestion.reading.header_row import HEADER_ROWS, Clues
from ingestion.reading.layout import REPORT_COLUMNS, Columns, header_keys, is_report
from ingestion.reading.months import month_in_name
from ingestion.reading.text import records, separator_of, writing
from ingestion.reading.unpack import Kind, unpacked
from ingestion.reading.workbook import open_sheet
from ingestion.storage import local_copy
from reference.documents import document_type_index
from reference.months import iso
from reference.spreadsheets import neutralised, sheet_title

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A number with its sign, which is no formula.
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_SEPARATION = "\u00a0; "
#: What an old encoding has no sign for, and what says the same in it.
_OLD = str.maketrans({"\u202f": "\u00a0", "’": "'", "…": "..."})

Row = tuple[int, Sequence[Any]]
#: The reasons and the remedies of a line.
Reasons = tuple[str, str]
_KEPT: Reasons = (
    "Ligne acceptée, qui s’additionne à une ligne à corriger.",
    "Gardez-la telle quelle.",
)


@dataclass
class Correction:
    """A file to correct: its name, its type, its bytes from the beginning (close it)."""

    name: str
    content_type: str
    file: IO[bytes]


def correction(extract: Extract, *, all_lines: bool = False) -> Correction:
    """Write the file to correct of an extract whose original is kept.

    Holds the lines refused or to attach, and those that add up with some of them (completing a
    key with a part of it would lose the rest); all of them with `all_lines`, and their remarks.

    Raises:
        RefusedFile: the original cannot be read any more.
    """
    with (
        local_copy(extract.file) as path,
        unpacked(path, extract.original_name, settings.MES_UNPACKED_MAX_BYTES) as source,
    ):
        together = adding_up(extract)
        whole = all_lines or together is None
        said = _Said(extract, all_lines=whole, together=together or frozenset())
        workbook = source.kind is Kind.WORKBOOK
        write = _write_workbook if workbook else _write_text
        name = _name(extract, source.names, ".xlsx" if workbook else ".csv")
        made: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        try:
            write(source.file, made, extract, said)
        except BaseException:
            made.close()
            raise
    made.seek(0)
    return Correction(name, XLSX if workbook else CSV, made)


def _name(extract: Extract, names: tuple[str, ...], suffix: str) -> str:
    """The name of the file to correct: it says the month if that of the original did."""
    stem = names[0]
    while PurePosixPath(stem).suffix.lower() in {".gz", ".zip", ".csv", ".tsv", ".txt", ".xlsx"}:
        stem = PurePosixPath(stem).stem
    month = extract.asked_month or next(filter(None, map(month_in_name, names)), None)
    if month and month_in_name(f"{stem}{suffix}") != month:
        stem = f"{stem}_{iso(month)}"
    return f"{stem}_a-corriger{suffix}"


class _Said:
    """What is written beside each line, asked in the order of the lines."""

    def __init__(self, extract: Extract, *, all_lines: bool, together: Collection[int]) -> None:
        self.all_lines = all_lines
        self.together = together
        columns = Columns.from_json(extract.columns)
        self.keys = {*columns.fields.values(), *columns.types, *columns.months}
        self.wide = bool(columns.types or columns.months)
        remarks = extract.line_reports.order_by("line", "pk")
        if not all_lines:
            remarks = remarks.filter(outcome__in=TO_CORRECT)
        rows = remarks.values_list("line", "column", "reason", "remedy").iterator(chunk_size=5000)
        self._lines = groupby(rows, key=lambda row: row[0])
        self._next = next(self._lines, None)

    def of(self, line: int) -> Reasons | None:
        """The reasons and remedies of a line, None when it is not to be written."""
        while self._next and self._next[0] < line:
            self._next = next(self._lines, None)
        if self._next and self._next[0] == line:
            rows = list(self._next[1])
            self._next = next(self._lines, None)
            reasons = [f"{row[1]}\u202f: {row[2]}" if self.wide else row[2] for row in rows]
            return _joined(reasons), _joined(row[3] for row in rows)
        if line in self.together:
            return _KEPT
        return ("", "") if self.all_lines else None

    def is_header(self, cells: Iterable[Any]) -> bool:
        """Whether these cells are the header by which the file was read."""
        return bool(self.keys) and self.keys <= set(header_keys(map(str, cells)))


def _joined(texts: Iterable[str]) -> str:
    return _SEPARATION.join(dict.fromkeys(filter(None, texts)))


def _rows(rows: Iterable[Row], width: int, said: _Said) -> Iterator[list[Any]]:
    """The rows of the file to correct: titles and header, then the lines that are to be written."""
    rows = iter(rows)
    first = list(islice(rows, HEADER_ROWS))
    header = next((i for i, (_, cells) in enumerate(first) if said.is_header(cells)), 0)
    keys = header_keys(str(cell) for cell in first[header][1]) if first else ()
    kept = [i for i in range(width) if i >= len(keys) or not is_report(keys[i])]

    def whole(cells: Sequence[Any], *more: str) -> list[Any]:
        padded = [*cells, *[""] * (width - len(cells))]
        return [*(padded[i] for i in kept), *more]

    for _, cells in first[:header]:
        yield whole(cells)
    for _, cells in first[header : header + 1]:
        yield whole(cells, *REPORT_COLUMNS)
    for part in (first[header + 1 :], rows):
        for line, cells in part:
            reasons = said.of(line)
            if reasons is not None:
                yield whole(cells, *reasons)


def _clues(extract: Extract) -> Clues:
    """What told the header when the file was read: see `process`."""
    return Clues(document_type_index(), set(known(extract)))


def _write_text(source: BinaryIO, made: IO[bytes], extract: Extract, said: _Said) -> None:
    """Write a CSV as the original is written, with the mark by which Excel knows UTF-8."""
    encoding = writing(source, extract.original_name).encoding
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    try:
        separator = separator_of(text, _clues(extract))
        width = max((len(cells) for _, cells in records(text, separator)), default=0)
        with _encoded(made, encoding) as output:
            writer = csv.writer(output, delimiter=separator)
            for row in _rows(records(text, separator), width, said):
                writer.writerow([neutral(cell) for cell in row])
    finally:
        text.detach()


@contextmanager
def _encoded(made: IO[bytes], encoding: str) -> Iterator[Any]:
    """A text file over a binary one; what cp1252 cannot write is written otherwise."""
    output = io.TextIOWrapper(made, encoding=encoding, newline="", errors="replace")
    try:
        yield _Old(output) if encoding == "cp1252" else output
    finally:
        output.flush()
        output.detach()


class _Old:
    """Writes in an old encoding, without the signs that it does not have."""

    def __init__(self, output: io.TextIOWrapper) -> None:
        self._output = output

    def write(self, text: str) -> int:
        return self._output.write(text.translate(_OLD))


def neutral(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula; reading takes the apostrophe off again."""
    return cell if _NUMBER.fullmatch(cell) else neutralised(cell)


def _write_workbook(source: BinaryIO, made: IO[bytes], extract: Extract, said: _Said) -> None:
    """Write an XLSX of the sheet that was read, each cell of the type that it had."""
    sheets, _ = open_sheet(source, extract.original_name, extract.sheet, _clues(extract))
    source.seek(0)
    sheet = calamine.load_workbook(source).get_sheet_by_name(sheets.chosen)
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(made, options) as book:
        page = book.add_worksheet(sheet_title(sheets.chosen))
        page.set_column(sheet.width, sheet.width + 1, 60)
        rows = enumerate(sheet.iter_rows(), start=1)
        filled = ((line, cells) for line, cells in rows if any(str(each).strip() for each in cells))
        for number, row in enumerate(_rows(filled, sheet.width, said)):
            for position, value in enumerate(row):
                _write_cell(page, number, position, value)


def _write_cell(page: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        page.write_number(row, column, value)
    elif isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        page.write_datetime(row, column, value)
    elif value:
        page.write_string(row, column, str(value))
