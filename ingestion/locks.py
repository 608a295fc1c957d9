"""The locks of ingestion: one process at a time works on an extract."""

from __future__ import annotations

from contextlib import AbstractContextManager

from reference import locks

#: The first key of our locks ("MES" in ASCII); the second is the extract's id.
NAMESPACE = 0x4D4553

#: The second key of the lock that rebuilding takes: no extract has this id.
REBUILD = 0

#: And that of the lock that loading the demonstration takes.
DEMO = -1

#: Those of the one worker that sends e-mails, and of the one that looks in the inbox.
NOTICES = -2
INBOX = -3


def work_lock(key: int, *, wait: bool = False) -> AbstractContextManager[bool]:
    """Hold the lock of an extract (or another key) for the block; yields whether it was obtained.

    `wait`: wait for whoever holds it, instead of giving up at once.
    """
    return locks.advisory_lock(NAMESPACE, key, wait=wait)


def locked_keys() -> set[int]:
    """The keys of extracts, and the others, that some session holds now."""
    return locks.locked_keys(NAMESPACE)
