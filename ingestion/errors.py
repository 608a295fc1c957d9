"""What stops a whole file, as opposed to the remarks that its records get one by one."""

from __future__ import annotations

import errno
from typing import Any

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class RefusedFile(Exception):  # noqa: N818  # named after what becomes of the file
    """The file cannot be read as an extract, and nothing of it is kept.

    `message` says in French what is wrong and where, `remedy` what to do about it. `offer`: as
    that of `UnmappedColumns`, when saying otherwise what the columns are might help.
    """

    def __init__(self, message: str, remedy: str, offer: dict[str, Any] | None = None) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
        self.offer = offer or {}


class UnmappedColumns(RefusedFile):
    """The table has headers, but not all the columns needed are known: a person can say which.

    `offer`: what the mapping screen shows, as JSON: `sheets` (visible ones), `sheet` (the one
    read), `line` (of the header row), `signature`, `headers` (`key`, `text`, `field` or null, one
    per column), `rows` (`[line, cells]`, the first ones, header included), `missing` (fields),
    `types` and `months` (keys of the headers that would be counts).
    """


def is_no_room(error: Exception) -> bool:
    """Whether an error says that a disk is full, which is no fault of the file being worked on."""
    return isinstance(error, OSError) and error.errno in NO_ROOM
