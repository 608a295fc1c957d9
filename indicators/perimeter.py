"""What another perimeter would do to the parc and to the rates, before anybody applies it.

Reads what is needed once, then computes the last received month of a région twice with the very
functions that write the summaries, so that what is announced is what the recomputation gives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.conf import settings
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.module_loading import import_string

from indicators.models import CoveredMonth, FacilityMonth
from indicators.series import LEAST_RECEIVED
from indicators.summaries import FacilityIds, reach
from reference.models import Region
from reference.months import shift, span
from reference.standing import Speaking, load_choices, read_register, speaking, under

#: (région, months) → the pairs (month, facility_id) that fed, whatever the perimeter; None when
#: the files in force cannot be read.
Feeders = Callable[[Region, Sequence[dt.date]], pd.DataFrame | None]


@dataclass(frozen=True)
class Figures:
    """The parc of a place and who of it feeds; each rate has its own denominator.

    Over 12 months, only the départements with 9 received months or more count.
    """

    parc: int
    contributors: int
    parc_12m: int
    contributors_12m: int

    @property
    def rate(self) -> float | None:
        """The rate of the month, as a fraction."""
        return self.contributors / self.parc if self.parc else None

    @property
    def rate_12m(self) -> float | None:
        """The rate over 12 months, as a fraction."""
        return self.contributors_12m / self.parc_12m if self.parc_12m else None


class Cell(NamedTuple):
    """One row of `summaries.reach`, of one month."""

    departement: str
    sector: str
    parc: int
    contributors: int
    contributors_12m: int
    received_12m: int


@dataclass(frozen=True)
class Effect:
    """The reach of one month now and under another perimeter: frames of `summaries.reach`."""

    month: dt.date
    before: pd.DataFrame
    after: pd.DataFrame
    exact: bool  # False: what the facilities that enter fed could not be read

    def figures(
        self, *, departement: str | None = None, sector: str | None = None
    ) -> tuple[Figures, Figures]:
        """Before and after, for a département or a sector, or all of them."""
        before, after = (_figures(cells, departement, sector) for cells in self._cells)
        return before, after

    @cached_property
    def _cells(self) -> tuple[list[Cell], list[Cell]]:
        """Both frames as rows, of which a page asks the sums thirty times."""
        return _cells(self.before), _cells(self.after)


@dataclass(frozen=True)
class Basis:
    """What the perimeter of a région is counted from in one month, read once; nobody changes it.

    `register`: its periods, whatever the perimeter (`read_register`). `choices`: those that the
    régions made. `covered`: département → its received months of the last 12. `contributors`:
    who fed in each of them under the present perimeter (month as datetime64, facility_id).
    """

    month: dt.date
    register: pd.DataFrame
    choices: pd.DataFrame
    covered: Mapping[str, frozenset[dt.date]]
    contributors: pd.DataFrame

    @property
    def window(self) -> list[dt.date]:
        """The 12 months that end with this one."""
        return list(span(shift(self.month, -11), self.month))

    @cached_property
    def periods(self) -> pd.DataFrame:
        """The periods of the register under the present perimeter."""
        return under(self.register, self.choices)

    @cached_property
    def speaking(self) -> Speaking:
        """Which of the periods speaks for each facility in each month of the window."""
        return speaking(self.register, self.window)


def received_months(codes: Sequence[str]) -> dict[str, frozenset[dt.date]]:
    """The months received for each of these départements, of those that have some. One query."""
    covered: defaultdict[str, set[dt.date]] = defaultdict(set)
    rows = CoveredMonth.objects.filter(departement__in=codes)
    for departement, month in rows.values_list("departement_id", "month"):
        covered[departement].add(month)
    return {code: frozenset(months) for code, months in covered.items()}


def last_month(received: Mapping[str, frozenset[dt.date]]) -> dt.date | None:
    """The last month received for at least one of these départements."""
    return max((max(months) for months in received.values()), default=None)


def read_basis(
    codes: Sequence[str], received: Mapping[str, frozenset[dt.date]], month: dt.date
) -> Basis:
    """What some départements' perimeter is counted from in a month. Three queries."""
    window = set(span(shift(month, -11), month))
    return Basis(
        month,
        register=read_register(codes),
        choices=load_choices(),
        covered={code: months & window for code, months in received.items() if months & window},
        contributors=_contributors(codes, sorted(window)),
    )


def effect(region: Region, basis: Basis, choices: pd.DataFrame) -> Effect:
    """What the choices of a région (CHOICE_COLUMNS) would change in the month of a basis.

    Computed on the facts of its 12 months; nothing is written.
    """
    others = basis.choices[basis.choices["region"] != region.code]
    now = basis.periods
    then = under(basis.register, pd.concat([others, choices], ignore_index=True))
    feeders = basis.contributors
    exact = True
    if _enters(now, then):
        read: Feeders = import_string(settings.MES_FEEDERS)
        everyone = read(region, basis.window)
        exact = everyone is not None
        feeders = feeders if everyone is None else everyone
    return Effect(
        basis.month,
        before=_reach(now, basis.contributors, basis),
        after=_reach(then, feeders, basis),
        exact=exact,
    )


def _enters(now: pd.DataFrame, then: pd.DataFrame) -> bool:
    """Whether anything comes in, whose documents are in no fact. Both have the same rows."""
    return bool((then["in_perimeter"] & ~now["in_perimeter"]).any())


def _contributors(codes: Sequence[str], window: Sequence[dt.date]) -> pd.DataFrame:
    """Who fed in each month under the present perimeter: month (datetime64), facility_id."""
    rows = FacilityMonth.objects.filter(departement__in=codes, month__in=window)
    listed = rows.values("month").annotate(ids=StringAgg(Cast("facility_id", TextField()), ","))
    found = [
        (month, np.fromstring(ids, dtype="int64", sep=","))
        for month, ids in listed.order_by().values_list("month", "ids")
    ]
    dates = np.array([month for month, _ in found], dtype="datetime64[s]")
    return pd.DataFrame(
        {
            "month": np.repeat(dates, [len(ids) for _, ids in found]),
            "facility_id": np.concatenate([np.zeros(0, dtype="int64"), *(ids for _, ids in found)]),
        }
    )


def _reach(periods: pd.DataFrame, feeders: pd.DataFrame, basis: Basis) -> pd.DataFrame:
    """The reach of a month, who fed being counted only where the perimeter had it then."""
    rows, opened = basis.speaking
    inside = periods["in_perimeter"].to_numpy(dtype=bool)[rows]
    here = periods[["facility_id", "departement", "sector"]].take(rows[-1])
    facilities = pd.Index(here["facility_id"])
    places, codes = pd.factorize(here["departement"])
    received = [
        [month in basis.covered.get(code, ()) for code in codes.tolist()] for month in basis.window
    ]
    counted = inside & np.array(received, dtype=bool)[:, places]
    contributors: dict[dt.date, FacilityIds] = {}
    for month, ids in feeders.groupby("month")["facility_id"]:
        at = basis.window.index(pd.Timestamp(str(month)).date())
        columns = facilities.get_indexer(pd.Index(ids))
        columns = columns[columns >= 0]
        kept = columns[counted[at, columns]]
        contributors[basis.window[at]] = facilities.to_numpy()[kept]
    cells = [
        (basis.month, code) for code, those in sorted(basis.covered.items()) if basis.month in those
    ]
    now = here.assign(open=opened[-1], month=np.datetime64(basis.month, "s"))[inside[-1]]
    return reach(now, contributors, basis.covered, cells)


def _cells(frame: pd.DataFrame) -> list[Cell]:
    columns = (frame[name].tolist() for name in Cell._fields)
    return list(map(Cell._make, zip(*columns, strict=True)))


def _figures(cells: Iterable[Cell], departement: str | None, sector: str | None) -> Figures:
    kept = [
        cell
        for cell in cells
        if departement in {None, cell.departement} and sector in {None, cell.sector}
    ]
    long = [cell for cell in kept if cell.received_12m >= LEAST_RECEIVED]
    return Figures(
        parc=sum(cell.parc for cell in kept),
        contributors=sum(cell.contributors for cell in kept),
        parc_12m=sum(cell.parc for cell in long),
        contributors_12m=sum(cell.contributors_12m for cell in long),
    )
