"""Session advisory locks of PostgreSQL: one process at a time does a piece of work.

They live in the database session and die with it, so a killed worker leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection


@contextmanager
def advisory_lock(namespace: int, key: int, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock for the block; yields whether it was obtained.

    Args:
        namespace: whose lock it is, 31 bits of its own for each kind of work.
        key: which of them, 32 bits with their sign.
        wait: wait for whoever holds it, instead of giving up at once.
    """
    taken = [namespace, key]
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", taken)
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", taken)
            held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            # A connection that died took its locks along, and the first error must be the one seen.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", taken)


def locked_keys(namespace: int) -> set[int]:
    """The keys of a namespace that some session of this database holds now."""
    with connection.cursor() as cursor:
        cursor.execute(
            # The catalogue gives both keys without their sign.
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [namespace],
        )
        return {_signed(int(row[0])) for row in cursor.fetchall()}


def _signed(key: int) -> int:
    return key - (1 << 32) if key >= 1 << 31 else key
