"""The measures again, slowly, from the definitions alone: plain Python over plain lists.

Written apart from the product, of which it uses nothing. Returns the keys of the JSON output.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from tests.indicators.world import CATEGORIES, SECTORS, TYPES, Month, Period, World

#: The figures of a month, all unknown when it was not received.
FIGURES = (
    "parc",
    "contributors",
    "rate",
    "contributors_12m",
    "parc_12m",
    "rate_12m",
    "received_12m",
    "total_documents",
    "non_ventile",
)


def add(month: Month, count: int) -> Month:
    """The month `count` months later."""
    years, rest = divmod(month.month - 1 + count, 12)
    return dt.date(month.year + years, rest + 1, 1)


def months_between(first: Month, last: Month) -> list[Month]:
    """Both included."""
    found = [first]
    while found[-1] < last:
        found.append(add(found[-1], 1))
    return found


def twelve_to(month: Month) -> list[Month]:
    """The 12 months that end with one."""
    return months_between(add(month, -11), month)


def divide(part: float | None, whole: float | None) -> float | None:
    """A rate, unknown when nothing is below the line."""
    return part / whole if part is not None and whole else None


class Oracle:
    """Answers for one territory (some départements; a région or not) and one sector or all."""

    def __init__(
        self, world: World, codes: list[str], *, region: bool, sector: str | None = None
    ) -> None:
        self.world, self.codes, self.region, self.sector = world, codes, region, sector
        self.lives: dict[int, list[Period]] = {facility: [] for facility in world.homes}
        for period in sorted(world.periods, key=lambda period: period.starts_on or dt.date.min):
            self.lives[period.facility].append(period)
        self.sector_in = functools.cache(self._sector_in)
        self.fed = functools.cache(self._fed)
        self.facts = functools.cache(self._facts)

    # What a facility is in a month

    def is_open(self, facility: int, month: Month) -> bool:
        return any(self._covers(period, month) for period in self.lives[facility])

    def _sector_in(self, facility: int, month: Month) -> str | None:
        """The sector of the month; None outside the perimeter or the asked sector."""
        sector, inside = CATEGORIES[self._speaking(facility, month).category]
        if not inside or (self.sector is not None and sector != self.sector):
            return None
        return sector

    def _covers(self, period: Period, month: Month) -> bool:
        end = add(month, 1) - dt.timedelta(days=1)
        return (period.starts_on or dt.date.min) <= end and (period.ends_on or dt.date.max) >= month

    def _speaking(self, facility: int, month: Month) -> Period:
        periods = self.lives[facility]
        covering = [period for period in periods if self._covers(period, month)]
        ended = [period for period in periods if (period.ends_on or dt.date.max) < month]
        return (covering or ended or periods[:1])[-1]

    # What was received and fed

    def received(self, month: Month) -> list[str]:
        return [code for code in self.codes if (month, code) in self.world.covered]

    def _fed(self, facility: int, month: Month) -> int:
        if (month, self.world.homes[facility]) not in self.world.covered:
            return 0
        if self.sector_in(facility, month) is None:
            return 0
        return sum(self.world.fed.get((month, facility, code), 0) for code in TYPES)

    def facilities(self, codes: list[str]) -> list[int]:
        return [number for number, home in self.world.homes.items() if home in codes]

    def parc(self, month: Month, codes: list[str]) -> list[int]:
        return [
            facility
            for facility in self.facilities(codes)
            if self.sector_in(facility, month) is not None
            and (self.is_open(facility, month) or self.fed(facility, month) > 0)
        ]

    def _facts(self, month: Month, place: str | None) -> list[tuple[str, str, int]]:
        """(type, sector, documents) of a received cell, "Non ventilé" when no place."""
        found = []
        for (when, facility, code), documents in self.world.fed.items():
            if when == month and self.world.homes[facility] == place:
                sector = self.sector_in(facility, month)
                found += [] if sector is None else [(code, sector, documents)]
        for (when, where, _, code), (sector, documents) in self.world.carried.items():
            if when == month and where == place and self.sector in {None, sector}:
                found.append((code, sector, documents))
        return found

    def month_facts(self, month: Month) -> list[tuple[str, str, int]]:
        received = self.received(month)
        places: list[str | None] = [*received]
        if self.region and received:
            places.append(None)
        return [fact for place in places for fact in self.facts(month, place)]

    def documents(self, month: Month) -> int:
        return sum(documents for _, _, documents in self.month_facts(month))

    # Measures

    def window_of(self, month: Month, code: str) -> list[Month]:
        return [m for m in twelve_to(month) if (m, code) in self.world.covered]

    def long_codes(self, month: Month) -> list[str]:
        return [code for code in self.received(month) if len(self.window_of(month, code)) >= 9]

    def active_12m(self, month: Month, codes: list[str]) -> list[int]:
        return [
            facility
            for facility in self.parc(month, codes)
            if any(self.unfiltered.fed(facility, earlier) > 0 for earlier in twelve_to(month))
        ]

    @functools.cached_property
    def unfiltered(self) -> Oracle:
        """For the months before: the asked sector is that of the parc's month."""
        return Oracle(self.world, self.codes, region=self.region)

    def month_figures(self, month: Month) -> dict[str, Any]:
        received, long = self.received(month), self.long_codes(month)
        if not received:
            return dict.fromkeys(FIGURES)
        parc = self.parc(month, received)
        contributors = [facility for facility in parc if self.fed(facility, month) > 0]
        long_parc = len(self.parc(month, long)) if long else None
        active = len(self.active_12m(month, long)) if long else None
        counts = [len(self.window_of(month, code)) for code in received]
        unallocated = self.facts(month, None) if self.region else []
        return {
            "parc": len(parc),
            "contributors": len(contributors),
            "rate": divide(len(contributors), len(parc)),
            "contributors_12m": active,
            "parc_12m": long_parc,
            "rate_12m": divide(active, long_parc),
            "received_12m": min((n for n in counts if n >= 9), default=max(counts)),
            "total_documents": self.documents(month),
            "non_ventile": sum(documents for _, _, documents in unallocated),
        }

    def growth(self, last: Month | None) -> dict[str, Any]:
        recent = earlier = comparable = 0
        for month in twelve_to(last) if last else []:
            before = add(month, -12)
            both = [code for code in self.received(month) if code in self.received(before)]
            places: list[str | None] = [*both]
            if self.region and both and self.received(month) == self.received(before):
                places.append(None)
            comparable += bool(both)
            recent += sum(fact[2] for place in places for fact in self.facts(month, place))
            earlier += sum(fact[2] for place in places for fact in self.facts(before, place))
        ratio = divide(recent, earlier) if comparable >= 9 else None
        return {
            "recent": recent,
            "earlier": earlier,
            "comparable_months": comparable,
            "ratio": ratio,
            "change": None if ratio is None else ratio - 1,
        }

    def sectors(self, window: list[Month], last: Month | None) -> dict[str, Any]:
        facts = [fact for month in window for fact in self.month_facts(month)]
        last_sector: dict[int, str | None] = {}
        for month in window:
            for facility in self.facilities(self.received(month)):
                if self.fed(facility, month) > 0:
                    last_sector[facility] = self.sector_in(facility, month)
        everyone, total = len(last_sector), sum(fact[2] for fact in facts)
        found = {}
        for sector in SECTORS:
            contributors = list(last_sector.values()).count(sector)
            documents = sum(fact[2] for fact in facts if fact[1] == sector)
            asked = self.sector in {None, sector}
            alone = Oracle(self.world, self.codes, region=self.region, sector=sector)
            now = alone.month_figures(last) if last else {}
            if not asked:
                now = {key: value and 0 for key, value in now.items()}
                now |= {"rate": None, "rate_12m": None}
            found[sector] = {
                "contributors": contributors,
                "share": divide(contributors, everyone),
                "documents": documents,
                "documents_share": divide(documents, total),
                "month_contributors": now.get("contributors"),
                "month_parc": now.get("parc"),
                **{
                    key: now.get(key)
                    for key in ("rate", "contributors_12m", "parc_12m", "rate_12m")
                },
            }
        return found

    def provisional(self, months: list[Month]) -> list[Month]:
        """The latest received month; no cell of these worlds was confirmed."""
        latest = max(
            (cell[0] for cell in self.world.covered if cell[1] in self.codes), default=None
        )
        return [month for month in months if month == latest]

    def answer(self, first: Month, last: Month) -> dict[str, Any]:
        """Every figure of a period, None where unknown."""
        months = months_between(first, last)
        figures = [self.month_figures(month) for month in months]
        known = [month for month in months if self.received(month)]
        now = known[-1] if known else None
        window = [month for month in months if month > add(last, -12)]
        year = [month for month in twelve_to(now) if self.received(month)] if now else []
        codes = {fact[0] for month in known for fact in self.month_facts(month)}
        return {
            **{key: [figure[key] for figure in figures] for key in figures[0]},
            "documents": {
                code: [
                    sum(n for c, _, n in self.month_facts(month) if c == code)
                    if month in known
                    else None
                    for month in months
                ]
                for code in sorted(codes)
            },
            "received_departements": [len(self.received(month)) for month in months],
            "missing_months": [f"{month:%Y-%m}" for month in months if month not in known],
            "partial_months": [
                f"{month:%Y-%m}" for month in known if len(self.received(month)) < len(self.codes)
            ],
            "provisional_months": [f"{month:%Y-%m}" for month in self.provisional(months)],
            "last_received": f"{now:%Y-%m}" if now else None,
            "documents_12m": sum(map(self.documents, year)) if len(year) >= 9 else None,
            "growth": self.growth(now),
            "sectors": self.sectors(window, now),
        }
