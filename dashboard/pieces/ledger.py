"""What a public file has told of documents so far, and whether one more amount tells a secret.

A cell is the documents of a département, a sector and a month. Whatever a file tells of documents
is a sum of cells: a month of a chart, a year, a sector's part of one. A secret is what one ESMS
fed in a month or in a few, when it is little. It follows from a file when it is a combination of
what the file tells, whatever the periods and the sectors of its slides: here this is asked before
a slide is added, so no rule of masking has to foresee which slides are put together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np
from django.db.models import Count, Min, Sum
from numpy.typing import NDArray

from dashboard.pieces.behind import small
from indicators.models import FacilityMonth, MonthlyVolume
from reference.models import Region

#: Combinations of cells, one a row.
Rows = NDArray[np.float64]
#: What is left of a combination of length 1, squared, when it follows from others.
NOTHING_LEFT = 1e-7
#: The place of documents that no département claims.
UNALLOCATED = ""
#: The documents of a département, of a sector, in a month counted from the year 0.
Key = tuple[str, str, int]


class Fed(NamedTuple):
    """The documents of a cell: in all, the fewest of a group of types, and of whom if of one."""

    documents: float
    least: float
    alone: int | None


def rank(month: dt.date) -> int:
    """A month as a number, the next one after it."""
    return month.year * 12 + month.month - 1


def read_fed(region: Region) -> dict[Key, Fed]:
    """Every cell of a région that has documents, in two queries."""
    volumes: dict[Key, list[float]] = {}
    for place, sector, month, _, documents in (
        MonthlyVolume.objects.filter(region=region)
        .values_list("departement_id", "sector", "month", "document_type__group_id")
        .annotate(Sum("documents"))
        .order_by()
    ):
        if documents:
            volumes.setdefault((place or UNALLOCATED, sector, rank(month)), []).append(documents)
    alone = {
        (place, sector, rank(month)): facility
        for place, sector, month, sites, facility in FacilityMonth.objects.filter(
            departement__in=region.departements.values("pk")
        )
        .values_list("departement_id", "sector", "month")
        .annotate(Count("facility_id"), Min("facility_id"))
        .order_by()
        if sites == 1
    }
    return {key: Fed(sum(one), min(one), alone.get(key)) for key, one in volumes.items()}


@dataclass(frozen=True)
class Space:
    """The cells of a région, in the order of the columns of what is told.

    `secrets`: the ranks of the cells whose sum is not to be told, for each of them.
    """

    places: NDArray[np.str_]
    sectors: NDArray[np.str_]
    months: NDArray[np.int64]
    secrets: Sequence[Sequence[int]]

    def amount(
        self, place: str, sector: str | None, months: Collection[int]
    ) -> NDArray[np.float64]:
        """The sum of the cells of a place ("R27", "D21", "" for no département) in some months."""
        told = np.zeros(len(self.months))
        for month in months:
            told[self._of_month.get(month, [])] = 1
        if not place.startswith("R"):
            told[self.places != place.removeprefix("D")] = 0
        if sector is not None:
            told[self.sectors != sector] = 0
        return told

    @cached_property
    def _of_month(self) -> Mapping[int, list[int]]:
        """The ranks of the cells of each month."""
        ranks: dict[int, list[int]] = {}
        for cell, month in enumerate(self.months.tolist()):
            ranks.setdefault(month, []).append(cell)
        return ranks


def space_of(fed: Mapping[Key, Fed]) -> Space:
    """The cells of a région, and what of them is not to be told."""
    keys = sorted(fed)
    at = {key: column for column, key in enumerate(keys)}
    places, sectors, months = zip(*keys, strict=True) if keys else ((), (), ())
    return Space(
        np.array(places, dtype=np.str_),
        np.array(sectors, dtype=np.str_),
        np.array(months, dtype=np.int64),
        [[at[key] for key in span] for span in _secrets(keys, fed)],
    )


def _secrets(keys: Sequence[Key], fed: Mapping[Key, Fed]) -> Iterator[Sequence[Key]]:
    """The cells of one ESMS, and those of several months one after the other, of few documents."""
    for _, cells in groupby(keys, key=lambda key: (key[:2], fed[key].alone)):
        run = list(cells)
        if fed[run[0]].alone is None:
            continue
        for first, key in enumerate(run):
            if small(fed[key].documents) or small(fed[key].least):
                yield [key]
            total = fed[key].documents
            for last in range(first + 1, len(run)):
                total += fed[run[last]].documents
                if not small(total):
                    break
                yield run[first : last + 1]


class Ledger:
    """What a file has told: combinations of cells, kept as directions at right angles.

    Piece by piece, and each amount once: small products stay in one thread, and others are busy.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        lengths = np.array([len(each) for each in space.secrets])
        self._cells = np.array([cell for each in space.secrets for cell in each], dtype=np.intp)
        self._starts = np.concatenate([[0], lengths.cumsum()[:-1]]) if len(lengths) else lengths
        self._lengths = lengths
        self._left = np.ones(len(lengths))
        self._told: list[Rows] = []
        self._known: set[bytes] = set()

    def add(self, rows: Sequence[NDArray[np.float64]]) -> bool:
        """Tell some more amounts, unless a secret would follow: then nothing is told, and False."""
        asked = {row.tobytes(): row for row in rows if row.any()}
        new = [row for key, row in asked.items() if key not in self._known]
        if not new or not self.space.secrets:
            return True
        directions = self._beyond(new)
        sums = np.add.reduceat(directions[:, self._cells], self._starts, axis=1)
        left = self._left - np.square(sums).sum(axis=0) / self._lengths
        if left.min() < NOTHING_LEFT:
            return False
        self._known.update(asked)
        self._told.append(directions)
        self._left = left
        return True

    def _beyond(self, rows: Sequence[NDArray[np.float64]]) -> Rows:
        """The directions of some amounts that are not told yet."""
        asked = np.array([row / np.sqrt(row @ row) for row in rows])
        for told in self._told * 2:  # once more for what rounding leaves
            asked = asked - (asked @ told.T) @ told
        sizes, ways = np.linalg.eigh(asked @ asked.T)
        kept = sizes > NOTHING_LEFT
        directions: Rows = (ways[:, kept].T @ asked) / np.sqrt(sizes[kept])[:, None]
        return directions
