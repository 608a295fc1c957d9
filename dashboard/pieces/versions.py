"""What each version of a piece may say: the working one all, the public one no few documents.

The rules are those of `masking`, for charts and tables, and of `unsaid`, for generated sentences;
here is which of them a piece goes through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from dashboard.charts import sectors
from dashboard.charts.chart import Chart, Table
from dashboard.pieces import piece as codes
from dashboard.pieces import unsaid
from dashboard.pieces.behind import (
    NOTHING_HIDDEN,
    Behind,
    Hidden,
    hidden_sectors,
    of_committee,
    of_places,
    of_territory,
)
from dashboard.pieces.masking import (
    HIDDEN,
    HIDDEN_TOO,
    UNSAID,
    Months,
    is_masked,
    masked_chart,
    masked_places,
    masked_since,
    masked_table,
)
from dashboard.pieces.piece import Piece
from dashboard.pieces.reports import Reports
from dashboard.since import Since, since_table
from dashboard.tiles import Tile, unchanged
from indicators.commentary import Paragraph
from reference import french

RESERVED = (
    "Ce tableau nomme des organismes gestionnaires\u202f: il n’est que dans la version de travail."
)


class Versions(Reports):
    """The reports of a région, with what the version that is read leaves out of them."""

    def reserved(self, piece: Piece) -> str:
        """Why the version does not show a piece at all, "" when it does."""
        if self.working:
            return ""
        if piece.territory == self.around.code:
            return self._few(piece)
        if piece.code in codes.NAMED:
            return RESERVED
        reserved = self._few(piece)
        if reserved or piece.code in codes.RATES:
            return reserved
        masked = is_masked(self.side_by_side(piece), "documents", self.name(piece))
        return HIDDEN_TOO if masked else ""

    def side_by_side(self, piece: Piece) -> Table:
        """The table of the départements of the région."""
        report = self.around_piece(piece)
        table = report.synthesis.table
        return table if self.working else masked_places(table, of_places(report.evidence))

    def since_then(self, found: Since) -> tuple[Table, Paragraph]:
        """The table and the paragraph of what changed since a committee."""
        table, told = since_table(found), found.paragraph
        if self.working:
            return table, told
        masked = {french.typographic(self.places[code].name) for code in self._masked_places}
        rows = [of_committee(row) for row in found.lines]
        table = masked_since(table, rows, masked)
        now = table.named("documents-maintenant").texts
        names = {row for row, text in zip(table.rows, now, strict=True) if text in UNSAID}
        return table, unsaid.of_committee(told, names, region=found.total.name in names)

    def drawn(self, piece: Piece, chart: Chart) -> Chart:
        """A chart of the page of a piece."""
        if self.working:
            return chart
        shown = len(chart.table.rows)
        return masked_chart(
            chart,
            self.sites(piece),
            grown=self._behind(piece).before.few,
            hidden=self._unsaid_sectors(piece) if chart.code == sectors.CODE else NOTHING_HIDDEN,
            months=Months(
                self._unsaid_months(piece, piece.territory, shown),
                self._unsaid_months(piece, self.around.code, shown),
            ),
        )

    def listed(self, piece: Piece, code: str, table: Table) -> Table:
        """A table of a block of the page of a piece."""
        if self.working:
            return table
        region = piece.territory == self.around.code
        around = self.around_piece(piece).evidence
        return masked_table(
            code, table, self.here(piece), around if region else None, self._unsaid_sectors(piece)
        )

    def told_tiles(self, piece: Piece, tiles: Iterable[Tile]) -> tuple[Tile, ...]:
        """The key figures of the page of a piece."""
        if self.working or not self._behind(piece).before.few:
            return tuple(tiles)
        return tuple(unchanged(tile) for tile in tiles)

    def told(self, piece: Piece, generated: Paragraph) -> Paragraph:
        """The generated text of a piece."""
        if self.working:
            return generated
        key = piece.territory, piece.code
        if key not in self._told:
            self._told[key] = self._discreet(piece, generated)
        return self._told[key]

    def _discreet(self, piece: Piece, generated: Paragraph) -> Paragraph:
        if piece.territory == self.around.code:
            return unsaid.of_region(generated, self.today, self._masked_places)
        here = self.today.departements[piece.territory.removeprefix("D")]
        return unsaid.of_departement(generated, here)

    @cached_property
    def _masked_places(self) -> frozenset[str]:
        """The codes of the départements whose documents are not told, of what pages open on."""
        table = self.side_by_side(Piece(self.around.code, codes.DEPARTEMENTS))
        return frozenset(
            code
            for code, place in self.places.items()
            if is_masked(table, "documents", french.typographic(place.name))
        )

    def name(self, piece: Piece) -> str:
        """What the territory of a piece is called."""
        return french.typographic(self.asked(piece).selection.territory.name)

    def _few(self, piece: Piece) -> str:
        """Why the public version hides a piece of documents that one ESMS made, "" when not."""
        if piece.code in codes.RATES:
            return ""
        behind = self._behind(piece)
        changes = piece.code.startswith(codes.CHANGES)
        return HIDDEN if behind.now.few or (changes and behind.before.few) else ""

    def _unsaid_sectors(self, piece: Piece) -> Hidden:
        """The sectors that are not told, of the months of a piece: of all, were one asked for."""
        asked = [(name, value) for name, value in parse_qsl(piece.query) if name != "secteur"]
        every_sector = self.around_piece(replace(piece, query=urlencode(asked)))
        return hidden_sectors(every_sector.evidence, piece.territory)

    def _unsaid_months(self, piece: Piece, territory: str, shown: int) -> frozenset[int]:
        """The ranks of the months of a territory not told, of the last ones that a chart shows."""
        before = len(self.known(piece).measures.months) - shown
        ranks = self.hidden_months(piece)[territory]
        return frozenset(rank - before for rank in ranks if rank >= before)

    def _behind(self, piece: Piece) -> Behind:
        return of_territory(self.known(piece))
