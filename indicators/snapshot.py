"""One consistent view of the figures for as long as a page, an export or a command reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from reference.models import current_data_version


@contextmanager
def snapshot() -> Iterator[int]:
    """Read everything inside as it stood at once, and get the number of that state first.

    One `REPEATABLE READ READ ONLY` transaction: a publication that commits meanwhile is not
    seen, and writing fails. Inside a transaction already, that one is used as it is.
    """
    if connection.in_atomic_block:
        yield current_data_version()
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield current_data_version()
