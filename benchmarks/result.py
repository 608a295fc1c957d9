"""What a benchmark says, and how time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


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
