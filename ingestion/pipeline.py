"""From a file to its normalised records: read, recognise, normalise, in one call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from django.conf import settings
from django.utils import timezone

from ingestion.errors import RefusedFile
from ingestion.headers import FIELD_LABELS, Field
from ingestion.months import month_in_name
from ingestion.normalise import FIRST_YEAR, normalise
from ingestion.read import read
from ingestion.recognise import Recognised, recognise
from reference.months import first_day, in_french


@dataclass(frozen=True)
class NormalisedFile:
    """What a file says, before any register is asked.

    `records`: see `normalise`. `columns`: what each recognised header was read as (French label
    of the field → header). `months`: the readable months of the records, in order.
    `ignored_sheets`: other sheets of the workbook that also look like extracts.
    """

    records: pd.DataFrame
    columns: dict[str, str]
    months: tuple[dt.date, ...]
    ignored_sheets: tuple[str, ...] = ()


def read_records(
    path: Path, name: str, asked_month: dt.date | None, today: dt.date | None = None
) -> NormalisedFile:
    """The records of an extract, read from the file at `path`, which people named `name`.

    The month comes from a column, else from the file's name, else it is `asked_month`; when that
    one is given, a file that says other months only is refused. `today` (the present day by
    default): no later month can be received.

    Raises:
        RefusedFile: nothing of the file can be kept; the message says why.
    """
    today = today or timezone.localdate()
    table = read(path, name, settings.MES_UNPACKED_MAX_BYTES)
    recognised = recognise(table)
    month = _month_of_all(recognised, table.names, asked_month, today)
    records = normalise(recognised, month, today)
    if records.empty:
        raise RefusedFile(
            f"Le fichier « {table.names[-1]} » a des en-têtes mais aucun enregistrement.",
            "Vérifiez que le nombre de documents est rempli, puis déposez le fichier.",
        )
    months = tuple(sorted(each.date() for each in records["month"].dropna().unique()))
    if asked_month and months and asked_month not in months:
        raise _other_month(asked_month, months, "le fichier")
    columns = {FIELD_LABELS[field]: header for field, header in recognised.columns.items()}
    return NormalisedFile(records, columns, months, table.ignored_sheets)


def _month_of_all(
    recognised: Recognised, names: tuple[str, ...], asked: dt.date | None, today: dt.date
) -> dt.date | None:
    """The month of a file without a column for it; None when it has one.

    Raises:
        RefusedFile: nothing says the month, or it is not possible.
    """
    if Field.MONTH in recognised.columns:
        return None
    named = next(filter(None, map(month_in_name, names)), None)
    if asked and named and asked != named:
        raise _other_month(asked, (named,), "le nom du fichier")
    month = asked or named
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
