"""Where the cells of a month come from, and what they become when a file is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet

from ingestion.models import Extract, Kind, Layer, State
from ingestion.publishing.layers import Cell, by_cell, cell_of, in_force
from reference.models import Departement, Region
from reference.months import in_french

UNALLOCATED = "Non ventilé"


@dataclass
class Version:
    """A file that spoke in a month; `places`: where it is in force, `former`: where it was."""

    extract: Extract
    places: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    @property
    def can_speak_again(self) -> bool:
        """Whether republishing it can be offered; the act itself decides."""
        return bool(self.extract.records) and (
            self.extract.state in {State.SUPERSEDED, State.WITHDRAWN}
            or (self.extract.state == State.PUBLISHED and bool(self.former))
        )


@dataclass(frozen=True)
class Place:
    """A cell of the month: its name, its layers in force in the order in which they speak."""

    name: str
    code: str
    layers: list[Layer]


@dataclass(frozen=True)
class Month:
    """A région's month: its cells, the files in force in it, then those that no longer are."""

    places: list[Place]
    current: list[Version]
    earlier: list[Version]


def month_of(region: Region, month: dt.date) -> Month:
    """Where each cell of a région's month comes from. Two queries."""
    departements = list(Departement.objects.filter(region=region).order_by("code"))
    names = {each.code: each.name for each in departements}
    layers = list(
        Layer.objects.filter(region=region, month=month)
        .select_related("extract__author", "extract__region", "extract__source")
        .order_by("rank", "pk")
    )
    standing = by_cell(layer for layer in layers if layer.in_force)
    places = [
        Place(names.get(code, UNALLOCATED), code, standing.get(Cell(month, region.pk, key), []))
        for code, key in [*((code, code) for code in names), ("", None)]
    ]
    found: dict[int, Version] = {}
    for layer in layers:
        version = found.setdefault(layer.extract_id, Version(layer.extract))
        place = names.get(layer.departement_id or "", UNALLOCATED)
        _put(version.places if layer.in_force else version.former, place)
    for version in found.values():
        version.former = [place for place in version.former if place not in version.places]
    latest = sorted(found.values(), key=lambda version: version.extract.received_at, reverse=True)
    return Month(
        places,
        [version for version in latest if version.places],
        [version for version in latest if not version.places],
    )


@dataclass(frozen=True)
class Becoming:
    """Cells of one month that become the same: what `remaining` files say, or not received."""

    month: str
    places: list[str]
    remaining: list[Extract]


def after_withdrawal(extract: Extract) -> list[Becoming]:
    """What each cell of a file in force becomes when it is withdrawn, by month. Two queries."""
    own = list(extract.layers.filter(in_force=True).select_related("departement"))
    standing = by_cell(in_force({layer.month for layer in own}))
    grouped: defaultdict[tuple[dt.date, tuple[int, ...]], list[str]] = defaultdict(list)
    extracts: dict[int, Extract] = {}
    for layer in sorted(own, key=lambda layer: (layer.month, layer.departement_id or "~")):
        others = [each for each in standing[cell_of(layer)] if each.extract_id != extract.pk]
        extracts |= {each.extract_id: each.extract for each in others}
        key = (layer.month, tuple(each.extract_id for each in others))
        grouped[key].append(layer.departement.name if layer.departement else UNALLOCATED)
    return [
        Becoming(in_french(month), places, [extracts[pk] for pk in pks])
        for (month, pks), places in grouped.items()
    ]


def earlier_versions(extract: Extract) -> QuerySet[Extract]:
    """The kept files that spoke in a cell of this one and could be published again after it."""
    cells = extract.layers.filter(in_force=True)
    return (
        Extract.objects.filter(
            layers__in_force=False,
            layers__withdrawn=False,
            layers__month__in=cells.values("month"),
            layers__region__in=cells.values("region"),
            kind=Kind.MONTHLY,
            state__in=[State.SUPERSEDED, State.PUBLISHED, State.WITHDRAWN],
            records__gt="",
        )
        .exclude(pk=extract.pk)
        .select_related("author", "region")
        .distinct()
    )


def spoken_in(extract: Extract) -> list[tuple[str, list[str]]]:
    """The months of a file's layers, in force or not, each with its départements. One query."""
    rows = (
        extract.layers.order_by("month", "departement__code")
        .values_list("month", "departement__name")
        .distinct()
    )
    months: defaultdict[dt.date, list[str]] = defaultdict(list)
    for month, name in rows:
        _put(months[month], name or UNALLOCATED)
    return [(in_french(month), places) for month, places in months.items()]


def _put(places: list[str], place: str) -> None:
    if place not in places:
        places.append(place)
