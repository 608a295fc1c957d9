"""What the page of a région shows, from the evidence of its selection."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dashboard.charts.chart import Chart
from dashboard.charts.landmarks import landmarked, markers
from dashboard.charts.map import RateMap, rate_map
from dashboard.charts.regional import regional
from dashboard.charts.small_multiples import SmallMultiples, small_multiples
from dashboard.charts.volumes import Group
from dashboard.exhibits import Block
from dashboard.forms import DEFAULT_MONTHS, DESCENDING, Asked, latest
from dashboard.reading import evidence, fetch
from dashboard.region_figures import growth, key_figures
from dashboard.region_tiles import region_tiles
from dashboard.synthesis import Synthesis, synthesis
from dashboard.tiles import Link, Tile
from indicators.evidence import RegionEvidence
from indicators.programmes import ProgrammeGap
from indicators.selection import Selection
from indicators.series import Measures
from reference.months import shift


@dataclass(frozen=True)
class RegionReport:
    """The content of a région's page: `evidence` over two years or more, `measures` as asked."""

    evidence: RegionEvidence
    measures: Measures
    tiles: tuple[Tile, ...]
    synthesis: Synthesis
    map: RateMap
    multiples: SmallMultiples
    charts: tuple[Chart, ...]
    blocks: tuple[Block, ...]
    programmes: tuple[ProgrammeGap, ...]


def region_report(
    asked: Asked,
    version: int,
    groups: Sequence[Group],
    *,
    missing_programme: Link | None = None,
) -> RegionReport:
    """All of it, from the reading of the selection.

    `version`: the data version of the snapshot that is read. `missing_programme`: where members
    of a programme are brought, for who may.
    """
    known = read(asked, version)
    region = narrowed(known.region.measures, asked.selection.first)
    departements = {
        code: narrowed(one.measures, asked.selection.first)
        for code, one in known.departements.items()
    }
    return RegionReport(
        evidence=known,
        measures=region,
        tiles=region_tiles(region, known, missing_programme),
        synthesis=region_table(asked, known),
        map=rate_map(region, departements),
        multiples=small_multiples(region, departements, known.departements),
        charts=region_charts(known, region, groups),
        blocks=region_blocks(known, groups),
        programmes=known.programmes,
    )


def read(asked: Asked, version: int) -> RegionEvidence:
    """What is known of a selection, begun two years before its end when months were received then.

    A year is compared with the one before; and the last two are what pages open on, whose reading
    is prepared.
    """
    selection = asked.selection
    first = max(shift(selection.last, 1 - DEFAULT_MONTHS), asked.received[0])
    wanted = replace(selection, first=min(selection.first, first))
    fetch(version, asked.received, wanted, _usual(asked))
    return evidence(wanted, version)


def region_table(asked: Asked, known: RegionEvidence) -> Synthesis:
    """The table of the départements, in the order asked."""
    return synthesis(
        known, sort=asked.values["tri"], descending=asked.values["ordre"] == DESCENDING
    )


def region_charts(
    known: RegionEvidence, measures: Measures, groups: Sequence[Group]
) -> tuple[Chart, ...]:
    """The charts of the région with its own events and targets."""
    selection = measures.selection
    events = markers(known.region.events, selection.first, selection.last)
    return tuple(
        landmarked(chart, measures, events, known.targets) for chart in regional(measures, groups)
    )


def region_blocks(known: RegionEvidence, groups: Sequence[Group]) -> tuple[Block, ...]:
    """Where growth comes from, unless there is no year to compare with, and the key figures."""
    grown = growth(known, groups)
    return (*((grown,) if grown else ()), key_figures(known, groups))


def usual(asked: Asked, version: int) -> RegionEvidence:
    """What is known over the months on which pages open, of which the text is written."""
    return evidence(_usual(asked), version)


def _usual(asked: Asked) -> Selection:
    return Selection(asked.selection.territory, *latest(asked.received, DEFAULT_MONTHS))


def narrowed(measures: Measures, first: dt.date) -> Measures:
    """The same measures from a month on; what is over 12 months stays as it is."""
    if first == measures.selection.first:
        return measures
    kept = measures.months[measures.months >= pd.Timestamp(first)]
    cut: dict[str, Any] = {
        each.name: value.loc[kept]
        for each in dataclasses.fields(measures)
        if isinstance(value := getattr(measures, each.name), (pd.Series, pd.DataFrame))
    }
    return replace(measures, selection=replace(measures.selection, first=first), months=kept, **cut)
