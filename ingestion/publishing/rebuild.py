"""Cells rebuilt from their layers in force, all read through one register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd
from django.utils import timezone

from indicators.facts import CellState, Coverage, replace_facts
from ingestion.checking.check import Checked, check
from ingestion.checking.ground import Ground, load_ground
from ingestion.checking.report import adds_up, held_key, write_report
from ingestion.models import Counting, Extract, Layer
from ingestion.publishing import layers
from ingestion.publishing.fold import CELL, NOTHING, entity_rows, facility_rows, fold, stacked
from ingestion.publishing.layers import Cell
from ingestion.storage import load_held, load_records
from ingestion.waiting import tell_replays
from reference.models import DataVersion
from reference.months import shift

MAX_LABEL = 255


class UnreadableExtractError(Exception):
    """The kept records of an extract cannot be read or folded; `__cause__` says why."""

    def __init__(self, extract: Extract) -> None:
        super().__init__(f"extract {extract.pk} ({extract.original_name}) cannot be read again")
        self.extract = extract


@dataclass(frozen=True)
class Rebuilt:
    """Whether there was anything to rebuild, and how many waiting lines of which files it took."""

    done: bool
    replays: list[tuple[Extract, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.done


class Readings:
    """The extracts of one transaction, each read once through the register of its beginning.

    `replays`: the extracts whose waiting lines this register took back, and how many.
    """

    def __init__(self, ground: int) -> None:
        self.ground = ground
        self.replays: list[tuple[Extract, int]] = []
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
                self._grounds[extract.region_id] = self.load(extract.region_id)
            ground = self._grounds[extract.region_id]
            with _naming(extract):
                checked = check(load_records(extract), ground, add_up=adds_up(extract))
                self._held[extract.pk] = checked.held
            if extract.checked_ground != self.ground:
                self.report(extract, checked)
            self._checked[extract.pk] = checked
        return self._checked[extract.pk]

    def load(self, region: str | None) -> Ground:
        """The ground of the extracts of a région (None: national)."""
        return load_ground(region)

    def report(self, extract: Extract, checked: Checked) -> None:
        """Make the stored report of an extract true again, and remember what was taken back."""
        known = len(extract.replays)
        write_report(extract, checked, self.ground)
        self.replays += [(extract, each["lines"]) for each in extract.replays[known:]]

    def counts(self, extract: Extract) -> dict[str, int]:
        """The account of an extract (see `check`), without checking it when the ground stayed."""
        self.held(extract)
        counts: dict[str, int] = extract.counts
        return counts

    def held(self, extract: Extract) -> pd.DataFrame:
        """What an extract brings to each cell: see `fold.holdings`. Raises as `checked` does."""
        if extract.pk not in self._held and extract.checked_ground == self.ground:
            kept = load_held(extract, held_key(extract, self.ground))
            if kept is not None:
                self._held[extract.pk] = kept
        if extract.pk not in self._held:
            self.checked(extract)
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
    tell_replays(readings.replays)


def rebuild(cells: Collection[Cell], readings: Readings) -> None:
    """Fold cells from their layers in force and store their facts, coverage and summaries.

    With them, the cells of the month after that count from theirs, their layers being cumulative.
    Runs inside a transaction that holds the version row, and does not raise the version.
    """
    months = {cell.month for cell in cells}
    around = {shift(month, step) for month in months for step in (-1, 0, 1)}
    standing = layers.by_cell(layers.in_force(around))
    chosen = {*cells, *_following(cells, standing)}
    speaking = {cell: _speaking(cell, standing) for cell in chosen}
    facts = _facts(speaking, standing, readings)
    confirmed = layers.confirmed_by_another({cell.month for cell in chosen})
    replace_facts(
        [
            CellState(*cell, _coverage(cell, kept, confirmed=cell in confirmed))
            for cell, kept in speaking.items()
        ],
        facility_rows(facts),
        entity_rows(facts),
    )


def folded(cells: Collection[Cell], readings: Readings) -> pd.DataFrame:
    """The facts of cells as `rebuild` would store them: see `fold.fold`. Stores none."""
    months = {cell.month for cell in cells}
    around = {shift(month, step) for month in months for step in (-1, 0)}
    standing = layers.by_cell(layers.in_force(around))
    return _facts({cell: _speaking(cell, standing) for cell in cells}, standing, readings)


def is_cumulative(extract: Extract) -> bool:
    """Whether the numbers of an extract count from the beginning."""
    return extract.source is not None and extract.source.counting == Counting.CUMULATIVE


def cumulative_before(cells: Iterable[Cell], readings: Readings) -> pd.DataFrame:
    """What cumulative layers in force say of the months before those of cells, in their régions.

    The columns of `fold.holdings`, the month being the month before: what `fold.falls` compares
    a new file with.
    """
    places = {(shift(cell.month, -1), cell.region) for cell in cells}
    standing = layers.by_cell(layers.in_force({month for month, _ in places}))
    return _before(places, standing, readings)


def _following(cells: Collection[Cell], standing: dict[Cell, list[Layer]]) -> set[Cell]:
    """The cells whose cumulative layers count from those of `cells`: any of the same région."""
    after = {(shift(cell.month, 1), cell.region) for cell in cells}
    return {
        cell
        for cell, kept in standing.items()
        if (cell.month, cell.region) in after and any(is_cumulative(one.extract) for one in kept)
    }


def _speaking(cell: Cell, standing: dict[Cell, list[Layer]]) -> list[Layer]:
    """The layers of a cell that say something of its month.

    A cumulative layer says nothing when none is in force for the same place the month before
    (for "Non ventilé", in the région). A cell is not received when the first of its layers says
    nothing: what completes it is not the whole of it.
    """
    kept = standing.get(cell, [])
    if not any(is_cumulative(layer.extract) for layer in kept):
        return kept
    earlier = shift(cell.month, -1)
    counted = any(
        is_cumulative(layer.extract)
        for other, layers_there in standing.items()
        if (other.month, other.region) == (earlier, cell.region)
        and cell.departement in {None, other.departement}
        for layer in layers_there
    )
    if counted:
        return kept
    if is_cumulative(kept[0].extract):
        return []
    return [layer for layer in kept if not is_cumulative(layer.extract)]


def _facts(
    speaking: dict[Cell, list[Layer]], standing: dict[Cell, list[Layer]], readings: Readings
) -> pd.DataFrame:
    """The fold of the cells: see `fold.fold`."""
    counting = {
        (shift(cell.month, -1), cell.region)
        for cell, kept in speaking.items()
        if any(is_cumulative(layer.extract) for layer in kept)
    }
    before = _before(counting, standing, readings) if counting else None
    return _fold(speaking, readings, before)


def _before(
    places: Collection[tuple[dt.date, str]],
    standing: dict[Cell, list[Layer]],
    readings: Readings,
) -> pd.DataFrame:
    """The fold of the cumulative layers of some (month, région), as they were sent."""
    chosen = {
        cell: [layer for layer in kept if is_cumulative(layer.extract)]
        for cell, kept in standing.items()
        if (cell.month, cell.region) in places
    }
    return _fold(chosen, readings, None)


def _fold(
    chosen: dict[Cell, list[Layer]], readings: Readings, before: pd.DataFrame | None
) -> pd.DataFrame:
    """The fold of these layers of these cells, without any row where nothing is said."""
    extracts = {layer.extract_id: layer.extract for kept in chosen.values() for layer in kept}
    if not extracts:
        return NOTHING
    held = [readings.held(extract).assign(extract_id=pk) for pk, extract in extracts.items()]
    frame = pd.DataFrame(
        [
            (order, layer.extract_id, *cell, is_cumulative(layer.extract))
            for cell, kept in chosen.items()
            for order, layer in enumerate(kept)
        ],
        columns=["layer", "extract_id", *CELL, "cumulative"],
    )
    frame["month"] = pd.to_datetime(frame["month"]).astype("datetime64[s]")
    frame["departement"] = frame["departement"].fillna("")
    return fold(frame, stacked(held) if len(held) > 1 else held[0], before)


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
