"""The parameters of the demonstration: how many facilities, contributors and documents, when.

They live in `fixtures/demo/*.csv`, one table per question, so that the story can be read (and
changed) without reading code.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from reference.months import parse_month, span

REGION = "27"
FIRST_MONTH = dt.date(2024, 1, 1)
#: The last month that `load_demo` publishes; the one after it is left to the newcomer.
LAST_MONTH = dt.date(2025, 12, 1)
NEXT_MONTH = dt.date(2026, 1, 1)
MONTHS: tuple[dt.date, ...] = tuple(span(FIRST_MONTH, NEXT_MONTH))
#: Positions of the months over which the distinct contributors of the story are counted.
LAST_YEAR = range(MONTHS.index(dt.date(2025, 1, 1)), MONTHS.index(LAST_MONTH) + 1)


@dataclass(frozen=True)
class TypeWeight:
    """How much of a département's ordinary documents a type makes, from a month on."""

    code: str
    since: dt.date
    start: int
    end: int

    def at(self, position: int) -> int:
        """The weight (in thousandths of a unit) in the month of that position; it moves evenly."""
        first, last = MONTHS.index(self.since), MONTHS.index(LAST_MONTH)
        if position < first:
            return 0
        way = min(position, last) - first
        # The first month has its part of the change, so that a type from nothing does start.
        return 1000 * self.start + 1000 * (self.end - self.start) * (way + 1) // (last - first + 1)


@dataclass(frozen=True)
class Peak:
    """Documents of one type that come on top of a month; `sector` empty: from any."""

    departement: str
    month: dt.date
    sector: str
    code: str
    documents: int


@dataclass(frozen=True)
class Story:
    """What the demonstration must show, before any facility is drawn.

    Sequences by month follow `MONTHS`. `contributors` counts the facilities that feed in each
    month, `distinct` those that do at least once in the 12 months of `LAST_YEAR`; `documents`
    are the ordinary ones, without those of `peaks`.
    """

    parc: dict[tuple[str, str], int]
    contributors: dict[tuple[str, str], tuple[int, ...]]
    distinct: dict[tuple[str, str], int]
    documents: dict[str, tuple[int, ...]]
    types: dict[str, tuple[TypeWeight, ...]]
    peaks: tuple[Peak, ...]

    @property
    def departements(self) -> tuple[str, ...]:
        """The départements of the story, in the order of their codes."""
        return tuple(sorted(self.documents))

    def sectors(self, departement: str) -> tuple[str, ...]:
        """The sectors that feed in a département."""
        return tuple(s for d, s in self.contributors if d == departement)


def load_story() -> Story:
    """Read the story from `fixtures/demo`."""
    parc = {
        (row["departement"], sector): int(row[sector])
        for row in rows("demo/parc")
        for sector in row
        if sector != "departement"
    }
    people = list(rows("demo/contributors"))
    types: dict[str, list[TypeWeight]] = {}
    for row in rows("demo/types"):
        types.setdefault(row["departement"], []).append(
            TypeWeight(
                row["code"],
                parse_month(row["depuis"]),
                int(row["poids_debut"]),
                int(row["poids_fin"]),
            )
        )
    return Story(
        parc=parc,
        contributors={(r["departement"], r["secteur"]): _by_month(r) for r in people},
        distinct={(r["departement"], r["secteur"]): int(r["distincts_2025"]) for r in people},
        documents={row["departement"]: _by_month(row) for row in rows("demo/documents")},
        types={departement: tuple(weights) for departement, weights in types.items()},
        peaks=tuple(
            Peak(
                r["departement"],
                parse_month(r["mois"]),
                r["secteur"],
                r["code"],
                int(r["documents"]),
            )
            for r in rows("demo/peaks")
        ),
    )


def load_labels() -> dict[str, str]:
    """The label of each document type by code, as a monthly file may write it."""
    return {row["code"]: row["label"] for row in rows("document_types")}


def _by_month(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(row[f"{month:%Y-%m}"]) for month in MONTHS)


def rows(table: str) -> Iterator[dict[str, str]]:
    """The lines of a table of `fixtures`."""
    path = Path(settings.BASE_DIR) / "fixtures" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
