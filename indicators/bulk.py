"""Bulk loading: a DataFrame into a table, by COPY."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from django.db import connection, models
from psycopg import sql


def copy_rows(model: type[models.Model], frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Append the rows of `frame` to the table of `model`, in their order.

    `columns` names the table's columns, found under the same names in the frame. Datetimes are
    written as dates, missing values as NULL. Nothing is sent for an empty frame.
    """
    if frame.empty:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001  # Django's documented metadata
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    text = frame.to_csv(
        columns=list(columns),
        header=False,
        index=False,
        date_format="%Y-%m-%d",
        lineterminator="\n",
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)
