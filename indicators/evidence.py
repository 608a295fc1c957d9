"""All that is known of a région and of its départements over one selection, read together.

Commentary, pages and editions look at this and at nothing else, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from indicators.details import Details, Typing, details_of, typing_of
from indicators.dynamics import Dynamics, Peak, classify
from indicators.dynamics.thresholds import NEIGHBOURS
from indicators.measures import measures_of
from indicators.peaks import Part, PeakOrigin, explain, stands_in
from indicators.programmes import (
    ProgrammeGap,
    ProgrammeReadings,
    programme_gap,
    read_programmes,
)
from indicators.readings import Readings
from indicators.selection import Selection, Territory
from indicators.series import Measures
from indicators.territory_reading import read
from reference.models import DocumentType, Event, Sector, Target
from reference.months import shift


@dataclass(frozen=True)
class TerritoryEvidence:
    """What is known of one territory.

    `documents` is how its documents moved, `contributors` how its rate did. `peaks` are those of
    the documents with where their excess comes from; `contributor_peaks` those of the rate, whose
    excess is in ESMS and is told by sector only. `events` are its own and its région's.
    """

    measures: Measures
    documents: Dynamics
    contributors: Dynamics
    details: Details
    peaks: tuple[PeakOrigin, ...]
    contributor_peaks: tuple[PeakOrigin, ...]
    events: tuple[Event, ...]

    @property
    def typing(self) -> Typing:
        """The quality of its typing."""
        return self.details.typing


class _Told(TerritoryEvidence):
    """The same, each part of which is worked out when it is first looked at.

    A page looks at few of them. What is sent to another process is whole.
    """

    _cut: Readings
    _near: tuple[Event, ...]

    def __init__(self, measures: Measures, cut: Readings, events: tuple[Event, ...]) -> None:
        """`cut`: that of the selection for the territory; `events`: its own and its région's."""
        stand = tuple(event for event in events if _stands(event, measures.selection))
        # A frozen dataclass has no other way in.
        self.__dict__.update(measures=measures, events=stand, _cut=cut, _near=events)

    @cached_property
    def documents(self) -> Dynamics:
        return classify(self.measures.total_documents)

    @cached_property
    def contributors(self) -> Dynamics:
        return classify(self.measures.rate)

    @cached_property
    def details(self) -> Details:
        return details_of(self.measures.selection, self._cut)

    @cached_property
    def typing(self) -> Typing:
        return typing_of(self.measures.selection, self._cut)

    @cached_property
    def peaks(self) -> tuple[PeakOrigin, ...]:
        return explain(self.measures.selection, self.documents, self._near, self._cut)

    @cached_property
    def contributor_peaks(self) -> tuple[PeakOrigin, ...]:
        return contributor_peaks(self.measures, self.contributors, self.events)

    def __reduce__(self) -> tuple[Any, ...]:
        return TerritoryEvidence, tuple(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True)
class RegionEvidence:
    """What is known of a région and of each of its départements, by code.

    `groups`: the code of the watched group ("autres" for the rest) of each document type code.
    """

    region: TerritoryEvidence
    departements: dict[str, TerritoryEvidence]
    groups: Mapping[str, str] = field(default_factory=dict)
    programmes: tuple[ProgrammeGap, ...] = ()
    targets: tuple[Target, ...] = ()  # of the région itself


@dataclass(frozen=True)
class Ground:
    """All that any selection of a région is told from, read together."""

    readings: Readings
    events: tuple[Event, ...]  # the earliest first
    targets: tuple[Target, ...]  # of the région itself
    groups: Mapping[str, str]  # see `RegionEvidence`
    programmes: ProgrammeReadings


def lay(territory: Territory) -> Ground:
    """Read the ground of a région. The number of queries depends on nothing that it holds."""
    return Ground(
        readings=read(territory).packed(),
        events=tuple(Event.objects.filter(region=territory.region_code)),
        targets=tuple(Target.objects.filter(region=territory.region_code, departement=None)),
        groups=dict(DocumentType.objects.values_list("code", "group_id")),
        programmes=read_programmes(territory),
    )


def gather(
    selection: Selection, only: str | None = None, ground: Ground | None = None
) -> RegionEvidence:
    """Everything that a région's selection tells, each part worked out when it is looked at.

    `ground`: that of the région, when it was read: nothing is asked of the database then. `only`:
    the code of the one département that is told beside its région, without programmes.
    """
    known = ground or lay(selection.territory)
    cuts = known.readings.cuts(selection, only)
    region, departements = measures_of(selection, cuts)

    def evidence(measures: Measures) -> TerritoryEvidence:
        place = measures.selection.territory
        return _Told(measures, cuts[place], _of(known.events, place.departement_code))

    return RegionEvidence(
        region=evidence(region),
        departements={code: evidence(measures) for code, measures in departements.items()},
        groups=known.groups,
        programmes=programme_gap(selection, known.programmes) if only is None else (),
        targets=known.targets,
    )


def contributor_peaks(
    measures: Measures, dynamics: Dynamics, events: Iterable[Event]
) -> tuple[PeakOrigin, ...]:
    """Where the ESMS of each peak of a rate come from, by sector, and the events that stand there.

    Each sector's excess is what it has in the peak's highest month over its median in the received
    months near it, on either side of those that the peak lifts.
    """
    return tuple(_contributor_peak(measures, peak, tuple(events)) for peak in dynamics.peaks)


def _contributor_peak(measures: Measures, peak: Peak, events: tuple[Event, ...]) -> PeakOrigin:
    grid = measures.sector_contributors
    values = np.asarray(grid, dtype=np.float64)
    months = list(measures.months.date)
    around = [
        shift(peak.first, -NEIGHBOURS) <= month < peak.first
        or peak.last < month <= shift(peak.last, NEIGHBOURS)
        for month in months
    ]
    known = np.array(around) & ~np.isnan(values).any(axis=1)
    level = np.median(values[known], axis=0) if known.any() else np.zeros(len(grid.columns))
    top = np.nan_to_num(values[months.index(peak.month)])
    excess = {
        Sector(str(code)): float(value)
        for code, value in zip(grid.columns, top - level, strict=True)
    }
    total = sum(excess.values())
    parts = [
        Part(str(sector), str(sector.label), value, value / total if total > 0 else 0.0)
        for sector, value in excess.items()
        if value
    ]
    return PeakOrigin(
        peak=peak,
        excess=total,
        entities=(),
        types=(),
        sectors=tuple(sorted(parts, key=lambda part: (-part.excess, part.code))),
        events=tuple(event for event in events if stands_in(event, peak)),
    )


def _stands(event: Event, selection: Selection) -> bool:
    """Whether an event stands in the period."""
    return event.month <= selection.last and (event.last_month or event.month) >= selection.first


def _of(events: Iterable[Event], departement: str | None) -> tuple[Event, ...]:
    """Those of a département and of the whole région; for the région, only its own."""
    return tuple(event for event in events if event.departement_id in {None, departement})
