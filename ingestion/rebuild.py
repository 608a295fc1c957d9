"""Cells rebuilt from their layers in force, all read through one register."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pandas as pd
from django.utils import timezone

from indicators.facts import CellFacts, Coverage, replace_cells
from ingestion import layers
from ingestion.check import Checked, check
from ingestion.fold import CELL, KEY, VALUES, entity_rows, facility_rows, fold, holdings
from ingestion.ground import Ground, load_ground
from ingestion.layers import Cell
from ingestion.models import Extract, Layer
from ingestion.report import write_report
from ingestion.storage import load_records
from reference.models import DataVersion

MAX_LABEL = 255


class UnreadableExtractError(Exception):
    """The kept records of an extract cannot be read or folded; `__cause__` says why."""

    def __init__(self, extract: Extract) -> None:
        super().__init__(f"extract {extract.pk} ({extract.original_name}) cannot be read again")
        self.extract = extract


class Readings:
    """The extracts of one transaction, each read once through the register of its beginning."""

    def __init__(self, ground: int) -> None:
        self.ground = ground
        self._grounds: dict[str | None, Ground] = {}
        self._checked: dict[int, Checked] = {}
        self._held: dict[int, pd.DataFrame] = {}

    def checked(self, extract: Extract) -> Checked:
        """The records of an extract, each with its outcome; its stored report made true again.

        Raises:
            UnreadableExtractError: its records are lost or do not hold together.
        """
        if extract.pk not in self._checked:
            if extract.region_id not in self._grounds:
                self._grounds[extract.region_id] = load_ground(extract.region_id)
            with _naming(extract):
                checked = check(load_records(extract), self._grounds[extract.region_id])
            if extract.checked_ground != self.ground:
                write_report(extract, checked, self.ground)
            self._checked[extract.pk] = checked
        return self._checked[extract.pk]

    def held(self, extract: Extract) -> pd.DataFrame:
        """What an extract brings to each cell: see `fold.holdings`. Raises as `checked` does."""
        if extract.pk not in self._held:
            checked = self.checked(extract)
            with _naming(extract):
                self._held[extract.pk] = holdings(checked.records)
        return self._held[extract.pk]


@contextmanager
def _naming(extract: Extract) -> Iterator[None]:
    """Say of which extract an error comes: one of them stops every cell from being rebuilt."""
    try:
        yield
    except Exception as error:
        raise UnreadableExtractError(extract) from error


def add_missing_layers(readings: Readings) -> None:
    """Let the extracts in force speak in the cells where today's ground found their records."""
    standing = layers.in_force()
    for extract in {layer.extract_id: layer.extract for layer in standing}.values():
        layers.add_missing(extract, layers.held_cells(readings.held(extract)), standing)


def rebuild_all(readings: Readings, touched: Collection[Cell] = ()) -> None:
    """Rebuild `touched` and every cell in force through today's ground, and remember which."""
    cells = {layers.cell_of(layer) for layer in layers.in_force()}
    rebuild(cells | set(touched), readings)
    DataVersion.objects.filter(pk=1).update(folded_ground=readings.ground)


def rebuild(cells: Collection[Cell], readings: Readings) -> None:
    """Fold cells from their layers in force and store their facts, coverage and summaries.

    Runs inside a transaction that holds the version row, and does not raise the version.
    """
    standing = layers.by_cell(layers.in_force({cell.month for cell in cells}))
    chosen = {cell: standing.get(cell, []) for cell in cells}
    facts = _facts(chosen, readings)
    confirmed = layers.confirmed_by_another({cell.month for cell in cells})
    replace_cells(
        [
            CellFacts(
                *cell,
                feedings=facility_rows(facts[cell]),
                entity_feedings=entity_rows(facts[cell]),
                coverage=_coverage(cell, kept, confirmed=cell in confirmed),
            )
            for cell, kept in chosen.items()
        ]
    )


def _facts(chosen: dict[Cell, list[Layer]], readings: Readings) -> dict[Cell, pd.DataFrame]:
    """The fold of each cell, empty where nothing is in force or said."""
    extracts = {layer.extract_id: layer.extract for kept in chosen.values() for layer in kept}
    held = [readings.held(extract).assign(extract_id=pk) for pk, extract in extracts.items()]
    rows = [
        (order, layer.extract_id, layer.month, layer.region_id, layer.departement_id or "")
        for kept in chosen.values()
        for order, layer in enumerate(kept)
    ]
    if not rows:
        return dict.fromkeys(chosen, pd.DataFrame(columns=[*KEY, *VALUES]))
    frame = pd.DataFrame(rows, columns=["layer", "extract_id", *CELL])
    frame["month"] = pd.to_datetime(frame["month"]).astype("datetime64[s]")
    folded = fold(frame, pd.concat(held, ignore_index=True))
    parts = {layers.row_cell(part): part for _, part in folded.groupby(CELL)}
    return {cell: parts.get(cell, folded.iloc[:0]) for cell in chosen}


def _coverage(cell: Cell, kept: list[Layer], *, confirmed: bool) -> Coverage | None:
    """When a cell was received and from which files; None for "Non ventilé" and cells lost."""
    if cell.departement is None or not kept:
        return None
    names = dict.fromkeys(layer.extract.original_name for layer in kept)
    return Coverage(
        received_on=timezone.localdate(kept[-1].extract.received_at),
        source_label=" + ".join(names)[:MAX_LABEL],
        confirmed=confirmed,
    )
