"""The locks of exports: one process at a time makes each."""

from __future__ import annotations

from contextlib import AbstractContextManager
from uuid import UUID

from reference import locks

#: The first key of our locks ("MEX" in ASCII); the second is drawn from the export's own.
NAMESPACE = 0x4D4558


def key_of(export: UUID) -> int:
    """The second key of an export's lock: 31 bits of its own.

    Two exports that share them wait for each other, which the sweep ends.
    """
    return export.int & 0x7FFFFFFF


def export_lock(export: UUID) -> AbstractContextManager[bool]:
    """Hold the lock of an export for the block; yields whether it was free."""
    return locks.advisory_lock(NAMESPACE, key_of(export))


def locked_keys() -> set[int]:
    """The keys of exports that some session holds now."""
    return locks.locked_keys(NAMESPACE)
