"""CSV files that a French spreadsheet opens as they are: `;`, decimal comma, UTF-8 with BOM."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.charts.chart import Column, Table
from indicators.selection import Selection
from reference import french
from reference.months import in_french
from reference.spreadsheets import Cell, csv_bytes


@dataclass(frozen=True)
class Imprint:
    """What a file says of where its numbers come from."""

    selection: Selection
    data_version: int
    source: str
    cut_off: dt.date | None
    link: str  # the page, with the whole selection
    notes: tuple[str, ...] = ()


def write(title: str, table: Table, imprint: Imprint) -> bytes:
    """The table, then what it is: title, selection, source, data version, link.

    Rates are in percent, with two decimals at most; a missing value is the text of its cell.
    """
    return csv_bytes([*table_lines(table), [], *_imprint(title, imprint)])


def table_lines(table: Table) -> Iterator[Sequence[Cell]]:
    """A table alone, its headers first."""
    yield table.corner, *map(_header, table.columns)
    for index, row in enumerate(table.rows):
        yield row, *(_cell(column, index) for column in table.columns)


def file_name(code: str, imprint: Imprint) -> str:
    """ "documents_D21_2024-01_2025-12_v42.csv": what it holds and of which data version."""
    selection = imprint.selection
    parts = [code, selection.territory.code, f"{selection.first:%Y-%m}", f"{selection.last:%Y-%m}"]
    if selection.sector is not None:
        parts.append(selection.sector.value)
    return "_".join([*parts, f"v{imprint.data_version}.csv"])


def _header(column: Column) -> str:
    return column.label + column.unit.suffix


def _cell(column: Column, index: int) -> Cell:
    value = column.values[index]
    if value is None:
        return column.texts[index]
    return round(value * 100, 2) if column.unit.is_fraction else value


def _imprint(title: str, imprint: Imprint) -> Sequence[tuple[str, str]]:
    selection = imprint.selection
    sector = french.typographic(selection.sector.label) if selection.sector else "Tous"
    lines = [
        ("Titre", title),
        ("Territoire", selection.territory.name),
        ("Période", f"{in_french(selection.first)} – {in_french(selection.last)}"),
        ("Secteur", sector),
        ("Source", imprint.source),
    ]
    if imprint.cut_off:
        lines.append(("Données arrêtées au", french.day(imprint.cut_off)))
    lines += [("Note", note) for note in imprint.notes]
    return [*lines, ("Version des données", str(imprint.data_version)), ("Lien", imprint.link)]
