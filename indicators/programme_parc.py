"""The parc of some months, facility by facility, with who fed and who is in which programme.

What `reference.standing` and `indicators.summaries` say, for pages that set facilities apart by
something that no summary carries. One query reads the periods of a région with what their
facilities fed; the rest is arithmetic on arrays of facilities × months. A test holds the counts
to those of the summaries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from indicators.models import CoveredMonth
from indicators.selection import CHART_SECTORS, Selection
from indicators.series import LEAST_RECEIVED
from reference.months import shift, span

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]

SECTORS = [str(sector) for sector in CHART_SECTORS]
#: The index of what is in none of them: out of the field.
OUTSIDE = len(SECTORS)

# Facilities one after the other, each with its periods in the order in which they began.
_SQL = """
SELECT p.facility_id, f.departement_id, COALESCE(p.starts_on, '1900-01-01'),
    COALESCE(p.ends_on, '2200-01-01'),
    COALESCE(NULLIF(f.sector_override, ''), h.sector, c.sector),
    f.sector_override <> '' OR COALESCE(h.in_perimeter, c.in_perimeter),
    fed.months, joined.programmes, fed.last
FROM reference_facility f
JOIN reference_facilityperiod p ON p.facility_id = f.id
JOIN reference_facilitycategory c ON c.code = p.category_id
JOIN reference_departement d ON d.code = f.departement_id
LEFT JOIN reference_perimeterchoice h ON h.category_id = c.code AND h.region_id = d.region_id
LEFT JOIN (
    SELECT facility_id, max(month) AS last, array_agg(
        12 * extract(year FROM month)::int + extract(month FROM month)::int - %(base)s
    ) FILTER (WHERE month >= %(first)s) AS months
    FROM indicators_facilitymonth
    WHERE departement_id = ANY(%(codes)s) AND month <= %(last)s
    GROUP BY facility_id
) fed ON fed.facility_id = f.id
LEFT JOIN (
    SELECT facility_id, array_agg(programme_id) AS programmes
    FROM reference_programmemembership GROUP BY facility_id
) joined ON joined.facility_id = f.id
WHERE f.departement_id = ANY(%(codes)s)
ORDER BY p.facility_id, p.starts_on NULLS FIRST, p.id
"""


@dataclass(frozen=True)
class Reach:
    """Facilities of a parc and those of them with a document in 12 months.

    Both None: no département sent 9 months of the 12.
    """

    parc: int | None
    fed: int | None

    @property
    def rate(self) -> float | None:
        """The rate over 12 months, as a fraction; 0 ÷ 0 is unknown."""
        return self.fed / self.parc if self.parc and self.fed is not None else None

    @property
    def silent(self) -> int | None:
        """Those without any document."""
        return None if self.parc is None or self.fed is None else self.parc - self.fed


@dataclass(frozen=True)
class Coverage:
    """Received cells (month, département): those of a period and of the 11 months before it."""

    received: frozenset[tuple[dt.date, str]]

    def months(self, selection: Selection) -> tuple[dt.date, ...]:
        """The months of the period that at least one département sent, in order."""
        inside = {each for each, _ in self.received if selection.first <= each <= selection.last}
        return tuple(sorted(inside))

    def last_month(self, selection: Selection) -> dt.date | None:
        """The last of them: "now"."""
        return max(self.months(selection), default=None)


def coverage(selection: Selection) -> Coverage:
    """What was received for a selection. One query."""
    rows = CoveredMonth.objects.filter(
        departement__in=selection.territory.departement_codes,
        month__range=(shift(selection.first, -11), selection.last),
    )
    return Coverage(frozenset(rows.values_list("month", "departement_id")))


@dataclass(frozen=True)
class Parc:
    """F facilities over M months in D départements; a month that a département did not send is
    empty there.

    `facilities`: their keys. `home`: index of their département (F). `members`: programme → who
    is in it (F). F × M: `sector` (index in SECTORS), `inside` (in the parc), `now` (fed in the
    month), `year` (fed in the 12 to it). D × M: `long`, where 9 months of the 12 were received.
    `last`: the last month in which each fed, before or in the last one (F).
    """

    months: tuple[dt.date, ...]
    departements: tuple[str, ...]
    facilities: Numbers
    home: Numbers
    members: dict[int, Bools]
    sector: Numbers
    inside: Bools
    now: Bools
    year: Bools
    long: Bools
    last: tuple[dt.date | None, ...]

    def of(self, codes: Collection[str]) -> Bools:
        """Who is in some départements (F)."""
        return np.isin(self.home, [self.departements.index(code) for code in codes])

    def size(self, month: int, who: Bools) -> int:
        """How many of `who` are in the parc of a month, given by its rank."""
        return int((self.inside[:, month] & who).sum())

    def contributors(self, month: int, who: Bools) -> int:
        """How many of these fed in the month."""
        return int((self.now[:, month] & who).sum())

    def reach(self, month: int, who: Bools, codes: Collection[str]) -> Reach:
        """The parc of `who` and those that fed over 12 months, in the départements of `codes`."""
        places = [self.departements.index(code) for code in codes]
        known = self.long[places, month]
        if not known.any():
            return Reach(None, None)
        counted = who & self.inside[:, month] & np.isin(self.home, np.array(places)[known])
        return Reach(int(counted.sum()), int((counted & self.year[:, month]).sum()))


def read_parc(selection: Selection, covered: Coverage, months: Sequence[dt.date]) -> Parc:
    """The parc of some months (in order, one at least) of a selection's territory. One query.

    The sector of the selection, when it has one, restricts the parc of each month.
    """
    codes = selection.territory.departement_codes
    first = shift(months[0], -11)
    base = _index(first)
    rows = _rows(codes, first, months[-1], base)
    ranks = np.array([_index(month) - base for month in months])
    received, long = _coverage(codes, covered, months)
    speaking, open_now, firsts = _speaking(rows, months)
    home = np.array([codes.index(rows[row][1]) for row in firsts], dtype="int64")
    fed = _fed(rows, firsts, int(ranks[-1]) + 1)
    sectors = np.array([_sector(row[4]) for row in rows], dtype="int64")
    allowed = np.array([row[5] and _wanted(row[4], selection) for row in rows], dtype="bool")
    now = fed[:, ranks]
    inside = allowed[speaking] & (open_now | now) & received[home]
    totals = np.concatenate([np.zeros((len(fed), 1), int), fed.cumsum(axis=1)], axis=1)
    year = totals[:, ranks + 1] > totals[:, ranks - 11]
    return Parc(
        months=tuple(months),
        departements=codes,
        facilities=np.array([rows[row][0] for row in firsts], dtype="int64"),
        home=home,
        members=_members([rows[row][7] for row in firsts]),
        sector=sectors[speaking],
        inside=inside,
        now=now & inside,
        year=year & inside,
        long=long,
        last=tuple(rows[row][8] for row in firsts),
    )


def _rows(codes: Sequence[str], first: dt.date, last: dt.date, base: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"codes": list(codes), "first": first, "last": last, "base": base})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _speaking(
    rows: Sequence[tuple[Any, ...]], months: Sequence[dt.date]
) -> tuple[Numbers, Bools, Numbers]:
    """The row that says what each facility is in each month (F × M), whether it is open then, and
    the first row of each facility.

    The last period that covers the month; without any, the last that ended before it; without
    any, the first.
    """
    keys = np.array([row[0] for row in rows], dtype="int64")
    firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    starts = np.array([row[2] for row in rows], dtype="datetime64[M]")[:, None]
    ends = np.array([row[3] for row in rows], dtype="datetime64[M]")[:, None]
    asked = np.array(months, dtype="datetime64[M]")[None, :]
    if not len(rows):
        nothing = np.zeros((0, len(months)))
        return nothing.astype("int64"), nothing.astype("bool"), firsts
    order = np.arange(len(rows))[:, None]
    covering = np.maximum.reduceat(np.where((starts <= asked) & (ends >= asked), order, -1), firsts)
    ended = np.maximum.reduceat(np.where(ends < asked, order, -1), firsts)
    known = np.where(ended >= 0, ended, firsts[:, None])
    return np.where(covering >= 0, covering, known), covering >= 0, firsts


def _fed(rows: Sequence[tuple[Any, ...]], firsts: Numbers, width: int) -> Bools:
    """Who fed in which month since the first of all the windows (F × months)."""
    fed = np.zeros((len(firsts), width), dtype="bool")
    for rank, row in enumerate(firsts):
        if rows[row][6]:
            fed[rank, rows[row][6]] = True
    return fed


def _members(joined: Sequence[list[int] | None]) -> dict[int, Bools]:
    """Who is in each programme (F), by its key."""
    members: dict[int, Bools] = {}
    for rank, programmes in enumerate(joined):
        for programme in programmes or ():
            members.setdefault(programme, np.zeros(len(joined), dtype="bool"))[rank] = True
    return members


def _coverage(
    codes: Sequence[str], covered: Coverage, months: Sequence[dt.date]
) -> tuple[Bools, Bools]:
    """Where each month was received, and 9 months of its 12 too (D × M)."""
    received = np.array(
        [[(month, code) in covered.received for month in months] for code in codes], dtype="bool"
    )
    windows = [tuple(span(shift(month, -11), month)) for month in months]
    enough = np.array(
        [
            [
                sum((past, code) in covered.received for past in window) >= LEAST_RECEIVED
                for window in windows
            ]
            for code in codes
        ],
        dtype="bool",
    )
    return received, received & enough


def _sector(code: str) -> int:
    return SECTORS.index(code) if code in SECTORS else OUTSIDE


def _wanted(sector: str, selection: Selection) -> bool:
    """Whether a sector is counted: never what is out of the field."""
    return sector in SECTORS and selection.sector in {None, sector}


def _index(month: dt.date) -> int:
    """The rank of a month since year 0, as the query counts it."""
    return month.year * 12 + month.month
