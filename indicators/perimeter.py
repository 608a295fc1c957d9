"""What another perimeter would do to the parc and to the rates, before anybody applies it.

Reads what is needed once, then computes the last received month of a région twice with the very
functions that write the summaries, so that what is announced is what the recomputation gives.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.conf import settings
from django.utils.module_loading import import_string
from django_pandas.io import read_frame
from numpy.typing import NDArray

from indicators.models import CoveredMonth, FacilityMonth
from indicators.series import LEAST_RECEIVED
from indicators.summaries import FacilityIds, perimeter_standings, reach
from reference.models import Region
from reference.months import shift, span
from reference.standing import load_choices, load_periods_under

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
        before, after = (
            _figures(frame, departement, sector) for frame in (self.before, self.after)
        )
        return before, after


def last_month(codes: Sequence[str]) -> dt.date | None:
    """The last month received for at least one of these départements."""
    received = CoveredMonth.objects.filter(departement__in=codes).order_by("-month")
    return received.values_list("month", flat=True).first()


def effect(region: Region, month: dt.date, choices: pd.DataFrame) -> Effect:
    """What the choices of a région (CHOICE_COLUMNS) would change in one received month.

    Computed on the facts of its 12 months; nothing is written.
    """
    codes = sorted(region.departements.values_list("code", flat=True))
    window = list(span(shift(month, -11), month))
    covered = _covered(codes, window)
    made = load_choices()
    others = made[made["region"] != region.code]
    now, then = load_periods_under(codes, made, pd.concat([others, choices], ignore_index=True))
    known = _contributors(codes, window)
    feeders = known
    exact = True
    if _enters(now, then):
        read: Feeders = import_string(settings.MES_FEEDERS)
        everyone = read(region, window)
        exact = everyone is not None
        feeders = known if everyone is None else everyone
    return Effect(
        month,
        before=_reach(now, known, covered, month),
        after=_reach(then, feeders, covered, month),
        exact=exact,
    )


def _enters(now: pd.DataFrame, then: pd.DataFrame) -> bool:
    """Whether anything comes in, whose documents are in no fact. Both have the same rows."""
    return bool((then["in_perimeter"] & ~now["in_perimeter"]).any())


def _covered(codes: Sequence[str], window: Sequence[dt.date]) -> defaultdict[str, set[dt.date]]:
    rows = CoveredMonth.objects.filter(departement__in=codes, month__in=window)
    covered: defaultdict[str, set[dt.date]] = defaultdict(set)
    for departement, month in rows.values_list("departement_id", "month"):
        covered[departement].add(month)
    return covered


def _contributors(codes: Sequence[str], window: Sequence[dt.date]) -> pd.DataFrame:
    """Who fed in each month under the present perimeter: month (datetime64), facility_id."""
    rows = FacilityMonth.objects.filter(departement__in=codes, month__in=window)
    frame: pd.DataFrame = read_frame(rows, fieldnames=["month", "facility_id"], verbose=False)
    return frame.assign(month=pd.to_datetime(frame["month"]).astype("datetime64[s]"))


def _reach(
    periods: pd.DataFrame,
    feeders: pd.DataFrame,
    covered: defaultdict[str, set[dt.date]],
    month: dt.date,
) -> pd.DataFrame:
    """The reach of a month, who fed being counted only where the perimeter had it then."""
    months = sorted({*feeders["month"].dt.date, month})
    standings = perimeter_standings(periods, months)
    received = pd.DataFrame(
        [(code, pd.Timestamp(past)) for code, those in covered.items() for past in those],
        columns=["departement", "month"],
    ).astype({"departement": "str", "month": "datetime64[s]"})
    inside = feeders.merge(standings, on=["month", "facility_id"]).merge(received)
    by_month: dict[dt.date, FacilityIds] = {
        past: inside.loc[inside["month"] == pd.Timestamp(past), "facility_id"].to_numpy()
        for past in months
    }
    cells = [(month, code) for code in sorted(covered) if month in covered[code]]
    return reach(
        standings[standings["month"] == pd.Timestamp(month)].reset_index(drop=True),
        by_month,
        covered,
        cells,
    )


def _figures(frame: pd.DataFrame, departement: str | None, sector: str | None) -> Figures:
    kept = np.ones(len(frame), dtype=bool)
    if departement is not None:
        kept &= (frame["departement"] == departement).to_numpy()
    if sector is not None:
        kept &= (frame["sector"] == sector).to_numpy()
    long = kept & (frame["received_12m"] >= LEAST_RECEIVED).to_numpy()
    return Figures(
        parc=_total(frame["parc"], kept),
        contributors=_total(frame["contributors"], kept),
        parc_12m=_total(frame["parc"], long),
        contributors_12m=_total(frame["contributors_12m"], long),
    )


def _total(column: pd.Series, kept: NDArray[np.bool_]) -> int:
    return int(column.to_numpy()[kept].sum())
