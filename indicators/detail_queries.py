"""What the details of a selection are computed from: a few narrow reads, as columns of integers.

The number of queries depends on neither months, départements nor facilities. The server groups
rows and sends each column of a group at once, as bytes that numpy takes in as they are: rows by
the ten thousands come many times faster than one by one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from django.db import models
from django.db.models import Aggregate, Expression, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from indicators.models import CoveredMonth, EntityFeeding, FacilityMonth, Feeding, MonthlyVolume
from indicators.selection import CHART_SECTORS, Selection
from reference.models import FacilityPeriod
from reference.months import span

Ints = NDArray[np.int64]
Table = dict[str, Ints]
Numbers = dict[str | None, int]
Names = dict[str, str]

#: The group of the document types that charts show as "Autres".
OTHERS = "autres"
#: Stands for "Non ventilé" where places are numbered.
UNALLOCATED = -1

SECTOR_NUMBERS = {str(sector): number for number, sector in enumerate(CHART_SECTORS)}
#: Stands for a period without a first day.
FIRST_DAY = dt.date(1900, 1, 1)
#: More than there are months between the ends of any calendar.
MANY_MONTHS = 1 << 20


#: What is read of a legal entity: see `Entity`.
ENTITY = ("pk", "finess", "name", "group")


class Days(Func):
    """A date as the days since 1970."""

    template = "(%(expressions)s - DATE '1970-01-01')"
    output_field = models.IntegerField()


class Sent(Aggregate):
    """An integer of each row of a group, in one value that numpy takes in as it is."""

    function = "string_agg"
    template = "%(function)s(int8send((%(expressions)s)::int8), ''::bytea)"
    output_field = models.BinaryField()


class Among(Func):
    """Whether a number is one of many, which are sent as one value."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, column: str, numbers: list[int]) -> None:
        super().__init__(column, Value(numbers))


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
    names: Names  # of the places with any document
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
    """Read all that `details` needs, in five queries at most."""
    places = selection.territory.departement_codes
    numbers: Numbers = {code: number for number, code in enumerate(places)}
    numbers[None] = UNALLOCATED
    cells, facilities = _received(selection, numbers)
    kinds, names, volumes = _volumes(selection, numbers)
    others = _others(selection, kinds, facilities)
    entities, periods = _periods(facilities["facility"])
    carriers, carried = _carried(selection, numbers, kinds, volumes)
    owners, of_entity = _owners({**entities, **carriers})
    for table in (facilities, others):
        table["owner"] = of_entity(owning(periods, table["month"], table["facility"]))
    carried["owner"] = of_entity(carried["entity"])
    known, facilities["facility"] = np.unique(facilities["facility"], return_inverse=True)
    return DetailReadings(
        places=places,
        names=names,
        kinds=tuple(kinds.values()),
        owners=owners,
        facility_count=len(known),
        cells=cells,
        volumes=volumes,
        facilities=facilities,
        carried=carried,
        others=others,
    )


def owning(periods: Table, months: Ints, facilities: Ints) -> Ints:
    """The legal entity of each facility in each month.

    That of its last period begun by the end of the month, else of its first, as in
    `reference.standing` (registers close a period before they append the next). `periods`:
    facility, entity, month (that of its first day); every facility has one at least.
    """
    order = np.lexsort((periods["month"], periods["facility"]))
    known, began = periods["facility"][order], periods["month"][order]
    spoken = np.searchsorted(_packed(began, known), _packed(months, facilities), side="right") - 1
    owned: Ints = periods["entity"][order][np.maximum(spoken, np.searchsorted(known, facilities))]
    return owned


def _packed(months: Ints, facilities: Ints) -> Ints:
    """A facility and a month as one integer, facilities first."""
    packed: Ints = facilities * MANY_MONTHS + months + MANY_MONTHS // 2
    return packed


def _received(selection: Selection, numbers: Numbers) -> tuple[Table, Table]:
    """The cells received, and who fed in them (by register key)."""
    known = {
        "departement__in": selection.territory.departement_codes,
        "month__lte": selection.last,
    }
    nothing = Value(None, output_field=models.BinaryField())
    cells = _sent(CoveredMonth.objects.filter(**known), ["departement_id"], Days("month"))
    contributors = _sent(
        FacilityMonth.objects.filter(_of_sector(selection), **known),
        ["departement_id"],
        *(Days("month"), F("facility_id"), F("documents")),
    )
    found = list(cells.annotate(b=nothing, c=nothing).union(contributors, all=True))
    columns = ("month", "facility", "documents")
    parts = (
        [((numbers[code],), sent) for code, *sent in found if (sent[1] is None) is of_cells]
        for of_cells in (True, False)
    )
    return _table(next(parts), ["place"], columns[:1]), _table(next(parts), ["place"], columns)


def _volumes(selection: Selection, numbers: Numbers) -> tuple[dict[int, Kind], Names, Table]:
    """The document types met, by key in the order of their codes, names of places, volumes."""
    rows = MonthlyVolume.objects.filter(
        _place(selection), _of_sector(selection), month__lte=selection.last
    )
    of_type = [f"document_type__{name}" for name in ("code", "label", "generic", "group_id")]
    keys = [*of_type, "document_type_id", "departement_id", "departement__name", "sector"]
    carried = Cast("carried", models.IntegerField())
    found = list(_sent(rows, keys, Days("month"), carried, F("documents")))
    kinds = {
        key: Kind(code, label, generic, group == OTHERS)
        for code, label, generic, group, key in sorted({each[:5] for each in found})
    }
    ranks = {key: rank for rank, key in enumerate(kinds)}
    table = _table(
        [((ranks[each[4]], numbers[each[5]], SECTOR_NUMBERS[each[7]]), each[8:]) for each in found],
        ["kind", "place", "sector"],
        ["month", "carried", "documents"],
    )
    return kinds, {each[5]: each[6] for each in found if each[5] is not None}, table


def _others(selection: Selection, kinds: Mapping[int, Kind], facilities: Table) -> Table:
    """Facts of contributors in the window, of the types shown as "Autres"."""
    first, last = (month_number(month) for month in selection.window)
    table = chosen(facilities, (facilities["month"] >= first) & (facilities["month"] <= last))
    known, rank = np.unique(table["facility"], return_index=True)
    others = [key for key, kind in kinds.items() if kind.other]
    found = _fed_by(known, others, selection.window) if others and len(known) else []
    ranks = {key: number for number, key in enumerate(kinds)}
    columns = ("month", "facility", "documents")
    others_fed = _table([((ranks[key],), sent) for key, *sent in found], ["kind"], columns)
    # A facility outside the perimeter or the sector in a month is no contributor in it.
    contributing = np.isin(_packed_rows(others_fed), _packed_rows(table))
    told = chosen(others_fed, contributing)
    return {**told, "place": table["place"][rank][np.searchsorted(known, told["facility"])]}


def _fed_by(
    facilities: Ints, kinds: Sequence[int], window: tuple[dt.date, dt.date]
) -> list[tuple[Any, ...]]:
    """Facts of these facilities and types. All keys are listed: the index is read only there."""
    rows = Feeding.objects.filter(
        Among("facility_id", facilities.tolist()),
        month__in=list(span(*window)),
        document_type__in=kinds,
        documents__gt=0,
    )
    columns = (Days("month"), F("facility_id"), F("documents"))
    return list(_sent(rows, ["document_type_id"], *columns))


def _periods(facilities: Ints) -> tuple[dict[int, Entity], Table]:
    """The legal entities of facilities (register keys), and since when."""
    rows = FacilityPeriod.objects.filter(Among("facility_id", np.unique(facilities).tolist()))
    since = Days(Coalesce("starts_on", Value(FIRST_DAY, models.DateField())))
    keys = [f"legal_entity__{name}" for name in ENTITY]
    found = list(_sent(rows, keys, F("facility_id"), since))
    table = _table([((each[0],), each[4:]) for each in found], ["entity"], ["facility", "month"])
    return {each[0]: Entity(*each[1:4]) for each in found}, table


def _carried(
    selection: Selection, numbers: Numbers, kinds: Mapping[int, Kind], volumes: Table
) -> tuple[dict[int, Entity], Table]:
    """The legal entities that carry documents, and these; nothing is asked when none does."""
    rows = EntityFeeding.objects.filter(
        _place(selection), _of_sector(selection), month__lte=selection.last
    )
    keys = [f"legal_entity__{name}" for name in ENTITY] + ["departement_id", "document_type_id"]
    asked = volumes["carried"].any()
    found = list(_sent(rows, keys, Days("month"), F("documents"))) if asked else []
    ranks = {key: number for number, key in enumerate(kinds)}
    table = _table(
        [((each[0], numbers[each[4]], ranks[each[5]]), each[6:]) for each in found],
        ["entity", "place", "kind"],
        ["month", "documents"],
    )
    return {each[0]: Entity(*each[1:4]) for each in found}, table


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
    keys = sorted(entities)
    known = np.array(keys, dtype="int64")
    owned = np.array(
        [ranks[entities[key].group or entities[key].finess] for key in keys], dtype="int64"
    )
    return owners, lambda wanted: owned[np.searchsorted(known, wanted)]


def _place(selection: Selection) -> Q:
    """The territory, "Non ventilé" included for a whole région."""
    territory = selection.territory
    place = Q(departement__in=territory.departement_codes)
    if territory.is_region:
        place |= Q(departement__isnull=True)
    return Q(region=territory.region_code) & place


def _of_sector(selection: Selection) -> Q:
    return Q() if selection.sector is None else Q(sector=selection.sector)


def _sent(
    rows: QuerySet[Any, Any], keys: Sequence[str], *columns: Expression | F
) -> QuerySet[Any, Any]:
    """Rows grouped by `keys`: these, then each of `columns` (integers) as the bytes of its rows."""
    names = [f"column_{rank}" for rank in range(len(columns))]
    grouped = rows.order_by().values(*keys)
    sent = grouped.annotate(**{name: Sent(each) for name, each in zip(names, columns, strict=True)})
    listed: QuerySet[Any, Any] = sent.values_list(*keys, *names)
    return listed


def _table(
    groups: Sequence[tuple[tuple[int, ...], Sequence[bytes]]],
    keys: Sequence[str],
    columns: Sequence[str],
) -> Table:
    """The rows of all groups, each with the numbers of its group: the reverse of `_sent`."""
    numbers = np.array([of_group for of_group, _ in groups], dtype="int64").reshape(-1, len(keys))
    lengths = [len(sent[0]) // 8 for _, sent in groups]
    table = {name: np.repeat(numbers[:, rank], lengths) for rank, name in enumerate(keys)}
    for rank, name in enumerate(columns):
        joined = b"".join(sent[rank] for _, sent in groups)
        values = np.frombuffer(joined, dtype=">i8").astype("int64")
        table[name] = _month_numbers(values) if name == "month" else values
    return table


def _packed_rows(table: Table) -> Ints:
    """The month and facility of each row."""
    return _packed(table["month"], table["facility"])


def _month_numbers(days: Ints) -> Ints:
    """The numbers of the months of days counted from 1970."""
    numbers: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype("int64")
    return numbers
