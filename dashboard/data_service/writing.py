"""How lines are written: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dashboard.data_service.declaration import Column
from dashboard.data_service.lines import Line, Value
from reference.spreadsheets import BOM, neutralised


def as_csv(columns: Iterable[Column], lines: Iterable[Line]) -> bytes:
    """As the other CSV files of the site: UTF-8 with BOM, `;`, decimal comma, no formula runs.

    A header and the lines, nothing under them: programs read it. Numbers are not rounded.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(value) for value in line] for line in lines)
    return (BOM + stream.getvalue()).encode()


def as_objects(columns: Iterable[Column], lines: Iterable[Line]) -> list[dict[str, Any]]:
    """One object per line, by name of column; null where nothing is known."""
    names = [column.name for column in columns]
    return [dict(zip(names, line, strict=True)) for line in lines]


def _cell(value: Value) -> str:
    """A cell: "" when nothing is known, no exponent, no point."""
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, int):
        return str(value)
    return format(Decimal(repr(value)), "f").replace(".", ",")
