"""What would break a published series: a cell emptied, a facility that comes back, another count.

Each is an anomaly, so that nothing of the kind is published without a person who saw it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from indicators.models import FacilityMonth
from ingestion.models import Counting, Extract, Layer
from ingestion.previewing.anomalies import SERIOUS, Anomaly, Situation, iso
from ingestion.publishing.layers import Cell
from ingestion.publishing.rebuild import is_cumulative
from reference.months import shift


def emptied_cells(situation: Situation) -> Iterator[Anomaly]:
    """Cells published with documents, of which a file that covers them would leave none.

    Confirmed to be zero, or cumulative without the month before.
    """
    if situation.complete:
        return
    wiped = (set(situation.covered) & set(situation.published)) - set(situation.accepted)
    if not wiped:
        return
    volumes = situation.before.within(wiped).volumes
    sums = volumes.groupby(["month", "departement"], as_index=False)["documents"].sum()
    for row in sums[sums["documents"] > 0].itertuples():
        facts = {"month": iso(row.month), "departement": row.departement}
        yield Anomaly("cell_emptied", SERIOUS, {**facts, "documents": row.documents})


def series_returns(counted: pd.DataFrame, known: pd.DataFrame) -> Iterator[Anomaly]:
    """Facilities that fed, were left out of the cumulative month before, and are back.

    All that they ever sent would count in the month of their return. `counted`: what the file
    adds, as `fold.holdings`; `known`: the cumulative rows of the months, the month before each of
    `counted` included.
    """
    rows = counted[(counted["facility_id"] != 0) & (counted["documents"] > 0)]
    said = set(zip(known["month"], known["facility_id"], strict=True))
    sums = rows.groupby(["month", "facility_id"], as_index=False)["documents"].sum()
    absent: dict[tuple[pd.Timestamp, int], int] = {
        (month, facility): documents
        for month, facility, documents in sums.itertuples(index=False, name=None)
        if (month - pd.DateOffset(months=1), facility) not in said
    }
    if not absent:
        return
    last = max(month for month, _ in absent)
    fed = FacilityMonth.objects.filter(
        facility__in={facility for _, facility in absent}, month__lt=last
    )
    first: dict[int, pd.Timestamp] = {}
    for facility, month in fed.order_by("-month").values_list("facility_id", "month"):
        first[facility] = pd.Timestamp(month)
    for (month, facility), documents in absent.items():
        if facility in first and first[facility] < month:
            facts = {"month": iso(month), "facility": facility, "documents": documents}
            yield Anomaly("series_returns", SERIOUS, facts)


def other_counting(extract: Extract, cells: Collection[Cell]) -> Iterator[Anomaly]:
    """Months in which a file counts otherwise than those in force there, or just before it.

    A cumulative file brought as a monthly one makes every number too large by years.
    """
    months = {cell.month for cell in cells}
    around = months | {shift(month, -1) for month in months}
    places = {(cell.region, cell.departement) for cell in cells}
    other = Counting.MONTHLY if is_cumulative(extract) else Counting.CUMULATIVE
    layers = Layer.objects.filter(
        in_force=True, month__in=around, extract__source__counting=other
    ).exclude(extract=extract)
    rows = layers.order_by("month").values_list("month", "region_id", "departement_id")
    found = {month for month, region, where in rows.distinct() if (region, where) in places}
    for month in sorted(months):
        if {month, shift(month, -1)} & found:
            yield Anomaly(
                "other_counting", SERIOUS, {"month": iso(month), "cumulative": other != "monthly"}
            )
