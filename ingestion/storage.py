"""Files through Django's storage API: the one received, and its records as Parquet beside it."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile

from ingestion.models import Extract

MAX_STORED_NAME = 80

HELD_KEY = "checked through"


def shown_name(name: str) -> str:
    """The name of a file as people know it: without folders or control characters, 255 at most."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in last if letter.isprintable()).strip()
    return printable[:255] or "fichier"


def stored_name(name: str) -> str:
    """A name that every storage accepts: ASCII letters, digits, `.`, `-`, `_`, extensions kept."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", ascii_name).strip("._-")
    return safe[-MAX_STORED_NAME:].lstrip("._-") or "fichier"


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """The stored file as a path: its own where the storage is a folder, else a temporary copy."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        suffix = "".join(PurePosixPath(str(file.name)).suffixes[-2:])
        with tempfile.NamedTemporaryFile(suffix=suffix) as copy, file.open("rb") as source:
            shutil.copyfileobj(source, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def save_records(extract: Extract, records: pd.DataFrame) -> None:
    """Store the normalised records beside the extract's file; sets `extract.records`, unsaved.

    The name follows from the extract's, so that a second reading writes over the first.
    """
    name = f"{extract.file.name}.{extract.pk}.parquet"
    extract.records.name = _write(extract.records.storage, name, records)


def load_records(extract: Extract) -> pd.DataFrame:
    """The normalised records of an extract that was read, as `pipeline.read_records` made them."""
    with extract.records.open("rb") as file:
        records: pd.DataFrame = pq.read_table(file).to_pandas()
    # Parquet has no whole seconds: months come back in milliseconds.
    records["month"] = records["month"].astype("datetime64[s]")
    return records


def save_held(extract: Extract, held: pd.DataFrame, key: str) -> None:
    """Keep what an extract brings to cells (`fold.holdings`), so that it is not checked again.

    `key` says through what it was checked; what was kept before is written over.
    """
    _write(extract.records.storage, _held_name(extract), held, {HELD_KEY: key})


def load_held(extract: Extract, key: str) -> pd.DataFrame | None:
    """What `save_held` kept under the same key; None when there is nothing of the kind.

    A file cut by a failure, or made through something else, is as good as none: whoever asks
    checks the records again.
    """
    try:
        with extract.records.storage.open(_held_name(extract), "rb") as file:
            table = pq.read_table(file)
    except (OSError, pa.ArrowInvalid):
        return None
    if (table.schema.metadata or {}).get(HELD_KEY.encode()) != key.encode():
        return None
    held: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
    return held.astype({"month": "datetime64[s]", "dmp": "Int64"})


def _held_name(extract: Extract) -> str:
    return f"{extract.file.name}.{extract.pk}.held.parquet"


def _write(
    storage: Storage, name: str, frame: pd.DataFrame, metadata: dict[str, str] | None = None
) -> str:
    """Write a frame as Parquet in place of the file of that name; returns the name it got."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if metadata:
        table = table.replace_schema_metadata(metadata)
    buffer = pa.BufferOutputStream()
    # Read whole again: what would tell which part to read takes as long to write as the rest.
    # Lines follow each other: their differences take a third of the time that their values do.
    lines = [name for name in table.column_names if name == "line"]
    pq.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=1,
        write_statistics=False,
        use_dictionary=[name for name in table.column_names if name not in lines],
        column_encoding=dict.fromkeys(lines, "DELTA_BINARY_PACKED") or None,
    )
    storage.delete(name)
    return storage.save(name, File(io.BytesIO(buffer.getvalue())))
