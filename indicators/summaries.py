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
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models.functions import Cast
from numpy.typing import NDArray

from indicators.bulk import copy_rows
from indicators.models import CoveredMonth, FacilityMonth, MonthlyReach, MonthlyVolume
from indicators.selection import CHART_SECTORS
from reference.months import shift, span
from reference.standing import standing_by_month

VOLUME_KEY = ["month", "region", "departement", "sector", "document_type_id", "carried"]
FacilityIds = NDArray[np.int64]


@dataclass(frozen=True)
class Changes:
    """What the cells whose facts changed now hold.

    `feedings` and `entity_feedings` carry month, region and departement beside the facts;
    `periods` are those of `reference.standing.load_periods` for the départements of the cells.
    """

    feedings: pd.DataFrame
    entity_feedings: pd.DataFrame
    periods: pd.DataFrame


@dataclass(frozen=True)
class Around:
    """What summaries depend on besides the changed cells, read once these have been emptied.

    `windows`: month → départements whose reach may have changed. `covered`: département → its
    received months, the changed cells included. `contributors`: month → who fed in the cells that
    did not change.
    """

    windows: dict[dt.date, list[str]]
    covered: dict[str, set[dt.date]]
    contributors: dict[dt.date, FacilityIds]


@dataclass(frozen=True)
class Summaries:
    """The rows to write: of `MonthlyVolume`, `FacilityMonth`, and `MonthlyReach` in its windows."""

    volumes: pd.DataFrame
    contributors: pd.DataFrame
    reach: pd.DataFrame
    windows: dict[dt.date, list[str]]


def read_around(cells: Iterable[tuple[dt.date, str]]) -> Around:
    """Read what the summaries of changed cells depend on.

    Their coverage is already what it becomes; their contributors are gone, and not yet back.
    """
    windows = _windows(cells)
    if not windows:  # "Non ventilé" alone: no facility, hence no reach
        return Around({}, {}, {})
    return Around(windows, _covered(windows), _contributors_by_month(windows))


def summarise(changes: Changes, around: Around) -> Summaries:
    """The summaries of the changed cells, and the reach of the windows they enter. Pure."""
    reached = [
        (month, code)
        for month, codes in around.windows.items()
        for code in codes
        if month in around.covered[code]
    ]
    standings = perimeter_standings(changes.periods, sorted({month for month, _ in reached}))
    stood = _stood(changes.feedings, standings)
    carried = changes.entity_feedings.assign(carried=True)
    contributors = _contributors(changes.feedings, standings, stood)
    fed = _joined(around.contributors, contributors)
    return Summaries(
        volumes=_added_up([carried, _volumes(changes.feedings, standings, stood)]),
        contributors=contributors,
        reach=reach(standings, fed, around.covered, reached),
        windows=around.windows,
    )


def write(summaries: Summaries) -> None:
    """Write summaries in place of those of the changed cells, which are already deleted."""
    _write_volumes(summaries.volumes)
    _write_contributors(summaries.contributors)
    _write_reach(summaries.reach, summaries.windows)


def _windows(cells: Iterable[tuple[dt.date, str]]) -> dict[dt.date, list[str]]:
    """Month → départements whose reach may have changed: each changed month and 11 after it."""
    changed: defaultdict[dt.date, set[str]] = defaultdict(set)
    for month, departement in cells:
        changed[month].add(departement)
    windows: defaultdict[dt.date, set[str]] = defaultdict(set)
    for month, departements in changed.items():
        for later in span(month, shift(month, 11)):
            windows[later] |= departements
    return {month: sorted(codes) for month, codes in windows.items()}


def _covered(windows: dict[dt.date, list[str]]) -> defaultdict[str, set[dt.date]]:
    """Département → its received months, as far back as the windows look."""
    rows = CoveredMonth.objects.filter(**_span_of(windows))
    covered: defaultdict[str, set[dt.date]] = defaultdict(set)
    for departement, month in rows.values_list("departement_id", "month"):
        covered[departement].add(month)
    return covered


def _span_of(windows: dict[dt.date, list[str]]) -> dict[str, Any]:
    """The filter of all that the windows look at, 11 months before the first included."""
    return {
        "departement__in": {code for codes in windows.values() for code in codes},
        "month__range": (shift(min(windows), -11), max(windows)),
    }


def perimeter_standings(periods: pd.DataFrame, months: list[dt.date]) -> pd.DataFrame:
    """The facilities of the perimeter as they stand in each month, one row per pair.

    Texts are categories: there are hundreds of thousands of rows, and few different texts.
    """
    texts = ["region", "departement", "sector"]
    kept = periods[["facility_id", "starts_on", "ends_on", "in_perimeter", *texts]]
    kept = kept.astype(dict.fromkeys(texts, "category"))
    stood = standing_by_month(kept, months)
    stood = stood.loc[stood["in_perimeter"], ["facility_id", *texts, "open", "at"]]
    dates = np.array(months, dtype="datetime64[s]")
    return stood.drop(columns="at").assign(month=dates[stood["at"]]).reset_index(drop=True)


def _stood(feedings: pd.DataFrame, standings: pd.DataFrame) -> NDArray[np.intp]:
    """The row of `standings` of each fact: what its facility was in its month; −1 without any."""
    known = pd.Index(_packed(standings["month"], standings["facility_id"]))
    return known.get_indexer(pd.Index(_packed(feedings["month"], feedings["facility_id"])))


def _packed(months: pd.Series, facilities: pd.Series) -> NDArray[np.int64]:
    """A month and a facility as one integer, which is looked up ten times faster than two."""
    numbers = months.to_numpy().astype("datetime64[M]").astype("int64")
    packed: NDArray[np.int64] = (numbers << 40) + facilities.to_numpy(dtype="int64")
    return packed


def _contributors(
    feedings: pd.DataFrame, standings: pd.DataFrame, stood: NDArray[np.intp]
) -> pd.DataFrame:
    """The facilities with at least one document in a month, with what they are in it."""
    inside = stood >= 0
    documents = feedings["documents"].to_numpy(dtype="int64")[inside]
    totals = np.bincount(stood[inside], weights=documents, minlength=len(standings))
    fed = standings.assign(documents=totals.astype("int64"))
    return fed[fed["documents"] > 0]


def _volumes(
    feedings: pd.DataFrame, standings: pd.DataFrame, stood: NDArray[np.intp]
) -> pd.DataFrame:
    """The documents of facilities by cell, sector and type: the columns of VOLUME_KEY."""
    keys = ["month", "region", "departement", "sector"]
    groups = standings.groupby(keys, sort=False)
    types, kinds = pd.factorize(feedings["document_type_id"])
    inside = stood >= 0
    packed = groups.ngroup().to_numpy()[stood[inside]] * max(len(kinds), 1) + types[inside]
    present = np.flatnonzero(np.bincount(packed))
    documents = feedings["documents"].to_numpy(dtype="int64")[inside]
    sums = np.bincount(packed, weights=documents)
    first = groups.head(1).reset_index(drop=True)
    of, kind = np.divmod(present, max(len(kinds), 1))
    return (
        first[keys]
        .take(of)
        .assign(
            document_type_id=np.asarray(kinds)[kind],
            documents=sums[present].astype("int64"),
            carried=False,
        )
    )


def _contributors_by_month(windows: dict[dt.date, list[str]]) -> dict[dt.date, FacilityIds]:
    """Month → who contributed, in the cells that windows look at."""
    rows = FacilityMonth.objects.filter(**_span_of(windows)).values("month")
    # One text a month, read at once: they may be some hundreds of thousands.
    listed = rows.annotate(ids=StringAgg(Cast("facility_id", models.TextField()), ","))
    return {
        month: np.fromstring(ids, dtype="int64", sep=",")
        for month, ids in listed.order_by().values_list("month", "ids")
    }


def _joined(
    others: dict[dt.date, FacilityIds], contributors: pd.DataFrame
) -> dict[dt.date, FacilityIds]:
    """Month → who contributed, in the cells that did not change and in those that did."""
    joined = dict(others)
    ids = contributors["facility_id"].to_numpy(dtype="int64")
    of, months = pd.factorize(contributors["month"])
    for rank, month in enumerate(months):
        here = [joined.get(month.date(), ids[:0]), ids[of == rank]]
        joined[month.date()] = np.concatenate(here)
    return joined


def reach(
    standings: pd.DataFrame,
    contributors: dict[dt.date, FacilityIds],
    covered: Mapping[str, AbstractSet[dt.date]],
    cells: list[tuple[dt.date, str]],
) -> pd.DataFrame:
    """One row per cell and sector, zeros included: the parc of the month and who of it fed.

    Pure. `standings`: see `perimeter_standings`, for the months of `cells`. `contributors`:
    month → facilities that fed in it. `covered`: département → its received months. Columns:
    departement, month, sector, parc, contributors, contributors_12m, received_12m.
    """
    facilities, known = pd.factorize(standings["facility_id"])
    fed: defaultdict[dt.date, NDArray[np.bool_]]  # month → which of them fed in it
    fed = defaultdict(lambda: np.zeros(len(known), dtype=bool))
    for month, ids in contributors.items():
        fed[month] = known.isin(ids)
    now, year = np.zeros((2, len(standings)), dtype=bool)
    rows_by_month = standings.groupby("month").indices
    months = {month for month, _ in cells}
    windows = {month: list(span(shift(month, -11), month)) for month in months}
    for month, window in windows.items():
        rows = rows_by_month.get(pd.Timestamp(month), np.zeros(0, dtype="int64"))
        now[rows] = fed[month][facilities[rows]]
        year[rows] = np.any([fed[past] for past in window], axis=0)[facilities[rows]]
    parc = standings["open"].to_numpy(dtype=bool) | now
    rows = _cell_rows(standings, cells)
    told = parc & (rows >= 0)

    def counts(who: NDArray[np.bool_]) -> NDArray[np.int64]:
        size = len(cells) * len(CHART_SECTORS)
        return np.bincount(rows[told & who], minlength=size).astype("int64")

    dates = np.array([month for month, _ in cells], dtype="datetime64[s]")
    received = [sum(past in covered[code] for past in windows[month]) for month, code in cells]
    each = np.arange(len(cells)).repeat(len(CHART_SECTORS))
    return pd.DataFrame(
        {
            "departement": pd.Series([code for _, code in cells], dtype="str").take(each).array,
            "month": dates[each],
            "sector": list(map(str, CHART_SECTORS)) * len(cells),
            "parc": counts(parc),
            "contributors": counts(now),
            "contributors_12m": counts(year),
            "received_12m": np.array(received, dtype="int64")[each],
        }
    )


def _cell_rows(standings: pd.DataFrame, cells: Sequence[tuple[dt.date, str]]) -> NDArray[np.intp]:
    """The row of each standing in the table of cells × sectors; −1 of what is in none."""
    places = sorted({code for _, code in cells})
    months = sorted({month for month, _ in cells})
    ranks = np.full((len(months) + 1, len(places) + 1), -1)  # the last of each: another one
    for rank, (month, code) in enumerate(cells):
        ranks[months.index(month), places.index(code)] = rank
    sectors = list(map(str, CHART_SECTORS))
    stamps = pd.DatetimeIndex(np.array(months, dtype="datetime64[s]"))
    cell = ranks[
        stamps.get_indexer(pd.DatetimeIndex(standings["month"])),
        _ranks(standings["departement"], places),
    ]
    sector = _ranks(standings["sector"], sectors)
    return np.where((cell >= 0) & (sector >= 0), cell * len(sectors) + sector, -1)


def _ranks(texts: pd.Series[str], among: Sequence[str]) -> NDArray[np.intp]:
    """The rank of each text; −1 of another one."""
    codes, values = pd.factorize(texts)
    ranks = np.array([among.index(each) if each in among else -1 for each in values], dtype=np.intp)
    return ranks[codes]


def _added_up(facts: list[pd.DataFrame]) -> pd.DataFrame:
    """Facts added up by cell, sector and type; those of facilities and of entities stay apart."""
    filled = [part[[*VOLUME_KEY, "documents"]] for part in facts if len(part)]
    if not filled:
        return pd.DataFrame(columns=[*VOLUME_KEY, "documents"])
    rows = pd.concat(filled, ignore_index=True)
    return rows.groupby(VOLUME_KEY, dropna=False)[["documents"]].sum().reset_index()


def _write_volumes(volumes: pd.DataFrame) -> None:
    rows = volumes.rename(columns={"region": "region_id", "departement": "departement_id"})
    copy_rows(MonthlyVolume, rows, list(rows.columns))


def _write_contributors(contributors: pd.DataFrame) -> None:
    rows = contributors.rename(columns={"departement": "departement_id"})
    columns = ["departement_id", "month", "facility_id", "sector", "documents"]
    copy_rows(FacilityMonth, rows.take(_order(rows, columns[:3])), columns)


def _order(frame: pd.DataFrame, columns: list[str]) -> NDArray[np.intp]:
    """The order of rows by some columns, packed into one integer that is quickly sorted."""
    packed = np.zeros(len(frame), dtype="int64")
    for name in columns:
        codes, values = pd.factorize(frame[name], sort=True)
        packed = packed * max(len(values), 1) + codes
    return np.argsort(packed)


def _write_reach(found: pd.DataFrame, windows: dict[dt.date, list[str]]) -> None:
    """Replace the reach of every window: what is no longer received loses its rows."""
    rectangles: defaultdict[tuple[str, ...], list[dt.date]] = defaultdict(list)
    for month, departements in windows.items():
        rectangles[tuple(departements)].append(month)
    for codes, months in rectangles.items():
        MonthlyReach.objects.filter(departement__in=codes, month__in=months).delete()
    rows = found.rename(columns={"departement": "departement_id"})
    key = ["departement_id", "month", "sector"]
    copy_rows(MonthlyReach, rows.take(_order(rows, key)), list(rows.columns))
