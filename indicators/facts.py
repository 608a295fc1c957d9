"""The facts: what each facility fed, replaced a whole cell at a time.

A cell is (month × département); the cell without département holds "Non ventilé", the documents
of a région that no département can claim. Publishing calls this with what the cells now hold.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import Q
from django.db.transaction import TransactionManagementError

from indicators import summaries
from indicators.bulk import copy_rows, distinct
from indicators.models import CoveredMonth, EntityFeeding, FacilityMonth, Feeding, MonthlyVolume
from reference.aside import aside
from reference.models import Facility
from reference.standing import load_periods

FEEDING_COLUMNS = {
    "facility_id": "int64",
    "document_type_id": "int64",
    "documents": "int64",
    "dmp": "Int64",
}
ENTITY_COLUMNS = {
    "legal_entity_id": "int64",
    "document_type_id": "int64",
    "sector": "str",
    "documents": "int64",
    "dmp": "Int64",
}
CELL_COLUMNS = {"month": "datetime64[s]", "region": "str", "departement": "str"}


@dataclass(frozen=True)
class Coverage:
    """When a cell was received, from which file, and whether a later file confirmed it."""

    received_on: dt.date
    source_label: str
    confirmed: bool


@dataclass(frozen=True)
class CellState:
    """A cell and how it was received.

    `departement` None: "Non ventilé", which carries entity feedings only and has no coverage.
    `coverage` None: the cell is not received (any longer), so it holds nothing.
    """

    month: dt.date
    region: str
    departement: str | None
    coverage: Coverage | None


@dataclass(frozen=True)
class CellFacts:
    """All that a cell now holds: see `CellState`.

    `feedings`: facility_id, document_type_id, documents, dmp (nullable), one row per pair of the
    first two. `entity_feedings`: legal_entity_id, document_type_id, sector, documents, dmp.
    """

    month: dt.date
    region: str
    departement: str | None
    feedings: pd.DataFrame
    entity_feedings: pd.DataFrame
    coverage: Coverage | None


def replace_cells(cells: Sequence[CellFacts]) -> None:
    """Do as `replace_facts`, the facts being given cell by cell."""
    replace_facts(
        [CellState(cell.month, cell.region, cell.departement, cell.coverage) for cell in cells],
        _stack([(cell, cell.feedings) for cell in cells], FEEDING_COLUMNS),
        _stack([(cell, cell.entity_feedings) for cell in cells], ENTITY_COLUMNS),
    )


def replace_facts(
    cells: Sequence[CellState], feedings: pd.DataFrame, entity_feedings: pd.DataFrame
) -> None:
    """Make the facts of these cells what is given, and refresh every summary they enter.

    The frames have the columns of `CellFacts` and month, region, departement: the cell of each
    row, among `cells`. Runs inside the caller's transaction, after `lock_data_version()`; raising
    the DataVersion is the caller's business too. Order of cells does not matter.

    Raises:
        TransactionManagementError: outside a transaction.
        ValueError: a cell is given twice; facts in a cell that is not among those or was not
            received; "Non ventilé" with coverage or facilities; a facility that the register does
            not know in the département of its cell.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("cells are replaced in one transaction or not at all")
    if not cells:
        return
    feedings = feedings.rename(columns={"dmp": "records"})
    entity_feedings = entity_feedings.rename(columns={"dmp": "records"})
    _check(cells, feedings, entity_feedings)
    periods = load_periods(sorted({cell.departement for cell in cells if cell.departement}))
    _delete(cells)
    _cover(cells)
    changed = [(cell.month, cell.departement) for cell in cells if cell.departement is not None]
    around = summaries.read_around(changed)

    def summarised() -> summaries.Summaries:
        _check_departements(feedings, periods)
        return summaries.summarise(summaries.Changes(feedings, entity_feedings, periods), around)

    with aside(summarised) as made:
        _insert(feedings, entity_feedings)
        summaries.write(made())


def _check(
    cells: Sequence[CellState], feedings: pd.DataFrame, entity_feedings: pd.DataFrame
) -> None:
    """Stop on cells that contradict themselves or each other."""
    seen: set[tuple[dt.date, str, str | None]] = set()
    may_hold = set()
    for cell in cells:
        key = (cell.month, cell.region, cell.departement)
        if key in seen:
            raise ValueError(f"cell given twice: {key}")
        seen.add(key)
        if cell.departement is None and cell.coverage is not None:
            raise ValueError(f"'Non ventilé' has neither coverage nor facilities: {key}")
        if cell.departement is None or cell.coverage is not None:
            may_hold.add(key)
    for frame in (feedings, entity_feedings):
        for key in _cells_of(frame) - may_hold:
            raise ValueError(f"facts in a cell that was not received: {key}")
    if feedings["departement"].isna().any():
        raise ValueError("'Non ventilé' has neither coverage nor facilities")


def _cells_of(frame: pd.DataFrame) -> set[tuple[dt.date, str, str | None]]:
    """The cells in which a frame has rows."""
    return {
        (month.date(), region, None if pd.isna(departement) else departement)
        for month, region, departement in distinct(frame, list(CELL_COLUMNS)).itertuples(
            index=False
        )
    }


def _check_departements(feedings: pd.DataFrame, periods: pd.DataFrame) -> None:
    """Stop on facts of a facility that is not of its cell's département."""
    home = periods.drop_duplicates("facility_id").set_index("facility_id")["departement"]
    codes, names = pd.factorize(feedings["departement"])
    expected = pd.Index(names).astype("str").get_indexer(pd.Index(home.astype("str")))
    rows = home.index.get_indexer(pd.Index(feedings["facility_id"]))
    strays = feedings[(rows < 0) | (np.append(expected, -2)[rows] != codes)]
    if not strays.empty:
        raise ValueError(
            "facilities that the register does not know in the département of their cell: "
            f"{sorted(strays['facility_id'].unique())[:5]}"
        )


def _stack(
    parts: Sequence[tuple[CellFacts, pd.DataFrame]], columns: dict[str, str]
) -> pd.DataFrame:
    """The frames of the cells as one, each row with its month, region and département."""
    filled = [(cell, frame) for cell, frame in parts if len(frame)]
    types = columns | CELL_COLUMNS
    if not filled:
        stacked = pd.DataFrame(columns=list(types))
    else:
        stacked = pd.concat([frame[list(columns)] for _, frame in filled], ignore_index=True)
        lengths = [len(frame) for _, frame in filled]
        for name in CELL_COLUMNS:
            of_cells = np.array([getattr(cell, name) for cell, _ in filled], dtype=object)
            stacked[name] = np.repeat(of_cells, lengths)
    return stacked.astype(types)


def _delete(cells: Sequence[CellState]) -> None:
    """Remove the facts, coverage, contributors and volumes of the cells."""
    months: defaultdict[tuple[str, str | None], list[dt.date]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: cell.month):
        months[cell.region, cell.departement].append(cell.month)
    # As few rectangles of months × places: usually one, whatever the régions.
    rectangles: defaultdict[tuple[dt.date, ...], list[tuple[str, str | None]]] = defaultdict(list)
    for place, those in months.items():
        rectangles[tuple(those)].append(place)
    for those_months, places in rectangles.items():
        named = [code for _, code in places if code is not None]
        unallocated = [region for region, code in places if code is None]
        here = Q(departement__in=named, region__in={region for region, code in places if code})
        here |= Q(departement__isnull=True, region__in=unallocated)
        EntityFeeding.objects.filter(here, month__in=those_months).delete()
        MonthlyVolume.objects.filter(here, month__in=those_months).delete()
        facilities = Facility.objects.filter(departement__in=named).values("pk")
        Feeding.objects.filter(month__in=those_months, facility__in=facilities).delete()
        FacilityMonth.objects.filter(month__in=those_months, departement__in=named).delete()
        CoveredMonth.objects.filter(month__in=those_months, departement__in=named).delete()


def _insert(feedings: pd.DataFrame, entity_feedings: pd.DataFrame) -> None:
    """Load the facts of the cells, in the order of their primary key."""
    key = ["month", "facility_id", "document_type_id"]
    months, _ = pd.factorize(feedings["month"], sort=True)
    kinds = feedings["document_type_id"].to_numpy()
    rank = months * (feedings["facility_id"].max() + 1) + feedings["facility_id"].to_numpy()
    order = np.argsort(rank * (kinds.max(initial=0) + 1) + kinds)
    copy_rows(
        Feeding,
        feedings[[*key, "documents", "records"]].take(order),
        [*key, "documents", "records"],
    )
    located = entity_feedings.rename(
        columns={"region": "region_id", "departement": "departement_id"}
    )
    copy_rows(
        EntityFeeding,
        located.sort_values(["month", "legal_entity_id", "document_type_id"]),
        ["month", *located.columns.drop("month")],
    )


def _cover(cells: Sequence[CellState]) -> None:
    """Write how the cells were received."""
    rows = [
        (cell.month, cell.departement, kept.received_on, kept.source_label, kept.confirmed)
        for cell in cells
        if cell.departement is not None and (kept := cell.coverage) is not None
    ]
    columns = ["month", "departement_id", "received_on", "source_label", "confirmed"]
    copy_rows(CoveredMonth, pd.DataFrame(rows, columns=columns), columns)
