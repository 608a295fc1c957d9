"""What a piece tells of documents, as sums of cells: read from what it shows, masks included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.charts import regional, sectors, volumes
from dashboard.charts.chart import Chart, Column, Table
from dashboard.charts.volumes import SMALL_VOLUME
from dashboard.pieces import piece as codes
from dashboard.pieces.ledger import UNALLOCATED, Space, rank
from dashboard.pieces.unsaid import COUNTS, GROWTH
from dashboard.synthesis import UNALLOCATED as CARRIED
from dashboard.tiles import DOCUMENTS, Tile
from indicators.commentary.sentences import Fact
from indicators.evidence import RegionEvidence
from indicators.selection import CHART_SECTORS, Selection
from indicators.series import Measures
from reference import french

Amount = NDArray[np.float64]
Window = tuple[dt.date, dt.date]
#: The sectors by what tables call them.
LABELS = {sectors.sector_label(each.value): each.value for each in CHART_SECTORS}
PART, OF_DOCUMENTS = "part ", " des documents"


class Years(NamedTuple):
    """The 12 months to the last received, and both parts of their change over a year."""

    year: Collection[int]
    recent: Collection[int]
    earlier: Collection[int]


def years_of(measures: Measures) -> Years:
    """Those of a territory: the parts of a change are of the calendar months received in both."""
    last = measures.last_received
    if last is None:
        return Years((), (), ())
    known = measures.received_departements.to_numpy() > 0
    received = {rank(stamp.date()) for stamp in measures.months[known]}
    year = range(rank(last) - 11, rank(last) + 1)
    recent = [month for month in year if {month, month - 12} <= received]
    return Years(year, recent, [month - 12 for month in recent])


@dataclass(frozen=True)
class Ground:
    """Where a piece stands: its territory and question, and what is known over two years."""

    space: Space
    known: RegionEvidence
    territory: str
    asked: Selection

    def measures(self, territory: str | None = None) -> Measures:
        """Those of a territory, that of the piece by default."""
        code = self.territory if territory is None else territory
        known = self.known.departements.get(code.removeprefix("D"), self.known.region)
        return known.measures

    def amount(self, months: Collection[int], territory: str | None = None) -> Amount:
        """The documents of some months, in the sector of the piece."""
        place = self.territory if territory is None else territory
        return self.space.amount(place, self.asked.sector, months)

    def year(self, territory: str | None = None) -> Iterator[Amount]:
        """The documents of 12 months."""
        yield self.amount(years_of(self.measures(territory)).year, territory)

    def grown(self, territory: str | None = None) -> Iterator[Amount]:
        """What a growth tells: how many times the documents of the year before those of a year are.

        A change from few is written as a count.
        """
        measures = self.measures(territory)
        growth, told = measures.growth, years_of(measures)
        if growth.ratio is not None:
            before = growth.ratio * self.amount(told.earlier, territory)
            yield self.amount(told.recent, territory) - before
            if growth.earlier < SMALL_VOLUME:
                yield self.change(territory)

    def change(self, territory: str | None = None) -> Amount:
        """By how much the documents changed."""
        told = years_of(self.measures(territory))
        return self.amount(told.recent, territory) - self.amount(told.earlier, territory)

    def change_of(self, sector: str) -> Amount:
        """By how much the documents of a sector changed."""
        told = years_of(self.measures())
        recent, earlier = (
            self.space.amount(self.territory, sector, each) for each in (told.recent, told.earlier)
        )
        return recent - earlier

    @property
    def window(self) -> Window:
        """The months of the tables by sector: always a year on the page of a région."""
        if self.territory.startswith("R"):
            return self.known.region.measures.window
        return self.asked.window

    @property
    def codes(self) -> Mapping[str, str]:
        """The codes of territories, by what tables call them."""
        measures = [self.known.region, *self.known.departements.values()]
        found = (each.measures.selection.territory for each in measures)
        return {CARRIED: UNALLOCATED, **{french.typographic(one.name): one.code for one in found}}


def _shown(names: Iterable[str], column: Column) -> Iterator[str]:
    """The names of the rows where there is a number."""
    return (name for name, value in zip(names, column.values, strict=True) if value is not None)


def of_chart(ground: Ground, chart: Chart) -> Iterator[Amount]:
    """What a chart tells."""
    if chart.code == sectors.CODE:
        yield from _by_sector(ground, chart.table, "documents", ground.territory)
        if any(column.code == "region-documents" for column in chart.table.columns):
            whole = ground.known.region.measures.selection.territory.code
            yield from _by_sector(ground, chart.table, "region-documents", whole)
    elif chart.code in {volumes.CODE, regional.TYPES}:
        months = [rank(month.date) for month in chart.months]
        values = chart.table.named("total").values
        for month, value in zip(months, values, strict=True):
            if value is not None:
                yield ground.amount([month])
        yield from _of_pace(ground, chart, months)
        measures = ground.measures()
        if chart.message == chart.subtitle:  # a title without its numbers
            return
        yield (
            ground.amount(months)
            if measures.documents_12m is None
            else ground.amount(years_of(measures).year)
        )
        yield from ground.grown()


def _of_pace(ground: Ground, chart: Chart, months: Iterable[int]) -> Iterator[Amount]:
    """What the pace of the région beside a département tells: its documents that have one."""
    whole = ground.known.region.measures.selection.territory.code
    for column in chart.table.columns:
        if column.code == volumes.PACE:
            for month, value in zip(months, column.values, strict=True):
                if value is not None:
                    of_none = ground.amount([month], UNALLOCATED)
                    yield ground.amount([month], whole) - of_none


def _by_sector(ground: Ground, table: Table, code: str, place: str) -> Iterator[Amount]:
    """What a column of a table by sector tells; that of a région counts the sector asked only."""
    first, last = ground.window
    months = range(rank(first), rank(last) + 1)
    of_all = ground.territory.startswith("D")
    for row in _shown(table.rows, table.named(code)):
        if of_all or ground.asked.sector in {None, LABELS[row]}:
            yield ground.space.amount(place, LABELS[row], months)


def of_tiles(ground: Ground, tiles: Iterable[Tile]) -> Iterator[Amount]:
    """What key figures tell."""
    for tile in tiles:
        if tile.label == DOCUMENTS:
            yield from ground.year()
            if tile.change is not None:
                yield from ground.grown()


def of_table(ground: Ground, code: str, table: Table) -> Iterator[Amount]:
    """What a table of a page tells, by the code of its piece."""
    if code == codes.DEPARTEMENTS:
        for row in _shown(table.rows, table.named("documents")):
            yield from ground.year(ground.codes[row])
        for row in _shown(table.rows, table.named("evolution")):
            yield from ground.grown(ground.codes[row])
    elif code == "chiffres-secteurs":
        yield from _by_sector(ground, table, "documents", ground.territory)
    elif code.startswith(codes.CHANGES):
        yield from _of_changes(ground, code, table)
    else:
        first, last = ground.window
        yield ground.amount(range(rank(first), rank(last) + 1))


def _of_changes(ground: Ground, code: str, table: Table) -> Iterator[Amount]:
    """What a table of changes tells; that of all rows together, unless one is masked."""
    column = table.named("evolution")
    if None not in column.values:
        yield ground.change()
    for row in _shown(table.rows, column):
        if code == "croissance-departements" and row in ground.codes:
            yield ground.change(ground.codes[row])
        elif row in LABELS:
            yield ground.change_of(LABELS[row])
        elif row == "Ensemble":
            yield ground.change()


def of_committee(ground: Ground, table: Table, then: dt.date) -> Iterator[Amount]:
    """What is told since a committee, whose year ended with the month `then`."""
    before = range(rank(then) - 11, rank(then) + 1)
    for row in _shown(table.rows, table.named("documents-maintenant")):
        yield from ground.year(ground.codes[row])
    for row in _shown(table.rows, table.named("documents-avant")):
        yield ground.amount(before, ground.codes[row])


def of_text(ground: Ground, facts: Mapping[str, Fact]) -> Iterator[Amount]:
    """What a generated text tells; its months are found by their documents."""
    measures = ground.measures()
    numbers = {
        value
        for name, value in facts.items()
        if name.startswith(COUNTS) and not isinstance(value, str) and value is not None
    }
    if numbers:
        yield from ground.year()
        yield ground.amount([rank(stamp.date()) for stamp in measures.months])
    if "documents gagnés en un an" in facts:
        yield ground.change()
    for stamp, documents in zip(measures.months, measures.total_documents, strict=True):
        if documents in numbers:
            yield ground.amount([rank(stamp.date())])
    for name in facts:
        if name.startswith(GROWTH):
            _, _, code = name.partition(" : ")
            yield from ground.grown(f"D{code}" if code else None)
        elif name.startswith(PART) and name.endswith(OF_DOCUMENTS):
            sector = name.removeprefix(PART).removesuffix(OF_DOCUMENTS)
            months = years_of(measures).year
            yield ground.space.amount(ground.territory, sector, months)
