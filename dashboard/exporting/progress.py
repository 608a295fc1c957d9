"""How far an export is, written while its figures are read.

Figures are read in one transaction that only reads, and whose writing nobody would see before its
end: progress goes through a database session of its own, opened when there is some to tell.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self
from uuid import UUID

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

#: Seconds between two writings: a page that follows asks every two.
PACE = 0.5


class Progress:
    """Writes the parts made of an export; `with Progress(pk) as progress: progress(1, 40)`."""

    def __init__(self, export: UUID) -> None:
        self.export = export
        self._session: BaseDatabaseWrapper | None = None
        self._next = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            self._session.close()

    def __call__(self, done: int, total: int) -> None:
        """Say that `done` parts of `total` are made; the last one is always written."""
        now = time.monotonic()
        if now < self._next and done < total:
            return
        self._next = now + PACE
        if self._session is None:
            self._session = connection.copy()
        with self._session.cursor() as cursor:
            cursor.execute(
                "UPDATE dashboard_export SET done = %s, total = %s WHERE id = %s",
                [done, total, self.export],
            )
