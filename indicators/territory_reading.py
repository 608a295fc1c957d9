"""Reads the summaries of a territory, in queries whose number depends on nothing that they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce

from indicators.columns import (
    Among,
    Days,
    Ints,
    Table,
    chosen,
    month_of,
    months_of_days,
    sent,
    table,
)
from indicators.models import (
    CoveredMonth,
    EntityFeeding,
    FacilityMonth,
    Feeding,
    MonthlyReach,
    MonthlyVolume,
)
from indicators.readings import SECTOR_NUMBERS, UNALLOCATED, Entity, Kind, Readings
from indicators.selection import Territory, departement_territory
from reference.models import Departement, FacilityPeriod
from reference.months import span

#: The group of the document types that charts show as "Autres".
OTHERS = "autres"
#: Stands for a period without a first day.
FIRST_DAY = dt.date(1900, 1, 1)
#: More than there are months between the ends of any calendar.
MANY_MONTHS = 1 << 20
#: What is read of a legal entity: its key, then an `Entity`.
ENTITY = [f"legal_entity__{name}" for name in ("pk", "finess", "name", "group")]

#: Stands for the key of the legal entity of a facility that the register says nothing of.
NOBODY = 0

#: The rank of each département, and UNALLOCATED.
Numbers = dict[str | None, int]


def read(territory: Territory, *, behind: bool = True) -> Readings:
    """Read all that is known of a territory, "Non ventilé" included for a whole région.

    `behind`: whether who stands behind the volumes is wanted too. Five queries at most, eight
    with it.
    """
    departements = Departement.objects.filter(code__in=territory.departement_codes)
    places = tuple(departement_territory(each) for each in departements.order_by("code"))
    numbers: dict[str | None, int] = {
        each.departement_code: rank for rank, each in enumerate(places)
    }
    numbers[None] = UNALLOCATED
    sources, cells = _cells(numbers)
    kinds, volumes = _volumes(territory, numbers)
    contributors = _contributors(numbers)
    found = Readings(
        places=places,
        sources=sources,
        kinds=tuple(kinds.values()),
        entities=(),
        owners=(),
        owner_of=np.zeros(0, dtype="int64"),
        facility_count=0,
        cells=cells,
        reach=_reach(numbers),
        volumes=volumes,
        contributors=contributors,
        carried=_empty("month", "place", "sector", "kind", "entity", "documents"),
        others=_empty("month", "place", "sector", "kind", "entity", "documents"),
    )
    if behind:
        found = _behind(territory, found, kinds, numbers)
    # Register keys are far apart: from here on, facilities are numbered.
    known, contributors["facility"] = np.unique(contributors["facility"], return_inverse=True)
    return replace(found, facility_count=len(known)).in_order()


def _behind(
    territory: Territory, found: Readings, kinds: Mapping[int, Kind], numbers: Numbers
) -> Readings:
    """The same with who stands behind the volumes; facilities still have their register keys."""
    contributors = found.contributors
    others = _others(kinds, contributors)
    holders, periods = _periods(contributors["facility"])
    carriers, carried = _carried(territory, numbers, kinds, found.volumes)
    keys = {**holders, **carriers, NOBODY: Entity("", "Organisme inconnu", "")}
    ordered = sorted(keys, key=lambda key: keys[key])
    ranks = np.zeros(max(ordered, default=0) + 1, dtype="int64")
    ranks[ordered] = np.arange(len(ordered))
    owned = owning(periods, contributors["month"], contributors["facility"])
    contributors["entity"] = ranks[owned]
    carried["entity"] = ranks[carried["entity"]]
    entities = tuple(keys[key] for key in ordered)
    owners, owner_of = _owners(entities)
    return replace(
        found,
        entities=entities,
        owners=owners,
        owner_of=owner_of,
        carried=carried,
        others=_told_by(contributors, others),
    )


def _empty(*columns: str) -> Table:
    return {name: np.zeros(0, dtype="int64") for name in columns}


def _cells(numbers: Numbers) -> tuple[tuple[str, ...], Table]:
    """The labels of the files behind what was received, and this."""
    rows = CoveredMonth.objects.filter(departement__in=_codes(numbers))
    found = sent(
        rows,
        ["departement_id", "source_label"],
        *(Days("month"), Days("received_on"), Cast("confirmed", models.IntegerField())),
    )
    groups = list(found)
    sources = tuple(sorted({label for _, label, *_ in groups}))
    ranks = {label: rank for rank, label in enumerate(sources)}
    cells = table(
        [((numbers[code], ranks[label]), columns) for code, label, *columns in groups],
        ["place", "source"],
        ["month", "received_on", "confirmed"],
    )
    return sources, cells


def _reach(numbers: Numbers) -> Table:
    counts = ("parc", "contributors", "contributors_12m", "received_12m")
    rows = MonthlyReach.objects.filter(
        departement__in=_codes(numbers), sector__in=list(SECTOR_NUMBERS)
    )
    found = sent(rows, ["departement_id", "sector"], Days("month"), *(F(name) for name in counts))
    return table(
        [((numbers[code], SECTOR_NUMBERS[sector]), columns) for code, sector, *columns in found],
        ["place", "sector"],
        ["month", *counts],
    )


def _volumes(territory: Territory, numbers: Numbers) -> tuple[dict[int, Kind], Table]:
    """The document types met, by key in the order of their codes, and the volumes."""
    of_type = [f"document_type__{name}" for name in ("code", "label", "generic", "group_id")]
    found = list(
        sent(
            MonthlyVolume.objects.filter(_place(territory)),
            [*of_type, "document_type_id", "departement_id", "sector"],
            *(Days("month"), Cast("carried", models.IntegerField()), F("documents")),
        )
    )
    kinds = {
        key: Kind(code, label, generic, group == OTHERS)
        for code, label, generic, group, key in sorted({each[:5] for each in found})
    }
    ranks = {key: rank for rank, key in enumerate(kinds)}
    volumes = table(
        [((ranks[each[4]], numbers[each[5]], SECTOR_NUMBERS[each[6]]), each[7:]) for each in found],
        ["kind", "place", "sector"],
        ["month", "carried", "documents"],
    )
    return kinds, volumes


def _contributors(numbers: Numbers) -> Table:
    """Who fed, by register key, in the order of months."""
    found = sent(
        FacilityMonth.objects.filter(departement__in=_codes(numbers)),
        ["departement_id", "sector"],
        *(Days("month"), F("facility_id"), F("documents")),
    )
    rows = table(
        [((numbers[code], SECTOR_NUMBERS[sector]), columns) for code, sector, *columns in found],
        ["place", "sector"],
        ["month", "facility", "documents"],
    )
    return chosen(rows, np.argsort(rows["month"], kind="stable"))


def _others(kinds: Mapping[int, Kind], contributors: Table) -> Table:
    """What contributors fed of the types shown as "Autres", in months in which any did."""
    others = [key for key, kind in kinds.items() if kind.other]
    months, facilities = contributors["month"], np.unique(contributors["facility"])
    columns = ("month", "facility", "documents")
    if not others or not len(months):
        return _empty("kind", *columns)
    # All keys are listed, for the index is read only there.
    rows = Feeding.objects.filter(
        Among("facility_id", facilities.tolist()),
        month__in=list(span(month_of(int(months[0])), month_of(int(months[-1])))),
        document_type__in=others,
        documents__gt=0,
    )
    found = sent(rows, ["document_type_id"], Days("month"), F("facility_id"), F("documents"))
    ranks = {key: number for number, key in enumerate(kinds)}
    return table([((ranks[key],), fed) for key, *fed in found], ["kind"], columns)


def _told_by(contributors: Table, fed: Table) -> Table:
    """Facts with what their facility was in the month, who was no contributor in it left out.

    (A facility outside the perimeter in a month feeds, and is no contributor.)
    """
    keys, asked = _packed_rows(contributors), _packed_rows(fed)
    order = np.argsort(keys)
    rank = np.searchsorted(keys[order], asked)
    rank = np.minimum(rank, max(len(keys) - 1, 0))
    known = keys[order][rank] == asked if len(keys) else np.zeros(0, dtype="bool")
    told = chosen(contributors, order[rank[known]])
    return {name: told[name] for name in ("month", "place", "sector", "entity")} | {
        name: fed[name][known] for name in ("kind", "documents")
    }


def _periods(facilities: Ints) -> tuple[dict[int, Entity], Table]:
    """The legal entities of facilities (register keys), and since when."""
    rows = FacilityPeriod.objects.filter(Among("facility_id", np.unique(facilities).tolist()))
    since = Days(Coalesce("starts_on", Value(FIRST_DAY, models.DateField())))
    found = list(sent(rows, ENTITY, F("facility_id"), since))
    periods = table([((each[0],), each[4:]) for each in found], ["entity"], ["facility", "since"])
    return {each[0]: Entity(*each[1:4]) for each in found}, periods


def owning(periods: Table, months: Ints, facilities: Ints) -> Ints:
    """The legal entity of each facility in each month; NOBODY for one without any period.

    That of its last period begun by the end of the month, else of its first, as in
    `reference.standing` (registers close a period before they append the next). `periods`:
    facility, entity, since (its first day, in days since 1970).
    """
    if not len(periods["facility"]):
        return np.full(len(facilities), NOBODY)
    order = np.lexsort((periods["since"], periods["facility"]))
    known, began = periods["facility"][order], months_of_days(periods["since"][order])
    spoken = np.searchsorted(_packed(began, known), _packed(months, facilities), side="right") - 1
    first = np.minimum(np.searchsorted(known, facilities), len(known) - 1)
    owned = periods["entity"][order][np.maximum(spoken, first)]
    return np.where(known[first] == facilities, owned, NOBODY)


def _packed(months: Ints, facilities: Ints) -> Ints:
    """A facility and a month as one integer, facilities first."""
    packed_: Ints = facilities * MANY_MONTHS + months + MANY_MONTHS // 2
    return packed_


def _packed_rows(rows: Table) -> Ints:
    return _packed(rows["month"], rows["facility"])


def _carried(
    territory: Territory, numbers: Numbers, kinds: Mapping[int, Kind], volumes: Table
) -> tuple[dict[int, Entity], Table]:
    """The legal entities that carry documents, and these; nothing is asked when none does."""
    keys = [*ENTITY, "departement_id", "sector", "document_type_id"]
    rows = EntityFeeding.objects.filter(_place(territory))
    asked = volumes["carried"].any()
    found = list(sent(rows, keys, Days("month"), F("documents"))) if asked else []
    ranks = {key: number for number, key in enumerate(kinds)}
    carried = table(
        [
            ((each[0], numbers[each[4]], SECTOR_NUMBERS[each[5]], ranks[each[6]]), each[7:])
            for each in found
        ],
        ["entity", "place", "sector", "kind"],
        ["month", "documents"],
    )
    return {each[0]: Entity(*each[1:4]) for each in found}, carried


def _owners(entities: Sequence[Entity]) -> tuple[tuple[str, ...], Ints]:
    """Who owns, several entities of one group being one, and the owner of each entity."""
    names: dict[str, str] = {}
    for each in entities:
        names.setdefault(each.group or each.finess, each.group or each.name or each.finess)
    ranks = {key: rank for rank, key in enumerate(names)}
    of = [ranks[each.group or each.finess] for each in entities]
    return tuple(names.values()), np.array(of, dtype="int64")


def _place(territory: Territory) -> Q:
    """The territory, "Non ventilé" included for a whole région."""
    place = Q(departement__in=territory.departement_codes)
    if territory.is_region:
        place |= Q(departement__isnull=True)
    return Q(region=territory.region_code) & place


def _codes(numbers: Numbers) -> list[str]:
    return [code for code in numbers if code is not None]
