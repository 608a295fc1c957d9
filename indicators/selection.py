"""What is being looked at: a territory, a period, an optional sector. The URL is this state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from reference import french
from reference.models import Departement, Region, Sector
from reference.months import shift, span

#: The sectors that can be chosen as a filter, in the order in which every chart shows them.
CHART_SECTORS: tuple[Sector, ...] = (
    Sector.PA,
    Sector.PH,
    Sector.DOM,
    Sector.PDE,
    Sector.PDS,
    Sector.AHI,
    Sector.UNKNOWN,
)


@dataclass(frozen=True)
class Territory:
    """A région or one of its départements, with its names as French sentences need them."""

    code: str  # "R27" or "D21": the form that commands and exports use
    name: str  # "Côte-d’Or", with the apostrophe of books everywhere: lookups join on names
    locative: str  # "en Côte-d’Or"
    of: str  # "de la Côte-d’Or"
    region_code: str
    departement_code: str | None  # None for a whole région
    departement_codes: tuple[str, ...]  # every département it holds, sorted

    @property
    def is_region(self) -> bool:
        """Whether this is a whole région."""
        return self.departement_code is None


@dataclass(frozen=True)
class Selection:
    """A question: this territory, these months (both included), this sector or all of them."""

    territory: Territory
    first: dt.date
    last: dt.date
    sector: Sector | None = None

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the first month of a selection comes after its last")

    @property
    def months(self) -> tuple[dt.date, ...]:
        """Every month of the period, received or not."""
        return tuple(span(self.first, self.last))

    @property
    def window(self) -> tuple[dt.date, dt.date]:
        """The last 12 months of the period (all of it when shorter), over which sectors split."""
        return max(self.first, shift(self.last, -11)), self.last


def region_territory(
    region: Region, departements: Iterable[Departement] | None = None
) -> Territory:
    """The territory of a whole région. Queries its départements once, unless they are given."""
    if departements is None:
        codes = tuple(sorted(region.departements.values_list("code", flat=True)))
    else:
        codes = tuple(sorted(departement.code for departement in departements))
    return Territory(
        code=f"R{region.code}",
        name=french.typographic(region.name),
        locative=french.typographic(f"en {region.name}"),
        of=french.typographic(region.of),
        region_code=region.code,
        departement_code=None,
        departement_codes=codes,
    )


def departement_territory(departement: Departement) -> Territory:
    """The territory of one département. Queries nothing."""
    return Territory(
        code=f"D{departement.code}",
        name=french.typographic(departement.name),
        locative=french.typographic(departement.locative),
        of=french.typographic(departement.of),
        region_code=departement.region_id,
        departement_code=departement.code,
        departement_codes=(departement.code,),
    )
