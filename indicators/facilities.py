"""The ESMS behind a sentence: who fed what, who began, who stopped, who never did.

Reads the contributors, the register and, for one document type, the facts; the number of queries
depends on neither facilities nor months.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import NamedTuple

import pandas as pd
from django.db.models import Count, Exists, Func, Min, OuterRef, Q, Sum

from indicators.columns import Among as OneOf
from indicators.facility_feeding import Fed, read_feeding
from indicators.facility_states import KNOWN_BEFORE, State, Track, state_of
from indicators.models import EntityFeeding, FacilityMonth, Feeding
from indicators.received import Received, known_until
from indicators.selection import Selection
from reference.models import FacilityPeriod
from reference.standing import load_periods, standing

#: What is read of the register beside its periods, and how it is called here.
NAMES = {
    "facility__name": "name",
    "facility__commune": "commune",
    "legal_entity__finess": "entity_finess",
    "legal_entity__name": "entity_name",
    "legal_entity__group": "entity_group",
}


class Among(Enum):
    """Which facilities are asked for; values are those of the addresses of pages."""

    FEEDING = "alimentent"  # at least one document in the months asked for
    WITHOUT = "sans-depot"  # open in the last of them, without any document (of the type)
    NEW = "nouveaux"  # documents, and none in the same months of the year before
    STOPPED = "arretes"  # none any more, and some in the same months of the year before
    FIRST = "premiers-depots"  # their first deposit ever, where a year was received before
    SILENT = "interrompus"  # in the last month asked for, `State.SILENT` by what was known then


@dataclass(frozen=True)
class Question:
    """What is asked: a territory, months, a sector, and maybe one type, one OG.

    `kind`: the code of a document type, of which documents are counted or missed; only to
    `Among.FEEDING` and `Among.WITHOUT`, for the other lists are of documents of all types.
    `entity`: the FINESS of a legal entity, which stands for all of its groupe de rattachement.
    """

    selection: Selection
    among: Among = Among.FEEDING
    kind: str = ""
    entity: str = ""


@dataclass(frozen=True)
class FacilityRow:
    """One facility: what it is in the last month asked for, and what it fed.

    `documents` and `months` (those with a document) are of the months asked for; of those of the
    year before when it stopped. `first` and `latest` deposits are over all time.
    """

    finess: str
    name: str
    commune: str
    departement: str
    sector: str
    entity_finess: str
    entity_name: str
    documents: int
    months: int
    first: dt.date | None
    latest: dt.date | None
    track: Track
    received: Sequence[dt.date]  # the months of its département

    @cached_property
    def state(self) -> State:
        """What it does; said when it is asked, for a page shows fifty of thousands of rows."""
        return state_of(self.track, self.received)


class _Standing(NamedTuple):
    """What a facility is in the last month asked for: the columns of `_register`."""

    facility_id: int
    finess: str
    name: str
    commune: str
    departement: str
    sector: str
    entity_finess: str
    entity_name: str
    entity_group: str
    legal_entity_id: int
    open: bool
    in_perimeter: bool


@dataclass(frozen=True)
class Found:
    """The facilities, by FINESS, and the names of the type and the OG asked for, "" if unknown."""

    rows: list[FacilityRow]
    kind: str
    entity: str


def facilities(question: Question, received: Received) -> Found:
    """The facilities that a question asks for. Five queries at most."""
    selection, without = question.selection, question.among is Among.WITHOUT
    until = selection.last if question.among is Among.SILENT else None
    if until is not None:
        received = known_until(received, until)
    fed, group = read_feeding(selection, received, question.entity, until)
    counted, kind = fed, ""
    if question.kind and (without or question.among is Among.FEEDING):
        kind, counted = _restricted(question, fed)
        # Who fed none of the type is shown with what it fed of the others.
        fed = fed if without else counted
    carriers = _carriers(selection) if without else frozenset()
    chosen = [key for key, each in counted.items() if _chosen(question.among, each)]
    register = _register(question, group, None if without else chosen)
    names = register["entity_group"].where(register["entity_group"] != "", register["entity_name"])
    listed = register[_wanted(question, register, chosen)].reset_index()
    columns = [listed[name].tolist() for name in _Standing._fields]
    rows = [
        _row(question, each, fed.get(each.facility_id, Fed()), received, carriers)
        for each in map(_Standing._make, zip(*columns, strict=True))
    ]
    kept = _KEPT.get(question.among)
    return Found(
        rows=sorted(
            (row for row in rows if kept is None or kept(row, selection)),
            key=lambda row: row.finess,
        ),
        kind=kind,
        entity=str(names.iloc[0]) if len(names) and question.entity else "",
    )


def _chosen(among: Among, fed: Fed) -> bool:
    """Whether a facility is told by what it fed: listed for it; left out, of those without."""
    if among is Among.NEW:
        return fed.here > 0 and fed.before == 0
    if among is Among.STOPPED:
        return fed.here == 0 and fed.before > 0
    if among is Among.SILENT:
        return fed.latest is not None
    return fed.documents > 0


def began(row: FacilityRow, first: dt.date, last: dt.date) -> bool:
    """Whether its first deposit is of these months, and enough was received before to know."""
    return (
        row.first is not None
        and first <= row.first <= last
        and bisect_left(row.received, first) >= KNOWN_BEFORE
    )


#: What is asked of a row once all is known of it, by list.
_KEPT: Mapping[Among, Callable[[FacilityRow, Selection], bool]] = {
    Among.FIRST: lambda row, asked: began(row, asked.first, asked.last),
    Among.SILENT: lambda row, _asked: row.state is State.SILENT,
}


def _wanted(question: Question, register: pd.DataFrame, chosen: Collection[int]) -> pd.Series:
    """Which facilities of the register are those asked for; `chosen`: the keys of `_chosen`."""
    told = pd.Series(register.index.isin(list(chosen)), register.index)
    if question.among not in {Among.WITHOUT, Among.SILENT}:
        return told
    if question.among is Among.WITHOUT:
        told = ~told
    wanted = register["open"] & register["in_perimeter"] & told
    sector = question.selection.sector
    return wanted if sector is None else wanted & (register["sector"] == sector)


def _row(
    question: Question,
    facility: _Standing,
    fed: Fed,
    received: Received,
    carriers: Collection[int],
) -> FacilityRow:
    stopped = question.among is Among.STOPPED
    track = Track(
        is_open=facility.open,
        carried=facility.legal_entity_id in carriers,
        first=fed.first,
        latest=fed.latest,
        fed=fed.recent,
    )
    return FacilityRow(
        finess=facility.finess,
        name=facility.name,
        commune=facility.commune,
        departement=facility.departement,
        sector=facility.sector,
        entity_finess=facility.entity_finess,
        entity_name=facility.entity_group or facility.entity_name,
        documents=fed.before if stopped else fed.documents,
        months=fed.months_before if stopped else fed.months,
        first=fed.first,
        latest=fed.latest,
        track=track,
        received=received.get(facility.departement, ()),
    )


def _register(question: Question, group: str, keys: list[int] | None) -> pd.DataFrame:
    """Facilities of the territory as they stand in the last month, by key. Two queries.

    With an OG, all of its own: `group` is its groupe de rattachement, for it may own nothing here
    itself. Else those of `keys`; all without them.
    """
    selection, entity = question.selection, question.entity
    only: Q | Func | None = None
    if entity:
        owner = Q(legal_entity__finess=entity)
        if group:
            owner |= Q(legal_entity__group=group)
        only = Q(facility__in=FacilityPeriod.objects.filter(owner).values("facility"))
    elif keys is not None:
        only = OneOf("facility_id", keys)
    periods = load_periods(selection.territory.departement_codes, more=NAMES, only=only)
    stood = standing(periods, selection.last)
    if entity:
        own = stood["entity_finess"] == entity
        stood = stood[own | (stood["entity_group"] == group) & (group != "")]
    return stood


def _restricted(question: Question, fed: Mapping[int, Fed]) -> tuple[str, dict[int, Fed]]:
    """The label of the type asked for, and who fed some of it in the months asked for.

    Only months in which the facility is in the perimeter and of the sector: those of summaries.
    """
    selection = question.selection
    counted = FacilityMonth.objects.filter(
        departement=OuterRef("facility__departement"),
        month=OuterRef("month"),
        facility=OuterRef("facility"),
    )
    if selection.sector is not None:
        counted = counted.filter(sector=selection.sector)
    rows = list(
        Feeding.objects.filter(
            Exists(counted),
            month__range=(selection.first, selection.last),
            document_type__code=question.kind,
            facility__departement__in=selection.territory.departement_codes,
            documents__gt=0,
        )
        .values("facility_id")
        .annotate(total=Sum("documents"), months=Count("month"), label=Min("document_type__label"))
    )
    own = {
        row["facility_id"]: replace(
            fed[row["facility_id"]], documents=row["total"], months=row["months"]
        )
        for row in rows
    }
    return (rows[0]["label"] if rows else ""), own


def _carriers(selection: Selection) -> frozenset[int]:
    """The legal entities of the région with documents whose site is not known."""
    rows: Iterable[int] = (
        EntityFeeding.objects.filter(region=selection.territory.region_code, documents__gt=0)
        .order_by()
        .values_list("legal_entity_id", flat=True)
        .distinct()
    )
    return frozenset(rows)
