"""Bulk loading: a DataFrame into a table, by COPY, and a query back into one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from django.db import connection, models
from psycopg import sql

BATCH = 65_536


def copy_rows(model: type[models.Model], frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Append the rows of `frame` to the table of `model`, in their order.

    `columns` names the table's columns, found under the same names in the frame. Datetimes without
    a zone are written as dates, missing values as NULL, empty texts as such. Nothing is sent for
    an empty frame.
    """
    if frame.empty:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001  # Django's documented metadata
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    table = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
    dated = [
        field.with_type(pa.date32())
        if pa.types.is_timestamp(field.type) and field.type.tz is None
        else field
        for field in table.schema
    ]
    table = table.cast(pa.schema(dated))
    options = pa.csv.WriteOptions(include_header=False)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # Written bit by bit, so that the server loads one while the next is made.
        for batch in table.to_batches(max_chunksize=BATCH):
            text = pa.BufferOutputStream()
            pa.csv.write_csv(batch, text, options)
            copy.write(memoryview(text.getvalue()))
