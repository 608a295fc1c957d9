"""What the measures of a selection are computed from: a few narrow reads of the summaries.

The number of queries depends on neither months nor départements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from django.db.models import Q, QuerySet, Sum
from django_pandas.io import read_frame

from indicators.models import CoveredMonth, FacilityMonth, MonthlyReach, MonthlyVolume
from indicators.selection import Selection
from reference.months import shift

COUNTS = ("documents", "parc", "contributors", "contributors_12m", "received_12m")

NAMES = {"departement_id": "departement", "document_type__code": "code", "total": "documents"}

#: Stands for "Non ventilé" where frames need a département.
UNALLOCATED = ""


@dataclass(frozen=True)
class Readings:
    """Frames that all have `departement` (code); months are datetime64[s]; counts are int64.

    `covered`: every cell ever received, with received_on, source_label, confirmed.
    `types`: documents by month, departement and code, in the period.
    `volumes`: documents by month, departement and sector, 23 months further back for growth.
    `reach`: parc, contributors, contributors_12m, received_12m by month, departement and sector.
    `facilities`: each facility that contributed in the selection's window, with the sector of
    the last month in which it did.
    """

    covered: pd.DataFrame
    types: pd.DataFrame
    volumes: pd.DataFrame
    reach: pd.DataFrame
    facilities: pd.DataFrame

    def of(self, departement: str) -> Readings:
        """Those of one département."""
        return replace(
            self,
            **{
                name: frame[frame["departement"] == departement]
                for name, frame in vars(self).items()
            },
        )


def read(selection: Selection) -> Readings:
    """Read the summaries behind a selection, "Non ventilé" included for a whole région."""
    codes = selection.territory.departement_codes
    covered = _covered(codes)
    by_sector = Q() if selection.sector is None else Q(sector=selection.sector)
    place = Q(region=selection.territory.region_code) & Q(departement__in=codes)
    if selection.territory.is_region:
        place |= Q(region=selection.territory.region_code) & Q(departement__isnull=True)
    volumes = MonthlyVolume.objects.filter(place, by_sector, month__lte=selection.last)
    reach = MonthlyReach.objects.filter(
        by_sector, departement__in=codes, month__range=(selection.first, selection.last)
    ).values("month", "departement_id", "sector", *COUNTS[1:])
    facilities = FacilityMonth.objects.filter(
        by_sector, departement__in=codes, month__range=selection.window
    )
    return Readings(
        covered=covered,
        types=_frame(
            volumes.filter(month__gte=selection.first)
            .values("month", "departement_id", "document_type__code")
            .annotate(total=Sum("documents"))
        ),
        volumes=_frame(
            volumes.filter(month__gte=_earliest(selection, covered))
            .values("month", "departement_id", "sector")
            .annotate(total=Sum("documents"))
        ),
        reach=_frame(reach),
        facilities=_frame(
            facilities.order_by("facility_id", "-month")
            .distinct("facility_id")
            .values("month", "departement_id", "sector")
        ),
    )


def _covered(codes: Sequence[str]) -> pd.DataFrame:
    rows = CoveredMonth.objects.filter(departement__in=codes).order_by("month", "departement")
    return _frame(
        rows.values("month", "departement_id", "received_on", "source_label", "confirmed")
    )


def _earliest(selection: Selection, covered: pd.DataFrame) -> dt.date:
    """The first month that any growth of the selection looks at."""
    first, last = pd.Timestamp(selection.first), pd.Timestamp(selection.last)
    inside = covered[covered["month"].between(first, last)]
    if inside.empty:
        return selection.first
    last_received = inside.groupby("departement")["month"].max().min()
    return min(selection.first, shift(last_received.date(), -23))


def _frame(rows: QuerySet[Any, Any]) -> pd.DataFrame:
    """A grouped queryset as a frame, with our names and types whether or not it has rows."""
    frame: pd.DataFrame = read_frame(rows, verbose=False).rename(columns=NAMES)
    types = {name: "int64" for name in COUNTS if name in frame}
    return frame.assign(
        month=pd.to_datetime(frame["month"]).astype("datetime64[s]"),
        departement=frame["departement"].astype("str").fillna(UNALLOCATED),
    ).astype(types)
