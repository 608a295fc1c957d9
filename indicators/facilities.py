"""The ESMS behind a sentence: who fed what, who began, who stopped, who never did.

Reads the contributors, the register and, for one document type, the facts; the number of queries
depends on neither facilities nor months.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery, Sum

from indicators.facility_states import State, Track, state_of
from indicators.models import EntityFeeding, FacilityMonth, Feeding
from indicators.received import Received
from indicators.selection import Selection
from reference.models import LegalEntity
from reference.months import shift, span
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


@dataclass(frozen=True)
class Question:
    """What is asked: a territory, months, a sector, and maybe one type, one OG.

    `kind`: the code of a document type, of which documents are counted or missed; nothing to
    `Among.NEW` and `Among.STOPPED`, which compare years of all types.
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
    state: State


@dataclass(frozen=True)
class _Fed:
    """What one facility fed: see `_fed`."""

    documents: int = 0
    months: int = 0
    before: int = 0  # documents and months of the year before
    months_before: int = 0
    here: int = 0  # documents of the months to compare, now
    first: dt.date | None = None
    latest: dt.date | None = None
    recent: frozenset[dt.date] = frozenset()
    group: str = ""  # the groupe de rattachement of the OG asked for, read on the way


@dataclass(frozen=True)
class Found:
    """The facilities, by FINESS, and the names of the type and the OG asked for, "" if unknown."""

    rows: list[FacilityRow]
    kind: str
    entity: str


def facilities(question: Question, received: Received) -> Found:
    """The facilities that a question asks for. Five queries at most."""
    fed = counted = _fed(question, received)
    group = next((each.group for each in fed.values()), "")
    kind = ""
    without = question.among is Among.WITHOUT
    if question.kind and (without or question.among is Among.FEEDING):
        kind, counted = _restricted(question, fed)
        # Who fed none of the type is shown with what it fed of the others.
        fed = fed if without else counted
    carriers = _carriers(question.selection) if without else frozenset()
    register = _register(question, group)
    rows = [
        _row(question, facility, fed.get(key, _Fed()), received, facility["entity"] in carriers)
        for key, facility in register.items()
        if _wanted(question, facility, counted.get(key, _Fed()))
    ]
    names = [row["entity_group"] or row["entity_name"] for row in register.values()]
    return Found(
        rows=sorted(rows, key=lambda row: row.finess),
        kind=kind,
        entity=str(names[0]) if names and question.entity else "",
    )


def _wanted(question: Question, facility: Mapping[Hashable, Any], fed: _Fed) -> bool:
    """Whether a facility is one of those asked for."""
    if question.among is Among.FEEDING:
        return fed.documents > 0
    if question.among is Among.NEW:
        return fed.here > 0 and fed.before == 0
    if question.among is Among.STOPPED:
        return fed.here == 0 and fed.before > 0
    sector = question.selection.sector
    counted = sector is None or facility["sector"] == sector
    return bool(facility["is_open"] and facility["inside"] and counted and fed.documents == 0)


def _row(
    question: Question,
    facility: Mapping[Hashable, Any],
    fed: _Fed,
    received: Received,
    carried: bool,
) -> FacilityRow:
    stopped = question.among is Among.STOPPED
    track = Track(
        is_open=facility["is_open"],
        carried=carried,
        first=fed.first,
        latest=fed.latest,
        fed=fed.recent,
    )
    return FacilityRow(
        finess=facility["finess"],
        name=facility["name"],
        commune=facility["commune"],
        departement=facility["departement"],
        sector=facility["sector"],
        entity_finess=facility["entity_finess"],
        entity_name=facility["entity_group"] or facility["entity_name"],
        documents=fed.before if stopped else fed.documents,
        months=fed.months_before if stopped else fed.months,
        first=fed.first,
        latest=fed.latest,
        state=state_of(track, received.get(facility["departement"], ())),
    )


def _register(question: Question, group: str) -> dict[int, Mapping[Hashable, Any]]:
    """The facilities of the territory as they stand in the last month, by key. Two queries.

    `group`: the groupe de rattachement of the OG asked for, which may own nothing here itself.
    """
    selection = question.selection
    periods = load_periods(selection.territory.departement_codes, more=NAMES)
    stood = standing(periods, selection.last)
    if question.entity:
        own = stood["entity_finess"] == question.entity
        stood = stood[own | (stood["entity_group"] == group) & (group != "")]
    columns = {"open": "is_open", "in_perimeter": "inside", "legal_entity_id": "entity"}
    told = stood.rename(columns=columns)
    kept = [*NAMES.values(), *columns.values(), "finess", "departement", "sector"]
    return {
        int(key): row for key, row in zip(told.index, told[kept].to_dict("records"), strict=True)
    }


def _fed(question: Question, received: Received) -> dict[int, _Fed]:
    """What each facility with a document fed, by key."""
    selection = question.selection
    sector = Q() if selection.sector is None else Q(sector=selection.sector)
    asked = sector & Q(month__range=(selection.first, selection.last))
    now, before = _compared(selection, received)
    entity = LegalEntity.objects.filter(finess=question.entity)
    rows = (
        FacilityMonth.objects.filter(departement__in=selection.territory.departement_codes)
        .values("facility_id")
        .annotate(
            group=Subquery(entity.values("group")),
            total=Sum("documents", filter=asked, default=0),
            months=Count("month", filter=asked),
            here=Sum("documents", filter=sector & now, default=0),
            before=Sum("documents", filter=sector & before, default=0),
            months_before=Count("month", filter=sector & before),
            first=Min("month"),
            latest=Max("month"),
            recent=ArrayAgg(
                "month", filter=Q(month__gte=_year_before_the_last(received)), default=[]
            ),
        )
    )
    return {
        row["facility_id"]: _Fed(
            documents=row["total"],
            months=row["months"],
            before=row["before"],
            months_before=row["months_before"],
            here=row["here"],
            first=row["first"],
            latest=row["latest"],
            recent=frozenset(row["recent"]),
            group=row["group"] or "",
        )
        for row in rows
    }


def _year_before_the_last(received: Received) -> dt.date:
    """A month from which every département has its last 12."""
    lasts = [months[-1] for months in received.values() if months]
    return shift(min(lasts), -11) if lasts else dt.date.max


def _compared(selection: Selection, received: Received) -> tuple[Q, Q]:
    """The cells of the months asked for that were received a year before too, and the latter.

    Of more than 12 months, the last 12 are compared.
    """
    first = max(selection.first, shift(selection.last, -11))
    now, before = Q(month__isnull=True), Q(month__isnull=True)  # none, until some are added
    for months, codes in _by_months(received, first, selection.last).items():
        place = Q(departement__in=codes)
        now |= place & Q(month__in=months)
        before |= place & Q(month__in=[shift(month, -12) for month in months])
    return now, before


def _by_months(
    received: Received, first: dt.date, last: dt.date
) -> dict[tuple[dt.date, ...], list[str]]:
    """The départements by the months to compare that they have, which are mostly the same."""
    found: defaultdict[tuple[dt.date, ...], list[str]] = defaultdict(list)
    for code, months in received.items():
        known = set(months)
        both = [each for each in span(first, last) if {each, shift(each, -12)} <= known]
        if both:
            found[tuple(both)].append(code)
    return found


def _restricted(question: Question, fed: Mapping[int, _Fed]) -> tuple[str, dict[int, _Fed]]:
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
