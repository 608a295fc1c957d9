"""What made a peak: how much of its excess comes from which OG, types and sectors."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.dynamics import Peak
from reference.models import Event


@dataclass(frozen=True)
class Part:
    """One OG, type or sector: its excess over its own level outside the peak, and its share."""

    code: str
    label: str
    excess: float  # documents
    share: float  # of the excess of the peak


@dataclass(frozen=True)
class PeakOrigin:
    """A peak and where its excess comes from, the greatest parts first; `events` stand there."""

    peak: Peak
    excess: float
    entities: tuple[Part, ...]
    types: tuple[Part, ...]
    sectors: tuple[Part, ...]
    events: tuple[Event, ...]
