"""Memory given back to the system."""

from __future__ import annotations

import resource
from pathlib import Path

from reference.memory import give_back


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_what_many_small_things_took_is_given_back() -> None:
    things = [bytes(2_000) for _ in range(40_000)]
    fence = bytes(2_000)  # freed memory below it stays with the allocator
    held = resident()
    del things

    give_back()

    assert resident() < held - 40_000_000
    assert fence
