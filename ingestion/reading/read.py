"""From a file to the cells of its table, as text, each row with its line in the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from ingestion.errors import RefusedFile
from ingestion.reading.coded import Coder
from ingestion.reading.header_row import HEADER_ROWS, NO_CLUES, Clues
from ingestion.reading.plain import MAX_COLUMNS, read_plain
from ingestion.reading.text import Row, Writing, records, separator_of, too_wide, writing
from ingestion.reading.unpack import Kind, unpacked
from ingestion.reading.workbook import NO_SHEETS, Sheets, open_sheet, text_of

BLOCK_ROWS = 2_000
PROGRESS_LINES = 50_000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Table:
    """The cells of a table, blank rows left out.

    `cells`: one category column per column of the file (0, 1, …), "" where empty, indexed by
    line: the 1-based line of a text file where the row starts, or the row of a sheet.
    `names`: the file's name, then that of the table in the archive. `sheets`: of a workbook.
    """

    cells: pd.DataFrame
    names: tuple[str, ...]
    sheets: Sheets = NO_SHEETS


@dataclass(frozen=True)
class Reading:
    """How to read a file.

    `limit`: the bytes allowed once inflated. `sheet`: that of a workbook ("": the first readable).
    `clues`: what tells a header. `progress`: told the lines read so far, every 50,000 or so.
    """

    limit: int
    sheet: str = ""
    clues: Clues = NO_CLUES
    progress: Progress | None = None


def read(path: Path, name: str, reading: Reading) -> Table:
    """Read the one table of a file: CSV or XLSX, plain or in gzip or zip.

    `name` is the file's name as people know it.

    Raises:
        RefusedFile: the file is not one readable table.
    """
    told = _Told(reading.progress)
    with unpacked(path, name, reading.limit) as source:
        if source.kind is Kind.WORKBOOK:
            sheets, rows = open_sheet(source.file, source.names[-1], reading.sheet, reading.clues)
            cells = _coded(rows, told, text_of)
        else:
            sheets = NO_SHEETS
            cells = _read_text(source.file, source.names[-1], reading.clues, told)
    if cells.empty:
        raise RefusedFile(
            f"Le fichier «\u202f{source.names[-1]}\u202f» est vide.",
            "Vérifiez l’export d’origine, puis déposez le fichier rempli.",
        )
    return Table(cells, source.names, sheets)


class _Told:
    """Passes the number of lines read on, not too often."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._last = 0

    def __call__(self, lines: int) -> None:
        if self._progress and lines - self._last >= PROGRESS_LINES:
            self._last = lines
            self._progress(lines)


def _read_text(file: BinaryIO, name: str, clues: Clues, told: Progress) -> pd.DataFrame:
    written = writing(file, name)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=written.encoding, newline="")
    try:
        separator = separator_of(text, clues)
        plain = _read_plain(file, text, written, separator, told) if written.plain else None
        return _coded(records(text, separator), told) if plain is None else plain
    finally:
        text.detach()


def _read_plain(
    file: BinaryIO, text: io.TextIOWrapper, written: Writing, separator: str, told: Progress
) -> pd.DataFrame | None:
    """The table read the fast way, but for its first lines; None when it cannot be."""
    top: list[Row] = []
    for line, cells in records(text, separator):
        if line > HEADER_ROWS:
            return read_plain(file, written.encoding, separator, top, told)
        top.append((line, cells))
    return None


def _coded(
    rows: Iterable[tuple[int, Sequence[Any]]], told: Progress, clean: Callable[[Any], str] = str
) -> pd.DataFrame:
    """The rows gathered column by column, texts of what `clean` makes of them."""
    coder = Coder()
    rows = iter(rows)
    while block := list(islice(rows, BLOCK_ROWS)):
        lines, cells = zip(*block, strict=True)
        widths = list(map(len, cells))
        if max(widths) > MAX_COLUMNS:
            raise too_wide(lines[widths.index(max(widths))])
        coder.add(lines, cells)
        told(lines[-1])
    return coder.frame(clean)
