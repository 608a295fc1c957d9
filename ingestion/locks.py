"""Session advisory locks of PostgreSQL: one process at a time works on an extract.

They live in the database session and die with it, so a killed worker leaves none behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

#: The first key of our locks ("MES" in ASCII); the second is the extract's id.
NAMESPACE = 0x4D4553

#: The second key of the lock that rebuilding takes: no extract has this id.
REBUILD = 0

#: And that of the lock that loading the demonstration takes.
DEMO = -1

#: Those of the one worker that sends e-mails, and of the one that looks in the inbox.
NOTICES = -2
INBOX = -3


@contextmanager
def work_lock(key: int, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock of an extract (or another key) for the block; yields whether it was obtained.

    `wait`: wait for whoever holds it, instead of giving up at once.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [NAMESPACE, key])
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [NAMESPACE, key])
            held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            # A connection that died took its locks along, and the first error must be the one seen.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [NAMESPACE, key])


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
