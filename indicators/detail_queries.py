"""What the details of a selection are computed from: a few narrow reads, as columns of integers.

The number of queries depends on neither months, départements nor facilities. The server groups
rows and sends one text a group, which numpy takes in many times faster than as many rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Exists, Expression, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from indicators.models import CoveredMonth, EntityFeeding, FacilityMonth, Feeding, MonthlyVolume
from indicators.selection import CHART_SECTORS, Selection
from reference.models import FacilityPeriod
from reference.standing import standing

Ints = NDArray[np.int64]
Table = dict[str, Ints]
Numbers = dict[str | None, int]

#: The group of the document types that charts show as "Autres".
OTHERS = "autres"
#: Stands for "Non ventilé" where places are numbered.
UNALLOCATED = -1

SECTOR_NUMBERS = {str(sector): number for number, sector in enumerate(CHART_SECTORS)}
#: Stand for a period without a first or a last day, as in `reference.standing`.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)


#: What is read of a legal entity: see `Entity`.
ENTITY = ("pk", "finess", "name", "group")


class Days(Func):
    """A date as the days since 1970, an integer that numpy reads."""

    template = "(%(expressions)s - DATE '1970-01-01')"
    output_field = models.IntegerField()


class Entity(NamedTuple):
    """A legal entity."""

    finess: str
    name: str
    group: str


@dataclass(frozen=True)
class Kind:
    """A document type."""

    code: str
    label: str
    generic: bool
    other: bool  # whether charts show it as "Autres"


@dataclass(frozen=True)
class Owner:
    """An organisme gestionnaire, or the groupe de rattachement of several (its first FINESS)."""

    finess: str
    name: str


@dataclass(frozen=True)
class DetailReadings:
    """Tables of columns of integers, up to the selection's last month, of its sector only.

    Months are numbered by `month_number`; place, sector, kind and owner by their rank in `places`,
    CHART_SECTORS, `kinds` and `owners`; facilities from 0 to `facility_count`.

    `cells`: month, place of what was received.
    `volumes`: month, place, sector, kind, carried (0 or 1), documents; UNALLOCATED is a place too.
    `facilities`: month, place, facility, owner, documents of every contributor.
    `carried`: month, place, kind, owner, documents,
    `others`: the same, fed by facilities: of types shown as "Autres", in the window.
    """

    places: tuple[str, ...]
    names: Mapping[str, str]  # of the places of which anything was received
    kinds: tuple[Kind, ...]
    owners: tuple[Owner, ...]
    facility_count: int
    cells: Table
    volumes: Table
    facilities: Table
    carried: Table
    others: Table

    def of(self, place: int) -> DetailReadings:
        """Those of one département."""
        return replace(
            self,
            cells=chosen(self.cells, self.cells["place"] == place),
            volumes=chosen(self.volumes, self.volumes["place"] == place),
            facilities=chosen(self.facilities, self.facilities["place"] == place),
            carried=chosen(self.carried, self.carried["place"] == place),
            others=chosen(self.others, self.others["place"] == place),
        )


def month_number(month: dt.date) -> int:
    """Months since January 1970, so that differences are months."""
    return (month.year - 1970) * 12 + month.month - 1


def month_of(number: int) -> dt.date:
    """The month of a number."""
    return dt.date(1970 + number // 12, number % 12 + 1, 1)


def chosen(table: Table, rows: NDArray[np.bool_]) -> Table:
    """Some rows of a table."""
    return {name: column[rows] for name, column in table.items()}


def read_details(selection: Selection) -> DetailReadings:
    """Read all that `details` needs, in six queries at most."""
    places = selection.territory.departement_codes
    numbers: Numbers = {code: number for number, code in enumerate(places)}
    numbers[None] = UNALLOCATED
    names, cells = _cells(selection, numbers)
    kinds, volumes = _volumes(selection, numbers)
    kind_numbers: Numbers = {kind.code: number for number, kind in enumerate(kinds)}
    facilities = _facilities(selection, numbers)
    others = _others(selection, numbers, kind_numbers)
    entities, periods = _periods(places)
    carriers, carried = _carried(selection, numbers, kind_numbers)
    owners, of_entity = _owners({**entities, **carriers})
    for table in (facilities, others):
        table["owner"] = of_entity(owning(periods, table["month"], table["facility"]))
    carried["owner"] = of_entity(carried.pop("entity"))
    known, facilities["facility"] = np.unique(facilities["facility"], return_inverse=True)
    return DetailReadings(
        places=places,
        names=names,
        kinds=kinds,
        owners=owners,
        facility_count=len(known),
        cells=cells,
        volumes=volumes,
        facilities=facilities,
        carried=carried,
        others=others,
    )


def owning(periods: Table, months: Ints, facilities: Ints) -> Ints:
    """The legal entity of each facility in each month, by the rule of `reference.standing`.

    `periods`: facility, entity, starts and ends (days since 1970).
    """
    known, first = np.unique(periods["facility"], return_index=True)
    found: Ints = periods["entity"][first][np.searchsorted(known, facilities)]
    pairs = np.unique(np.stack([periods["facility"], periods["entity"]]), axis=1)[0]
    changed = pairs[1:][pairs[1:] == pairs[:-1]]  # those that passed from one to another: few
    moved = np.isin(facilities, changed)
    frame = _period_frame(chosen(periods, np.isin(periods["facility"], changed)))
    for month in np.unique(months[moved]):
        rows = moved & (months == month)
        stood = standing(frame, month_of(int(month)))
        found[rows] = stood["entity"].loc[facilities[rows]].to_numpy()
    return found


def _period_frame(periods: Table) -> pd.DataFrame:
    """Periods as `standing` takes them."""
    days = {name: periods[name].astype("datetime64[D]") for name in ("starts", "ends")}
    return pd.DataFrame(
        {
            "facility_id": periods["facility"],
            "entity": periods["entity"],
            "starts_on": pd.Series(days["starts"]).astype("datetime64[s]"),
            "ends_on": pd.Series(days["ends"]).astype("datetime64[s]"),
        }
    )


def _cells(selection: Selection, numbers: Numbers) -> tuple[dict[str, str], Table]:
    """The names of the places received, and their cells."""
    rows = CoveredMonth.objects.filter(
        departement__in=selection.territory.departement_codes, month__lte=selection.last
    )
    keys = ("departement_id", "departement__name")
    found = _packed(rows, keys, Days("month"))
    table = _table(
        [((numbers[code],), text) for code, _, text in found], keys=("place",), columns=("month",)
    )
    return {code: name for code, name, _ in found}, table


def _volumes(selection: Selection, numbers: Numbers) -> tuple[tuple[Kind, ...], Table]:
    """The document types met, by code, and the volumes."""
    rows = MonthlyVolume.objects.filter(
        _place(selection), _of_sector(selection), month__lte=selection.last
    )
    of_type = [f"document_type__{name}" for name in ("code", "label", "generic", "group_id")]
    keys = [*of_type, "departement_id", "sector"]
    carried = Cast("carried", models.IntegerField())
    found = _packed(rows, keys, Days("month"), carried, F("documents"))
    kinds = {
        code: Kind(code, label, generic, group == OTHERS)
        for code, label, generic, group in sorted({row[:4] for row in found})
    }
    ranks = {code: rank for rank, code in enumerate(kinds)}
    table = _table(
        [
            ((ranks[code], numbers[place], SECTOR_NUMBERS[sector]), text)
            for code, _, _, _, place, sector, text in found
        ],
        keys=("kind", "place", "sector"),
        columns=("month", "carried", "documents"),
    )
    return tuple(kinds.values()), table


def _facilities(selection: Selection, numbers: Numbers) -> Table:
    """Contributors; their `facility` is still the key of the register."""
    rows = FacilityMonth.objects.filter(
        _of_sector(selection),
        departement__in=selection.territory.departement_codes,
        month__lte=selection.last,
    )
    found = _packed(rows, ("departement_id", "month"), F("facility_id"), F("documents"))
    return _table(
        [((numbers[place], month_number(month)), text) for place, month, text in found],
        keys=("place", "month"),
        columns=("facility", "documents"),
    )


def _others(selection: Selection, numbers: Numbers, kinds: Numbers) -> Table:
    """Facts of facilities in the window, of the types shown as "Autres"."""
    inside = FacilityMonth.objects.filter(
        _of_sector(selection), month=OuterRef("month"), facility=OuterRef("facility_id")
    )
    rows = Feeding.objects.filter(
        Exists(inside),
        month__range=selection.window,
        facility__departement__in=selection.territory.departement_codes,
        document_type__group=OTHERS,
        documents__gt=0,
    )
    keys = ("document_type__code", "facility__departement_id", "month")
    found = _packed(rows, keys, F("facility_id"), F("documents"))
    return _table(
        [
            ((kinds[code], numbers[place], month_number(month)), text)
            for code, place, month, text in found
        ],
        keys=("kind", "place", "month"),
        columns=("facility", "documents"),
    )


def _periods(places: Sequence[str]) -> tuple[dict[int, Entity], Table]:
    """The legal entities of the facilities of some départements, and since when until when."""
    rows = FacilityPeriod.objects.filter(facility__departement__in=places)
    first, last = (Value(day, models.DateField()) for day in (FIRST_DAY, LAST_DAY))
    found = _packed(
        rows,
        [f"legal_entity__{name}" for name in ENTITY],
        F("facility_id"),
        Days(Coalesce("starts_on", first)),
        Days(Coalesce("ends_on", last)),
    )
    table = _table(
        [((entity,), text) for entity, *_, text in found],
        keys=("entity",),
        columns=("facility", "starts", "ends"),
    )
    return {entity: Entity(*named) for entity, *named, _ in found}, table


def _carried(
    selection: Selection, numbers: Numbers, kinds: Numbers
) -> tuple[dict[int, Entity], Table]:
    """The legal entities that carry documents, and these."""
    rows = EntityFeeding.objects.filter(
        _place(selection), _of_sector(selection), month__lte=selection.last
    )
    keys = [f"legal_entity__{name}" for name in ENTITY]
    keys += ["departement_id", "document_type__code"]
    found = _packed(rows, keys, Days("month"), F("documents"))
    table = _table(
        [
            ((entity, numbers[place], kinds[code]), text)
            for entity, _, _, _, place, code, text in found
        ],
        keys=("entity", "place", "kind"),
        columns=("month", "documents"),
    )
    return {entity: Entity(*named[:3]) for entity, *named in found}, table


def _owners(entities: Mapping[int, Entity]) -> tuple[tuple[Owner, ...], Callable[[Ints], Ints]]:
    """Who owns, several entities of one group being one, and how to tell it from an entity."""
    groups: dict[str, list[Entity]] = defaultdict(list)
    for entity in sorted(entities.values()):
        groups[entity.group or entity.finess].append(entity)
    owners = tuple(
        Owner(members[0].finess, members[0].group or members[0].name or members[0].finess)
        for members in groups.values()
    )
    ranks = {name: rank for rank, name in enumerate(groups)}
    known = np.array(sorted(entities), dtype="int64")
    owned = np.array(
        [ranks[entities[key].group or entities[key].finess] for key in sorted(entities)],
        dtype="int64",
    )
    return owners, lambda keys: owned[np.searchsorted(known, keys)]


def _place(selection: Selection) -> Q:
    """The territory, "Non ventilé" included for a whole région."""
    territory = selection.territory
    place = Q(departement__in=territory.departement_codes)
    if territory.is_region:
        place |= Q(departement__isnull=True)
    return Q(region=territory.region_code) & place


def _of_sector(selection: Selection) -> Q:
    return Q() if selection.sector is None else Q(sector=selection.sector)


def _packed(
    rows: QuerySet[Any, Any], keys: Sequence[str], *columns: Expression | F
) -> list[tuple[Any, ...]]:
    """Rows grouped by `keys`: these, then the integers of `columns` of each row in one text."""
    line = Func(Value(","), *columns, function="concat_ws", output_field=models.TextField())
    grouped = rows.order_by().values(*keys).annotate(packed=StringAgg(line, ","))
    return list(grouped.values_list(*keys, "packed"))


def _table(
    groups: Sequence[tuple[tuple[int, ...], str]], keys: Sequence[str], columns: Sequence[str]
) -> Table:
    """The rows of all groups, those of a group with its numbers: the reverse of `_packed`."""
    texts = [text for _, text in groups]
    flat = np.fromstring(",".join(texts), dtype="int64", sep=",") if texts else np.zeros(0)
    values = flat.astype("int64").reshape(-1, len(columns))
    lengths = [(text.count(",") + 1) // len(columns) for text in texts]
    of_groups = np.array([numbers for numbers, _ in groups], dtype="int64").reshape(-1, len(keys))
    table = {name: values[:, rank] for rank, name in enumerate(columns)}
    table |= {name: np.repeat(of_groups[:, rank], lengths) for rank, name in enumerate(keys)}
    if "month" in columns:  # sent as days
        months = table["month"].astype("datetime64[D]").astype("datetime64[M]")
        table["month"] = months.astype("int64")
    return table
