"""One programme at length: its members against the others, place by place and month by month.

The rules are those of `indicators.programmes`. Members that left the parc (closed, out of the
perimeter, of another sector) are counted apart and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indicators.columns import month_of
from indicators.programme_parc import (
    NEVER,
    SECTORS,
    Bools,
    Coverage,
    Parc,
    Reach,
    coverage,
    read_parc,
)
from indicators.programmes import ProgrammeGap
from indicators.selection import Selection
from reference import french
from reference.models import Programme, ProgrammeMembership
from reference.months import last_day


@dataclass(frozen=True)
class Pair:
    """The two sides in one département or sector, over the 12 months to the last received."""

    code: str
    members: Reach
    others: Reach


@dataclass(frozen=True)
class Part:
    """The members of one millésime or éditeur ("" when the list does not say)."""

    value: str
    members: Reach


@dataclass(frozen=True)
class Side:
    """Who fed in one month, among so many of the parc."""

    fed: int
    parc: int

    @property
    def rate(self) -> float | None:
        """The rate of the month, as a fraction."""
        return self.fed / self.parc if self.parc else None


@dataclass(frozen=True)
class MonthPair:
    """The two sides in one received month."""

    month: dt.date
    members: Side
    others: Side


@dataclass(frozen=True)
class TargetDates:
    """Where members of the parc stand with their target dates, at the end of the last month.

    They add up to the members. `met`: reached, by the date when there is one. `late`: reached
    after it. `missed`: the date has passed. `ahead`: it is to come. `unknown`: neither date.
    """

    met: int = 0
    late: int = 0
    missed: int = 0
    ahead: int = 0
    unknown: int = 0

    @property
    def told(self) -> bool:
        """Whether the list says a date for at least one member."""
        return bool(self.met or self.late or self.missed or self.ahead)


@dataclass(frozen=True)
class Silent:
    """A member of the parc without any document over 12 months. `last`: when it last fed."""

    finess: str
    name: str
    departement: str
    sector: str
    holder: str
    vintage: str
    vendor: str
    target_on: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class Comparison:
    """A programme in a territory, in the last received month and along the period.

    `outside`: members of the territory that are not in the parc of that month. `silent`: as many
    as `gap.silent_members`.
    """

    gap: ProgrammeGap
    departements: tuple[Pair, ...]  # those received in the month, by code; see `with_region`
    sectors: tuple[Pair, ...]  # those with an ESMS in the parc, in the order of every chart
    vintages: tuple[Part, ...]
    vendors: tuple[Part, ...]
    months: tuple[MonthPair, ...]  # the received months of the period
    targets: TargetDates
    outside: int
    silent: tuple[Silent, ...]


def compare(
    selection: Selection, programme: Programme, covered: Coverage | None = None
) -> Comparison | None:
    """Compare the members of a programme with the others; None when no month was received.

    `covered`: what was received, when it is known. Three queries, two with it.
    """
    covered = coverage(selection) if covered is None else covered
    months = covered.months(selection)
    if not months:
        return None
    parc = read_parc(selection, covered, months, lasts=True)
    nobody = np.zeros(len(parc.facilities), dtype="bool")
    who = parc.members.get(programme.pk, nobody)
    told = _memberships(programme, parc)
    now, codes = len(months) - 1, selection.territory.departement_codes
    inside = who & parc.inside[:, now]
    gap = ProgrammeGap(
        programme.code,
        programme.name,
        months[now],
        members=parc.size(now, who),
        parc=parc.size(now, parc.of(codes)),
        of_members=parc.reach(now, who, codes),
        of_others=parc.reach(now, ~who, codes),
    )
    return Comparison(
        gap=gap,
        departements=_by_departement(parc, covered, now, who),
        sectors=_by_sector(parc, now, who, codes),
        vintages=_by_detail(parc, now, inside, codes, _detail(parc, told, "vintage")),
        vendors=_by_detail(parc, now, inside, codes, _detail(parc, told, "vendor")),
        months=tuple(_month(parc, rank, who) for rank in range(len(months))),
        targets=_targets(
            (told[key] for key in parc.facilities[inside].tolist()), last_day(months[now])
        ),
        outside=int(who.sum()) - gap.members,
        silent=_silent(parc, now, inside, told),
    )


def with_region(
    comparison: Comparison, programme: Programme, around: Selection, covered: Coverage
) -> Comparison:
    """The comparison of a département with the whole of its région beside it, after its own.

    `around`: the same selection of the région. It is left out when its last month is another, for
    rates over other months would not compare. One query.
    """
    month = comparison.gap.month
    if covered.last_month(around) != month:
        return comparison
    parc, codes = read_parc(around, covered, [month]), around.territory.departement_codes
    who = parc.members[programme.pk] if programme.pk in parc.members else parc.of(())
    pair = Pair(around.territory.code, parc.reach(0, who, codes), parc.reach(0, ~who, codes))
    return replace(comparison, departements=(*comparison.departements, pair))


def _memberships(programme: Programme, parc: Parc) -> dict[int, dict[str, Any]]:
    """What the list says of each member of the territory, by facility."""
    rows = ProgrammeMembership.objects.filter(
        programme=programme, facility__departement__in=parc.departements
    ).order_by()
    details = ("vintage", "vendor", "holder", "target_on", "reached_on")
    return {
        row["facility_id"]: row
        for row in rows.values("facility_id", "facility__finess", "facility__name", *details)
    }


def _by_departement(parc: Parc, covered: Coverage, now: int, who: Bools) -> tuple[Pair, ...]:
    received = [code for code in parc.departements if (parc.months[now], code) in covered.received]
    return tuple(
        Pair(code, parc.reach(now, who, [code]), parc.reach(now, ~who, [code])) for code in received
    )


def _by_sector(parc: Parc, now: int, who: Bools, codes: Collection[str]) -> tuple[Pair, ...]:
    pairs = []
    for rank, sector in enumerate(SECTORS):
        of_sector = parc.sector[:, now] == rank
        if (of_sector & parc.inside[:, now]).any():
            members = parc.reach(now, who & of_sector, codes)
            pairs.append(Pair(sector, members, parc.reach(now, ~who & of_sector, codes)))
    return tuple(pairs)


def _detail(
    parc: Parc, told: dict[int, dict[str, Any]], name: str
) -> Callable[[Bools], dict[str, Bools]]:
    """A function that splits facilities (F) by what the list says of them."""
    said = np.array([told.get(key, {}).get(name, "") for key in parc.facilities.tolist()], "object")

    def split(who: Bools) -> dict[str, Bools]:
        return {str(value): who & (said == value) for value in sorted(set(said[who]))}

    return split


def _by_detail(
    parc: Parc,
    now: int,
    inside: Bools,
    codes: Collection[str],
    split: Callable[[Bools], dict[str, Bools]],
) -> tuple[Part, ...]:
    """The members by millésime or éditeur, those of whom nothing is said last."""
    parts = [Part(value, parc.reach(now, those, codes)) for value, those in split(inside).items()]
    return tuple(sorted(parts, key=lambda part: (not part.value, part.value)))


def _month(parc: Parc, rank: int, who: Bools) -> MonthPair:
    return MonthPair(
        parc.months[rank],
        Side(parc.contributors(rank, who), parc.size(rank, who)),
        Side(parc.contributors(rank, ~who), parc.size(rank, ~who)),
    )


def _targets(members: Iterable[dict[str, Any]], today: dt.date) -> TargetDates:
    """Every member under one heading; `today` is the last day of the last received month."""
    return TargetDates(**Counter(_outcome(each, today) for each in members))


def _outcome(member: dict[str, Any], today: dt.date) -> str:
    target, reached = member["target_on"], member["reached_on"]
    if reached is not None:
        return "met" if target is None or reached <= target else "late"
    if target is None:
        return "unknown"
    return "missed" if target <= today else "ahead"


def _silent(
    parc: Parc, now: int, inside: Bools, told: dict[int, dict[str, Any]]
) -> tuple[Silent, ...]:
    """The members without any document over 12 months, where these are known, by département."""
    known = parc.long[parc.home, now]
    ranks = np.flatnonzero(inside & known & ~parc.year[:, now]).tolist()
    keys = parc.facilities.tolist()
    silent = [
        Silent(
            finess=told[keys[rank]]["facility__finess"],
            name=told[keys[rank]]["facility__name"],
            departement=parc.departements[parc.home[rank]],
            sector=SECTORS[parc.sector[rank, now]],
            **{name: told[keys[rank]][name] for name in ("holder", "vintage", "vendor")},
            target_on=told[keys[rank]]["target_on"],
            last=_last(parc, rank),
        )
        for rank in ranks
    ]

    def place(each: Silent) -> tuple[str, str, str]:
        return each.departement, french.alphabetical(each.name), each.finess

    return tuple(sorted(silent, key=place))


def _last(parc: Parc, rank: int) -> dt.date | None:
    """The month in which a facility last fed."""
    assert parc.last is not None  # noqa: S101  # `compare` asks for it
    last = int(parc.last[rank])
    return None if last == NEVER else month_of(last)
