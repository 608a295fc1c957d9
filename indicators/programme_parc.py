"""The parc of some months, facility by facility, with who fed and who is in which programme.

What `reference.standing` and `indicators.summaries` say, for pages that set facilities apart by
something that no summary carries: arithmetic on arrays of facilities × months. A test holds the
counts to those of the summaries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indicators.columns import Table, between, chosen, month_number, months_of_days
from indicators.models import CoveredMonth
from indicators.programme_reading import ParcReading, read
from indicators.selection import CHART_SECTORS, Selection, Territory
from indicators.series import LEAST_RECEIVED
from reference.months import shift

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]

SECTORS = [str(sector) for sector in CHART_SECTORS]
#: The index of what is in none of them: out of the field.
OUTSIDE = len(SECTORS)
#: Stands for the month in which a facility that never fed did.
NEVER = -(1 << 20)


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
    """Received cells (month, département): those of a period and of the 11 months before it, or
    more."""

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
    return whole_coverage(
        selection.territory, month__range=(shift(selection.first, -11), selection.last)
    )


def whole_coverage(territory: Territory, **months: Any) -> Coverage:
    """What was ever received of a territory, or in some months (a lookup). One query."""
    rows = CoveredMonth.objects.filter(departement__in=territory.departement_codes, **months)
    return Coverage(frozenset(rows.values_list("month", "departement_id")))


@dataclass(frozen=True)
class Parc:
    """F facilities over M months in D départements; a month that a département did not send is
    empty there.

    `facilities`: their keys. `home`: index of their département (F). `members`: programme → who
    is in it (F). F × M: `sector` (index in SECTORS), `inside` (in the parc), `now` (fed in the
    month), `year` (fed in the 12 to it). D × M: `long`, where 9 months of the 12 were received.
    `last`: the number of the last month in which each fed, NEVER without any (F); None when it
    was not asked for.
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
    last: Numbers | None

    def of(self, codes: Collection[str]) -> Bools:
        """Who is in some départements (F)."""
        return np.isin(self.home, [self.departements.index(code) for code in codes])

    def homes(self, who: Bools) -> frozenset[str]:
        """The codes of the départements of `who`."""
        return frozenset(self.departements[place] for place in np.unique(self.home[who]))

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


def read_parc(
    selection: Selection, covered: Coverage, months: Sequence[dt.date], *, lasts: bool = False
) -> Parc:
    """The parc of some months (in order, one at least) of a selection's territory. One query.

    The sector of the selection, when it has one, restricts the parc of each month. `lasts`:
    whether to tell when each facility last fed.
    """
    codes = selection.territory.departement_codes
    found = read(codes, shift(months[0], -11), months[-1], sector_number, before=lasts)
    return parc_of(selection, covered, months, found, lasts=lasts)


def parc_of(
    selection: Selection,
    covered: Coverage,
    months: Sequence[dt.date],
    found: ParcReading,
    *,
    lasts: bool = False,
) -> Parc:
    """The same of what was read of the territory, of these months or of more. Queries nothing."""
    codes = selection.territory.departement_codes
    first = month_number(months[0]) - 11
    ranks = np.array([month_number(month) for month in months]) - first
    periods = _in_order(found.periods)
    facilities, firsts = np.unique(periods["facility"], return_index=True)
    speaking, open_now = _speaking(periods, firsts, ranks + first)
    home = periods["place"][firsts]
    fed = np.zeros((len(facilities), int(ranks[-1]) + 1), dtype="bool")
    known = _among(facilities, between(found.fed, first, first + int(ranks[-1])))
    fed[known["facility"], known["month"] - first] = True
    received, long = _coverage(codes, covered, months)
    now = fed[:, ranks]
    allowed = (periods["inside"] == 1) & _wanted(periods["sector"], selection)
    inside = allowed[speaking] & (open_now | now) & received[home]
    totals = np.concatenate([np.zeros((len(fed), 1), int), fed.cumsum(axis=1)], axis=1)
    year = totals[:, ranks + 1] > totals[:, ranks - 11]
    return Parc(
        months=tuple(months),
        departements=codes,
        facilities=facilities,
        home=home,
        members=_members(facilities, found.members),
        sector=periods["sector"][speaking],
        inside=inside,
        now=now & inside,
        year=year & inside,
        long=long,
        last=_lasts(facilities, found) if lasts else None,
    )


def _in_order(periods: Table) -> Table:
    """Facilities one after the other, each with its periods in the order in which they began."""
    order = np.lexsort((periods["period"], periods["starts"], periods["facility"]))
    return chosen(periods, order)


def _speaking(periods: Table, firsts: Numbers, months: Numbers) -> tuple[Numbers, Bools]:
    """The period that says what each facility is in each month (F × M), whether it is open then.

    The last period that covers the month; without any, the last that ended before it; without
    any, the first. `firsts`: where each facility begins; `months`: as numbers.
    """
    if not len(firsts):
        nothing = np.zeros((0, len(months)))
        return nothing.astype("int64"), nothing.astype("bool")
    starts = months_of_days(periods["starts"])[:, None]
    ends = months_of_days(periods["ends"])[:, None]
    order = np.arange(len(starts))[:, None]
    covers = (starts <= months) & (ends >= months)
    covering = np.maximum.reduceat(np.where(covers, order, -1), firsts)
    ended = np.maximum.reduceat(np.where(ends < months, order, -1), firsts)
    known = np.where(ended >= 0, ended, firsts[:, None])
    return np.where(covering >= 0, covering, known), covering >= 0


def _among(facilities: Numbers, rows: Table) -> Table:
    """The rows of the facilities of a territory, which are numbered from 0."""
    found = chosen(rows, np.isin(rows["facility"], facilities))
    return found | {"facility": np.searchsorted(facilities, found["facility"])}


def _members(facilities: Numbers, joined: Table) -> dict[int, Bools]:
    """Who is in each programme (F), by its key."""
    known = _among(facilities, joined)
    members = {}
    for programme in np.unique(known["programme"]).tolist():
        who = np.zeros(len(facilities), dtype="bool")
        who[known["facility"][known["programme"] == programme]] = True
        members[programme] = who
    return members


def _lasts(facilities: Numbers, found: ParcReading) -> Numbers:
    """The number of the last month in which each facility fed (F), NEVER without any."""
    last = np.full(len(facilities), NEVER)
    for rows in (found.before, found.fed):
        known = _among(facilities, rows)
        np.maximum.at(last, known["facility"], known["month"])
    return last


def _coverage(
    codes: Sequence[str], covered: Coverage, months: Sequence[dt.date]
) -> tuple[Bools, Bools]:
    """Where each month was received, and 9 months of its 12 too (D × M)."""
    first = month_number(months[0]) - 11
    ranks = np.array([month_number(month) for month in months]) - first
    cells = np.zeros((len(codes), int(ranks[-1]) + 1), dtype="bool")
    places = {code: place for place, code in enumerate(codes)}
    for month, code in covered.received:
        rank = month_number(month) - first
        if code in places and 0 <= rank < cells.shape[1]:
            cells[places[code], rank] = True
    totals = np.concatenate([np.zeros((len(codes), 1), int), cells.cumsum(axis=1)], axis=1)
    received = cells[:, ranks]
    enough = totals[:, ranks + 1] - totals[:, ranks - 11] >= LEAST_RECEIVED
    return received, received & enough


def sector_number(code: str) -> int:
    """The index of a sector in SECTORS, OUTSIDE for what is in none of them."""
    return SECTORS.index(code) if code in SECTORS else OUTSIDE


def _wanted(sectors: Numbers, selection: Selection) -> Bools:
    """Which sectors are counted: never what is out of the field."""
    wanted: Bools = (
        sectors != OUTSIDE
        if selection.sector is None
        else sectors == sector_number(selection.sector)
    )
    return wanted
