"""What is done to whole tables at once: a DataFrame into one, by COPY, and its different rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
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


def distinct(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The different rows of some columns, in their order.

    Equal ones mostly follow each other, as the facts of a cell do: the first of each run is
    looked at, not each row.
    """
    begins = np.zeros(len(frame), dtype=bool)
    begins[:1] = True
    for name in columns:
        codes, _ = pd.factorize(frame[name], use_na_sentinel=False)
        begins[1:] |= codes[1:] != codes[:-1]
    return frame.loc[begins, list(columns)].drop_duplicates()
