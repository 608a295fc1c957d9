"""What the page of a perimeter is told from: read once for a page, kept for a data version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from dashboard.kept import once
from dashboard.perimeter import Category, Count, Place, as_choices, categories, counts, told_apart
from indicators.perimeter import (
    Basis,
    Effect,
    effect,
    last_month,
    read_basis,
    received_months,
)
from indicators.selection import Territory, region_territory
from reference.models import Region
from reference.months import first_day


@dataclass(frozen=True)
class Survey:
    """A région at one data version: what it received, and where its categories stand.

    `names`: its départements by code. `month`: the last received, None before any; `shown` is
    then the present one.
    """

    region: Region
    version: int
    territory: Territory
    names: Mapping[str, str]
    received: Mapping[str, frozenset[dt.date]]
    known: Mapping[str, Category]

    @property
    def month(self) -> dt.date | None:
        """The last month received for at least one of its départements."""
        return last_month(self.received)

    @property
    def shown(self) -> dt.date:
        """The month in which facilities are counted."""
        return self.month or first_day(timezone.localdate())

    @property
    def basis(self) -> Basis:
        """What everything is counted from. Three queries, once for a data version."""
        codes, shown = self.territory.departement_codes, self.shown
        return once(
            self.version, lambda: read_basis(codes, self.received, shown), "périmètre", codes, shown
        )

    @property
    def counts(self) -> dict[str, Count]:
        """The facilities of each category."""
        codes, shown = self.territory.departement_codes, self.shown
        return once(self.version, lambda: counts(self.basis), "catégories", codes, shown)

    def effect(self, wanted: Mapping[str, Place]) -> Effect:
        """What a proposal would do; kept unless a file could not be read, which may pass."""
        made: list[Effect] = []

        def make() -> Effect | None:
            choices = as_choices(self.region, self.known, wanted)
            made.append(effect(self.region, self.basis, choices))
            return made[0] if made[0].exact else None

        names = self.region.code, self.shown, told_apart(wanted)
        return once(self.version, make, "effet", *names) or made[0]


def survey(region: Region, version: int) -> Survey:
    """What is known of a région, in a snapshot of a data version. Four queries."""
    departements = list(region.departements.order_by("code"))
    territory = region_territory(region, departements)
    return Survey(
        region,
        version,
        territory,
        names={each.code: each.name for each in departements},
        received=received_months(territory.departement_codes),
        known=categories(region),
    )
