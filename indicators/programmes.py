"""The members of a programme against the others: coverage, rates over 12 months, who is silent.

Rules (DOMAIN, "Indicators"): everything is counted in the last received month of the period, on
the parc of the départements received; rates over 12 months, numerators and denominators alike,
on those with 9 received months at least. A member outside the parc (closed, out of the perimeter,
of another sector) counts nowhere. The others are all of the parc that are not members.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from indicators.columns import packed
from indicators.programme_parc import (
    Coverage,
    Parc,
    Reach,
    parc_of,
    sector_number,
    whole_coverage,
)
from indicators.programme_reading import ParcReading, read
from indicators.selection import Selection, Territory
from reference.models import Programme


@dataclass(frozen=True)
class ProgrammeGap:
    """One programme in one territory, in the last received month of a period.

    `members`, `parc`: of that month, whatever was received before. `of_members`, `of_others`: the
    denominators and numerators of the rates over 12 months, which may count fewer départements.
    `departements`: the codes of those of the territory where the register has a member, of the
    parc or not; told of a programme among others.
    """

    code: str
    name: str
    month: dt.date
    members: int
    parc: int
    of_members: Reach
    of_others: Reach
    departements: frozenset[str] = frozenset()

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


@dataclass(frozen=True)
class ProgrammeReadings:
    """All that the gaps of any selection of a territory are told from.

    `names`: the code and the name of each programme by its key, in the order of names; none when
    no programme has a member, and nothing else is known then.
    """

    covered: Coverage
    parc: ParcReading | None
    names: Mapping[int, tuple[str, str]]


def read_programmes(territory: Territory) -> ProgrammeReadings:
    """Read them, in three queries at most, however many months and programmes there are."""
    rows = Programme.objects.filter(
        memberships__facility__departement__in=territory.departement_codes
    ).order_by("name", "code")
    names = {
        pk: (code, name) for pk, code, name in rows.values_list("pk", "code", "name").distinct()
    }
    if not names:
        return ProgrammeReadings(Coverage(frozenset()), None, {})
    codes = territory.departement_codes
    found = read(codes, dt.date.min, dt.date.max, sector_number, before=False)
    parc = ParcReading(*(packed(rows) for rows in found))
    return ProgrammeReadings(whole_coverage(territory), parc, names)


def programme_gap(
    selection: Selection, known: ProgrammeReadings | None = None
) -> tuple[ProgrammeGap, ...]:
    """Every programme with a member in the parc of the territory, the largest first.

    Three queries at most, however many programmes, and none when what is `known` of the territory
    is given; empty when no month of the period was received.
    """
    territory = selection.territory
    return _gaps_of({territory.code: territory.departement_codes}, selection, known)[territory.code]


def programme_gaps(
    selection: Selection, known: ProgrammeReadings | None = None
) -> dict[str, tuple[ProgrammeGap, ...]]:
    """The same for the territory and each of its départements, by code ("R27", "D21").

    A département that was not received in the last month of the whole territory has no gap.
    """
    territory = selection.territory
    places: dict[str, tuple[str, ...]] = {
        f"D{each}": (each,) for each in territory.departement_codes
    }
    return _gaps_of({**places, territory.code: territory.departement_codes}, selection, known)


def _gaps_of(
    places: Mapping[str, tuple[str, ...]], selection: Selection, known: ProgrammeReadings | None
) -> dict[str, tuple[ProgrammeGap, ...]]:
    """Those of each place, by its code: the départements that it is made of."""
    found = known or read_programmes(selection.territory)
    month = found.covered.last_month(selection)
    if found.parc is None or month is None:
        return dict.fromkeys(places, ())
    parc = parc_of(selection, found.covered, [month], found.parc)
    return {place: _gaps(parc, codes, found.names) for place, codes in places.items()}


def _gaps(
    parc: Parc, codes: tuple[str, ...], names: Mapping[int, tuple[str, str]]
) -> tuple[ProgrammeGap, ...]:
    """The programmes with a member in the parc of some départements, the largest first."""
    here = parc.of(codes)
    gaps = [
        ProgrammeGap(
            code,
            name,
            parc.months[0],
            members=parc.size(0, here & parc.members[programme]),
            parc=parc.size(0, here),
            of_members=parc.reach(0, parc.members[programme], codes),
            of_others=parc.reach(0, ~parc.members[programme], codes),
            departements=parc.homes(here & parc.members[programme]),
        )
        for programme, (code, name) in names.items()
        if programme in parc.members  # a member without any period is in no parc
    ]
    return tuple(sorted((gap for gap in gaps if gap.members), key=lambda gap: -gap.members))
