"""What is done to whole tables at once: a DataFrame into one, by COPY, and its different rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from django.db import connection, models
from numpy.typing import NDArray
from psycopg import sql

BATCH = 65_536
#: The types of columns that PostgreSQL reads from numbers as they are in memory, and their form.
PLAIN = {"smallint": ">i2", "integer": ">i4", "bigint": ">i8", "date": ">i4"}
EPOCH = np.datetime64("2000-01-01")
#: What begins and ends a binary COPY: the signature, no option, no extension; then the trailer.
BINARY_START, BINARY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


def copy_rows(model: type[models.Model], frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Append the rows of `frame` to the table of `model`, in their order.

    `columns` names the table's columns, found under the same names in the frame. Datetimes without
    a zone are written as dates, missing values as NULL, empty texts as such. Nothing is sent for
    an empty frame. Rows of numbers and dates alone are sent as they are in memory, which spares
    the server the reading of a million texts.

    Raises:
        OverflowError: a number is too large for its column.
    """
    if frame.empty:
        return
    meta = model._meta  # noqa: SLF001  # Django's documented metadata
    kinds = {field.column: field.db_type(connection) or "" for field in meta.concrete_fields}
    plain = all(kinds[name] in PLAIN for name in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {})").format(
        sql.Identifier(meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL("binary" if plain else "csv"),
    )
    rows = frame[list(columns)]
    pieces = _binary(rows, [PLAIN[kinds[name]] for name in columns]) if plain else _csv(rows)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # Written bit by bit, so that the server loads one while the next is made.
        for piece in pieces:
            copy.write(piece)


def _csv(rows: pd.DataFrame) -> Iterator[memoryview]:
    table = pa.Table.from_pandas(rows, preserve_index=False)
    dated = [
        field.with_type(pa.date32())
        if pa.types.is_timestamp(field.type) and field.type.tz is None
        else field
        for field in table.schema
    ]
    table = table.cast(pa.schema(dated))
    options = pa.csv.WriteOptions(include_header=False)
    for batch in table.to_batches(max_chunksize=BATCH):
        text = pa.BufferOutputStream()
        pa.csv.write_csv(batch, text, options)
        yield memoryview(text.getvalue())


class _Plain(NamedTuple):
    """A column of a binary COPY: its values, which of them are missing (None: none), its form."""

    values: NDArray[np.int64]
    missing: NDArray[np.bool_] | None
    form: str


def _binary(rows: pd.DataFrame, forms: Sequence[str]) -> Iterator[bytes]:
    """Rows as PostgreSQL's binary COPY wants them: each field after its length, −1 for NULL."""
    columns = [_plain(rows[name], form) for name, form in zip(rows, forms, strict=True)]
    layout = [("fields", ">i2")]
    for place, column in enumerate(columns):
        layout += [(f"length {place}", ">i4"), (f"value {place}", column.form)]
    yield BINARY_START
    for start in range(0, len(rows), BATCH):
        here = slice(start, start + BATCH)
        records = np.zeros(len(rows.iloc[here]), dtype=layout)
        records["fields"] = len(columns)
        for place, column in enumerate(columns):
            records[f"length {place}"] = np.dtype(column.form).itemsize
            records[f"value {place}"] = column.values[here]
        yield _without_missing(records, columns, here)
    yield BINARY_END


def _plain(column: pd.Series, form: str) -> _Plain:
    """A column of numbers, or of dates as the days that PostgreSQL counts."""
    missing = column.isna().to_numpy()
    if column.dtype.kind == "M":
        values = (column.to_numpy("datetime64[D]") - EPOCH).astype("int64")
    else:
        values = column.to_numpy(dtype="int64", na_value=0)
    if missing.any():
        values = np.where(missing, 0, values)
    limits = np.iinfo(np.dtype(form))
    if len(values) and not limits.min <= values.min() <= values.max() <= limits.max:
        raise OverflowError(f"{column.name} holds a number that its column cannot")
    return _Plain(values, missing if missing.any() else None, form)


def _without_missing(records: NDArray[np.void], columns: Sequence[_Plain], here: slice) -> bytes:
    """The bytes of records, where a missing value has a length of −1 and nothing after it."""
    kept = None
    for place, column in enumerate(columns):
        if column.missing is None or not column.missing[here].any():
            continue
        if kept is None:  # the bytes to send, in the same layout
            kept = np.frombuffer(bytearray(b"\1") * records.nbytes, dtype=records.dtype)
        missing = column.missing[here]
        records[f"length {place}"][missing] = -1
        kept[f"value {place}"][missing] = 0
    if kept is None:
        return records.tobytes()
    return records.view(np.uint8)[kept.view(np.bool_)].tobytes()


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
