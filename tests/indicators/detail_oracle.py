"""The details again, slowly, from the definitions alone: plain Python over plain lists."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.indicators.oracle import Oracle, add, divide, months_between, twelve_to
from tests.indicators.world import Month, Period, World

#: Types that the test declares generic, and shown as "Autres".
GENERIC, OTHER = {"T-2"}, {"T-2", "T-3"}


@dataclass(frozen=True)
class Ownership:
    """Whose facilities are, period by period (1 without more), and the groups of legal entities."""

    owners: Mapping[Period, int] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    def name(self, entity: int) -> str:
        return self.groups.get(entity) or f"OG {entity}"


class Fact(NamedTuple):
    """Documents of one type in one month of one place; no facility when an OG carries them."""

    month: Month
    place: str | None
    facility: int | None
    owner: str
    sector: str
    code: str
    documents: int


class DetailOracle:
    """Answers for one territory and one sector or all."""

    def __init__(
        self,
        world: World,
        ownership: Ownership,
        codes: list[str],
        *,
        region: bool,
        sector: str | None = None,
    ) -> None:
        self.world, self.ownership, self.codes = world, ownership, codes
        self.plain = Oracle(world, codes, region=region, sector=sector)
        self.facts = [*self._fed(), *(self._carried(region=region, sector=sector))]

    def _fed(self) -> list[Fact]:
        found = []
        for (month, facility, code), documents in self.world.fed.items():
            home = self.world.homes[facility]
            sector = self.plain.sector_in(facility, month)
            if home in self.codes and sector is not None:
                owner = self._owner(facility, month)
                found.append(Fact(month, home, facility, owner, sector, code, documents))
        return found

    def _carried(self, *, region: bool, sector: str | None) -> list[Fact]:
        return [
            Fact(month, place, None, self.ownership.name(entity), theirs, code, documents)
            for (month, place, entity, code), (theirs, documents) in self.world.carried.items()
            if place in self.codes or (region and place is None and self.plain.received(month))
            if sector in {None, theirs}
        ]

    def _owner(self, facility: int, month: Month) -> str:
        """Of the last period that covers the month, else the last ended, else the first."""
        end = add(month, 1) - dt.timedelta(days=1)
        periods = sorted(
            (period for period in self.world.periods if period.facility == facility),
            key=lambda period: period.starts_on or dt.date.min,
        )
        ended = [period for period in periods if (period.ends_on or dt.date.max) < month]
        covering = [
            period
            for period in periods
            if (period.starts_on or dt.date.min) <= end and period not in ended
        ]
        period = (covering or ended or periods[:1])[-1]
        return self.ownership.name(self.ownership.owners.get(period, 1))

    def answer(self, first: Month, last: Month) -> dict[str, Any]:
        """Every figure of a period, None where unknown."""
        window = [month for month in months_between(first, last) if month > add(last, -12)]
        past = [fact for fact in self.facts if fact.month <= last]
        now = [fact for fact in past if fact.month in window]
        known = [month for month in months_between(first, last) if self.plain.received(month)]
        regularities = self._regularities(window, past)
        monthly = monthly_documents(now)
        return {
            "intensity": statistics.median(monthly.values()) if monthly else None,
            "regularity": statistics.median(regularities) if regularities else None,
            "regular": sum(value >= 0.8 for value in regularities),
            "contributors": len({facility for facility, _ in monthly}),
            "typing": typing(now),
            "types": types(now, past),
            "owners": summed(now, "owner"),
            "type_owners": {
                code: summed([fact for fact in now if fact.code == code], "owner") for code in OTHER
            },
            "growth": self._growth(known[-1]) if known else None,
        }

    def _regularities(self, window: list[Month], past: list[Fact]) -> list[float]:
        fed = {(fact.facility, fact.month) for fact in past if fact.facility and fact.documents > 0}
        found = []
        for facility in {facility for facility, month in fed if month in window}:
            home = self.world.homes[facility]
            received = [month for month in window if (month, home) in self.world.covered]
            start = min(month for other, month in fed if other == facility)
            deposits = sum((facility, month) in fed for month in window)
            if len(received) >= 9:
                found.append(deposits / sum(month >= start for month in received))
        return found

    def _growth(self, now: Month) -> dict[str, Any] | None:
        """Facts of comparable cells, those of the year before counted down."""
        signed: list[Fact] = []
        comparable = 0
        for month in twelve_to(now):
            before = add(month, -12)
            after_codes, before_codes = self.plain.received(month), self.plain.received(before)
            both = {code for code in after_codes if code in before_codes}
            comparable += bool(both)
            places = {*both, None} if both and after_codes == before_codes else both
            for fact in self.facts:
                if fact.place in places and fact.month in {month, before}:
                    sign = 1 if fact.month == month else -1
                    signed.append(fact._replace(documents=sign * fact.documents))
        if comparable < 9:
            return None
        sites = {fact.facility for fact in signed if fact.facility and fact.documents}
        states = {facility: state(signed, facility) for facility in sites}
        parts = Counter[str]()
        for fact in signed:
            parts[states.get(fact.facility, "active") if fact.facility else "carried"] += (
                fact.documents
            )
        return {
            "change": sum(fact.documents for fact in signed),
            **{part: parts[part] for part in ("new", "active", "stopped", "carried")},
            "new_count": list(states.values()).count("new"),
            "stopped_count": list(states.values()).count("stopped"),
            "by_sector": summed(signed, "sector"),
            "by_departement": summed(signed, "place"),
            "by_entity": summed(signed, "owner"),
            "by_type": summed(signed, "code"),
        }


def state(signed: list[Fact], facility: int) -> str:
    """Whether a facility fed in the recent year only, the earlier only, or both."""
    counts = [fact.documents for fact in signed if fact.facility == facility]
    recent, earlier = any(count > 0 for count in counts), any(count < 0 for count in counts)
    return "active" if recent and earlier else "new" if recent else "stopped"


def monthly_documents(facts: list[Fact]) -> dict[tuple[int, Month], int]:
    """Documents of each contributor in each month."""
    found = Counter[tuple[int, Month]]()
    for fact in facts:
        if fact.facility:
            found[fact.facility, fact.month] += fact.documents
    return {key: documents for key, documents in found.items() if documents}


def summed(facts: list[Fact], name: str) -> dict[str | None, int]:
    """Documents by a property of facts, without those that come to 0."""
    found = Counter[str | None]()
    for fact in facts:
        found[getattr(fact, name)] += fact.documents
    return {key: documents for key, documents in found.items() if documents}


def typing(facts: list[Fact]) -> dict[str, Any]:
    totals = summed(facts, "code")
    total = sum(totals.values())
    shares = [documents / total for documents in totals.values()]
    return {
        "documents": total,
        "generic": divide(sum(totals.get(code, 0) for code in GENERIC), total),
        "diversity": math.exp(-sum(p * math.log(p) for p in shares)) if total else None,
    }


def types(facts: list[Fact], past: list[Fact]) -> list[tuple[str, int, Month]]:
    """Code, documents and first month of each type, the greatest first."""
    totals = summed(facts, "code")
    return [
        (
            str(code),
            documents,
            min(fact.month for fact in past if fact.code == code and fact.documents),
        )
        for code, documents in sorted(totals.items(), key=lambda pair: (-pair[1], str(pair[0])))
    ]
