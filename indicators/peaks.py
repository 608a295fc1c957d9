"""What made a peak: how much of its excess comes from which OG, types and sectors.

The excess of a peak is what its months hold above the ordinary level around it: the mean of the
5 received months on either side, those that other peaks lift left out. A mean and not a median, so
that the excesses of the parts add up to the excess of the whole. The excess of a part is counted
in the same way, from its own level, and is negative for what fed less than usual.

An OG is the legal entity that the facility had in the month (or its groupe de rattachement), or
the one that carries the documents; a sector is the facility's in the month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from indicators.columns import Table, chosen, distinct, during, month_number, month_of
from indicators.dynamics import Dynamics, Peak
from indicators.dynamics.thresholds import NEIGHBOURS
from indicators.readings import Readings
from indicators.selection import CHART_SECTORS, Selection
from reference.models import Event
from reference.months import shift, span

#: The months of a peak, and the ordinary ones around it.
Cells = tuple[tuple[dt.date, ...], tuple[dt.date, ...]]
#: The code and the label of a part, and its excess.
Named = tuple[str, str, float]


@dataclass(frozen=True)
class Part:
    """One OG, type or sector: its excess over its own level outside the peak, and its share.

    `code`: FINESS of the EJ (of a group: the first of those that fed around the peak), code of the
    type or of the sector.
    """

    code: str
    label: str
    excess: float  # documents
    share: float  # of the excess of the peak; 0 when that is not positive


@dataclass(frozen=True)
class PeakOrigin:
    """A peak and where its excess comes from, the greatest parts first; `events` stand there.

    Each of `entities`, `types` and `sectors` holds every part that changed, those that fell too,
    so that its excesses sum to `excess`. `excess` is in documents, over all months of the peak.
    """

    peak: Peak
    excess: float
    entities: tuple[Part, ...]
    types: tuple[Part, ...]
    sectors: tuple[Part, ...]
    events: tuple[Event, ...]


def explain(
    selection: Selection, dynamics: Dynamics, events: Sequence[Event], readings: Readings
) -> tuple[PeakOrigin, ...]:
    """Say what made each peak of the documents of a territory. Queries nothing.

    Args:
        selection: the question that was measured: only its months and its sector are looked at.
        dynamics: how the documents moved.
        events: those of the département and of its région (for a région: its own).
        readings: what was cut for the territory and the selection.

    Returns:
        One origin per peak, in the same order, with the events that stand in the peak's months or
        in one more on either side.
    """
    peaks = dynamics.peaks
    first, last = month_number(selection.first), month_number(selection.last)
    cells = during(readings.cells, first, last)
    received = [month_of(month) for month in distinct(cells["month"]).tolist()]
    return tuple(
        _origin(
            peak,
            _cells(received, peak, peaks),
            readings,
            tuple(event for event in events if stands_in(event, peak)),
        )
        for peak in peaks
    )


def _cells(received: list[dt.date], peak: Peak, peaks: Iterable[Peak]) -> Cells:
    """The received months of a peak, and the ordinary ones around it.

    Other peaks are ordinary too when nothing else stands around.
    """
    inside = tuple(month for month in received if peak.first <= month <= peak.last)
    lifted = {month for other in peaks for month in span(other.first, other.last)}
    for left_out in (lifted, set(inside)):
        before = [m for m in received if m < peak.first and m not in left_out][-NEIGHBOURS:]
        after = [m for m in received if m > peak.last and m not in left_out][:NEIGHBOURS]
        if before or after:
            break
    return inside, (*before, *after)


def _origin(peak: Peak, cells: Cells, readings: Readings, events: tuple[Event, ...]) -> PeakOrigin:
    """Where the excess of a peak comes from; every document has one type: types sum to all."""
    entities = readings.entities
    excess_of_entities = _excesses(
        cells, (readings.contributors, readings.carried), "entity", len(entities)
    )
    owned: dict[str, Named] = {}
    for rank, excess in excess_of_entities:  # in the order of their FINESS
        entity = entities[rank]
        name = entity.group or entity.name or entity.finess
        code, _, known = owned.get(entity.group or entity.finess, (entity.finess, name, 0.0))
        owned[entity.group or entity.finess] = code, name, known + excess
    types = [
        (readings.kinds[rank].code, readings.kinds[rank].label, excess)
        for rank, excess in _excesses(cells, (readings.volumes,), "kind", len(readings.kinds))
    ]
    sectors = [
        (str(CHART_SECTORS[rank]), str(CHART_SECTORS[rank].label), excess)
        for rank, excess in _excesses(cells, (readings.volumes,), "sector", len(CHART_SECTORS))
    ]
    total = sum(excess for _, _, excess in types)
    return PeakOrigin(
        peak=peak,
        excess=total,
        entities=_parts(owned.values(), total),
        types=_parts(types, total),
        sectors=_parts(sectors, total),
        events=events,
    )


def _excesses(
    cells: Cells, tables: Iterable[Table], key: str, count: int
) -> list[tuple[int, float]]:
    """The excess of each rank of a column that has a row in the peak or around it."""
    inside, around = ([month_number(month) for month in months] for months in cells)
    # How many months of the peak there are to one around: nothing around is a level of 0.
    weight = len(inside) / len(around) if around else 0.0
    totals, met = np.zeros((2, count)), np.zeros(count, dtype=bool)
    for rows in tables:
        for rank, months in enumerate((inside, around)):
            told = chosen(rows, np.isin(rows["month"], months))
            totals[rank] += np.bincount(told[key], told["documents"], minlength=count)
            met[told[key]] = True
    excesses = totals[0] - weight * totals[1]
    return [(rank, float(excesses[rank])) for rank in np.flatnonzero(met).tolist()]


def _parts(named: Iterable[Named], total: float) -> tuple[Part, ...]:
    """What changed, the greatest first."""
    found = [
        Part(code, label, excess, excess / total if total > 0 else 0.0)
        for code, label, excess in named
        if excess
    ]
    return tuple(sorted(found, key=lambda part: (-part.excess, part.code)))


def stands_in(event: Event, peak: Peak) -> bool:
    """Whether an event stands within a peak's months, or a month before or after them."""
    last = event.last_month or event.month
    return event.month <= shift(peak.last, 1) and last >= shift(peak.first, -1)
