"""The measures of a selection, from the summaries.

Rules beyond those of each formula:
- a month is received when at least one département of the territory was; a région's month is
  computed on the départements received, with their own denominator;
- "Non ventilé" belongs to a région's documents only, in its received months;
- the rate over 12 months, numerator and denominator, counts the départements whose month is
  received and whose window holds 9 received months at least;
- with a sector, everything is restricted to it; each facility has the sector of the month.
"""

from __future__ import annotations

import datetime as dt
from itertools import repeat

import numpy as np
import pandas as pd
from django.db.models import Max, Min
from numpy.typing import NDArray

from indicators.models import CoveredMonth
from indicators.readings import UNALLOCATED, Readings, read
from indicators.selection import (
    CHART_SECTORS,
    Selection,
    Territory,
    departement_territory,
)
from indicators.series import LEAST_RECEIVED, Growth, Measures, SectorFigures
from reference.models import Departement

Array = NDArray[np.float64]

SECTORS = [str(sector) for sector in CHART_SECTORS]


def measure(selection: Selection) -> Measures:
    """Every measure of one selection, in five queries."""
    return _measures(selection, read(selection))


def measure_all(
    selection: Selection, only: str | None = None
) -> tuple[Measures, dict[str, Measures]]:
    """Those of a territory, and of each of its départements by code: one reading, six queries.

    `only`: the code of the one département that is wanted, when the others are not.
    """
    readings = read(selection)
    return _measures(selection, readings), _departements(selection, readings, only)


def _departements(
    selection: Selection, readings: Readings, only: str | None
) -> dict[str, Measures]:
    codes = selection.territory.departement_codes if only is None else (only,)
    departements = Departement.objects.filter(code__in=codes).order_by("code")
    return {
        departement.code: _measures(
            Selection(
                departement_territory(departement),
                selection.first,
                selection.last,
                selection.sector,
            ),
            readings.of(departement.code),
        )
        for departement in departements
    }


def covered_span(territory: Territory) -> tuple[dt.date, dt.date] | None:
    """The first and the last month ever received for a territory, None without any."""
    found = CoveredMonth.objects.filter(departement__in=territory.departement_codes).aggregate(
        first=Min("month"), last=Max("month")
    )
    return None if found["first"] is None else (found["first"], found["last"])


def _measures(selection: Selection, readings: Readings) -> Measures:
    months = pd.date_range(selection.first, selection.last, freq="MS", unit="s")
    covered = readings.covered[readings.covered["month"].isin(months)]
    received = pd.Series(_counts(covered["month"], months), index=months)
    reach, types = readings.reach, readings.types
    codes = sorted(types["code"].unique())
    sector_parc = _grid(reach, "sector", "parc", SECTORS, received)
    sector_contributors = _grid(reach, "sector", "contributors", SECTORS, received)
    parc, contributors = _across(sector_parc), _across(sector_contributors)
    long = _long_windows(reach, months)
    last = _last_received(received)
    carried = types[types["departement"] == UNALLOCATED]
    return Measures(
        selection=selection,
        months=months,
        documents=_grid(types, "code", "documents", codes, received),
        unallocated=_grid(carried, "departement", "documents", [UNALLOCATED], received)[
            UNALLOCATED
        ],
        parc=parc,
        contributors=contributors,
        rate=_ratio(contributors, parc),
        contributors_12m=long["contributors_12m"],
        parc_12m=long["parc"],
        rate_12m=_ratio(long["contributors_12m"], long["parc"]),
        received_12m=long["received_12m"],
        received_departements=received,
        provisional=_provisional(readings.covered, months),
        sector_contributors=sector_contributors,
        sector_documents=_grid(readings.volumes, "sector", "documents", SECTORS, received),
        sector_parc=sector_parc,
        sectors=_sectors(selection, readings, received, last),
        window=selection.window,
        documents_12m=_documents_12m(readings, last),
        growth=_growth(readings, selection.territory.departement_codes, last),
        cut_off=max(covered["received_on"], default=None),
        sources=tuple(sorted(covered["source_label"].unique())),
    )


def _grid(
    frame: pd.DataFrame, key: str, value: str, columns: list[str], received: pd.Series[float]
) -> pd.DataFrame:
    """Months × `key`: sums of `value`, 0 where nothing was met, NaN where nothing was received."""
    months = pd.DatetimeIndex(received.index)
    sums = _sums(frame, key, frame[value].to_numpy(), months, columns)
    sums[received.to_numpy() == 0] = np.nan
    return pd.DataFrame(sums, index=months, columns=columns)


def _sums(
    frame: pd.DataFrame, key: str, values: Array, months: pd.DatetimeIndex, columns: list[str]
) -> Array:
    """Months × `key`: sums of the rows' `values`, what lies outside left out.

    (`groupby` gives the same in ten times as long, which a page of eight départements feels.)
    """
    row = months.get_indexer(pd.DatetimeIndex(frame["month"]))
    column = pd.Index(columns).get_indexer(pd.Index(frame[key]))
    inside = (row >= 0) & (column >= 0)
    sums = np.zeros((len(months), len(columns)))
    np.add.at(sums, (row[inside], column[inside]), values[inside])
    return sums


def _across(grid: pd.DataFrame) -> pd.Series[float]:
    """The sum of the columns, NaN where not received."""
    return grid.sum(axis=1, min_count=1)


def _ratio(part: pd.Series[float], whole: pd.Series[float]) -> pd.Series[float]:
    """A rate; 0 ÷ 0 is NaN."""
    return part / whole.where(whole > 0)


def _last_received(received: pd.Series[float]) -> pd.Timestamp | None:
    known = pd.DatetimeIndex(received.index[received > 0])
    return known[-1] if len(known) else None


def _long_windows(reach: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """The parc and those of it that fed over 12 months, and how many of these were received."""
    rows = months.get_indexer(pd.DatetimeIndex(reach["month"]))
    received = reach["received_12m"].to_numpy()
    inside, counted = rows >= 0, (rows >= 0) & (received >= LEAST_RECEIVED)
    table = {}
    for name in ("contributors_12m", "parc"):
        sums = np.full(len(months), np.nan)
        sums[rows[counted]] = 0
        np.add.at(sums, rows[counted], reach[name].to_numpy()[counted])
        table[name] = sums
    most, fewest = np.full(len(months), np.nan), np.full(len(months), np.nan)
    np.fmax.at(most, rows[inside], received[inside].astype(np.float64))
    np.fmin.at(fewest, rows[counted], received[counted].astype(np.float64))
    table["received_12m"] = np.where(np.isnan(fewest), most, fewest)
    return pd.DataFrame(table, index=months)


def _provisional(covered: pd.DataFrame, months: pd.DatetimeIndex) -> pd.Series[bool]:
    """The territory's latest received month, unless other files have confirmed all its cells."""
    latest = covered[covered["month"] == covered["month"].max()]
    waiting = latest.loc[~latest["confirmed"].astype(bool), "month"]
    return pd.Series(months.isin(waiting), index=months)


def _documents_12m(readings: Readings, last: pd.Timestamp | None) -> float | None:
    """Documents of the received months of the 12 to `last`; None below 9 of them."""
    if last is None:
        return None
    months = pd.date_range(end=last, periods=12, freq="MS", unit="s")
    received = _counts(readings.covered["month"], months) > 0
    if received.sum() < LEAST_RECEIVED:
        return None
    volumes = readings.volumes
    documents = _counts(volumes["month"], months, volumes["documents"].to_numpy())
    return float(documents[received].sum())


def _growth(readings: Readings, codes: tuple[str, ...], last: pd.Timestamp | None) -> Growth:
    """Documents of the 12 months to `last` against the 12 before, at comparable cells.

    A (month, département) counts on both sides when it was received in both years. "Non ventilé"
    counts in the months for which the same départements were received in both years. A month is
    comparable when it is for at least one département.
    """
    if last is None:
        return Growth(0, 0, 0, None)
    months = pd.date_range(end=last, periods=24, freq="MS", unit="s")
    cells, volumes = readings.covered, readings.volumes
    places = list(codes)
    received = _sums(cells, "departement", np.ones(len(cells)), months, places) > 0
    before, after = received[:12], received[12:]
    both = before & after
    same = (before == after).all(axis=1) & both.any(axis=1)
    counted = np.column_stack([both, same])
    documents = _sums(
        volumes, "departement", volumes["documents"].to_numpy(), months, [*places, UNALLOCATED]
    )
    earlier, recent = (int(half[counted].sum()) for half in (documents[:12], documents[12:]))
    comparable = int(both.any(axis=1).sum())
    known = comparable >= LEAST_RECEIVED and earlier > 0
    return Growth(recent, earlier, comparable, recent / earlier if known else None)


def _sectors(
    selection: Selection,
    readings: Readings,
    received: pd.Series[float],
    last: pd.Timestamp | None,
) -> tuple[SectorFigures, ...]:
    """Each sector over the window, and in its last received month."""
    months = pd.DatetimeIndex(received.index)
    first, end = (pd.Timestamp(month) for month in selection.window)
    known = (months >= first) & (months <= end) & (received.to_numpy() > 0)
    volumes = readings.volumes
    volumes = volumes[volumes["month"].isin(months[known])]
    documents = _totals(volumes["sector"], volumes["documents"].to_numpy())
    contributors = _totals(readings.facilities["sector"])
    reach = readings.reach[readings.reach["month"] == last]
    of_month = _by_sector(reach)
    of_year = _by_sector(reach[reach["received_12m"] >= LEAST_RECEIVED])
    return tuple(
        _sector_figures(
            sector,
            (contributors.get(sector, 0), sum(contributors.values())),
            (documents.get(sector, 0), sum(documents.values())),
            of_month.get(sector, {}),
            of_year.get(sector, {}),
        )
        for sector in SECTORS
    )


def _sector_figures(
    sector: str,
    contributors: tuple[int, int],
    documents: tuple[int, int],
    month: dict[str, int],
    year: dict[str, int],
) -> SectorFigures:
    """One sector: its part and the whole, then its reach (empty: not received, or not enough)."""
    return SectorFigures(
        sector=sector,
        contributors=contributors[0],
        share=_share(*contributors),
        documents=documents[0],
        documents_share=_share(*documents),
        month_contributors=month.get("contributors"),
        month_parc=month.get("parc"),
        contributors_12m=year.get("contributors_12m"),
        parc_12m=year.get("parc"),
        rate=_share(month.get("contributors"), month.get("parc")),
        rate_12m=_share(year.get("contributors_12m"), year.get("parc")),
    )


def _by_sector(reach: pd.DataFrame) -> dict[str, dict[str, int]]:
    """The reach of one month by sector, every one present; empty when nothing was received."""
    if reach.empty:
        return {}
    names = ("parc", "contributors", "contributors_12m")
    sums = {name: _totals(reach["sector"], reach[name].to_numpy()) for name in names}
    return {sector: {name: sums[name].get(sector, 0) for name in names} for sector in SECTORS}


def _totals(keys: pd.Series[str], values: NDArray[np.int64] | None = None) -> dict[str, int]:
    """The sum of the values of each key met, or how many rows have it."""
    totals: dict[str, int] = {}
    for key, value in zip(keys, repeat(1) if values is None else values.tolist(), strict=False):
        totals[key] = totals.get(key, 0) + value
    return totals


def _counts(
    dates: pd.Series[pd.Timestamp], months: pd.DatetimeIndex, values: Array | None = None
) -> Array:
    """For each month, how many rows have it, or the sum of their values."""
    rows = months.get_indexer(pd.DatetimeIndex(dates))
    inside = rows >= 0
    weights = None if values is None else values[inside]
    return np.bincount(rows[inside], weights, minlength=len(months)).astype(np.float64)


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None
