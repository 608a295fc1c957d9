"""A file of a million records, from the bytes to published figures, against the least there is.

The least: a bare sorted COPY of the same valid rows into an identical table. The naive way:
`pandas.read_csv`, then the inserts of `DataFrame.to_sql`, with nothing checked.
"""

from __future__ import annotations

import gc
import resource
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pandas as pd
from django.db import connection

from benchmarks.result import Result, seconds
from benchmarks.world import register, write_file
from ingestion.models import Extract, State
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.receive import receive
from mes_dashboard import celery_app
from reference.memory import give_back
from reference.models import Departement

#: Three years of the whole country: a cell for each month and département.
FACILITIES, MONTHS, TYPES = 5_556, 36, 5
MEMORY = 600 * 1024**2


def run() -> Iterator[Result]:
    """Time the whole way, and both comparisons, in one run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alimentation.csv"
        places = Departement.objects.order_by("code").values_list("code", flat=True)
        finess = register(FACILITIES, [code for code in places if code.isdigit()])
        months = [f"{2023 + rank // 12}-{rank % 12 + 1:02}" for rank in range(MONTHS)]
        records = write_file(path, finess, months, TYPES)
        celery_app.loader.import_default_modules()  # a worker holds every task
        gc.collect()  # but not what making the tables of an empty database left behind
        give_back()
        with Memory() as memory:
            with path.open("rb") as file:
                extract = receive(file, name=path.name, region=None)
            reading = seconds(lambda: process(extract))
            publishing = seconds(lambda: published(extract))
        copying = copy_bare()
        naive = naively(path)
    detail = (
        f"{records} records: ready in {reading:.1f} s, published in {publishing:.1f} s, "
        f"bare COPY {copying:.1f} s, naive {naive:.1f} s"
    )
    whole = reading + publishing
    yield Result("a million records, from bytes to figures: 4 × COPY", 4.0, whole / copying, detail)
    yield Result("faster than read_csv and to_sql, which check nothing", 1.0, whole / naive, detail)
    yield Result(
        "the memory of the process stays under 600 MB",
        1.0,
        memory.peak / MEMORY,
        f"{memory.peak / 1024**2:.0f} MB, {memory.start / 1024**2:.0f} MB before",
    )


def published(extract: Extract) -> None:
    """Publish, and make sure that it was."""
    after = publish(extract)
    if after.state != State.PUBLISHED:
        raise RuntimeError(after.message)


def copy_bare() -> float:
    """The seconds of a bare sorted COPY of the published rows into an identical table."""
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY (SELECT * FROM indicators_feeding"
            " ORDER BY month, facility_id, document_type_id) TO STDOUT"
        ) as copy:
            rows = b"".join(copy)
        cursor.execute("CREATE TABLE bare (LIKE indicators_feeding INCLUDING ALL)")

        def load() -> None:
            cursor.execute("TRUNCATE bare")
            with cursor.copy("COPY bare FROM STDIN") as copy:
                copy.write(rows)

        taken = seconds(load, times=2)
        cursor.execute("DROP TABLE bare")
    return taken


def naively(path: Path) -> float:
    """The seconds of pandas alone: every line as it is, into a table without any key.

    What `to_sql(method=None, chunksize=10_000)` sends to PostgreSQL, without the library that
    pandas would need for it: an `executemany` of INSERT for each chunk.
    """
    insert = "INSERT INTO naive VALUES (%s, %s, %s, %s, %s)"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive (a text, b text, c text, d text, e bigint)")

        def load() -> None:
            frame = pd.read_csv(path, sep=";", dtype={1: str, 3: str})
            for start in range(0, len(frame), 10_000):
                rows = frame.iloc[start : start + 10_000]
                cursor.executemany(insert, rows.to_numpy(dtype=object).tolist())

        taken = seconds(load)
        cursor.execute("DROP TABLE naive")
    return taken


def resident() -> int:
    """The bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


class Memory:
    """The greatest resident memory of this process while the block runs, sampled."""

    def __enter__(self) -> Self:
        self._done = threading.Event()
        self.start = self.peak = resident()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.peak = max(self.peak, resident())
