"""Pages read summaries, so their cost must not follow the number of facts; COPY must pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from django.db import transaction

from benchmarks.result import Result, seconds
from indicators.facts import CellFacts, Coverage, replace_cells
from indicators.measures import measure
from indicators.models import Feeding
from indicators.selection import Selection, departement_territory
from reference.models import (
    Departement,
    DocumentType,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    lock_data_version,
)
from reference.months import span

FIRST, LAST = dt.date(2024, 1, 1), dt.date(2025, 12, 1)
FACILITIES = 400


def run() -> Iterator[Result]:
    """Time both promises on one département of 400 facilities over 24 months."""
    departement = Departement.objects.select_related("region").get(pk="21")
    facilities = _facilities(departement)
    types = list(DocumentType.objects.order_by("pk").values_list("pk", flat=True))
    selection = Selection(departement_territory(departement), FIRST, LAST)

    few = _cells(departement, facilities, types[:3])
    many = _cells(departement, facilities, types[:30])
    _publish(few)
    reading_few = seconds(lambda: measure(selection), times=5)
    publishing = seconds(lambda: _publish(many))
    reading_many = seconds(lambda: measure(selection), times=5)
    facts = sum(len(cell.feedings) for cell in many)
    yield Result(
        promise="a page costs the same with ten times the facts",
        limit=2.0,
        ratio=reading_many / reading_few,
        detail=f"{reading_few * 1000:.0f} ms, then {reading_many * 1000:.0f} ms",
    )

    rows = [
        Feeding(month=cell.month, facility_id=f, document_type_id=t, documents=d)
        for cell in many
        for f, t, d in zip(
            cell.feedings["facility_id"],
            cell.feedings["document_type_id"],
            cell.feedings["documents"],
            strict=True,
        )
    ]
    Feeding.objects.all().delete()
    one_by_one = seconds(lambda: Feeding.objects.bulk_create(rows, batch_size=5000))
    yield Result(
        promise="publishing, summaries included, is no slower than Django's bulk_create of facts",
        limit=1.0,
        ratio=publishing / one_by_one,
        detail=f"{facts} facts in {publishing:.1f} s against {one_by_one:.1f} s",
    )


def _facilities(departement: Departement) -> list[int]:
    entity = LegalEntity.objects.create(finess="210000001", name="OG")
    category = FacilityCategory.objects.filter(in_perimeter=True).order_by("code")[0]
    facilities = Facility.objects.bulk_create(
        Facility(
            finess=f"21{number:07d}",
            name=f"ESMS {number}",
            departement=departement,
            seen_on=FIRST,
        )
        for number in range(FACILITIES)
    )
    FacilityPeriod.objects.bulk_create(
        FacilityPeriod(facility=facility, category=category, legal_entity=entity)
        for facility in facilities
    )
    return [facility.pk for facility in facilities]


def _cells(departement: Departement, facilities: list[int], types: list[int]) -> list[CellFacts]:
    """Each facility feeds each type each month."""
    grid = pd.MultiIndex.from_product(
        [facilities, types], names=["facility_id", "document_type_id"]
    ).to_frame(index=False)
    none = pd.DataFrame(
        {name: [] for name in ("legal_entity_id", "document_type_id", "sector", "documents", "dmp")}
    )
    numbers = np.random.default_rng(0)
    return [
        CellFacts(
            month=month,
            region=departement.region_id,
            departement=departement.pk,
            feedings=grid.assign(
                documents=numbers.integers(0, 50, len(grid)),
                dmp=pd.array([pd.NA] * len(grid), dtype="Int64"),
            ),
            entity_feedings=none,
            coverage=Coverage(LAST, "benchmark", confirmed=True),
        )
        for month in span(FIRST, LAST)
    ]


def _publish(cells: list[CellFacts]) -> None:
    with transaction.atomic():
        lock_data_version()
        replace_cells(cells)
