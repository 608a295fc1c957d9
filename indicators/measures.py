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
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
from django.db.models import Max, Min
from numpy.typing import NDArray

from indicators.columns import Ints, Table, chosen, distinct, during, month_number
from indicators.models import CoveredMonth
from indicators.readings import UNALLOCATED, Readings
from indicators.selection import CHART_SECTORS, Selection, Territory
from indicators.series import LEAST_RECEIVED, Growth, Measures, SectorFigures
from indicators.territory_reading import read

Array = NDArray[np.float64]

SECTORS = tuple(str(sector) for sector in CHART_SECTORS)
#: The tables whose columns are these.
BY_SECTOR = ("sector_contributors", "sector_documents", "sector_parc")


def measure(selection: Selection) -> Measures:
    """Every measure of one selection, in five queries."""
    return _measures(selection, read(selection.territory, behind=False).cut(selection))


def measure_all(selection: Selection) -> tuple[Measures, dict[str, Measures]]:
    """Those of a territory, and of each of its départements by code: one reading, five queries."""
    return measures_of(selection, read(selection.territory, behind=False).cuts(selection))


def measures_of(
    selection: Selection, cuts: Mapping[Territory, Readings]
) -> tuple[Measures, dict[str, Measures]]:
    """The same of what was cut for a selection (`Readings.cuts`). Queries nothing."""
    found = {
        place: _measures(Selection(place, selection.first, selection.last, selection.sector), cut)
        for place, cut in cuts.items()
    }
    departements = {
        place.departement_code: measures
        for place, measures in found.items()
        if place.departement_code is not None
    }
    return found[selection.territory], departements


def covered_span(territory: Territory) -> tuple[dt.date, dt.date] | None:
    """The first and the last month ever received for a territory, None without any."""
    found = CoveredMonth.objects.filter(departement__in=territory.departement_codes).aggregate(
        first=Min("month"), last=Max("month")
    )
    return None if found["first"] is None else (found["first"], found["last"])


def _measures(selection: Selection, readings: Readings) -> Measures:
    """Those of a selection, from what was cut for it."""
    first, last = month_number(selection.first), month_number(selection.last)
    months = _months(selection.first, selection.last)
    cells = during(readings.cells, first, last)
    received = _counts(cells, first, len(months))
    volumes = during(readings.volumes, first, last)
    reach = during(readings.reach, first, last)
    met = distinct(volumes["kind"]).tolist()

    def grid(rows: Table, key: str, value: str, count: int = len(SECTORS)) -> Array:
        """Months × `key`: sums, 0 where nothing was met, NaN where nothing was received."""
        sums = _sums(rows, key, rows[value], (first, len(months), count))
        sums[received == 0] = np.nan
        return sums

    carried = chosen(volumes, volumes["place"] == UNALLOCATED)
    unallocated = {**carried, "place": np.zeros_like(carried["place"])}
    sector_parc = grid(reach, "sector", "parc")
    sector_contributors = grid(reach, "sector", "contributors")
    parc, contributors = sector_parc.sum(axis=1), sector_contributors.sum(axis=1)
    contributors_12m, parc_12m, received_12m = _long_windows(reach, first, len(months))
    now = _last_received(received, first)
    numbers = {
        "documents": grid(volumes, "kind", "documents", len(readings.kinds))[:, met],
        "unallocated": grid(unallocated, "place", "documents", 1)[:, 0],
        "parc": parc,
        "contributors": contributors,
        "rate": _ratio(contributors, parc),
        "contributors_12m": contributors_12m,
        "parc_12m": parc_12m,
        "rate_12m": _ratio(contributors_12m, parc_12m),
        "received_12m": received_12m,
        "received_departements": received,
        "provisional": _provisional(readings.cells, first, len(months)),
        "sector_contributors": sector_contributors,
        "sector_documents": grid(volumes, "sector", "documents"),
        "sector_parc": sector_parc,
    }
    kinds = tuple(readings.kinds[rank].code for rank in met)
    return Measures.lazily(
        numbers,
        {"documents": kinds, **dict.fromkeys(BY_SECTOR, SECTORS)},
        selection=selection,
        months=months,
        sectors=_sectors(selection, readings, received, now),
        window=selection.window,
        documents_12m=_documents_12m(readings, now),
        growth=_growth(readings, now),
        cut_off=_day(int(cells["received_on"].max())) if len(cells["month"]) else None,
        sources=tuple(readings.sources[rank] for rank in distinct(cells["source"]).tolist()),
    )


@lru_cache(maxsize=256)
def _months(first: dt.date, last: dt.date) -> pd.DatetimeIndex:
    """One index for all that has these months: making it, or keeping several, costs more."""
    return pd.date_range(first, last, freq="MS", unit="s")


def _sums(rows: Table, key: str, values: Ints, shape: tuple[int, int, int]) -> Array:
    """Months × `key`: sums of the rows' `values`; `shape`: the first month, how many, the keys.

    Every row is of these months.
    """
    first, months, count = shape
    cells = (rows["month"] - first) * count + rows[key]
    sums: Array = np.bincount(cells, values, minlength=months * count).astype(np.float64)
    return sums.reshape(months, count)


def _counts(rows: Table, first: int, months: int) -> Array:
    """How many rows each month has; every row is of these months."""
    return np.bincount(rows["month"] - first, minlength=months).astype(np.float64)


def _ratio(part: Array, whole: Array) -> Array:
    """A rate; 0 ÷ 0 is NaN."""
    rate = np.full(len(part), np.nan)
    np.divide(part, whole, out=rate, where=whole > 0)
    return rate


def _last_received(received: Array, first: int) -> int | None:
    known = np.flatnonzero(received)
    return first + int(known[-1]) if len(known) else None


def _long_windows(reach: Table, first: int, months: int) -> tuple[Array, Array, Array]:
    """Those of the parc that fed over 12 months, the parc, how many of these were received."""
    rows, received = reach["month"] - first, reach["received_12m"]
    counted = received >= LEAST_RECEIVED
    sums = []
    for name in ("contributors_12m", "parc"):
        told = np.full(months, np.nan)
        told[rows[counted]] = 0
        np.add.at(told, rows[counted], reach[name][counted])
        sums.append(told)
    most, fewest = np.full(months, np.nan), np.full(months, np.nan)
    np.fmax.at(most, rows, received.astype(np.float64))
    np.fmin.at(fewest, rows[counted], received[counted].astype(np.float64))
    return sums[0], sums[1], np.where(np.isnan(fewest), most, fewest)


def _provisional(cells: Table, first: int, months: int) -> NDArray[np.bool_]:
    """The territory's latest received month, unless other files have confirmed all its cells.

    `cells`: those of all time.
    """
    provisional = np.zeros(months, dtype=bool)
    if len(cells["month"]):
        latest = int(cells["month"].max())
        waiting = bool((cells["confirmed"][cells["month"] == latest] == 0).any())
        if waiting and 0 <= latest - first < months:
            provisional[latest - first] = True
    return provisional


def _documents_12m(readings: Readings, last: int | None) -> float | None:
    """Documents of the received months of the 12 to `last`; None below 9 of them."""
    if last is None:
        return None
    received = _counts(during(readings.cells, last - 11, last), last - 11, 12) > 0
    if received.sum() < LEAST_RECEIVED:
        return None
    volumes = during(readings.volumes, last - 11, last)
    return float(volumes["documents"][received[volumes["month"] - (last - 11)]].sum())


def _growth(readings: Readings, last: int | None) -> Growth:
    """Documents of the 12 months to `last` against the 12 before, at comparable cells.

    A (month, département) counts on both sides when it was received in both years. "Non ventilé"
    counts in the months for which the same départements were received in both years. A month is
    comparable when it is for at least one département.
    """
    if last is None:
        return Growth(0, 0, 0, None)
    first = last - 23
    counted = comparable(readings, last)
    volumes = during(readings.volumes, first, last)
    months = volumes["month"] - first
    documents = np.where(counted[months % 12, volumes["place"]], volumes["documents"], 0)
    earlier, recent = int(documents[months < 12].sum()), int(documents[months >= 12].sum())
    months_compared = int(counted[:, :-1].any(axis=1).sum())
    known = months_compared >= LEAST_RECEIVED and earlier > 0
    return Growth(recent, earlier, months_compared, recent / earlier if known else None)


def comparable(readings: Readings, last: int) -> NDArray[np.bool_]:
    """Calendar months × places, "Non ventilé" last: whether cells were received in both years.

    Of the 12 months to `last` and the 12 before. "Non ventilé" counts in the months for which the
    same départements were received in both.
    """
    cells = during(readings.cells, last - 23, last)
    received = np.zeros((24, len(readings.places)), dtype=bool)
    received[cells["month"] - (last - 23), cells["place"]] = True
    before, after = received[:12], received[12:]
    both = before & after
    same = (before == after).all(axis=1) & both.any(axis=1)
    return np.column_stack([both, same])


def _sectors(
    selection: Selection, readings: Readings, received: Array, last: int | None
) -> tuple[SectorFigures, ...]:
    """Each sector over the window, and in its last received month."""
    first, end = (month_number(month) for month in selection.window)
    begin = month_number(selection.first)
    volumes = during(readings.volumes, first, end)
    volumes = chosen(volumes, received[volumes["month"] - begin] > 0)
    documents = _totals(volumes, "documents")
    contributors = _last_sectors(readings, first, end)
    reach = _no_rows(readings.reach) if last is None else during(readings.reach, last, last)
    of_month = _by_sector(reach)
    of_year = _by_sector(chosen(reach, reach["received_12m"] >= LEAST_RECEIVED))
    return tuple(
        _sector_figures(
            sector,
            (contributors[rank], sum(contributors)),
            (documents[rank], sum(documents)),
            {name: counts[rank] for name, counts in of_month.items()},
            {name: counts[rank] for name, counts in of_year.items()},
        )
        for rank, sector in enumerate(SECTORS)
    )


def _last_sectors(readings: Readings, first: int, last: int) -> list[int]:
    """Contributors of some months by sector: that of the last month in which each fed."""
    rows = during(readings.contributors, first, last)
    sector = np.full(readings.facility_count, -1)
    sector[rows["facility"]] = rows["sector"]  # in the order of months: the last one stays
    counts: list[int] = np.bincount(sector[sector >= 0], minlength=len(SECTORS)).tolist()
    return counts


def _no_rows(rows: Table) -> Table:
    return {name: column[:0] for name, column in rows.items()}


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


def _by_sector(reach: Table) -> dict[str, list[int]]:
    """The reach of one month, each count by sector; empty when nothing was received."""
    if not len(reach["month"]):
        return {}
    return {name: _totals(reach, name) for name in ("parc", "contributors", "contributors_12m")}


def _totals(rows: Table, name: str) -> list[int]:
    """The sum of a column by sector."""
    sums = np.bincount(rows["sector"], rows[name], minlength=len(SECTORS))
    totals: list[int] = sums.astype("int64").tolist()
    return totals


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _day(number: int) -> dt.date:
    """The day of so many days since 1970."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=number)
