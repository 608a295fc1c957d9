"""The layers of cells: which extracts speak in a (month × département), and in which order.

Layers speak in the order of publication of their extracts, which is their rank; an extract that
is published again takes a new, last one. `replace` puts the earlier layers of a cell out of
force; `complete` leaves them and speaks over the keys that it holds. A layer that is withdrawn
leaves the cell to those that remain in force.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils import timezone

from indicators.bulk import copy_rows, distinct
from ingestion.models import Extract, Kind, Layer, Mode, Outcome, State
from ingestion.publishing.fold import CELL
from reference.models import Departement
from reference.months import iso, parse_month


class Cell(NamedTuple):
    """A month of a département; `departement` None is the "Non ventilé" of the region."""

    month: dt.date
    region: str
    departement: str | None


def cell_of(layer: Layer) -> Cell:
    """The cell in which a layer speaks."""
    return Cell(layer.month, layer.region_id, layer.departement_id)


def held_cells(held: pd.DataFrame) -> set[Cell]:
    """The cells in which an extract has an accepted record, from its `fold.holdings`."""
    return {
        Cell(month.date(), region, departement or None)
        for month, region, departement in distinct(held, CELL).itertuples(index=False)
    }


class Tally(NamedTuple):
    """How much a file says of a month of a département ("" for none).

    `accepted`: its accepted records. `spoken`: those that are not out of scope, were they refused.
    """

    month: dt.date
    departement: str
    accepted: int
    spoken: int


def tally(records: pd.DataFrame) -> list[Tally]:
    """How much a file says of each cell that any of its records names, from `Checked.records`."""
    months, named_months = pd.factorize(records["month"])
    codes, found = pd.factorize(records["departement"], use_na_sentinel=False)
    named = ["" if pd.isna(name) else str(name) for name in found]
    dated = months >= 0
    cells = months * len(named) + codes
    del months, codes  # eight megabytes each for a file of a million lines
    accepted, aside = (
        np.bincount(
            cells[dated & (records["outcome"] == outcome).to_numpy(dtype=bool)],
            minlength=len(named_months) * len(named),
        ).tolist()
        for outcome in (Outcome.ACCEPTED, Outcome.OUT_OF_SCOPE)
    )
    sizes = np.bincount(cells[dated], minlength=len(accepted))
    return [
        Tally(
            named_months[cell // len(named)].date(),
            named[cell % len(named)],
            accepted[cell],
            int(sizes[cell]) - aside[cell],
        )
        for cell in np.flatnonzero(sizes).tolist()
    ]


def met(tallies: Iterable[Tally]) -> set[tuple[dt.date, str]]:
    """The (month, département) of which a file speaks, were it only to be refused."""
    return {(each.month, each.departement) for each in tallies if each.departement and each.spoken}


def covered_cells(
    extract: Extract, held: Collection[Cell], spoken: Collection[tuple[dt.date, str]]
) -> set[Cell]:
    """The cells that an extract covers: those it holds, and the empty ones that were confirmed.

    With `confirm_empty`, every département of the scope is covered in each month of the file,
    with zero where the file says nothing; not where it speaks (`spoken`, see `met`) and nothing
    of it is accepted, which is no zero. Else only those of `confirmed_cells`.
    """
    cells = set(held)
    if not (extract.confirm_empty or extract.confirmed_cells):
        return cells
    scope = Departement.objects.order_by()
    if extract.region_id is not None:
        scope = scope.filter(region=extract.region_id)
    regions = dict(scope.values_list("code", "region_id"))
    if extract.confirm_empty:
        months = {cell.month for cell in held}
        cells.update(
            Cell(month, regions[code], code)
            for month in months
            for code in regions
            if (month, code) not in spoken
        )
    for month, code in extract.confirmed_cells:
        if code in regions:
            cells.add(Cell(parse_month(month), regions[code], code))
    return cells


def in_force(months: Iterable[dt.date] | None = None) -> list[Layer]:
    """The layers in force of some months (all of them by default), extracts loaded.

    In the order of publication of their extracts, one object for all the layers of each.
    """
    # Not joined: a file of a hundred départements and three years has thousands of layers.
    extracts = Prefetch("extract", Extract.objects.select_related("source"))
    layers = Layer.objects.filter(in_force=True).prefetch_related(extracts)
    if months is not None:
        layers = layers.filter(month__in=set(months))
    return list(layers.order_by("rank", "pk"))


def by_cell(layers: Iterable[Layer]) -> dict[Cell, list[Layer]]:
    """Layers grouped by cell, their order kept."""
    grouped: dict[Cell, list[Layer]] = defaultdict(list)
    for layer in layers:
        grouped[cell_of(layer)].append(layer)
    return dict(grouped)


def edit(
    extract: Extract, held: Collection[Cell], spoken: Collection[tuple[dt.date, str]] = ()
) -> set[Cell]:
    """Give an extract its layers, as its mode says; returns the cells to rebuild.

    `held`, `spoken`: see `covered_cells`, which asks the latter of `confirm_empty` only.
    The "Non ventilé" of a month is replaced when the extract has records there, or covers every
    département in force of the month: an extract that covers them all says that there is none.
    Runs inside the transaction of a publication.
    """
    cells = covered_cells(extract, held, spoken)
    standing = by_cell(in_force({cell.month for cell in cells}))
    touched = set(cells)
    if extract.mode == Mode.REPLACE:
        touched |= _emptied_unallocated(cells, standing)
    ousted = [
        layer.pk
        for cell in touched
        for layer in standing.get(cell, [])
        # Published again, an extract that completes leaves its former place.
        if extract.mode == Mode.REPLACE or layer.extract_id == extract.pk
    ]
    Layer.objects.filter(pk__in=ousted).update(in_force=False)
    _add(extract, cells, extract.mode, _next_rank())
    return touched


def withdraw(extract: Extract) -> set[Cell]:
    """Take every layer of an extract out of force; returns the cells to rebuild."""
    return _withdraw(Layer.objects.filter(extract=extract, in_force=True))


def withdraw_month(region: str, month: dt.date) -> set[Cell]:
    """Take every layer of a region's month out of force; returns the cells to rebuild.

    An extract in force elsewhere, whose lines of that month all wait for the register, does not
    speak there when they are found: a withdrawn layer of "Non ventilé" says so.
    """
    withdrawn = Layer.objects.filter(region=region, month=month, in_force=True)
    silent = Extract.objects.filter(
        Q(region=region) | Q(region=None),
        layers__in_force=True,
        months__contains=[iso(month)],
    ).exclude(pk__in=withdrawn.values("extract"))
    held = silent.annotate(rank=Max("layers__rank", filter=Q(layers__in_force=True)))
    marks = [
        Layer(
            extract=extract,
            month=month,
            region_id=region,
            mode=Mode.COMPLETE,
            rank=extract.rank,
            in_force=False,
            withdrawn=True,
        )
        for extract in held
    ]
    touched = _withdraw(withdrawn)
    Layer.objects.bulk_create(marks)
    return touched


def _withdraw(withdrawn: QuerySet[Layer]) -> set[Cell]:
    cells = {cell_of(layer) for layer in withdrawn}
    withdrawn.update(in_force=False, withdrawn=True)
    return cells


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


def add_missing(extract: Extract, held: Collection[Cell], standing: list[Layer]) -> None:
    """Layers for the cells where a new register found records of a published extract.

    A legal entity that opens a second site leaves its département for "Non ventilé"; a facility
    unknown until now gets a département. The extract speaks there as if it had been published
    with that register: not in a cell that it held since its last publication, nor where a later
    extract replaced all (and may have been withdrawn since), nor in a month that was withdrawn.
    `standing` are the layers in force, in order.
    """
    rank = max(layer.rank for layer in standing if layer.extract_id == extract.pk)
    own = list(_since_last_publication(extract))
    silenced = {(layer.month, layer.region_id) for layer in own if layer.withdrawn}
    later = Layer.objects.filter(
        month__in={cell.month for cell in held}, mode=Mode.REPLACE, rank__gt=rank
    )
    closed = {cell_of(layer) for layer in [*own, *later]}
    cells = {cell for cell in held if (cell.month, cell.region) not in silenced}
    _add(extract, cells - closed, Mode.COMPLETE, rank)


def confirmed_by_another(months: Iterable[dt.date]) -> set[Cell]:
    """The cells of some months that another file replaced after a first one had spoken there.

    The same bytes again confirm nothing, nor does what completes. Going back to an earlier file
    goes back to what was confirmed when it spoke first, and what was withdrawn counts no more.
    """
    spoken: dict[Cell, list[tuple[str, bool]]] = defaultdict(list)
    layers = Layer.objects.filter(month__in=set(months), withdrawn=False).order_by("rank", "pk")
    # Values, not objects: a national file of three years has thousands of layers.
    said = layers.values_list("month", "region", "departement", "mode", "extract__sha256")
    for month, region, departement, mode, sha256 in said:
        history = spoken[Cell(month, region, departement)]
        again = [place for place, (earlier, _) in enumerate(history) if earlier == sha256]
        if not again:
            replaces = mode == Mode.REPLACE and bool(history)
            history.append((sha256, replaces or (bool(history) and history[-1][1])))
        elif mode == Mode.REPLACE:
            del history[again[0] + 1 :]
    return {cell for cell, history in spoken.items() if history[-1][1]}


def _next_rank() -> int:
    """The rank of a publication, after all others; the version row is locked."""
    return (Layer.objects.aggregate(last=Max("rank"))["last"] or 0) + 1


def _add(extract: Extract, cells: Collection[Cell], mode: str, rank: int) -> None:
    ordered = sorted(cells, key=lambda cell: (cell.month, cell.region, cell.departement or ""))
    rows = pd.DataFrame(ordered, columns=["month", "region_id", "departement_id"])
    rows = rows.astype({"departement_id": "str"}).assign(
        extract_id=extract.pk,
        mode=str(mode),
        rank=rank,
        in_force=True,
        withdrawn=False,
        added_at=timezone.now(),
    )
    copy_rows(Layer, rows, list(rows.columns))


def _since_last_publication(extract: Extract) -> QuerySet[Layer]:
    """The layers in force of an extract, and those that it had as it was last published."""
    last = extract.layers.order_by().aggregate(rank=Max("rank"))["rank"] or 0
    return extract.layers.filter(Q(in_force=True) | Q(rank=last))


def untouched_since(extract: Extract) -> bool:
    """Whether every cell of an extract's last publication still has it as its last layer."""
    own = list(_since_last_publication(extract))
    last = {cell: layers[-1] for cell, layers in by_cell(in_force(x.month for x in own)).items()}
    return bool(own) and all(
        layer.in_force and last[cell_of(layer)].extract_id == extract.pk for layer in own
    )


def supersede_emptied() -> None:
    """Mark the published monthly files that no longer speak in any cell."""
    Extract.objects.filter(state=State.PUBLISHED, kind=Kind.MONTHLY).exclude(
        pk__in=Layer.objects.filter(in_force=True).values("extract")
    ).update(state=State.SUPERSEDED)
