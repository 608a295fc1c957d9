"""What a benchmark says, and how time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True)
class Result:
    """A promise, the greatest ratio that keeps it, and the one that was seen."""

    promise: str
    limit: float
    ratio: float
    detail: str

    @property
    def kept(self) -> bool:
        """Whether the promise holds."""
        return self.ratio <= self.limit

    def __str__(self) -> str:
        verdict = "ok  " if self.kept else "FAIL"
        seen = f"ratio {self.ratio:.2f} (at most {self.limit:.2f}; {self.detail})"
        return f"{verdict} {self.promise}: {seen}"


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """The shortest of a few runs, in seconds: noise only ever adds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return min(taken)


def work(act: Callable[[], object]) -> float:
    """The seconds of processor that one run takes, here and in the server of the database.

    What else the machine does at the same time counts little, unlike in `seconds`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    before = time.process_time() + _on_processor(server)
    act()
    return time.process_time() + _on_processor(server) - before


def _on_processor(process: int) -> float:
    """The seconds of processor of another process, to the nanosecond."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
