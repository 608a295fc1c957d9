"""What the pieces of one public file tell together, whatever their periods and sectors.

Each piece is masked by itself, then asked whether, beside all that was read before it, few
documents of one ESMS follow from it. What comes first in a file is told; a piece that would tell
too much is told without its numbers of documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dashboard.models import Subject
from dashboard.pieces import piece as codes
from dashboard.pieces import unsaid
from dashboard.pieces.ledger import Ledger, read_fed, space_of
from dashboard.pieces.masking import TOGETHER, without_documents
from dashboard.pieces.piece import Piece
from dashboard.pieces.tile_table import tile_table, tile_words
from dashboard.pieces.told import (
    Amount,
    Ground,
    of_chart,
    of_committee,
    of_table,
    of_text,
    of_tiles,
)
from dashboard.pieces.versions import Versions
from dashboard.since import Since, since
from dashboard.tiles import DOCUMENTS
from dashboard.words import paragraphs

if TYPE_CHECKING:
    from dashboard.pieces.content import Content


class Together(Versions):
    """The reports of a région, with what its public file told until now."""

    @cached_property
    def ledger(self) -> Ledger:
        """What was told."""
        return Ledger(space_of(read_fed(self.region)))

    @cached_property
    def since_committee(self) -> Since | None:
        """What changed since the committee before, None of nothing."""
        return since(self.region, self.today, self.before)

    def may_tell(self, amounts: Iterable[Amount]) -> bool:
        """Tell some amounts, unless few documents of one ESMS follow; then none, and False."""
        return self.ledger.add(list(amounts))

    def amounts(self, found: Content) -> Iterator[Amount]:
        """What a piece tells of documents, a generated text apart."""
        piece = found.piece
        if piece.code in codes.RATES or found.table is None:
            return
        if piece.code == codes.SINCE and self.since_committee is not None:
            yield from of_committee(self._today(piece), found.table, self.since_committee.month)
            return
        known, selection = self.around_piece(piece).evidence, self.asked(piece).selection
        ground = Ground(self.ledger.space, known, piece.territory, selection)
        if found.chart is not None:
            yield from of_chart(ground, found.chart)
        elif found.tiles:
            yield from of_tiles(ground, found.tiles)
        else:
            yield from of_table(ground, piece.code, found.table)

    def text_amounts(self, piece: Piece) -> Iterator[Amount]:
        """What the generated text of a piece tells: of the months that pages open on."""
        subject = Subject.REGION if piece.code == codes.SYNTHESIS else piece.code
        told = self.told(piece, self.generated(piece.territory)[subject])
        return of_text(self._today(piece), told.facts)

    def _today(self, piece: Piece) -> Ground:
        """Where a territory stands over the months that pages open on, all sectors together."""
        selection = self.asked(Piece(piece.territory, piece.code)).selection
        return Ground(self.ledger.space, self.today, piece.territory, selection)

    def rates_only(self, found: Content) -> Content | None:
        """A piece without its numbers of documents, which says why; None when it has no others."""
        notes = (*found.notes, TOGETHER)
        if found.tiles:
            tiles = tuple(tile for tile in found.tiles if tile.label != DOCUMENTS)
            table, words = tile_table(found.title, tiles), tuple(map(tile_words, tiles))
            return replace(found, tiles=tiles, table=table, paragraphs=words, notes=notes)
        kept = found.table and without_documents(found.piece.code, found.table)
        if kept is None:
            return None
        if found.chart is not None:
            chart = replace(found.chart, table=kept, notes=(*found.chart.notes, TOGETHER))
            return replace(found, chart=chart, table=kept, notes=notes)
        words = (*self._rates_since(found.piece), TOGETHER)
        return replace(found, table=kept, paragraphs=words, notes=notes)

    def _rates_since(self, piece: Piece) -> tuple[str, ...]:
        """What changed since a committee, without documents; nothing of other pieces."""
        since_then = self.since_committee
        if piece.code != codes.SINCE or since_then is None:
            return ()
        places = {row.name for row in since_then.rows}
        return paragraphs(unsaid.of_committee(since_then.paragraph, places, region=True).text)
