"""From a file to its normalised records: read, recognise, normalise, in one call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.utils import timezone

from ingestion.errors import RefusedFile
from ingestion.reading.header_row import Clues
from ingestion.reading.headers import Field
from ingestion.reading.layout import Columns, carries_report
from ingestion.reading.months import FIRST_YEAR, month_in_name
from ingestion.reading.normalise import normalise
from ingestion.reading.read import Reading, Table, read
from ingestion.reading.recognise import Recognised, recognise
from reference.months import first_day, in_french


@dataclass(frozen=True)
class ReadOptions:
    """What is known of a file besides its bytes and its name.

    `asked_month`: given, a file that says other months only is refused. `today`: no later month
    can be received (the present day by default). `sheet`: that of a workbook to read ("": the
    first readable one). `types`: the normalised writings of document types, by which columns that
    each count one type are known (see `reference.documents.document_type_index`). `known`: what
    people said of columns, `Columns.as_json` by signature; it wins over the alias table.
    `keep_extra`: the source adds its repeats up, keep what the other columns say. `progress`: told
    the lines read so far, every 50,000 or so.
    """

    asked_month: dt.date | None = None
    today: dt.date | None = None
    sheet: str = ""
    types: Collection[str] = ()
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    keep_extra: bool = False
    progress: Callable[[int], None] | None = None


@dataclass(frozen=True)
class NormalisedFile:
    """What a file says, before any register is asked.

    `records`: see `normalise`. `columns`: how its columns were read. `columns_said`: the same for
    people, what a column is (French) → its header. `months`: the readable months of the records,
    in order. `sheets`: the visible sheets of a workbook, `sheet` the one read, `ignored_sheets`
    others that also look like extracts. `unread`: headers of columns
    that hold nothing of an extract. `totals`: lines recognised as totals, and not counted.
    `carries_report`: it has both columns of our correction files. `signature`: of its headers.
    `offer`: see `Recognised`.
    """

    records: pd.DataFrame
    columns: Columns
    columns_said: dict[str, str]
    months: tuple[dt.date, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    ignored_sheets: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    totals: int = 0
    carries_report: bool = False
    signature: str = ""
    offer: dict[str, Any] = field(default_factory=dict)


def read_records(path: Path, name: str, options: ReadOptions = ReadOptions()) -> NormalisedFile:
    """The records of an extract, read from the file at `path`, which people named `name`.

    The month comes from a column, else from the file's name, else it is the one asked.

    Raises:
        UnmappedColumns: a person can say which columns hold what.
        RefusedFile: nothing of the file can be kept; the message says why.
    """
    today = options.today or timezone.localdate()
    clues = Clues(options.types, options.known)
    limit = settings.MES_UNPACKED_MAX_BYTES
    table = read(path, name, Reading(limit, options.sheet, clues, options.progress))
    recognised = recognise(table, clues, options.known)
    try:
        return _normalised(table, recognised, options, today)
    except RefusedFile as refusal:
        refusal.offer = recognised.offer
        raise


def _normalised(
    table: Table, recognised: Recognised, options: ReadOptions, today: dt.date
) -> NormalisedFile:
    """What a table whose columns are understood says.

    Raises:
        RefusedFile: nothing of it can be kept.
    """
    month = _month_of_all(recognised, table, options.asked_month, today)
    records, totals = normalise(recognised, month, today, keep_extra=options.keep_extra)
    if records.empty:
        raise RefusedFile(
            f"Le fichier «\u202f{table.names[-1]}\u202f» a des en-têtes mais aucun enregistrement.",
            "Vérifiez que le nombre de documents est rempli, puis déposez le fichier.",
        )
    months = tuple(sorted(each.date() for each in records["month"].dropna().unique()))
    if options.asked_month and months and options.asked_month not in months:
        raise _other_month(options.asked_month, months, "le fichier")
    header = recognised.header
    return NormalisedFile(
        records=records,
        columns=recognised.columns,
        columns_said=recognised.said,
        months=months,
        sheets=table.sheets.titles,
        sheet=table.sheets.chosen,
        ignored_sheets=table.sheets.ignored,
        unread=tuple(recognised.head(i) for i in recognised.others),
        totals=totals,
        carries_report=carries_report(header.keys),
        signature=header.signature,
        offer=recognised.offer,
    )


def _month_of_all(
    recognised: Recognised, table: Table, asked: dt.date | None, today: dt.date
) -> dt.date | None:
    """The month of a file without a column for it; None when it has one, or a column per month.

    It is said by the name of the file, or of the table in the archive, else by that of the sheet,
    else by the lines above the header.

    Raises:
        RefusedFile: nothing says the month, or it is not possible.
    """
    if Field.MONTH in recognised.fields or recognised.columns.months:
        return None
    named = next(filter(None, map(month_in_name, table.names)), None)
    of_sheet = month_in_name(table.sheets.chosen)
    for said, where in (
        (named, "le nom du fichier"),
        (of_sheet, "le nom de la feuille"),
        (recognised.title_month, "le titre du tableau"),
    ):
        if asked and said and asked != said:
            raise _other_month(asked, (said,), where)
        if said:
            break
    month = asked or named or of_sheet or recognised.title_month
    if month is None:
        raise RefusedFile(
            "Rien ne dit le mois : ni une colonne, ni le nom du fichier.",
            "Indiquez le mois au dépôt, ou nommez le fichier avec lui (alimentation_2025-12.csv).",
        )
    if month > first_day(today) or month.year < FIRST_YEAR:
        raise RefusedFile(
            f"Le mois de {in_french(month)} est à venir, ou antérieur à l’an {FIRST_YEAR}.",
            "Corrigez le mois indiqué, ou celui du nom du fichier.",
        )
    return month


def _other_month(asked: dt.date, said: tuple[dt.date, ...], where: str) -> RefusedFile:
    shown = ", ".join(in_french(month) for month in said[:3]) + (", …" if len(said) > 3 else "")
    return RefusedFile(
        f"Vous avez indiqué {in_french(asked)}, mais {where} dit : {shown}.",
        "Corrigez le mois indiqué, ou déposez le fichier de ce mois.",
    )
