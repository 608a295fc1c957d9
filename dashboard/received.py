"""What was received, month by month and département by département: the grid and the strip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse

from indicators.models import CoveredMonth
from indicators.selection import Territory
from reference.french import SHORT_MONTHS, short_month
from reference.models import Departement, Region
from reference.months import in_french, iso, shift, span

STRIP_MONTHS = 12

#: What a cell says, and the class that draws it.
RECEIVED, PROVISIONAL, MISSING = "reçu", "provisoire", "non reçu"
CLASSES = {RECEIVED: "received", PROVISIONAL: "provisional", MISSING: "missing"}


class Covered(NamedTuple):
    """One received cell."""

    received_on: dt.date
    source: str
    confirmed: bool


Cells = Mapping[tuple[str, dt.date], Covered]


def read_cells(codes: Sequence[str], since: dt.date | None = None) -> Cells:
    """The received cells of some départements, from a month on. One query."""
    rows = CoveredMonth.objects.filter(departement__in=codes)
    if since is not None:
        rows = rows.filter(month__gte=since)
    read = rows.values_list("departement_id", "month", "received_on", "source_label", "confirmed")
    return {(code, month): Covered(day, file, done) for code, month, day, file, done in read}


def last_months(cells: Cells) -> dict[str, dt.date]:
    """The last received month of each département that has one."""
    last: dict[str, dt.date] = {}
    for code, month in cells:
        last[code] = max(month, last.get(code, month))
    return last


def state(cells: Cells, last: Mapping[str, dt.date], code: str, month: dt.date) -> str:
    """Whether a cell was received; the last of a département is provisional until confirmed."""
    cell = cells.get((code, month))
    if cell is None:
        return MISSING
    return PROVISIONAL if month == last[code] and not cell.confirmed else RECEIVED


# --- The strip of every page ----------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A month of the strip."""

    label: str
    title: str
    state: str

    @property
    def css(self) -> str:
        return CLASSES[self.state]


@dataclass(frozen=True)
class Strip:
    """What was received, in a line: a sentence, and for a département its last 12 months."""

    sentence: str
    marks: tuple[Mark, ...]


def received_span(cells: Cells) -> tuple[dt.date, dt.date] | None:
    """The first and the last month of the cells, None without any."""
    months = [month for _, month in cells]
    return (min(months), max(months)) if months else None


def strip(
    territory: Territory, around: Territory, last: dt.date, cells: Cells | None = None
) -> Strip:
    """The strip of a page; `last` is the last month received in its région, `around`.

    `cells`: those of the région, when somebody read them already; else one query.
    """
    since = shift(last, 1 - STRIP_MONTHS)
    if cells is None:
        cells = read_cells(around.departement_codes, since)
    if territory.is_region:
        total = len(around.departement_codes)
        received = sum(month == last for _, month in cells)
        return Strip(
            f"{received} département{'s' if received > 1 else ''} sur {total} "
            f"reçu{'s' if received > 1 else ''} en {short_month(last)}",
            (),
        )
    code = territory.departement_codes[0]
    latest = last_months(cells)
    marks = tuple(
        Mark(SHORT_MONTHS[month.month - 1], in_french(month), state(cells, latest, code, month))
        for month in span(since, last)
    )
    received = sum(mark.state != MISSING for mark in marks)
    return Strip(
        f"{received} mois reçu{'s' if received > 1 else ''} sur {STRIP_MONTHS}, "
        f"jusqu’à {short_month(last)}",
        marks,
    )


# --- The grid -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A month of a département."""

    state: str
    received_on: dt.date | None
    file: str  # "fichier 2" when the month has several files

    @property
    def css(self) -> str:
        return CLASSES[self.state]


@dataclass(frozen=True)
class Row:
    """A month: its cells in the order of the départements, and the files that made them."""

    month: dt.date
    cells: tuple[Cell, ...]
    files: tuple[str, ...]
    link: str  # to its history, for those who bring files

    @property
    def received(self) -> int:
        """How many départements were received."""
        return sum(cell.state != MISSING for cell in self.cells)


@dataclass(frozen=True)
class Calendar:
    """All that was received of a région, from its first month to its last."""

    region: Region
    departements: tuple[Departement, ...]
    cells: Cells

    @property
    def last(self) -> dt.date | None:
        """The last month received for at least one département."""
        return max((month for _, month in self.cells), default=None)

    def months(self) -> list[dt.date]:
        """Every month, the latest first, those that were not received included."""
        known = [month for _, month in self.cells]
        return list(span(min(known), max(known)))[::-1] if known else []

    def rows(self, months: Sequence[dt.date], *, links: bool) -> tuple[Row, ...]:
        """Some months of the grid, with links to their history or without."""
        latest = last_months(self.cells)
        return tuple(self._row(month, latest, links=links) for month in months)

    def summary(self, last: dt.date) -> list[tuple[str, str]]:
        """Each département with its last received month, when it is not the région's."""
        latest = last_months(self.cells)
        return [
            (each.name, short_month(latest[each.code]) if each.code in latest else "aucun mois")
            for each in self.departements
            if latest.get(each.code) != last
        ]

    def _row(self, month: dt.date, latest: Mapping[str, dt.date], *, links: bool) -> Row:
        found = [self.cells.get((each.code, month)) for each in self.departements]
        files = tuple(dict.fromkeys(cell.source for cell in found if cell))
        return Row(
            month,
            tuple(
                Cell(
                    state(self.cells, latest, each.code, month),
                    cell.received_on if cell else None,
                    f"fichier {files.index(cell.source) + 1}" if cell and len(files) > 1 else "",
                )
                for each, cell in zip(self.departements, found, strict=True)
            ),
            files,
            _history(self.region, month) if links else "",
        )


def load_calendar(region: Region) -> Calendar:
    """The calendar of a région, in two queries."""
    departements = tuple(region.departements.order_by("code"))
    return Calendar(region, departements, read_cells([each.code for each in departements]))


def _history(region: Region, month: dt.date) -> str:
    """The address of a month's files, which another package serves; "" where it does not."""
    try:
        return reverse("ingestion:month", args=[region.slug, iso(month)])
    except NoReverseMatch:
        return ""
