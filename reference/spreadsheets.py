"""What files for spreadsheets must respect: texts that never run, names that sheets may have."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

#: What a cell may hold; a number is written with all its digits, a date as "31/12/2025".
Cell: TypeAlias = str | float | dt.date | None

#: A spreadsheet takes a file for UTF-8 when it begins so.
BOM = "\ufeff"

#: A spreadsheet takes a text that begins so for a formula; the last four are full-width signs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: The longest name of a sheet, and the one that Excel keeps for itself.
LONGEST_TITLE = 31
_KEPT_BY_EXCEL = "history"

#: How many lines are read and written at once: about 200 kB of the longest files.
LINES_PER_CHUNK = 1000


def runs(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.startswith(FORMULA_STARTS)


def neutralised(text: str) -> str:
    """A text that no spreadsheet runs as a formula; `restored` gives it back as it was."""
    return f"'{text}" if runs(text.lstrip("'")) else text


def restored(cell: str) -> str:
    """A text without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and runs(cell.lstrip("'")) else cell


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A file that a French spreadsheet opens as it is: `;`, decimal comma, UTF-8 with its mark."""
    return b"".join(csv_chunks(rows))


def csv_chunks(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file of `csv_bytes` piece by piece: rows are read as it is sent, none is kept."""
    stream = io.StringIO()
    stream.write(BOM)
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    for number, row in enumerate(rows, 1):
        writer.writerow([_written(cell) for cell in row])
        if number % LINES_PER_CHUNK == 0:
            yield stream.getvalue().encode()
            stream.seek(0)
            stream.truncate()
    if stream.tell():
        yield stream.getvalue().encode()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return neutralised(cell)
        case dt.date():
            return f"{cell:%d/%m/%Y}"
    return f"{cell:.10f}".rstrip("0").rstrip(".").replace(".", ",")


def sheet_title(wanted: str) -> str:
    """The nearest name that Excel takes for a sheet: 31 characters, no sign of a path."""
    plain = "".join(each if each.isprintable() else " " for each in wanted)
    allowed = re.sub(r"[\[\]:*?/\\]", "-", plain)[:LONGEST_TITLE].strip(" '")
    return "Feuille" if allowed.lower() in {"", _KEPT_BY_EXCEL} else allowed


def sheet_titles(wanted: Iterable[str]) -> Iterator[str]:
    """A name for each sheet of one workbook, all different: the second "Taux" is "Taux (2)"."""
    taken: set[str] = set()
    for each in wanted:
        title, number = sheet_title(each), 1
        while title.lower() in taken:
            number += 1
            end = f" ({number})"
            title = sheet_title(sheet_title(each)[: LONGEST_TITLE - len(end)].rstrip() + end)
        taken.add(title.lower())
        yield title
