"""One consistent view of the figures for as long as a page, an export or a command reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from reference.models import DataVersion


@contextmanager
def snapshot() -> Iterator[int]:
    """One consistent view of everything read inside; see `snapshot_state`. Gives its number."""
    with snapshot_state() as state:
        yield state.number


@contextmanager
def snapshot_state() -> Iterator[DataVersion]:
    """Read everything inside as it stood at once, and get what names that state first.

    One `REPEATABLE READ READ ONLY` transaction: a publication that commits meanwhile is not
    seen, and writing fails. Inside a transaction already, that one is used as it is.
    """
    if connection.in_atomic_block:
        yield DataVersion.objects.get(pk=1)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield DataVersion.objects.get(pk=1)
