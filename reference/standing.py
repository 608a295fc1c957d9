"""What each facility was in a given month: open or not, of which sector, in the perimeter or not.

The one implementation of the parc's rule, which extracts are checked against and indicators are
computed from. Pure but for `load_periods`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import pandas as pd
from django_pandas.io import read_frame

from reference.models import FacilityPeriod, Sector
from reference.months import last_day

PERIOD_FIELDS = {
    "facility_id": "facility_id",
    "facility__finess": "finess",
    "facility__departement_id": "departement",
    "facility__departement__region_id": "region",
    "facility__sector_override": "sector_override",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "category__sector": "category_sector",
    "category__in_perimeter": "category_in_perimeter",
    "legal_entity_id": "legal_entity_id",
}


def load_periods(departements: Collection[str] | None = None) -> pd.DataFrame:
    """Every period of the facilities of some départements (of all of them by default).

    Columns: facility_id, finess, departement, region, starts_on and ends_on (datetime64, NaT for
    an open end), legal_entity_id, sector (the facility's own or its category's) and in_perimeter.
    """
    periods = FacilityPeriod.objects.order_by("facility_id", "starts_on")
    if departements is not None:
        periods = periods.filter(facility__departement__in=departements)
    frame: pd.DataFrame = read_frame(periods, fieldnames=list(PERIOD_FIELDS), verbose=False)
    frame = frame.rename(columns=PERIOD_FIELDS)
    for column in ("starts_on", "ends_on"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    overridden = frame["sector_override"] != ""
    frame["sector"] = frame["sector_override"].where(overridden, frame["category_sector"])
    frame["in_perimeter"] = (overridden | frame["category_in_perimeter"].astype(bool)) & (
        frame["sector"] != Sector.OTHER
    )
    return frame.drop(columns=["sector_override", "category_sector", "category_in_perimeter"])


def standing(periods: pd.DataFrame, month: dt.date) -> pd.DataFrame:
    """One row per facility, indexed by facility_id: what it was in `month`.

    Columns: those of `load_periods`, and `open` (at least one day of the month). The period that
    speaks is the last that covers the month; without any, the last that ended before it; without
    any, the first.
    """
    first, last = pd.Timestamp(month), pd.Timestamp(last_day(month))
    starts = periods["starts_on"].fillna(pd.Timestamp("1900-01-01"))
    ends = periods["ends_on"].fillna(pd.Timestamp("2200-01-01"))
    covering = (starts <= last) & (ends >= first)
    before = ends < first
    # Later periods speak over earlier ones, except among those still to come.
    age = np.where(covering | before, starts.astype("int64"), -starts.astype("int64"))
    rank = np.select([covering, before], [2, 1], default=0)
    speaking = (
        periods.assign(open=covering, _rank=rank, _age=age)
        .sort_values(["facility_id", "_rank", "_age"], kind="stable")
        .drop_duplicates("facility_id", keep="last")
    )
    return speaking.drop(columns=["_rank", "_age"]).set_index("facility_id")
