"""What the pieces of a région are taken from: each report, text and reading once."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TypeVar
from urllib.parse import parse_qsl

from dashboard.charts import contributors
from dashboard.charts.chart import Unit, column
from dashboard.charts.volumes import Group
from dashboard.forms import Asked, ask
from dashboard.kept import once
from dashboard.models import Subject, Text
from dashboard.pieces.months import hidden_months
from dashboard.pieces.order import NothingReceivedError
from dashboard.pieces.piece import Piece, programme_in
from dashboard.programme_reading import read_programme
from dashboard.programmes import ProgrammeReport
from dashboard.reading import evidence_of
from dashboard.received import read_cells, received_span
from dashboard.region_report import RegionReport, region_report, usual
from dashboard.report import DepartementReport, departement_report, load_groups
from indicators.commentary import Paragraph, write_departement, write_region
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.selection import departement_territory, region_territory
from reference.models import Departement, Programme, Region

#: The reports that are kept, those asked for last: of the région, which hold megabytes each, and of
#: its départements, as many as the largest région has and more. A standard deck uses one of the
#: first and takes the others one after the other; what people choose may be of 200 periods.
REGIONAL, LOCAL = 4, 16

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Reports:
    """The reports of a région's pages, each read once by territory and query, if it is kept."""

    def __init__(
        self,
        region: Region,
        version: int,
        *,
        working: bool = False,
        link: str = "",
        before: dt.date | None = None,
    ) -> None:
        self.region, self.version, self.working, self.link = region, version, working, link
        self.before = before
        self.around = region_territory(region)
        self.cells = read_cells(self.around.departement_codes)
        received = received_span(self.cells)
        if received is None:
            raise NothingReceivedError(region.name)
        self.received: tuple[dt.date, dt.date] = received
        self._asked: dict[tuple[str, str], Asked] = {}
        self._regional: OrderedDict[str, RegionReport] = OrderedDict()
        self._withheld: OrderedDict[str, Mapping[str, frozenset[int]]] = OrderedDict()
        self._local: OrderedDict[tuple[str, str], DepartementReport] = OrderedDict()
        self._written: dict[str, Mapping[str, Paragraph]] = {}
        self._told: dict[tuple[str, str], Paragraph] = {}

    @cached_property
    def places(self) -> Mapping[str, Departement]:
        """The départements of the région, by code."""
        return {place.code: place for place in self.region.departements.order_by("code")}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The series of the charts of documents."""
        return load_groups()

    @cached_property
    def today(self) -> RegionEvidence:
        """What is known over the months that pages open on, of which texts are written."""
        return usual(ask({}, self.around, self.received), self.version)

    @cached_property
    def texts(self) -> Mapping[tuple[str, str], Text]:
        """The published texts of the région, by territory and subject."""
        published = Text.objects.filter(region=self.region).exclude(published=None)
        return {
            (self._code(text.departement_id), text.subject): text
            for text in published.select_related("published").order_by()
        }

    def asked(self, piece: Piece) -> Asked:
        """The question that a piece asks of its page."""
        key = piece.territory, piece.query
        if key not in self._asked:
            territory = self.around
            if piece.territory != territory.code:
                territory = departement_territory(self.places[piece.territory.removeprefix("D")])
            self._asked[key] = ask(dict(parse_qsl(piece.query)), territory, self.received)
        return self._asked[key]

    def _code(self, departement: str | None) -> str:
        return f"D{departement}" if departement else self.around.code

    def regional_report(self, piece: Piece) -> RegionReport:
        """What the page of the région shows under the query of a piece."""
        return _last(
            self._regional,
            REGIONAL,
            piece.query,
            lambda: region_report(self.asked(piece), self.version, self.groups),
        )

    def local_report(self, piece: Piece) -> DepartementReport:
        """What the page of a département shows under the query of a piece."""
        return _last(
            self._local,
            LOCAL,
            (piece.territory, piece.query),
            lambda: departement_report(
                self.asked(piece), self.around, self.version, names=self.working
            ),
        )

    def programme(self, piece: Piece) -> tuple[Programme, ProgrammeReport] | None:
        """What the page of a programme shows under the query of a piece; None of nothing."""
        found = Programme.objects.filter(code=programme_in(piece.query)).first()
        if found is None:
            return None
        names = {code: place.name for code, place in self.places.items()}
        selection = self.asked(piece).selection
        report = once(
            self.version,
            lambda: read_programme(found, selection, self.around, names, self.cells),
            "programme",
            found.pk,
            selection,
        )
        return None if report is None else (found, report)

    def around_piece(self, piece: Piece) -> RegionReport:
        """What the page of the région shows under the query of any piece."""
        return self.regional_report(replace(piece, territory=self.around.code))

    def hidden_months(self, piece: Piece) -> Mapping[str, frozenset[int]]:
        """Which months the public version does not tell, by territory, under a query."""
        evidence = self.around_piece(piece).evidence
        return _last(self._withheld, REGIONAL, piece.query, lambda: hidden_months(evidence))

    def known(self, piece: Piece) -> TerritoryEvidence:
        """What is known of the territory of a piece, over two years or more under its query."""
        whole = self.around_piece(piece).evidence
        if piece.territory == self.around.code:
            return whole.region
        return whole.departements[piece.territory.removeprefix("D")]

    def here(self, piece: Piece) -> TerritoryEvidence:
        """What is known of the territory of a piece over the months of the tables of its page.

        Those of a région are of a year; those of a département of the months that are asked for.
        """
        if piece.territory == self.around.code:
            return self.known(piece)
        code = piece.territory.removeprefix("D")
        selection = replace(self.asked(piece).selection, territory=self.around)
        return evidence_of(code, selection, self.version).departements[code]

    def generated(self, code: str) -> Mapping[str, Paragraph]:
        """The generated texts of a territory, by subject."""
        if code not in self._written:
            self._written[code] = (
                {str(Subject.REGION): write_region(self.today)}
                if code == self.around.code
                else write_departement(code.removeprefix("D"), self.today)
            )
        return self._written[code]

    def sites(self, piece: Piece) -> tuple[float | None, ...]:
        """How many ESMS fed in each month of the charts of a page."""
        if piece.territory == self.around.code:
            fed = self.regional_report(piece).measures.contributors
            return column("alimentent", "", Unit.ESMS, fed).values
        charts = self.local_report(piece).charts
        rates = next(chart for chart in charts if chart.code == contributors.CODE)
        return rates.table.named("alimentent").values


def _last(kept: OrderedDict[K, V], most: int, key: K, make: Callable[[], V]) -> V:
    """What is kept under a key, or is made now in the place of what was asked for the longest."""
    if key not in kept:
        while len(kept) >= most:
            kept.popitem(last=False)
        kept[key] = make()
    kept.move_to_end(key)
    return kept[key]
