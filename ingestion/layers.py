"""The layers of cells: which extracts speak in a (month × département), and in which order.

Layers speak in the order of publication of their extracts. `replace` puts the earlier layers of
a cell out of force; `complete` leaves them and speaks over the keys that it holds.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import pandas as pd
from django.db.models import Max

from ingestion.models import Extract, Layer, Mode, State
from reference.models import Departement


class Cell(NamedTuple):
    """A month of a département; `departement` None is the "Non ventilé" of the region."""

    month: dt.date
    region: str
    departement: str | None


def cell_of(layer: Layer) -> Cell:
    """The cell in which a layer speaks."""
    return Cell(layer.month, layer.region_id, layer.departement_id)


def row_cell(held: pd.DataFrame) -> Cell:
    """The cell of the first row of a frame of `fold.holdings`."""
    month, region, departement = held.iloc[0][["month", "region", "departement"]]
    return Cell(month.date(), region, departement or None)


def held_cells(held: pd.DataFrame) -> set[Cell]:
    """The cells in which an extract has an accepted record, from its `fold.holdings`."""
    found = held[["month", "region", "departement"]].drop_duplicates()
    return {
        Cell(month.date(), region, departement or None)
        for month, region, departement in found.itertuples(index=False)
    }


def covered_cells(extract: Extract, held: Collection[Cell]) -> set[Cell]:
    """The cells that an extract covers: those it holds, and the empty ones that were confirmed.

    With `confirm_empty`, every département of the scope is covered in each month of the file,
    with zero where the file says nothing.
    """
    cells = set(held)
    if extract.confirm_empty:
        scope = Departement.objects.order_by()
        if extract.region_id is not None:
            scope = scope.filter(region=extract.region_id)
        months = {cell.month for cell in held}
        for code, region in scope.values_list("code", "region_id"):
            cells.update(Cell(month, region, code) for month in months)
    return cells


def in_force(months: Iterable[dt.date] | None = None) -> list[Layer]:
    """The layers in force of some months (all of them by default), extracts loaded.

    In the order of publication of their extracts.
    """
    layers = Layer.objects.filter(in_force=True).select_related("extract__source")
    if months is not None:
        layers = layers.filter(month__in=set(months))
    return list(layers.order_by("rank", "pk"))


def by_cell(layers: Iterable[Layer]) -> dict[Cell, list[Layer]]:
    """Layers grouped by cell, their order kept."""
    grouped: dict[Cell, list[Layer]] = defaultdict(list)
    for layer in layers:
        grouped[cell_of(layer)].append(layer)
    return dict(grouped)


def lost_cells(extract: Extract, held: Collection[Cell]) -> set[Cell]:
    """The départements in force in a month of the extract, in its scope, that it does not cover.

    Replacing a month while leaving some of its départements to an earlier file is an anomaly.
    """
    if extract.mode == Mode.COMPLETE:
        return set()
    covered = covered_cells(extract, held)
    scope = extract.region_id
    standing = by_cell(in_force({cell.month for cell in covered}))
    return {
        cell for cell in standing if cell.departement and scope in {None, cell.region}
    } - covered


def edit(extract: Extract, held: Collection[Cell]) -> set[Cell]:
    """Give an extract its layers, as its mode says; returns the cells to rebuild.

    The "Non ventilé" of a month is replaced when the extract has records there, or covers every
    département in force of the month: an extract that covers them all says that there is none.
    Runs inside the transaction of a publication.
    """
    cells = covered_cells(extract, held)
    standing = by_cell(in_force({cell.month for cell in cells}))
    touched = set(cells)
    if extract.mode == Mode.REPLACE:
        touched |= _emptied_unallocated(cells, standing)
        ousted = [layer.pk for cell in touched for layer in standing.get(cell, [])]
        Layer.objects.filter(pk__in=ousted).update(in_force=False)
    _add(extract, cells, extract.mode, _next_rank())
    return touched


def _emptied_unallocated(cells: set[Cell], standing: dict[Cell, list[Layer]]) -> set[Cell]:
    """The "Non ventilé" cells in force whose départements in force are all in `cells`.

    Only in the months and regions of `cells`: elsewhere, having no département in force says
    nothing.
    """
    spoken = {(cell.month, cell.region) for cell in cells}
    emptied = set()
    for cell in standing:
        if cell.departement is not None or (cell.month, cell.region) not in spoken:
            continue
        siblings = {
            other
            for other in standing
            if other.departement and (other.month, other.region) == (cell.month, cell.region)
        }
        if siblings <= cells:
            emptied.add(cell)
    return emptied


def add_missing(extract: Extract, held: Collection[Cell], standing: list[Layer]) -> list[Layer]:
    """Layers for the cells where a new register found records of a published extract.

    A legal entity that opens a second site leaves its département for "Non ventilé"; a facility
    unknown until now gets a département. The extract speaks there as if it had been published
    with that register: not in a cell that it once held, nor where a later extract replaced all.
    `standing` are the layers in force, in order; returns those added, to be put in order again.
    """
    once = {cell_of(layer) for layer in extract.layers.all()}
    rank = {layer.extract_id: layer.rank for layer in standing}
    replaced = {
        cell_of(layer)
        for layer in standing
        if layer.mode == Mode.REPLACE and layer.rank > rank[extract.pk]
    }
    return _add(extract, set(held) - once - replaced, Mode.COMPLETE, rank[extract.pk])


def _next_rank() -> int:
    """The rank of a publication, after all others; the version row is locked."""
    return (Layer.objects.aggregate(last=Max("rank"))["last"] or 0) + 1


def _add(extract: Extract, cells: Collection[Cell], mode: str, rank: int) -> list[Layer]:
    ordered = sorted(cells, key=lambda cell: (cell.month, cell.region, cell.departement or ""))
    return Layer.objects.bulk_create(
        [
            Layer(
                extract=extract,
                month=cell.month,
                region_id=cell.region,
                departement_id=cell.departement,
                mode=mode,
                rank=rank,
            )
            for cell in ordered
        ]
    )


def untouched_since(extract: Extract) -> bool:
    """Whether every cell of a published extract still has it as its last layer."""
    own = list(extract.layers.all())
    last = {cell: layers[-1] for cell, layers in by_cell(in_force(x.month for x in own)).items()}
    return bool(own) and all(
        layer.in_force and last[cell_of(layer)].extract_id == extract.pk for layer in own
    )


def supersede_emptied() -> None:
    """Mark the published extracts that no longer speak in any cell."""
    Extract.objects.filter(state=State.PUBLISHED).exclude(
        pk__in=Layer.objects.filter(in_force=True).values("extract")
    ).update(state=State.SUPERSEDED)
