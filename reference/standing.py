"""What each facility was in a given month: open or not, of which sector, in the perimeter or not.

The one implementation of the parc's rule, which extracts are checked against and indicators are
computed from. Pure but for `load_periods`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from django.db.models import Func, Q
from django_pandas.io import read_frame
from numpy.typing import NDArray

from reference.models import FacilityPeriod, PerimeterChoice, Sector
from reference.months import last_day

PERIOD_FIELDS = {
    "facility_id": "facility_id",
    "facility__finess": "finess",
    "facility__departement_id": "departement",
    "facility__departement__region_id": "region",
    "facility__sector_override": "sector_override",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "category_id": "category",
    "category__sector": "category_sector",
    "category__in_perimeter": "category_in_perimeter",
    "legal_entity_id": "legal_entity_id",
}
CHOICE_COLUMNS = ["region", "category", "chosen_sector", "chosen_in_perimeter"]


def load_periods(
    departements: Collection[str] | None = None,
    more: Mapping[str, str] | None = None,
    only: Q | Func | None = None,
) -> pd.DataFrame:
    """Every period of the facilities of some départements (of all of them by default).

    Columns: facility_id, finess, departement, region, starts_on and ends_on (datetime64, NaT for
    an open end), category, legal_entity_id, imposed (whether the sector is the facility's own),
    sector and in_perimeter. The sector is the facility's own, else the one that its région chose
    for its category, else the category's. `more`: other fields to read, and how to call them.
    `only`: a condition on the periods to read, which takes all those of a facility or none.
    """
    return under(_read(departements, more or {}, only), load_choices())


def read_register(departements: Collection[str]) -> pd.DataFrame:
    """The periods of some départements, to be seen under one perimeter or several."""
    return _read(departements, {}, None)


def _read(
    departements: Collection[str] | None, more: Mapping[str, str], only: Q | Func | None
) -> pd.DataFrame:
    """The periods of the register, without what a perimeter says of them."""
    periods = FacilityPeriod.objects.order_by("facility_id", "starts_on")
    if departements is not None:
        periods = periods.filter(facility__departement__in=departements)
    if only is not None:
        periods = periods.filter(only)
    fields = {**PERIOD_FIELDS, **more}
    frame: pd.DataFrame = read_frame(periods, fieldnames=list(fields), verbose=False)
    frame = frame.rename(columns=fields)
    for column in ("starts_on", "ends_on"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame


def load_choices() -> pd.DataFrame:
    """What the régions chose for categories, with CHOICE_COLUMNS."""
    rows = PerimeterChoice.objects.order_by("region", "category")
    values = list(rows.values_list("region_id", "category_id", "sector", "in_perimeter"))
    return pd.DataFrame(values, columns=CHOICE_COLUMNS)


def under(read: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """Say the sector of each period and whether it is in the perimeter. Pure; same index.

    `read`: as `read_register` gives them. `choices` (CHOICE_COLUMNS): all those that régions
    made, or others, to see what these would do. A sector imposed on a facility puts it in the
    perimeter; "hors du champ" puts anything out.
    """
    chosen = {
        (region, category): (sector, inside)
        for region, category, sector, inside in choices[CHOICE_COLUMNS].itertuples(index=False)
    }
    # There are a few categories, and thousands of periods.
    regions, _ = pd.factorize(read["region"])
    categories, kinds = pd.factorize(read["category"])
    _, first, rule = np.unique(
        regions * len(kinds) + categories, return_index=True, return_inverse=True
    )
    told = ("region", "category", "category_sector", "category_in_perimeter")
    ruled = [
        chosen.get((region, category), (sector, inside))
        for region, category, sector, inside in zip(
            *(read[name].take(first).tolist() for name in told), strict=True
        )
    ]
    own = read["sector_override"]
    sectors = pd.Series([str(sector) for sector, _ in ruled], dtype=own.dtype).take(rule)
    imposed = (own != "").to_numpy(dtype=bool)
    sector = own.where(imposed, sectors.set_axis(read.index))
    inside = np.array([within for _, within in ruled], dtype=bool)[rule]
    frame = read.drop(columns=["category_sector", "category_in_perimeter", "sector_override"])
    return frame.assign(
        imposed=imposed,
        sector=sector,
        in_perimeter=(imposed | inside) & (sector != Sector.OTHER).to_numpy(dtype=bool),
    )


def standing(periods: pd.DataFrame, month: dt.date) -> pd.DataFrame:
    """One row per facility, indexed by facility_id: what it was in `month`.

    Columns: those of `load_periods`, and `open` (at least one day of the month). The period that
    speaks is the last that covers the month; without any, the last that ended before it; without
    any, the first.
    """
    return standing_by_month(periods, [month]).drop(columns="at").set_index("facility_id")


def standing_by_month(periods: pd.DataFrame, months: Sequence[dt.date]) -> pd.DataFrame:
    """What each facility was in each month: `standing`, one month above the other.

    Facilities are in the order of their identifiers; `at` is the position of the month among
    `months`. `periods` may have some of the columns of `load_periods` only.
    """
    spoken = speaking(periods, months)
    stood = periods.take(spoken.rows.ravel())
    facilities = spoken.rows.shape[1]
    return stood.assign(
        open=spoken.opened.ravel(), at=np.repeat(np.arange(len(months)), facilities)
    )


class Speaking(NamedTuple):
    """Which period speaks for each facility in each month, whatever the perimeter.

    Months × facilities, in the order of their identifiers. `rows`: the position of the period
    among those that were given. `opened`: whether it covers at least one day of the month.
    """

    rows: NDArray[np.intp]
    opened: NDArray[np.bool_]


def speaking(periods: pd.DataFrame, months: Sequence[dt.date]) -> Speaking:
    """The period that speaks for each facility in each month, as `standing` says which."""
    starts = _seconds(periods["starts_on"], "1900-01-01")
    ends = _seconds(periods["ends_on"], "2200-01-01")
    facilities = periods["facility_id"].to_numpy()
    order = np.argsort(facilities, kind="stable")
    last = _last_of_each(facilities[order])
    sizes = np.diff(np.flatnonzero(last), prepend=-1)
    rows = np.tile(order[last], (len(months), 1))
    opened = np.zeros(rows.shape, dtype=bool)
    # Most facilities have one period, which speaks for every month: only the others are sorted.
    several = order[np.repeat(sizes > 1, sizes)]
    for at, month in enumerate(months):
        first_second, last_second = _second(month), _second(last_day(month))
        covering = (starts <= last_second) & (ends >= first_second)
        before = ends < first_second
        # Later periods speak over earlier ones, except among those still to come.
        age = np.where(covering | before, starts, -starts)[several]
        rank = np.select([covering, before], [2, 1], default=0)[several]
        ranked = several[np.lexsort((age, rank, facilities[several]))]
        rows[at, sizes > 1] = ranked[_last_of_each(facilities[ranked])]
        opened[at] = covering[rows[at]]
    return Speaking(rows, opened)


def _last_of_each(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values of a sorted array are the last of their equals."""
    last: NDArray[np.bool_] = np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]
    return last


def _seconds(dates: pd.Series, without: str) -> NDArray[np.int64]:
    """Dates as seconds, those that are missing being `without`."""
    seconds: NDArray[np.int64] = (
        dates.fillna(pd.Timestamp(without)).to_numpy("datetime64[s]").astype("int64")
    )
    return seconds


def _second(day: dt.date) -> int:
    return int(np.datetime64(day, "s").astype("int64"))
