"""Session advisory locks of PostgreSQL: one process at a time makes an export.

They live in the database session and die with it, so a killed worker leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import Error, connection

#: The first key of our locks ("MEX" in ASCII); the second is drawn from the export's own.
NAMESPACE = 0x4D4558


def key_of(export: UUID) -> int:
    """The second key of an export's lock: 31 bits of its own.

    Two exports that share them wait for each other, which the sweep ends.
    """
    return export.int & 0x7FFFFFFF


@contextmanager
def export_lock(export: UUID) -> Iterator[bool]:
    """Hold the lock of an export for the block; yields whether it was free."""
    key = [NAMESPACE, key_of(export)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            # A connection that died took its locks along, and the first error must be the one seen.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def locked_keys() -> set[int]:
    """The keys that some session of this database holds now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [NAMESPACE],
        )
        return {int(row[0]) for row in cursor.fetchall()}
