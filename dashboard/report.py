"""What one page reads: the measures of a territory, turned into tiles, charts and tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.charts.chart import Chart
from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import Group, volumes
from dashboard.forms import COUNT, DESCENDING, SHARES, Asked
from dashboard.synthesis import Synthesis, synthesis
from dashboard.tiles import Tile, tiles
from indicators.measures import measure, measure_departements
from indicators.selection import Selection, Territory
from indicators.series import Measures
from reference.french import typographic
from reference.models import DocumentGroup
from reference.months import shift


@dataclass(frozen=True)
class DepartementReport:
    """The content of a département's page."""

    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class RegionReport:
    """The content of a région's page."""

    tiles: tuple[Tile, ...]
    synthesis: Synthesis
    measures: Measures


def departement_report(asked: Asked, region: Territory) -> DepartementReport:
    """The tiles and the four charts of a département beside its région.

    Five queries per measured selection: two selections, four with a sector (the charts by
    sector keep them all), one more when the period does not reach the year before.
    """
    selection = asked.selection
    regional = replace(selection, territory=region)
    here, there = measure(selection), measure(regional)
    if selection.sector is None:
        all_here, all_there = here, there
    else:
        all_here = measure(replace(selection, sector=None))
        all_there = measure(replace(regional, sector=None))
    return DepartementReport(
        tiles=tiles(here, _yearly(here)),
        charts=(
            volumes(here, load_groups(), shares=asked.values["documents"] == SHARES),
            contributors(here, there, counts=asked.values["esms"] == COUNT),
            sectors(all_here, all_there),
            rates(all_here, all_there),
        ),
    )


def region_report(asked: Asked) -> RegionReport:
    """The tiles of a région and the table of its départements."""
    selection = over_a_year(asked.selection)
    here = measure(asked.selection)
    return RegionReport(
        tiles=tiles(here, _yearly(here)),
        synthesis=synthesis(
            _yearly(here),
            measure_departements(selection),
            sort=asked.values["tri"],
            descending=asked.values["ordre"] == DESCENDING,
        ),
        measures=here,
    )


def over_a_year(selection: Selection) -> Selection:
    """The selection, begun a year before its last month at the latest."""
    return replace(selection, first=min(selection.first, shift(selection.last, -12)))


def load_groups() -> tuple[Group, ...]:
    """The series of the volume chart in their fixed order. Two queries."""
    return tuple(
        Group(
            code=group.code,
            label=typographic(group.label),
            color=group.color,
            types=frozenset(kind.code for kind in group.types.all()),
        )
        for group in DocumentGroup.objects.order_by("position").prefetch_related("types")
    )


def _yearly(measures: Measures) -> Measures:
    """The same territory over 13 months at least; asked again only for a shorter period."""
    selection = over_a_year(measures.selection)
    return measures if selection == measures.selection else measure(selection)
