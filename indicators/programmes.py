"""The members of a programme against the others: coverage, rates over 12 months, who is silent.

Rules (DOMAIN, "Indicators"): everything is counted in the last received month of the period, on
the parc of the départements received; rates over 12 months, numerators and denominators alike,
on those with 9 received months at least. A member outside the parc (closed, out of the perimeter,
of another sector) counts nowhere. The others are all of the parc that are not members.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indicators.programme_parc import Count, Coverage, count, coverage, total
from indicators.selection import Selection
from reference.models import Programme


@dataclass(frozen=True)
class Reach:
    """Facilities of a parc and those of them with a document in 12 months.

    Both None: fewer than 9 months received everywhere.
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

    def __sub__(self, other: Reach) -> Reach:
        """What is left without a part of it, both known or both unknown."""
        if self.parc is None or self.fed is None or other.parc is None or other.fed is None:
            return Reach(None, None)
        return Reach(self.parc - other.parc, self.fed - other.fed)


@dataclass(frozen=True)
class ProgrammeGap:
    """One programme in one territory, in the last received month of a period.

    `members`, `parc`: of that month, whatever was received before. `of_members`, `of_others`: the
    denominators and numerators of the rates over 12 months, which may count fewer départements.
    """

    code: str
    name: str
    month: dt.date
    members: int
    parc: int
    of_members: Reach
    of_others: Reach

    @property
    def coverage(self) -> float | None:
        """Members ÷ parc, as a fraction."""
        return self.members / self.parc if self.parc else None

    @property
    def rate_members(self) -> float | None:
        """The rate over 12 months of the members, as a fraction."""
        return self.of_members.rate

    @property
    def rate_others(self) -> float | None:
        """The same of the others."""
        return self.of_others.rate

    @property
    def gap(self) -> float | None:
        """Members' rate less that of the others, as a fraction; unknown when either is."""
        members, others = self.rate_members, self.rate_others
        return None if members is None or others is None else members - others

    @property
    def silent_members(self) -> int | None:
        """Members of the parc without any document over 12 months."""
        return self.of_members.silent


def programme_gap(selection: Selection) -> tuple[ProgrammeGap, ...]:
    """Every programme with a member in the parc of the territory, the largest first.

    Three queries at most, however many programmes; empty when no month of the period was received.
    """
    return programme_gaps(selection)[selection.territory.code]


def programme_gaps(selection: Selection) -> dict[str, tuple[ProgrammeGap, ...]]:
    """The same for the territory and each of its départements, by code ("R27", "D21").

    Three queries at most, however many départements and programmes there are. A département that
    was not received in the last month of the whole territory has no gap.
    """
    territory = selection.territory
    places = {f"D{code}": (code,) for code in territory.departement_codes}
    places[territory.code] = territory.departement_codes
    covered = coverage(selection)
    month = covered.last_month(selection)
    counts = () if month is None else count(selection, covered, [month])
    names = _names(counts)
    if month is None or not names:
        return dict.fromkeys(places, ())
    return {place: _gaps(counts, codes, covered, month, names) for place, codes in places.items()}


def reach(counts: Iterable[Count], long: frozenset[str]) -> Reach:
    """The reach over 12 months of some counts of one month, in the départements of `long`."""
    if not long:
        return Reach(None, None)
    parc, _, fed = total(counts, long)
    return Reach(parc, fed)


def _gaps(
    counts: Sequence[Count],
    codes: Sequence[str],
    covered: Coverage,
    month: dt.date,
    names: Mapping[int, tuple[str, str]],
) -> tuple[ProgrammeGap, ...]:
    """Every programme in some départements, the one with the most members first."""
    long = covered.long(month) & set(codes)
    by_programme: defaultdict[int | None, list[Count]] = defaultdict(list)
    for each in counts:
        if each.departement in codes:
            by_programme[each.programme].append(each)
    everyone = by_programme.pop(None, [])
    gaps = [
        ProgrammeGap(
            *names[programme],
            month,
            members=total(members)[0],
            parc=total(everyone)[0],
            of_members=reach(members, long),
            of_others=reach(everyone, long) - reach(members, long),
        )
        for programme, members in by_programme.items()
        if programme is not None
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.members, gap.name, gap.code)))


def _names(counts: Iterable[Count]) -> dict[int, tuple[str, str]]:
    """The code and the name of each programme counted, by key. One query, none without any."""
    keys = {each.programme for each in counts if each.programme is not None}
    if not keys:
        return {}
    rows = Programme.objects.filter(pk__in=keys).order_by()
    return {key: (code, name) for key, code, name in rows.values_list("pk", "code", "name")}
