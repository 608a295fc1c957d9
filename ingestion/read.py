"""From a file to the cells of its table, as text, each row with its line in the file."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import python_calamine as calamine

from ingestion.errors import RefusedFile
from ingestion.headers import HEADER_ROWS, find_header
from ingestion.unpack import CHUNK, Kind, damaged, unpacked

SEPARATORS = ";\t,|"
MAX_LINE = 200_000  # characters
MAX_COLUMNS = 1_000
# What no text holds; form feeds and the end-of-file mark of old systems do no harm.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_TO_CSV = "Exportez de nouveau le tableau en CSV (UTF-8) ou en XLSX, puis déposez ce fichier."

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Table:
    """The cells of a table, blank rows left out.

    `cells`: one str column per column of the file (0, 1, …), "" where empty, indexed by line:
    the 1-based line of a text file where the row starts, or the row of a sheet.
    `names`: the file's name, then that of the table in the archive.
    `ignored_sheets`: other sheets of the workbook that also look like extracts.
    """

    cells: pd.DataFrame
    names: tuple[str, ...]
    ignored_sheets: tuple[str, ...] = ()


def read(path: Path, name: str, limit: int) -> Table:
    """Read the one table of a file: CSV or XLSX, plain or in gzip or zip.

    `name` is the file's name as people know it, `limit` the bytes allowed once inflated.

    Raises:
        RefusedFile: the file is not one readable table.
    """
    with unpacked(path, name, limit) as source:
        if source.kind is Kind.WORKBOOK:
            rows, ignored = _read_workbook(source.file, source.names[-1])
        else:
            rows, ignored = _read_text(source.file, source.names[-1]), ()
    if not rows:
        raise RefusedFile(
            f"Le fichier « {source.names[-1]} » est vide.",
            "Vérifiez l’export d’origine, puis déposez le fichier rempli.",
        )
    lines, cells = zip(*rows, strict=True)
    width = max(map(len, cells))
    if width > MAX_COLUMNS:
        raise _too_wide(lines[[len(row) for row in cells].index(width)])
    padded = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in cells]
    frame = pd.DataFrame(padded, index=pd.Index(lines, name="line"), dtype="str")
    return Table(frame, source.names, ignored)


def _read_text(file: BinaryIO, name: str) -> list[Row]:
    encoding = _encoding(file, name)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        separator = _separator(text)
        seen: dict[str, str] = {}  # the same few texts, kept once
        return [
            (line, [seen.setdefault(cell, cell) for cell in cells])
            for line, cells in _records(text, separator)
        ]
    finally:
        text.detach()


def _encoding(file: BinaryIO, name: str) -> str:
    """The encoding in which the whole file is text: by its mark, else UTF-8, else cp1252."""
    head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        file.seek(0)
        if _is_text(file, encoding, name):
            return encoding
    raise RefusedFile(
        f"« {name} » n’est un texte ni en UTF-8, ni en Windows-1252 : fichier binaire ou abîmé.",
        _TO_CSV,
    )


def _is_text(file: BinaryIO, encoding: str, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    while True:
        chunk = file.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError:
            return False
        if _BINARY.search(text):
            raise RefusedFile(
                f"« {name} » contient des octets qui ne sont pas du texte : ce n’est pas un CSV.",
                _TO_CSV,
            )
        if not chunk:
            return True


def _separator(text: io.TextIOWrapper) -> str:
    """The separator that makes the best header row; failing any, the one that cuts most."""

    def quality(separator: str) -> tuple[int, int]:
        # Not `_records`: under a wrong separator quotes mean nothing, and nothing is refused yet.
        reader = csv.reader(iter(_Lines(text)), delimiter=separator)
        try:
            rows = list(islice(reader, HEADER_ROWS))
        except csv.Error:
            return 0, 0
        header = find_header(rows)
        return header.score if header else 0, max((len(row) for row in rows), default=0)

    return max(SEPARATORS, key=quality)


class _Lines:
    """The lines of a text, none of them huge, knowing whether the last one was passed."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        self._text.seek(0)
        number = 0
        while line := self._text.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE:
                raise _too_wide(number)
            yield line
        self.ended = True


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[Row]:
    """The rows that are not blank, each with the line where it starts.

    Raises:
        RefusedFile: a quote never closed, which would swallow lines in silence.
    """
    lines = _Lines(text)
    reader = csv.reader(iter(lines), delimiter=separator)
    start, width = 1, 0
    try:
        for cells in reader:
            # A row given only after the last line was passed is still within its quotes, and a
            # cell with line ends and a whole row's separators has swallowed its neighbours.
            swallowed = reader.line_num > start and any(
                len(each.splitlines()) > 1 and each.count(separator) >= max(width, 1)
                for each in cells
            )
            if lines.ended or swallowed:
                raise _unclosed_quote(start)
            if any(cell.strip() for cell in cells):
                width = max(width, len(cells) - 1)
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unclosed_quote(start) from error


def _too_wide(line: int) -> RefusedFile:
    return RefusedFile(
        f"La ligne {line} est démesurée : ce n’est pas une ligne de tableau.",
        "Vérifiez l’export d’origine : une ligne par mois, établissement et type de document.",
    )


def _unclosed_quote(line: int) -> RefusedFile:
    return RefusedFile(
        f"Un guillemet ouvert à la ligne {line} n’est pas fermé : les lignes suivantes seraient "
        "perdues.",
        "Retirez ce guillemet, ou exportez de nouveau le tableau, puis déposez le fichier.",
    )


def _read_workbook(file: BinaryIO, name: str) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of the first visible sheet that has a header, and the other sheets that have one."""
    try:
        with calamine.load_workbook(file) as workbook:
            sheets = [
                (each.name, _read_sheet(workbook.get_sheet_by_name(each.name)))
                for each in workbook.sheets_metadata
                if each.visible is calamine.SheetVisibleEnum.Visible
                and each.typ is calamine.SheetTypeEnum.WorkSheet
            ]
    except calamine.CalamineError as error:
        raise damaged(name) from error
    headed = [(title, rows) for title, rows in sheets if find_header(_first_cells(rows))]
    chosen = (headed or [each for each in sheets if each[1]] or [("", [])])[0]
    return chosen[1], tuple(title for title, _ in headed if title != chosen[0])


def _first_cells(rows: list[Row]) -> Iterator[Sequence[str]]:
    return (cells for _, cells in islice(rows, HEADER_ROWS))


def _read_sheet(sheet: calamine.CalamineSheet) -> list[Row]:
    rows: list[Row] = []
    seen: dict[str, str] = {}
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = [_text(value) for value in values]
        if any(cell.strip() for cell in cells):
            rows.append((number, [seen.setdefault(cell, cell) for cell in cells]))
    return rows


def _text(value: Cell) -> str:
    """A cell of a workbook as a person would type it: 12.0 is 12, dates are ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
