"""The sheets of an XLSX workbook: which one is read, and its rows as a person would type them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import python_calamine as calamine

from ingestion.errors import RefusedFile
from ingestion.reading.header_row import HEADER_ROWS, Clues, find_header, likely_header
from ingestion.reading.text import BINARY
from ingestion.reading.unpack import damaged

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
RawRow = tuple[int, Sequence[Cell]]


@dataclass(frozen=True)
class Sheets:
    """The visible sheets of a workbook, the one to read, and others that look like extracts."""

    titles: tuple[str, ...] = ()
    chosen: str = ""
    ignored: tuple[str, ...] = ()


NO_SHEETS = Sheets()


def open_sheet(
    file: BinaryIO, name: str, asked: str, clues: Clues
) -> tuple[Sheets, Iterator[RawRow]]:
    """Choose a sheet; iterate over its rows that are not blank, as they are, with their numbers.

    It is the one asked, else the first visible one with a header, else with what may be one,
    else the first that is not empty.

    Raises:
        RefusedFile: the workbook is damaged, or has no visible sheet of the name asked.
    """
    try:
        workbook = calamine.load_workbook(file)
        sheets = {
            each.name: workbook.get_sheet_by_name(each.name)
            for each in workbook.sheets_metadata
            if each.visible is calamine.SheetVisibleEnum.Visible
            and each.typ is calamine.SheetTypeEnum.WorkSheet
        }
    except calamine.CalamineError as error:
        raise damaged(name) from error
    tops = {
        title: [[text_of(each) for each in cells] for _, cells in islice(_rows(sheet), HEADER_ROWS)]
        for title, sheet in sheets.items()
    }
    headed = [title for title, top in tops.items() if find_header(top, clues)]
    if asked and asked not in sheets:
        raise RefusedFile(
            f"Le classeur n’a pas de feuille visible nommée «\u202f{asked}\u202f».",
            "Choisissez une autre feuille, ou déposez le classeur qui la contient.",
        )
    likely = (title for title, top in tops.items() if likely_header(top, clues))
    filled = (title for title, top in tops.items() if top)
    chosen = asked or next(iter(headed), None) or next(likely, None) or next(filled, "")
    ignored = tuple(title for title in headed if title != chosen)
    rows = _rows(sheets[chosen]) if chosen else iter(())
    return Sheets(tuple(sheets), chosen, ignored), rows


def _rows(sheet: calamine.CalamineSheet) -> Iterator[RawRow]:
    for number, values in enumerate(sheet.iter_rows(), start=1):
        if any(map(_is_filled, values)):
            # True equals 1 and would be taken for it among the different values of a column.
            same = bool not in set(map(type, values))
            yield number, values if same else [_told_apart(each) for each in values]


def _told_apart(value: Cell) -> Cell:
    return str(value) if isinstance(value, bool) else value


def _is_filled(value: Cell) -> bool:
    return bool(value.strip()) if isinstance(value, str) else True


def text_of(value: Cell) -> str:
    """A cell as a person would type it: 12.0 is 12, dates are ISO.

    A workbook may hold control characters that a database refuses: they are shown as unknown.
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return BINARY.sub("\ufffd", str(value))
