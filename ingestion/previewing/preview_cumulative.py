"""What the months of a cumulative file add to those before, as its publication would count it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pandas as pd

from ingestion.checking.check import Checked
from ingestion.models import Extract
from ingestion.previewing.anomalies import SERIOUS, Anomaly, iso
from ingestion.previewing.comparison import Place
from ingestion.publishing.fold import CELL, falls, fold
from ingestion.publishing.layers import Cell
from ingestion.publishing.rebuild import Readings, cumulative_before
from reference.models import DataVersion


class _Unsaid(Readings):
    """Files in force read for comparison alone: their reports stay as they are."""

    def report(self, extract: Extract, checked: Checked) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Added:
    """What a cumulative file adds: `rows` as `fold.holdings`, in the cells that can be counted.

    `places`: these cells. `fallen`: see `fold.falls`. `known`: the cumulative rows of its months
    and of those before.
    """

    rows: pd.DataFrame
    places: set[Place]
    fallen: pd.DataFrame
    known: pd.DataFrame


def added(held: pd.DataFrame, cells: Collection[Cell]) -> Added:
    """Count the rows of a cumulative file from the months before: its own, else those in force.

    `cells`: those that it covers. A cell without the month before cannot be counted.
    """
    ground = DataVersion.objects.values_list("ground", flat=True).get(pk=1)
    kinds = {"month": "datetime64[s]", "region": "str", "departement": "str"}
    rows = held.astype(kinds)
    before = cumulative_before(cells, _Unsaid(ground)).astype(kinds)
    said = _places(rows)
    mine = pd.Series([place in said for place in _each(before)], index=before.index, dtype=bool)
    known = pd.concat([before[~mine], rows], ignore_index=True)
    layers = rows[CELL].drop_duplicates().assign(layer=0, extract_id=0, cumulative=True)
    differences = fold(layers, rows.assign(extract_id=0), known)
    following = {(month + pd.DateOffset(months=1), where) for month, where in _places(known)}
    places = said & following
    counted = pd.Series([each in places for each in _each(differences)], index=differences.index)
    return Added(differences[counted.astype(bool)], places, falls(rows, known), known)


def series_falls(fallen: pd.DataFrame) -> Iterator[Anomaly]:
    """The facilities and legal entities whose cumulative documents go down, the most first."""
    by = ["month", "facility_id", "legal_entity_id"]
    sums = fallen.groupby(by, as_index=False)[["documents", "before"]].sum()
    sums["loss"] = sums["before"] - sums["documents"]
    for row in sums.sort_values("loss", ascending=False, kind="stable").itertuples():
        who = {"facility": row.facility_id} if row.facility_id else {"entity": row.legal_entity_id}
        facts = {"month": iso(row.month), "documents": row.documents, "reference": row.before}
        yield Anomaly("series_falls", SERIOUS, facts | who)


def _each(rows: pd.DataFrame) -> Iterator[Place]:
    return zip(rows["month"], rows["departement"], strict=True)


def _places(rows: pd.DataFrame) -> set[Place]:
    return set(_each(rows[["month", "departement"]].drop_duplicates()))
