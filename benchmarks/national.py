"""A national month: 45 000 facilities, five types, ready for its preview then published."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ingest import published
from benchmarks.result import Result, seconds
from benchmarks.world import register, write_file
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Departement

FACILITIES, TYPES = 45_000, 5


def run() -> Iterator[Result]:
    """Time a national file of one month, as seconds over the seconds promised."""
    places = Departement.objects.order_by("code").values_list("code", flat=True)
    finess = register(FACILITIES, [code for code in places if code.isdigit()])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alimentation.csv"
        records = write_file(path, finess, ["2025-01"], TYPES)
        extract = receive(io.BytesIO(path.read_bytes()), name=path.name, region=None)
        reading = seconds(lambda: process(extract))
        publishing = seconds(lambda: published(extract))
    yield Result(
        "a national month is ready for its preview in 15 s",
        1.0,
        reading / 15,
        f"{records} records in {reading:.1f} s",
    )
    yield Result(
        "a national month is published in 10 s", 1.0, publishing / 10, f"{publishing:.1f} s"
    )
