"""The perimeter of a région: which categories its rates count, in which sector, and its changes.

A category has the place that the région chose, else the national one. What is written goes with
a new ground and a line of the audit trail, in one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import pandas as pd
from django.db import transaction

from accounts import audit
from accounts.models import User
from indicators.perimeter import Basis
from indicators.selection import CHART_SECTORS
from reference.french import typographic
from reference.models import (
    FacilityCategory,
    PerimeterChoice,
    Region,
    Sector,
    lock_data_version,
    raise_data_version,
)
from reference.standing import CHOICE_COLUMNS

#: In the order of every chart, then what is out of the field.
SECTORS = (*CHART_SECTORS, Sector.OTHER)


@dataclass(frozen=True)
class Place:
    """Where a category stands: its sector, and whether rates count it."""

    sector: Sector
    inside: bool

    @property
    def words(self) -> str:
        """ "Domicile, dans le périmètre"."""
        stands = "dans le" if self.inside else "hors"
        return f"{typographic(self.sector.label)}, {stands} périmètre"


@dataclass(frozen=True)
class Category:
    """A category in one région."""

    code: str
    label: str
    confidence: str
    national: Place
    place: Place

    @property
    def name(self) -> str:
        """Its code and label, as pages write them."""
        return f"{self.code} {typographic(self.label)}"

    @property
    def chosen(self) -> bool:
        """Whether the région departs from the national values."""
        return self.place != self.national


@dataclass(frozen=True)
class Count:
    """The facilities of a category that are open in the last received month."""

    open: int = 0
    contributors: int = 0  # of them, over 12 months; those out of the perimeter are not counted
    imposed: int = 0  # of them, those whose sector is imposed on them one by one


class StalePerimeterError(Exception):
    """Somebody changed the perimeter since it was shown."""


def categories(region: Region) -> dict[str, Category]:
    """Every category as it stands in a région, by code, in two queries."""
    choices = {
        choice.category_id: Place(Sector(choice.sector), choice.in_perimeter)
        for choice in PerimeterChoice.objects.filter(region=region)
    }
    known = {}
    rows = FacilityCategory.objects.order_by("code")
    told = rows.values_list("code", "label", "confidence", "sector", "in_perimeter")
    for code, label, confidence, sector, inside in told:
        national = Place(Sector(sector), inside)
        known[code] = Category(code, label, confidence, national, choices.get(code, national))
    return known


def counts(basis: Basis) -> dict[str, Count]:
    """How many facilities of each category are open in the month of a basis."""
    rows, opened = basis.speaking
    told = ["facility_id", "category", "in_perimeter", "imposed"]
    stood = basis.periods[told].take(rows[-1][opened[-1]])
    fed = basis.contributors["facility_id"].unique()
    stood["contributors"] = stood["facility_id"].isin(fed) & stood["in_perimeter"]
    by_category = stood.groupby("category")
    found = by_category[["contributors", "imposed"]].agg("sum").assign(open=by_category.size())
    return {
        str(code): Count(int(row["open"]), int(row["contributors"]), int(row["imposed"]))
        for code, row in found.iterrows()
    }


def fingerprint(known: Mapping[str, Category]) -> str:
    """Names the places of all categories: another one means that somebody changed them."""
    places = told_apart({code: each.place for code, each in known.items()})
    return hashlib.sha256(repr(places).encode()).hexdigest()[:32]


def told_apart(wanted: Mapping[str, Place]) -> list[tuple[str, str, bool]]:
    """What tells a proposal from any other."""
    return sorted((code, place.sector.value, place.inside) for code, place in wanted.items())


def changes(
    known: Mapping[str, Category], wanted: Mapping[str, Place]
) -> dict[str, tuple[Category, Place]]:
    """What a proposal changes: by code, the category as it stands and its new place."""
    return {
        code: (known[code], place)
        for code, place in sorted(wanted.items())
        if known[code].place != place
    }


def as_choices(
    region: Region, known: Mapping[str, Category], wanted: Mapping[str, Place]
) -> pd.DataFrame:
    """All the choices of the région once a proposal is applied, with CHOICE_COLUMNS."""
    places = {code: each.place for code, each in known.items()} | dict(wanted)
    rows = [
        (region.code, code, place.sector.value, place.inside)
        for code, place in places.items()
        if place != known[code].national
    ]
    return pd.DataFrame(rows, columns=CHOICE_COLUMNS)


@transaction.atomic
def apply(region: Region, wanted: Mapping[str, Place], *, seen: str, actor: User) -> int:
    """Make a proposal the perimeter of the région; returns how many categories change.

    `seen`: the fingerprint of the perimeter that the proposal was made from. A category that
    takes the national values follows them again. The sweep then recomputes every figure once.

    Raises:
        StalePerimeterError: the perimeter is not the one that was seen; nothing is changed.
    """
    lock_data_version()  # before reading: whoever changes the ground takes this row first
    known = categories(region)
    if fingerprint(known) != seen:
        raise StalePerimeterError
    changed = changes(known, wanted)
    if not changed:
        return 0
    PerimeterChoice.objects.filter(region=region, category__in=list(changed)).delete()
    PerimeterChoice.objects.bulk_create(
        PerimeterChoice(
            region=region, category_id=code, sector=place.sector, in_perimeter=place.inside
        )
        for code, (category, place) in changed.items()
        if place != category.national
    )
    raise_data_version(f"périmètre {region.of}", ground=True)
    audit.record(
        "périmètre modifié",
        actor=actor,
        target=f"{len(changed)} catégorie{'s' if len(changed) > 1 else ''}",
        region=region,
        changes=[
            f"{code} {category.label} ({category.place.words} → {place.words})"
            for code, (category, place) in changed.items()
        ],
    )
    return len(changed)


# --- Proposals made beforehand --------------------------------------------------------------------

NURSING_AT_HOME = "354"  # SSIAD


def _nursing_with_the_aged(known: Mapping[str, Category]) -> dict[str, Place]:
    return {NURSING_AT_HOME: Place(Sector.PA, inside=True)} if NURSING_AT_HOME in known else {}


def _without_probable_sectors(known: Mapping[str, Category]) -> dict[str, Place]:
    """What is only probably AHI or child protection leaves the perimeter.

    With it, the parc comes nearest to the one that the committee's own figures imply.
    """
    return {
        code: Place(each.place.sector, inside=False)
        for code, each in known.items()
        if each.place.sector in {Sector.AHI, Sector.PDE} and each.confidence == "moyenne"
    }


def _national(known: Mapping[str, Category]) -> dict[str, Place]:
    return {code: each.national for code, each in known.items() if each.chosen}


@dataclass(frozen=True)
class Preset:
    """A proposal made beforehand: its name in the query string, its label, what it changes."""

    code: str
    label: str
    propose: Callable[[Mapping[str, Category]], dict[str, Place]]


PRESETS: Collection[Preset] = (
    Preset("ssiad-pa", "SSIAD en PA", _nursing_with_the_aged),
    Preset(
        "sans-ahi-ni-pde-moyens",
        "Sans AHI ni PDE de confiance moyenne",
        _without_probable_sectors,
    ),
    Preset("national", "Revenir aux valeurs nationales", _national),
)
