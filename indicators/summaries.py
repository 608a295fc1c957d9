"""The summaries that pages read: contributors, volumes, and the reach of the parc.

Rules (a month, a facility of the register, what it was in that month by `reference.standing`):
- a facility outside the perimeter in the month enters nothing, neither volumes nor rates;
- contributor: at least one document, all types together, in a received month;
- parc: open at least one day of the month, or contributor although the register says closed;
- over 12 months: facilities of the month's parc that contributed in a received month of the 12.

A cell's reach depends on the contributors of the 11 months before, so a changed month k refreshes
the received months k to k+11 of its département.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django_pandas.io import read_frame
from numpy.typing import NDArray

from indicators.bulk import copy_rows
from indicators.models import CoveredMonth, FacilityMonth, MonthlyReach, MonthlyVolume
from indicators.selection import CHART_SECTORS
from reference.months import shift, span
from reference.standing import standing

VOLUME_KEY = ["month", "region", "departement", "sector", "document_type_id", "carried"]
FacilityIds = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """Cells whose facts changed (their summaries already deleted), and what they now hold.

    `feedings` and `entity_feedings` carry month, region and departement beside the facts;
    `periods` are those of `reference.standing.load_periods` for the départements of `cells`.
    """

    cells: list[tuple[dt.date, str]]
    feedings: pd.DataFrame
    entity_feedings: pd.DataFrame
    periods: pd.DataFrame


def refresh(changes: Changes) -> None:
    """Rebuild the summaries of the changed cells, and the reach of the windows they enter."""
    windows = _windows(changes.cells)
    if not windows:  # "Non ventilé" alone: no facility, hence no reach
        _write_volumes([changes.entity_feedings.assign(carried=True)])
        return
    covered = _covered(windows)
    contributors = _earlier_contributors(windows)
    volumes = [changes.entity_feedings.assign(carried=True)]
    new_contributors, reach = [], []
    fed_by_month = dict(tuple(changes.feedings.groupby("month")))
    for month in sorted(windows):
        inside = standing(changes.periods, month)
        inside = inside[inside["in_perimeter"]]
        fed = fed_by_month.get(pd.Timestamp(month))
        if fed is not None:
            fed = fed.merge(inside[["sector"]], left_on="facility_id", right_index=True)
            volumes.append(fed.assign(carried=False))
            of_month = _contributors(fed)
            new_contributors.append(of_month)
            contributors[month].append(of_month["facility_id"].to_numpy())
        departements = [code for code in windows[month] if month in covered[code]]
        if departements:
            inside = inside[inside["departement"].isin(departements)]
            reach.append(_reach(inside, month, contributors, covered, departements))
    _write_volumes(volumes)
    _write_contributors(new_contributors)
    _write_reach(reach, windows)


def _windows(cells: Iterable[tuple[dt.date, str]]) -> dict[dt.date, list[str]]:
    """Month → départements whose reach may have changed: each changed month and 11 after it."""
    windows: defaultdict[dt.date, set[str]] = defaultdict(set)
    for month, departement in cells:
        for later in span(month, shift(month, 11)):
            windows[later].add(departement)
    return {month: sorted(codes) for month, codes in windows.items()}


def _covered(windows: dict[dt.date, list[str]]) -> defaultdict[str, set[dt.date]]:
    """Département → its received months, as far back as the windows look."""
    rows = CoveredMonth.objects.filter(**_span_of(windows))
    covered: defaultdict[str, set[dt.date]] = defaultdict(set)
    for departement, month in rows.values_list("departement_id", "month"):
        covered[departement].add(month)
    return covered


def _earlier_contributors(
    windows: dict[dt.date, list[str]],
) -> defaultdict[dt.date, list[FacilityIds]]:
    """Month → contributors already summarised, in the cells that did not change."""
    rows = FacilityMonth.objects.filter(**_span_of(windows))
    frame = read_frame(rows, fieldnames=["month", "facility_id"], verbose=False)
    contributors: defaultdict[dt.date, list[FacilityIds]] = defaultdict(list)
    for month, facilities in frame.groupby("month")["facility_id"]:
        contributors[month].append(facilities.to_numpy())
    return contributors


def _span_of(windows: dict[dt.date, list[str]]) -> dict[str, Any]:
    """The filter of all that the windows look at, 11 months before the first included."""
    return {
        "departement__in": {code for codes in windows.values() for code in codes},
        "month__range": (shift(min(windows), -11), max(windows)),
    }


def _contributors(fed: pd.DataFrame) -> pd.DataFrame:
    """The facilities of one month with at least one document, with what they are in it."""
    key = ["month", "facility_id", "departement", "sector"]
    totals: pd.DataFrame = fed.groupby(key)[["documents"]].sum().reset_index()
    return totals[totals["documents"] > 0]


def _within(
    contributors: dict[dt.date, list[FacilityIds]], first: dt.date, last: dt.date
) -> FacilityIds:
    """The distinct facilities that contributed from a month to another."""
    parts = [ids for month in span(first, last) for ids in contributors.get(month, [])]
    return np.unique(np.concatenate(parts)) if parts else np.array([], dtype=np.int64)


def _reach(
    inside: pd.DataFrame,
    month: dt.date,
    contributors: dict[dt.date, list[FacilityIds]],
    covered: dict[str, set[dt.date]],
    departements: list[str],
) -> pd.DataFrame:
    """One row per département and sector, zeros included: the parc of a month and who fed.

    `inside` holds the facilities of the perimeter as they stand in the month.
    """
    fed = inside.index.isin(_within(contributors, month, month))
    parc = inside.assign(
        contributors=fed,
        contributors_12m=inside.index.isin(_within(contributors, shift(month, -11), month)),
        parc=inside["open"] | fed,
    )
    parc = parc[parc["parc"]]
    every = pd.MultiIndex.from_product(
        [departements, [str(sector) for sector in CHART_SECTORS]], names=["departement", "sector"]
    )
    counts = parc.groupby(["departement", "sector"])[["parc", "contributors", "contributors_12m"]]
    table = counts.sum().reindex(every, fill_value=0).astype("int64").reset_index()
    received = {
        code: sum(earlier in covered[code] for earlier in span(shift(month, -11), month))
        for code in departements
    }
    return table.assign(month=pd.Timestamp(month), received_12m=table["departement"].map(received))


def _write_volumes(facts: list[pd.DataFrame]) -> None:
    """Add facts up by cell, sector and type; those of facilities and of entities stay apart."""
    filled = [part[[*VOLUME_KEY, "documents"]] for part in facts if len(part)]
    if filled:
        rows = pd.concat(filled, ignore_index=True)
        sums = rows.groupby(VOLUME_KEY, dropna=False)[["documents"]].sum().reset_index()
        totals = sums.rename(columns={"region": "region_id", "departement": "departement_id"})
        copy_rows(MonthlyVolume, totals, list(totals.columns))


def _write_contributors(contributors: list[pd.DataFrame]) -> None:
    if contributors:
        rows = pd.concat(contributors, ignore_index=True)
        rows = rows.rename(columns={"departement": "departement_id"})
        columns = ["month", "facility_id", "departement_id", "sector", "documents"]
        copy_rows(FacilityMonth, rows.sort_values(columns[:2]), columns)


def _write_reach(reach: list[pd.DataFrame], windows: dict[dt.date, list[str]]) -> None:
    """Replace the reach of every window: what is no longer received loses its rows."""
    rectangles: defaultdict[tuple[str, ...], list[dt.date]] = defaultdict(list)
    for month, departements in windows.items():
        rectangles[tuple(departements)].append(month)
    for codes, months in rectangles.items():
        MonthlyReach.objects.filter(departement__in=codes, month__in=months).delete()
    if reach:
        rows = pd.concat(reach, ignore_index=True).rename(columns={"departement": "departement_id"})
        copy_rows(MonthlyReach, rows, list(rows.columns))
