"""A deck made of pieces: what the committee looks at, in order, or what a user chose.

Everything drawn is the page's own `Chart` or `Table`, so a slide cannot disagree with its page.
In the public version the product names no ESMS and no organisation by itself: published texts,
titles and events stay as people wrote them. The working one says on every slide that it is not to
be given away.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.charts.wording import period_words
from dashboard.contours import ATTRIBUTION
from dashboard.exports.deck import slides
from dashboard.exports.deck.fitting import DRAFT
from dashboard.exports.deck.look import looking
from dashboard.exports.deck.slides import WORKING, Around, Deck
from dashboard.exports.deck.template import begun, empty_deck, master_of, sign
from dashboard.pieces import piece as codes
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.order import Made, Order, nothing
from dashboard.pieces.piece import Piece, standard
from indicators.selection import departement_territory
from indicators.snapshot import snapshot
from reference import french
from reference.months import in_french

CREDIT = "Contours\u202f: " + ", ".join(label for label, _ in ATTRIBUTION) + "."
#: Tables whose last row is the whole région.
WITH_TOTAL = frozenset({codes.DEPARTEMENTS, codes.SINCE})


def make_deck(order: Order, progress: Callable[[int, int], None] = nothing) -> Made:
    """The deck of an order, and the data version that it shows.

    `progress`: told how many pieces are done, and of how many.

    Raises:
        NothingReceivedError: no month was ever received.
    """
    with snapshot() as version:
        reader = Reader.of(order, version)
        pieces = order.pieces or standard(order.region, order.departement, working=order.working)
        made = _Builder(order, reader, pieces).build(progress)
    return Made(made, order.printed(version))


@dataclass(frozen=True)
class _Builder:
    order: Order
    reader: Reader
    pieces: tuple[Piece, ...]

    def build(self, progress: Callable[[int, int], None]) -> bytes:
        template = self.order.template
        deck = Deck(
            begun(template) if template else empty_deck(),
            self._footer(),
            working=self.order.working,
        )
        with looking(master_of(deck.deck)):
            self._cover(deck)
            progress(0, len(self.pieces))
            for done, piece in enumerate(self.pieces, start=1):
                content = self.reader.content(piece)
                if self._wanted(content):
                    self.draw(deck, content)
                progress(done, len(self.pieces))
        sign(deck.deck, self._title())
        out = io.BytesIO()
        deck.deck.save(out)
        return out.getvalue()

    def _wanted(self, content: Content) -> bool:
        """A standard deck has no slide that says that there is nothing to compare with."""
        return bool(self.order.pieces or content.table or content.piece.code != codes.SINCE)

    def _title(self) -> str:
        if self.order.title:
            return self.order.title
        place = self.order.departement
        territory = departement_territory(place) if place else self.reader.around
        where = french.typographic(territory.locative)
        return f"Alimentation de Mon espace santé par les ESMS {where}"

    @property
    def _version(self) -> int:
        """The data version that is printed."""
        return self.order.printed(self.reader.version)

    def _footer(self) -> str:
        month = in_french(self.reader.received[1])
        version = f"version {self._version}"
        return f"{self._title()} · données jusqu’à {month} · {version}"

    def _cover(self, deck: Deck) -> None:
        kind = WORKING if self.order.working else "Version publique"
        lines = [
            f"Données {self._months()}",
            kind,
            f"Version des données\u202f: {self._version}",
        ]
        # A name is not cut at its hyphens.
        title = self.order.title or self._title().replace("-", "\u2011")
        slides.cover(deck, title, lines)

    def _months(self) -> str:
        """The months that the slides show, from the earliest to the latest."""
        shown = [self.reader.asked(piece).selection for piece in self.pieces]
        first, last = min(one.first for one in shown), max(one.last for one in shown)
        return french.of(in_french(last)) if first == last else period_words(first, last)

    def draw(self, deck: Deck, content: Content) -> None:
        """The slides of a piece."""
        words = content.paragraphs
        mark = DRAFT if content.draft else content.written
        around = Around(
            content.title,
            french.typographic(content.territory.name),
            content.subtitle,
            content.source,
            content.link,
            self._notes(content),
        )
        if content.chart is not None:
            slides.chart(deck, content.chart, words, around, mark)
        elif content.map is not None:
            credited = replace(around, source=f"{content.source} {CREDIT}")
            slides.rate_map(deck, content.map, credited)
        elif content.multiples is not None:
            slides.multiples(deck, content.multiples, around)
        elif content.tiles:
            slides.key_figures(deck, content.tiles, around)
        else:
            if words:
                slides.text(deck, words, around, mark)
            if content.table is not None and content.table.rows:
                total = content.piece.code in WITH_TOTAL
                slides.table(deck, content.table, around, total=total)

    def _notes(self, content: Content) -> tuple[str, ...]:
        """What a speaker may be asked."""
        said = (*content.notes, f"Version des données\u202f: {self._version}.")
        return (*said, f"Page\u202f: {content.link}") if content.link else said
