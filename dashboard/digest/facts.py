"""What a digest tells of a territory, read in evidence and in the states of ESMS. Pure.

Volumes are compared in documents per month, over the départements received on both sides, so that
a month that was not received is never a fall.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.charts.volumes import SMALL_VOLUME, Group
from dashboard.digest.periods import Period
from indicators.evidence import RegionEvidence
from indicators.facilities import FacilityRow, began
from indicators.facility_states import KNOWN_BEFORE, RECENT
from indicators.received import Received
from indicators.selection import Territory
from indicators.series import Measures
from reference.months import shift

#: From this part of the level before, a change of volume is told as a fall; under it, as nothing.
LEAST_FALL = 0.1
#: How many of the three months before must be received for a comparison.
LEAST_BEFORE = 2
#: Missing months are looked for among so many.
WATCHED_MONTHS = 12
FEEDING = "ESMS qui alimentent"


@dataclass(frozen=True)
class Fall:
    """Something that fell: monthly means of the months before and of the period."""

    name: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """The change as a fraction: −0.2 is "−20 %"."""
        return self.after / self.before - 1


@dataclass(frozen=True)
class Compared:
    """What was compared with the months before: what fell, the most first, and what did not."""

    falls: tuple[Fall, ...] = ()
    steady: tuple[str, ...] = ()


@dataclass(frozen=True)
class Silence:
    """The ESMS without deposit in the last 3 received months that fed before.

    `new`: those of them that fed last in `since`, the month before these three.
    """

    silent: int = 0
    new: int = 0
    since: dt.date | None = None


@dataclass(frozen=True)
class Facts:
    """What a digest tells of one territory, for one period."""

    territory: Territory
    period: Period
    last: dt.date  # the last month received for it, up to which silence is counted
    documents: float  # of the received months of the period
    contributors: float | None  # in the period's last month, as the parc; None: not received
    parc: float | None
    silence: Silence
    places: Compared  # the territory and, of a région, its départements: documents
    types: Compared  # the groups of document types
    feeding: Compared  # the ESMS that feed
    firsts: int | None  # ESMS whose first deposit is in the period; None: too short a history
    missing: tuple[dt.date, ...]  # of the last 12 months
    partial: tuple[tuple[dt.date, int], ...]  # month, départements received; same months
    provisional: bool  # whether the period's last month is


@dataclass(frozen=True)
class States:
    """The ESMS behind the figures of a région: those that fed, and those that no longer do.

    `silent`: as the list behind the link has them, by the month until which they are looked at:
    the last received of the région, and of each of its départements.
    """

    silent: Mapping[dt.date, Sequence[FacilityRow]]
    feeding: Sequence[FacilityRow]
    received: Received


def facts(
    evidence: RegionEvidence,
    states: States,
    groups: Sequence[Group],
    code: str | None,
    period: Period,
) -> Facts:
    """What there is to tell of the région of the evidence, or of one of its départements.

    Args:
        evidence: of the months that pages open on, 24 of them at most.
        states: of the whole région.
        code: of the département; None for the région.

    Raises:
        KeyError: the région has no such département.
    """
    own = (evidence.region if code is None else evidence.departements[code]).measures
    codes = list(evidence.departements) if code is None else [code]
    sides = [_Sides(evidence.departements[each].measures, period) for each in codes]
    known = [each for each in sides if each.comparable]
    last = own.last_received or period.last
    return Facts(
        territory=own.selection.territory,
        period=period,
        last=last,
        documents=_total(own, period),
        contributors=_at(own.contributors, period.last),
        parc=_at(own.parc, period.last),
        silence=_silence(states, codes, last),
        places=_compared(_volumes(own, known)),
        types=_compared(_types(groups, known)),
        feeding=_compared([(FEEDING, *_sum(each.contributors for each in known))]),
        firsts=_firsts(states, codes, period),
        missing=tuple(_missing(own, last)),
        partial=tuple(_partial(own, last)),
        provisional=bool(own.provisional.get(pd.Timestamp(period.last), False)),
    )


# --- What fell ------------------------------------------------------------------------------------

Means = tuple[float, float]  # per month, before and in the period


class _Sides:
    """A département in the months before a period and in those of the period, as received."""

    def __init__(self, measures: Measures, period: Period) -> None:
        self.measures = measures
        self.before = _received(measures, *period.before)
        self.after = _received(measures, period.first, period.last)

    @property
    def comparable(self) -> bool:
        """Whether enough was received on both sides."""
        return len(self.before) >= LEAST_BEFORE and bool(self.after)

    @property
    def documents(self) -> Means:
        """All types together."""
        return self._means(self.measures.total_documents)

    @property
    def contributors(self) -> Means:
        """ESMS that feed."""
        return self._means(self.measures.contributors)

    def of_types(self, codes: Iterable[str]) -> Means:
        """The documents of some types."""
        known = [code for code in self.measures.documents.columns if code in codes]
        return self._means(self.measures.documents[known].sum(axis=1))

    def _means(self, series: pd.Series[float]) -> Means:
        return float(series[self.before].mean()), float(series[self.after].mean())


def _received(measures: Measures, first: dt.date, last: dt.date) -> list[pd.Timestamp]:
    """The months of a span that were received."""
    received = measures.received_departements
    return [stamp for stamp in measures.months[received > 0] if first <= stamp.date() <= last]


def _sum(means: Iterable[Means]) -> Means:
    """Those of several départements together."""
    before, after = 0.0, 0.0
    for one, other in means:
        before, after = before + one, after + other
    return before, after


def _volumes(own: Measures, known: Sequence[_Sides]) -> Iterator[tuple[str, float, float]]:
    """The documents of the territory, then of each of the départements of a région."""
    territory = own.selection.territory
    yield (territory.locative, *_sum(each.documents for each in known))
    if territory.is_region:
        for each in known:
            yield (each.measures.selection.territory.locative, *each.documents)


def _types(groups: Sequence[Group], known: Sequence[_Sides]) -> Iterator[tuple[str, float, float]]:
    for group in groups:
        yield (group.label, *_sum(each.of_types(group.types) for each in known))


def _compared(changes: Iterable[tuple[str, float, float]]) -> Compared:
    """What fell apart from what did not; a small level before is not compared."""
    told = [Fall(*change) for change in changes if change[1] >= SMALL_VOLUME]
    falls = [each for each in told if each.change <= -LEAST_FALL]
    return Compared(
        falls=tuple(sorted(falls, key=lambda fall: fall.change)),
        steady=tuple(each.name for each in told if each.change > -LEAST_FALL),
    )


# --- ESMS -----------------------------------------------------------------------------------------


def _silence(states: States, codes: Sequence[str], last: dt.date) -> Silence:
    silent = [row for row in states.silent.get(last, ()) if row.departement in codes]
    since = max((row.latest for row in silent if row.latest), default=None)
    befores = (states.received.get(code, ())[:-RECENT][-1:] for code in codes)
    just_before = max((month for months in befores for month in months), default=None)
    if since is None or since != just_before:
        return Silence(len(silent))
    return Silence(len(silent), sum(row.latest == since for row in silent), since)


def _firsts(states: States, codes: Sequence[str], period: Period) -> int | None:
    """First deposits of the période, where enough months were received before it to know."""
    known = {
        code
        for code in codes
        if sum(month < period.first for month in states.received.get(code, ())) >= KNOWN_BEFORE
    }
    if not known:
        return None
    return sum(
        row.departement in known and began(row, period.first, period.last) for row in states.feeding
    )


# --- Months ---------------------------------------------------------------------------------------


def _missing(own: Measures, last: dt.date) -> Iterator[dt.date]:
    for stamp in own.months[own.received_departements == 0]:
        if shift(last, 1 - WATCHED_MONTHS) <= stamp.date() <= last:
            yield stamp.date()


def _partial(own: Measures, last: dt.date) -> Iterator[tuple[dt.date, int]]:
    for stamp in own.months:
        if own.is_partial(stamp) and shift(last, 1 - WATCHED_MONTHS) <= stamp.date() <= last:
            yield stamp.date(), int(own.received_departements[stamp])


def _total(own: Measures, period: Period) -> float:
    return float(own.total_documents[_received(own, period.first, period.last)].sum())


def _at(series: pd.Series[float], month: dt.date) -> float | None:
    value = series.get(pd.Timestamp(month))
    return None if value is None or pd.isna(value) else float(value)
