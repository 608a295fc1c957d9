"""What a file is asked to hold, and what was made of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dashboard.pieces.piece import Piece
from reference.models import Departement, Region


class NothingReceivedError(Exception):
    """No month was ever received for a région, so there is nothing to show."""


@dataclass(frozen=True)
class Order:
    """A deck or a workbook to make.

    `pieces`: what it holds in its order; none: the standard content of `departement`, of the
    whole région without one. `title`: its own, "" for the usual one. `working`: with names,
    marked so. `template`: a `.pptx` whose layouts are used, None for ours. `link`: the address of
    the site, for links back to its pages, "" for none. `version`: the data version that is printed,
    that of an edition whose figures are the same; None for the one that is read. `before`: the day
    of the committee that the file is for, compared with the one before; None for today.
    """

    region: Region
    pieces: tuple[Piece, ...] = ()
    title: str = ""
    working: bool = False
    template: bytes | None = None
    link: str = ""
    departement: Departement | None = None
    version: int | None = None
    before: dt.date | None = None

    def printed(self, read: int) -> int:
        """The data version that is printed on what is read at another."""
        return read if self.version is None else self.version


@dataclass(frozen=True)
class Made:
    """A file, and the version of the data that it shows."""

    content: bytes
    data_version: int


def nothing(done: int, total: int) -> None:
    """The progress that nobody follows."""
