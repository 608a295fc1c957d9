"""What one page reads: the measures of a territory, turned into tiles, charts and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from dashboard.charts.chart import Chart
from dashboard.charts.contributors import contributors
from dashboard.charts.landmarks import landmarked, markers
from dashboard.charts.rates import CODE as RATES
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import Group, volumes
from dashboard.details_page import blocks
from dashboard.exhibits import Block, Exhibit
from dashboard.forms import COUNT, DEFAULT_MONTHS, SHARES, Asked, latest
from dashboard.reading import evidence, evidence_of, fetch, measures_of
from dashboard.tiles import Tile, tiles
from indicators.evidence import RegionEvidence
from indicators.programmes import ProgrammeGap
from indicators.selection import Selection, Territory
from reference.french import typographic
from reference.models import DocumentType, Target
from reference.months import shift


@dataclass(frozen=True)
class DepartementReport:
    """The content of a département's page.

    `usual`: what is known over the months on which pages open, of which texts are written.
    `programmes`: those of the région that have a member in the département.
    """

    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    blocks: tuple[Block, ...]
    usual: RegionEvidence
    programmes: tuple[ProgrammeGap, ...]

    @property
    def exhibits(self) -> Iterator[tuple[Block, Exhibit]]:
        """Every table of every block."""
        return ((block, exhibit) for block in self.blocks for exhibit in block.exhibits)


def departement_report(
    asked: Asked, region: Territory, version: int, *, names: bool
) -> DepartementReport:
    """The tiles, charts and details of a département beside its région.

    `names`: whether organisations may be named. Two queries, besides the readings that nobody
    prepared: of another period, of one sector (the charts by sector keep them all).
    """
    selection = asked.selection
    code = str(selection.territory.departement_code)
    regional = replace(selection, territory=region)
    first, last = latest(asked.received, DEFAULT_MONTHS)
    usual = replace(regional, first=first, last=last, sector=None)
    every_sector = replace(regional, sector=None)
    over_two_years = _over_two_years(regional, asked)
    fetch(version, asked.received, usual, regional, every_sector, over_two_years)
    known = evidence_of(code, regional, version)
    here, there = known.departements[code], known.region
    all_here, all_there = here.measures, there.measures
    if selection.sector is not None:
        all_here, all_there = measures_of(code, every_sector, version)
    yearly, _ = measures_of(code, over_two_years, version)
    charts = (
        volumes(
            here.measures, load_groups(), there.measures, shares=asked.values["documents"] == SHARES
        ),
        contributors(here.measures, there.measures, counts=asked.values["esms"] == COUNT),
        sectors(all_here, all_there),
        rates(all_here, all_there),
    )
    stood = markers(here.events, selection.first, selection.last, region="région")
    targets = list(Target.objects.filter(departement=code))
    opening = evidence(usual, version)
    return DepartementReport(
        tiles=tiles(here.measures, yearly),
        charts=tuple(
            landmarked(chart, all_here if chart.code == RATES else here.measures, stood, targets)
            for chart in charts
        ),
        blocks=blocks(here, there, names=names),
        usual=opening,
        programmes=tuple(each for each in opening.programmes if code in each.departements),
    )


def _over_two_years(selection: Selection, asked: Asked) -> Selection:
    """The selection begun two years before its end, for what is told of a year against another.

    The last months are then those on which pages open, whose reading is prepared.
    """
    first = max(shift(selection.last, 1 - DEFAULT_MONTHS), asked.received[0])
    return replace(selection, first=min(selection.first, first))


def load_groups() -> tuple[Group, ...]:
    """The series of the volume chart in their fixed order, in one query."""
    kinds = DocumentType.objects.select_related("group").order_by("group__position", "code")
    return tuple(
        Group(
            code=group.code,
            label=typographic(group.label),
            color=group.color,
            types=frozenset(kind.code for kind in those),
        )
        for group, those in groupby(kinds, key=lambda kind: kind.group)
    )
