"""What is computed while something else is waited for: the database, or a file being written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def aside(act: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Do `act` in a thread while the block goes on; the block asks for what it gave, and waits.

    `act` must not ask the database: its thread would open a connection of its own, outside the
    transaction. Nothing is left behind: the block ends once `act` has, and what `act` raised is
    raised where it is asked for, at the latest at the end of a block that succeeded.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(act)
        yield future.result
        future.result()
