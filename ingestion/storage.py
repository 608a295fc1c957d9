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
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

from ingestion.models import Extract

MAX_STORED_NAME = 80


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
    buffer = io.BytesIO()
    records.to_parquet(buffer, index=False)
    name = f"{extract.file.name}.{extract.pk}.parquet"
    storage = extract.records.storage
    storage.delete(name)
    extract.records.name = storage.save(name, ContentFile(buffer.getvalue()))


def load_records(extract: Extract) -> pd.DataFrame:
    """The normalised records of an extract that was read, as `pipeline.read_records` made them."""
    with extract.records.open("rb") as file:
        records = pd.read_parquet(io.BytesIO(file.read()))
    # Parquet has no whole seconds: months come back in milliseconds.
    records["month"] = records["month"].astype("datetime64[s]")
    return records
