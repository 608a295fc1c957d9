"""What travels from `indicators` upwards: measured series, with what was received told apart.

Everywhere, NaN means "n. d." (not received, or not computable); 0 is a value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from indicators.selection import Selection

#: Below so many received months, a measure over 12 months is "n. d.", and so is a dynamics.
LEAST_RECEIVED = 9


@dataclass(frozen=True)
class SectorFigures:
    """One sector of a territory over the selection's window, and in its last received month.

    Shares are fractions of the territory's total over the window; None when that total is 0.
    """

    sector: str
    contributors: int  # distinct facilities with a document in the window
    share: float | None
    documents: int  # documents of the window, those carried by an OG included
    documents_share: float | None
    month_contributors: int | None  # in the last received month; None: none was received
    month_parc: int | None
    contributors_12m: int | None  # of the parc of that month, over the 12 months that end with it
    parc_12m: int | None  # denominator of `rate_12m`: départements with 9 received months or more
    rate: float | None
    rate_12m: float | None


@dataclass(frozen=True)
class Growth:
    """Documents of 12 months against the 12 before, on calendar months received in both."""

    recent: int
    earlier: int
    comparable_months: int  # 12 when everything was received
    ratio: float | None  # recent / earlier; None under 9 comparable months or when earlier is 0

    @property
    def change(self) -> float | None:
        """The change as a fraction: 2.24 is "+224 %"."""
        return None if self.ratio is None else self.ratio - 1


@dataclass(frozen=True)
class Measures:
    """Every measure of one selection.

    `months` is a DatetimeIndex of month starts, one per month of the period; every Series and
    DataFrame of floats below is indexed by it, NaN where the month was not received.
    """

    selection: Selection
    months: pd.DatetimeIndex
    documents: pd.DataFrame  # columns: every document type code met in the period, sorted
    unallocated: pd.Series[float]  # "Non ventilé", included in `documents` of a région
    parc: pd.Series[float]
    contributors: pd.Series[float]
    rate: pd.Series[float]
    contributors_12m: pd.Series[float]  # NaN under 9 received months of the 12, as rate_12m
    parc_12m: pd.Series[float]  # its denominator: the départements with 9 received months or more
    rate_12m: pd.Series[float]
    received_12m: pd.Series[float]  # of the 12; the fewest of those counted, the most when none is
    received_departements: pd.Series[float]  # how many of the territory's départements: 0 = none
    provisional: pd.Series[bool]  # the latest received, not yet confirmed by another file
    sector_contributors: pd.DataFrame  # months × sector codes of CHART_SECTORS
    sector_documents: pd.DataFrame
    sector_parc: pd.DataFrame
    sectors: tuple[SectorFigures, ...]  # in CHART_SECTORS order; every one present
    window: tuple[dt.date, dt.date]
    documents_12m: float | None  # of the 12 months to the last received; None under 9 received
    growth: Growth
    cut_off: dt.date | None  # when the newest file behind these figures was received
    sources: tuple[str, ...]  # labels of the files behind them

    @classmethod
    def lazily(
        cls,
        numbers: Mapping[str, NDArray[Any]],
        columns: Mapping[str, tuple[str, ...]],
        **others: Any,
    ) -> Measures:
        """The same from numbers, each series being made when it is first looked at.

        `numbers`: by name, those of every series (months) and table (months × `columns`); nobody
        changes them. A page looks at a few of them, and all cost more than the numbers did.
        """
        made = object.__new__(cls)
        made.__dict__.update(others, _numbers=numbers, _columns=columns)
        return made

    if not TYPE_CHECKING:  # for mypy, any name would be an attribute

        def __getattr__(self, name: str) -> Any:
            """A series or a table of which only the numbers were there."""
            numbers = self.__dict__.get("_numbers", {})
            if name not in numbers:
                raise AttributeError(name)
            codes = self._columns.get(name)
            if codes is None:
                made = pd.Series(numbers[name], index=self.months)
            else:
                made = pd.DataFrame(numbers[name], index=self.months, columns=_index(codes))
            self.__dict__[name] = made
            return made

    def __getstate__(self) -> dict[str, Any]:
        """As it is pickled: numbers rather than what was made of them."""
        numbers = self.__dict__.get("_numbers", {})
        return {name: value for name, value in self.__dict__.items() if name not in numbers}

    @cached_property
    def total_documents(self) -> pd.Series[float]:
        """Documents by month, all types together; 0 when a received month holds none."""
        return self.summed(range(len(self.documents.columns)))

    def summed(self, ranks: Sequence[int]) -> pd.Series[float]:
        """Documents by month of some document types, by the ranks of their columns."""
        sums = self.documents.to_numpy(dtype="float64")[:, list(ranks)].sum(axis=1)
        sums[self.received_departements.to_numpy() == 0] = np.nan
        return pd.Series(sums, index=self.months)

    @cached_property
    def last_received(self) -> dt.date | None:
        """The last month of the period that was received, in full or in part: "now"."""
        received = np.flatnonzero(self.received_departements.to_numpy() > 0)
        if not len(received):
            return None
        stamp = self.months[received[-1]]
        return dt.date(stamp.year, stamp.month, 1)

    def is_partial(self, month: pd.Timestamp) -> bool:
        """Whether only some of the territory's départements were received in a month."""
        total = len(self.selection.territory.departement_codes)
        return 0 < self.received_departements[month] < total


@lru_cache(maxsize=256)
def _index(codes: tuple[str, ...]) -> pd.Index[str]:
    """One index for all that has these columns: making it, or keeping several, costs more."""
    return pd.Index(codes)
