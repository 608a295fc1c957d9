"""What the tests of the inbox have in common: a file to drop, and somebody who looks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.utils import timezone

from ingestion import inbox, tasks
from ingestion.models import Extract
from tests.ingestion.world import content, facility, line

A1 = facility("21", 1)
GOOD = content([line(A1, 5), line("123", 4)])


class Watch:
    """Beat and a worker, by a clock that is told: each look comes 30 seconds after the last."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def look(self) -> list[Extract]:
        self.now += dt.timedelta(seconds=30)
        return inbox.look(self.now)

    def until_over(self) -> None:
        """Look until files are taken, do their work, and look once more."""
        for extract in [*self.look(), *self.look()]:
            tasks.process_extract(extract.pk)
        self.look()


def dropped(folder: Path, name: str = "extrait.csv", data: bytes = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
