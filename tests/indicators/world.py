"""A small invented world, as plain lists: what the oracle computes from, and how it is loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd
from django.db import transaction

from indicators.facts import CellFacts, Coverage, replace_cells
from reference.models import (
    DataVersion,
    Departement,
    DocumentGroup,
    DocumentType,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    Region,
    Sector,
)

REGION = "ZZ"
CODES = [f"Z0{number}" for number in range(1, 9)]
TYPES = ["T-1", "T-2", "T-3"]
#: category → (sector, in the perimeter)
CATEGORIES = {
    "TPA": ("PA", True),
    "TPH": ("PH", True),
    "TDOM": ("DOM", True),
    "TXX": ("INCONNU", True),
    "TOUT": ("AUTRE", False),
    "TNON": ("PA", False),
}

Month = dt.date
Cell = tuple[Month, str]


@dataclass(frozen=True)
class Period:
    """A facility, open from a day to another (None: no bound), of one category."""

    facility: int
    starts_on: dt.date | None
    ends_on: dt.date | None
    category: str


@dataclass(frozen=True)
class World:
    """Facilities by number, what they were, what they fed, what legal entities carried."""

    departements: list[str]
    homes: dict[int, str]
    periods: list[Period]
    fed: dict[tuple[Month, int, str], int]
    covered: set[Cell]
    carried: dict[tuple[Month, str | None, int, str], tuple[str, int]] = field(default_factory=dict)


def lay_ground() -> None:
    """The region, its départements, categories, types and the DataVersion."""
    DataVersion.objects.get_or_create(pk=1)
    region, _ = Region.objects.get_or_create(
        code=REGION, defaults={"name": "Région d'essai", "slug": "essai", "linking_type": 0}
    )
    for code in CODES:
        Departement.objects.get_or_create(
            code=code,
            defaults={
                "name": f"Essai {code}",
                "locative": f"dans l'Essai {code}",
                "linking_type": 5,
                "region": region,
            },
        )
    for code, (sector, inside) in CATEGORIES.items():
        FacilityCategory.objects.get_or_create(
            code=code, defaults={"label": code, "sector": sector, "in_perimeter": inside}
        )
    group, _ = DocumentGroup.objects.get_or_create(
        code="essai", defaults={"label": "Essai", "position": 900, "color": "#000000"}
    )
    for code in TYPES:
        DocumentType.objects.get_or_create(code=code, defaults={"label": code, "group": group})


def load_register(world: World) -> None:
    """Create the facilities of the world, with its numbers as keys, and their periods."""
    owner, _ = LegalEntity.objects.get_or_create(pk=1, defaults={"finess": "Y00000001"})
    LegalEntity.objects.bulk_create(
        LegalEntity(pk=entity, finess=f"Y{entity:08d}")
        for entity in sorted({key[2] for key in world.carried} - {1})
    )
    Facility.objects.bulk_create(
        Facility(
            pk=number,
            finess=f"Z{number:08d}",
            name=f"Essai {number}",
            departement_id=home,
            seen_on=dt.date(2025, 1, 1),
        )
        for number, home in world.homes.items()
    )
    FacilityPeriod.objects.bulk_create(
        FacilityPeriod(
            facility_id=period.facility,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            category_id=period.category,
            legal_entity=owner,
        )
        for period in world.periods
    )


def cells(world: World, received: Iterable[Cell] | None = None) -> list[CellFacts]:
    """The world's facts as cells to publish (of some cells only, when given)."""
    types = dict(DocumentType.objects.filter(code__in=TYPES).values_list("code", "pk"))
    chosen = world.covered if received is None else set(received)
    fed = pd.DataFrame(
        [
            (month, world.homes[facility], facility, types[code], documents)
            for (month, facility, code), documents in world.fed.items()
        ],
        columns=["month", "departement", "facility_id", "document_type_id", "documents"],
    ).assign(dmp=pd.array([pd.NA] * len(world.fed), dtype="Int64"))
    carried = pd.DataFrame(
        [
            (month, place or "", entity, types[code], sector, documents)
            for (month, place, entity, code), (sector, documents) in world.carried.items()
        ],
        columns=[
            "month", "departement", "legal_entity_id", "document_type_id", "sector", "documents",
        ],
    ).assign(dmp=pd.array([pd.NA] * len(world.carried), dtype="Int64"))  # fmt: skip

    by_cell = {
        name: dict(tuple(frame.groupby(["month", "departement"])))
        for name, frame in (("fed", fed), ("carried", carried))
    }
    nothing = {"fed": fed.iloc[:0], "carried": carried.iloc[:0]}

    def at(name: str, month: Month, place: str) -> pd.DataFrame:
        return by_cell[name].get((month, place), nothing[name])

    of_departements = [
        CellFacts(
            month, REGION, code, at("fed", month, code), at("carried", month, code), coverage(month)
        )
        for month, code in sorted(chosen)
    ]
    months = {month for month, place, _, _ in world.carried if place is None} & {
        month for month, _ in chosen
    }
    unallocated = [
        CellFacts(month, REGION, None, fed.iloc[:0], at("carried", month, ""), None)
        for month in sorted(months)
    ]
    return of_departements + unallocated


def coverage(month: Month) -> Coverage:
    """Received 40 days after the month began, not confirmed."""
    return Coverage(month + dt.timedelta(days=40), f"fichier_{month:%Y_%m}.csv", confirmed=False)


def publish(cells: list[CellFacts]) -> None:
    """Replace cells in a transaction, as publishing does."""
    with transaction.atomic():
        replace_cells(cells)


def lay(world: World) -> None:
    """Load a whole world."""
    load_register(world)
    publish(cells(world))


SECTORS = [str(sector) for sector in Sector if sector != Sector.OTHER]
