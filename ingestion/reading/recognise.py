"""Which column of a table holds what: the header row, found and understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ingestion.errors import RefusedFile, UnmappedColumns
from ingestion.reading.arrange import EXPECTED, Unclear, arrange, arrange_as_said, clean
from ingestion.reading.header_row import HEADER_ROWS, Clues, Header, find_header, likely_header
from ingestion.reading.headers import FIELD_LABELS, REQUIRED, Field
from ingestion.reading.layout import Columns, is_report
from ingestion.reading.months import month_in_titles
from ingestion.reading.read import Table

OFFERED_ROWS, OFFERED_TEXT = 12, 80
_TWO_ROWS = (
    "Gardez une seule ligne d’en-tête\u202f: les types en colonnes et un fichier par mois, ou une "
    "ligne par mois, établissement et type."
)


@dataclass(frozen=True)
class Recognised:
    """A table whose columns are understood.

    `cells`: the rows below the header, as in `Table.cells`; those that are the header again, as
    files pasted end to end have, left out. `fields`: the position of the column of each field.
    `counts`: those of the columns of counts. `title_month`: the month that the lines above the
    header say, None when they say none. `offer`: what a person needs to say otherwise what the
    columns are, as `UnmappedColumns` has it.
    """

    cells: pd.DataFrame
    header: Header
    columns: Columns
    fields: dict[Field, int]
    counts: tuple[int, ...]
    title_month: dt.date | None
    offer: dict[str, Any]

    def head(self, position: int) -> str:
        """The header of a column, as the file writes it."""
        return clean(self.header.cells[position])

    @property
    def said(self) -> dict[str, str]:
        """How the columns were read, in French: what a column is → its header."""
        found = {FIELD_LABELS[field]: self.head(i) for field, i in self.fields.items()}
        named = ", ".join(self.head(i) for i in self.counts)
        if self.columns.types:
            found["documents, une colonne par type"] = named
        elif self.columns.months:
            found["documents, une colonne par mois"] = named
        return found

    @property
    def others(self) -> tuple[int, ...]:
        """The positions of the headed columns that hold none of what an extract says."""
        read = {*self.fields.values(), *self.counts}
        return tuple(
            i
            for i, key in enumerate(self.header.keys)
            if key and i not in read and not is_report(key)
        )


def recognise(
    table: Table, clues: Clues, known: Mapping[str, Mapping[str, Any]] | None = None
) -> Recognised:
    """Find the header row among the first ones and what each of its columns holds.

    `known`: what people said, `Columns.as_json` by signature; it wins over the alias table.

    Raises:
        UnmappedColumns: a person can say what the columns are.
        RefusedFile: no header at all, or one on two rows.
    """
    known = known or {}
    top = table.cells.head(HEADER_ROWS)
    rows = list(top.itertuples(index=False, name=None))
    header = find_header(rows, clues)
    if header is None:
        raise _unheaded(table, rows, clues)
    line = int(top.index[header.row])
    _refuse_two_rows(header, rows, line)
    below = table.cells.iloc[header.row + 1 :]
    try:
        if header.signature in known:
            said = Columns.from_json(known[header.signature])
            columns = arrange_as_said(header, said, line)
        else:
            columns = arrange(header, below, line)
    except Unclear as unclear:
        raise UnmappedColumns(
            unclear.message, unclear.remedy, _offer(table, header, unclear.missing)
        ) from unclear
    places = {key: i for i, key in enumerate(header.keys) if key}
    fields = {field: places[key] for field, key in columns.fields.items()}
    counts = tuple(places[key] for key in columns.types or columns.months)
    counts = counts or (fields[Field.DOCUMENTS],)
    below = below.loc[~_repeats(below, header, [*fields.values(), *counts])]
    titles = [[cell for cell in row if cell.strip()] for row in rows[: header.row]]
    offer = _offer(table, header, ())
    return Recognised(below, header, columns, fields, counts, month_in_titles(titles), offer)


def _unheaded(table: Table, rows: list[tuple[str, ...]], clues: Clues) -> RefusedFile:
    """What to tell of a table without any word that heads an extract."""
    likely = likely_header(rows, clues)
    if likely is None:
        return RefusedFile(
            "Aucune ligne d’en-tête n’a été reconnue dans les 30 premières lignes.",
            f"Ajoutez une ligne d’en-tête avec les colonnes\u202f: {EXPECTED}.",
        )
    line = int(table.cells.index[likely.row])
    return UnmappedColumns(
        f"Aucun en-tête n’a été reconnu. La ligne {line} semble en être un.",
        f"Indiquez ce que contient chaque colonne, ou renommez-les\u202f: {EXPECTED}.",
        _offer(table, likely, REQUIRED),
    )


def _offer(table: Table, header: Header, missing: tuple[Field, ...]) -> dict[str, Any]:
    """What a person needs to say what the columns are: see `UnmappedColumns`."""
    start = max(0, header.row - OFFERED_ROWS // 3)
    shown = table.cells.iloc[start : start + OFFERED_ROWS]
    named = [each[0].value if each else None for each in header.fields]
    return {
        "sheets": list(table.sheets.titles),
        "sheet": table.sheets.chosen,
        "line": int(table.cells.index[header.row]),
        "signature": header.signature,
        "headers": [
            {"key": key, "text": clean(cell)[:OFFERED_TEXT], "field": field}
            for key, cell, field in zip(header.keys, header.cells, named, strict=True)
        ],
        "rows": [
            [int(line), [clean(cell)[:OFFERED_TEXT] for cell in cells]]
            for line, *cells in shown.itertuples(name=None)
        ],
        "missing": [field.value for field in missing],
        "types": [header.keys[i] for i in header.types],
        "months": [header.keys[i] for i in header.months],
    }


def _refuse_two_rows(header: Header, rows: list[tuple[str, ...]], line: int) -> None:
    """Refuse types and months both in columns, on two rows, which no choice of columns can tell.

    Raises:
        RefusedFile: the row above or below the header, without a FINESS, heads columns too.
    """
    if len({header.cells[i] for i in header.months}) < len(header.months):
        raise RefusedFile(
            f"Ligne {line}\u202f: le même mois est en tête de deux colonnes.", _TWO_ROWS
        )
    finess = header.columns(Field.FINESS)
    for index in (header.row - 1, header.row + 1):
        if not 0 <= index < len(rows) or not (header.types or header.months):
            continue
        beside = Header(index, rows[index], header.clues)
        heads = [
            beside.cells[i]
            for i in (beside.months if header.types else beside.types)
            if not beside.cells[i].strip().isdigit()
        ]
        if len(heads) > 1 and not any(beside.cells[i].strip() for i in finess):
            raise RefusedFile(
                f"Lignes {line - 1} à {line + 1}\u202f: les types de documents et les mois sont "
                "tous deux en colonnes, sous un en-tête de deux lignes.",
                _TWO_ROWS,
            )


def _repeats(below: pd.DataFrame, header: Header, positions: list[int]) -> pd.Series[bool]:
    """The rows that are the header again."""
    same = pd.Series(data=True, index=below.index)
    for position in positions:
        same &= below[position] == header.cells[position]
    return same
