"""What a piece shows: the page's own charts, tables and words, read once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from dashboard.charts.chart import Chart, Table, words
from dashboard.charts.definitions import definition, definitions
from dashboard.charts.map import RateMap
from dashboard.charts.small_multiples import SmallMultiples
from dashboard.charts.wording import SOURCE, coverage_notes, period_words
from dashboard.exhibits import Block
from dashboard.models import Subject
from dashboard.pieces import piece as codes
from dashboard.pieces import unsaid
from dashboard.pieces.behind import Behind, of_committee, of_places, of_territory
from dashboard.pieces.masking import (
    HIDDEN,
    HIDDEN_TOO,
    MASK,
    is_masked,
    masked_chart,
    masked_places,
    masked_since,
    masked_table,
)
from dashboard.pieces.piece import Piece
from dashboard.pieces.reports import Reports
from dashboard.presentation import text_months
from dashboard.since import since, since_table
from dashboard.texts import is_stale
from dashboard.tiles import Tile, unchanged
from dashboard.words import paragraphs
from indicators.catalogue import INDICATORS
from indicators.commentary import Paragraph
from indicators.selection import Territory
from reference import french
from reference.months import in_french

RESERVED = (
    "Ce tableau nomme des organismes gestionnaires\u202f: il n’est que dans la version de travail."
)
NOTHING_COUNTED = "Rien à compter sur la période."
NO_EDITION = "Aucune édition n’a encore été figée pour un comité de la région."
STALE = "Texte publié sur d’autres chiffres que ceux d’aujourd’hui\u202f: à relire."


@dataclass(frozen=True)
class Content:
    """What a piece shows. `chart`, `table`, `map`, `multiples` and `tiles` may be absent.

    `title`: the user's, else the message. `table`: the numbers of what is drawn, or the piece
    itself. `paragraphs`: the words that go with it; `draft` says that nobody published them.
    `source`: where figures come from, until when. `notes`: what is to be known of them, then
    definitions. `link`: the page, "" without the site's address.
    """

    piece: Piece
    territory: Territory
    title: str
    chart: Chart | None = None
    table: Table | None = None
    map: RateMap | None = None
    multiples: SmallMultiples | None = None
    tiles: tuple[Tile, ...] = ()
    paragraphs: tuple[str, ...] = ()
    draft: bool = False
    subtitle: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    link: str = ""


class Reader(Reports):
    """Reads the pieces of a région, each report once by territory and query.

    To be used inside `indicators.snapshot.snapshot()`, whose version it is given. `working`: with
    names, and without masks. `link`: the address of the site, "" for none.

    Raises:
        NothingReceivedError: no month was ever received.
    """

    def content(self, piece: Piece) -> Content:
        """What a piece of the région shows; `piece.check` said that it exists.

        Raises:
            LookupError: the région does not have it.
        """
        if piece.territory == self.around.code:
            found = self._of_region(piece)
        else:
            found = self._of_departement(piece)
        return replace(found, title=piece.title or found.title)

    # --- The région -------------------------------------------------------------------------------

    def _of_region(self, piece: Piece) -> Content:
        special: Mapping[str, Callable[[Piece], Content]] = {
            codes.KEY_FIGURES: self._key_figures,
            codes.SYNTHESIS: self._synthesis,
            codes.MAP: self._map,
            codes.DEPARTEMENTS: self._departements,
            codes.MULTIPLES: self._multiples,
            codes.SINCE: self._since,
            codes.METHOD: self._method,
        }
        reserved = self._few(piece)
        if reserved:
            return self._hidden(piece, codes.codes_of_region(), reserved)
        if piece.code in special:
            return special[piece.code](piece)
        report = self.regional_report(piece)
        return self._shown(piece, report.charts, report.blocks, codes.codes_of_region())

    def _key_figures(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        notes = coverage_notes(report.measures)
        return self._tiles(piece, report.tiles, notes, report.measures.cut_off)

    def _synthesis(self, piece: Piece) -> Content:
        content = self._page(piece, f"{self._name(piece)}\u202f: synthèse")
        return self._said(content, Subject.REGION)

    def _map(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        content = self._page(
            piece, f"Part des ESMS qui ont alimenté sur 12 mois. {report.map.message}"
        )
        notes = coverage_notes(report.measures)
        return replace(
            content,
            map=report.map,
            table=report.map.table,
            source=source(SOURCE, report.measures.cut_off, ()),
            notes=(*notes, *content.notes),
        )

    def _departements(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        notes = coverage_notes(report.measures)
        content = self._page(piece, "Les départements côte à côte")
        return replace(
            content,
            table=self._places(piece),
            subtitle=report.synthesis.table.caption,
            source=source(SOURCE, report.measures.cut_off, ()),
            notes=(*notes, *content.notes),
        )

    def _places(self, piece: Piece) -> Table:
        """The table of the départements, masked in the public version."""
        report = self.around_piece(piece)
        table = report.synthesis.table
        return table if self.working else masked_places(table, of_places(report.evidence))

    def _multiples(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        content = self._page(piece, "Part des ESMS qui alimentent, mois par mois")
        selection = report.measures.selection
        return replace(
            content,
            multiples=report.multiples,
            table=report.multiples.table,
            subtitle=f"Chaque département, et la région en gris, sur une même échelle, "
            f"{period_words(selection.first, selection.last)}",
            source=source(SOURCE, report.measures.cut_off, coverage_notes(report.measures)),
            notes=(
                *(f"{panel.name}\u202f: {panel.alt}." for panel in report.multiples.panels),
                *content.notes,
            ),
        )

    def _since(self, piece: Piece) -> Content:
        found = since(self.region, self.today)
        if found is None:
            content = self._page(piece, "Depuis le dernier comité")
            return replace(content, paragraphs=(NO_EDITION,))
        content = self._page(piece, f"Depuis le comité du {french.day(found.committee_on)}")
        table, told = since_table(found), found.paragraph
        if not self.working:
            table = masked_since(table, [of_committee(row) for row in (*found.rows, found.total)])
            now = table.named("documents-maintenant").texts
            names = {row for row, text in zip(table.rows, now, strict=True) if text == MASK}
            told = unsaid.of_committee(told, names, region=found.total.name in names)
        return replace(
            content,
            table=table,
            paragraphs=paragraphs(told.text),
            subtitle=f"{french.typographic(found.title)}, sur 12 mois",
            source=source(SOURCE, self.today.region.measures.cut_off, ()),
        )

    def _method(self, piece: Piece) -> Content:
        return replace(self._page(piece, "Méthode"), paragraphs=tuple(map(definition, INDICATORS)))

    # --- A département ----------------------------------------------------------------------------

    def _of_departement(self, piece: Piece) -> Content:
        labels = codes.codes_of_departement()
        reserved = self._reserved(piece)
        if reserved:
            return self._hidden(piece, labels, reserved)
        report = self.local_report(piece)
        if piece.code == codes.KEY_FIGURES:
            return self._tiles(piece, report.tiles, (), report.charts[0].cut_off)
        return self._shown(piece, report.charts, report.blocks, labels)

    def _reserved(self, piece: Piece) -> str:
        """Why the public version does not show a piece of a département, "" when it does."""
        if self.working:
            return ""
        if piece.code in codes.NAMED:
            return RESERVED
        reserved = self._few(piece)
        if reserved or piece.code in codes.RATES:
            return reserved
        return HIDDEN_TOO if is_masked(self._places(piece), "documents", self._name(piece)) else ""

    # --- Both -------------------------------------------------------------------------------------

    def _few(self, piece: Piece) -> str:
        """Why the public version hides a piece of documents that one ESMS made, "" when not."""
        if self.working or piece.code in codes.RATES:
            return ""
        behind = self._behind(piece)
        changes = piece.code.startswith(codes.CHANGES)
        return HIDDEN if behind.now.few or (changes and behind.before.few) else ""

    def _behind(self, piece: Piece) -> Behind:
        return of_territory(self.known(piece))

    def _hidden(self, piece: Piece, labels: Mapping[str, str], why: str) -> Content:
        content = self._page(piece, f"{self._name(piece)}\u202f: {_lower(labels[piece.code])}")
        return replace(content, paragraphs=(why,))

    def _shown(
        self,
        piece: Piece,
        charts: Iterable[Chart],
        blocks: Sequence[Block],
        labels: Mapping[str, str],
    ) -> Content:
        """A chart, or a table of a block."""
        for chart in charts:
            if chart.code == piece.code:
                return self._drawn(piece, chart)
        for block in blocks:
            for exhibit in block.exhibits:
                if exhibit.code == piece.code:
                    return self._listed(piece, block, exhibit.table)
        return self._hidden(piece, labels, NOTHING_COUNTED)

    def _drawn(self, piece: Piece, chart: Chart) -> Content:
        shown = chart
        if not self.working:
            grown = self._behind(piece).before.few
            shown = masked_chart(chart, self.sites(piece), grown=grown)
        content = self._page(piece, shown.message)
        content = replace(
            content,
            chart=shown,
            table=shown.table,
            subtitle=shown.subtitle,
            source=source(shown.source, shown.cut_off, shown.notes),
            notes=(shown.subtitle, shown.alt, *shown.remarks, *content.notes),
        )
        return self._said(content, piece.code)

    def _listed(self, piece: Piece, block: Block, table: Table) -> Content:
        shown = self._masked(piece, piece.code, table)
        as_is = all(
            self._masked(piece, each.code, each.table) == each.table for each in block.exhibits
        )
        told = block.message if as_is else block.heading  # the message has the numbers of all
        content = self._page(piece, f"{self._name(piece)}\u202f: {_lower(told)}")
        return replace(
            content,
            table=shown,
            subtitle=f"{block.heading}. {table.caption}",
            source=source(SOURCE, None, block.remarks),
            notes=(block.reading, *block.remarks, *content.notes),
        )

    def _masked(self, piece: Piece, code: str, table: Table) -> Table:
        """A table of a block of the page of a piece, masked in the public version."""
        if self.working:
            return table
        region = piece.territory == self.around.code
        around = self.around_piece(piece).evidence
        return masked_table(code, table, self.known(piece), around if region else None)

    def _tiles(
        self, piece: Piece, tiles: Iterable[Tile], notes: tuple[str, ...], cut_off: dt.date | None
    ) -> Content:
        """Key figures; a tile without a figure says what to import, which is no slide's matter."""
        shown = tuple(tile for tile in tiles if any(map(str.isdigit, tile.value)))
        if not self.working and self._behind(piece).before.few:
            shown = tuple(unchanged(tile) for tile in shown)
        content = self._page(piece, f"{self._name(piece)}\u202f: chiffres clés")
        return replace(
            content,
            tiles=shown,
            table=tile_table(content.title, shown),
            subtitle=f"Données jusqu’à {in_french(self.received[1])}",
            paragraphs=tuple(map(tile_words, shown)),
            source=source(SOURCE, cut_off, ()),
            notes=(*notes, *content.notes),
        )

    def _said(self, content: Content, subject: str) -> Content:
        """The same with its words: those that were published, else those that are generated."""
        piece = content.piece
        generated = self.generated(piece.territory).get(subject)
        if generated is None:
            return content
        about = text_months(self.asked(piece))
        months = (about,) if about else ()
        text = self.texts.get((piece.territory, subject))
        if text is None or text.published is None:
            told = self._told(piece, generated)
            if not told.sentences:
                return replace(content, notes=(*content.notes, unsaid.UNSAID))
            return replace(content, paragraphs=(*paragraphs(told.text), *months), draft=True)
        stale = is_stale(text.published, generated.facts, self.received[1])
        return replace(
            content,
            paragraphs=(*paragraphs(text.published.body), *months),
            notes=(*content.notes, *([STALE] if stale else [])),
        )

    def _told(self, piece: Piece, generated: Paragraph) -> Paragraph:
        """A generated text as its version may say it."""
        if self.working:
            return generated
        if piece.territory == self.around.code:
            return unsaid.of_region(generated, self.today)
        here = self.today.departements[piece.territory.removeprefix("D")]
        return unsaid.of_departement(generated, here)

    def _page(self, piece: Piece, title: str) -> Content:
        """What each piece has: its title, definitions and address."""
        asked = self.asked(piece)
        territory = asked.selection.territory
        link = ""
        if self.link and piece.code == codes.METHOD:
            link = self.link + reverse("dashboard:method")
        elif self.link:
            path = (
                reverse("dashboard:region", args=[self.region.slug])
                if territory.is_region
                else reverse("dashboard:departement", args=[territory.departement_code])
            )
            link = self.link + path + asked.permalink()
        return Content(piece, territory, title, notes=definitions(piece.code), link=link)

    def _name(self, piece: Piece) -> str:
        return french.typographic(self.asked(piece).selection.territory.name)


def source(said: str, cut_off: dt.date | None, notes: Iterable[str]) -> str:
    """Where figures come from, until when, and what is to be known of them."""
    cut = f", arrêtées au {french.day(cut_off)}" if cut_off else ""
    return f"Source\u202f: {said}{cut}. {' '.join(notes)}".strip()


def tile_words(tile: Tile) -> str:
    """A key figure as a sentence."""
    change = f", {tile.change.text} {tile.reference}" if tile.change else ""
    return f"{tile.label}\u202f: {tile.value} ({tile.detail}){change}."


def tile_table(caption: str, tiles: Sequence[Tile]) -> Table:
    """Key figures as a table of texts."""
    return Table(
        caption=caption,
        corner="Indicateur",
        rows=tuple(tile.label for tile in tiles),
        columns=(
            words("valeur", "Valeur", (tile.value for tile in tiles)),
            words("detail", "Détail", (tile.detail for tile in tiles)),
            words(
                "evolution",
                "Évolution",
                (tile.change.text if tile.change else "–" for tile in tiles),
            ),
            words("reference", "Référence", (tile.reference or "–" for tile in tiles)),
            words("periode", "Période", (tile.period or "–" for tile in tiles)),
        ),
    )


def _lower(said: str) -> str:
    """A message after a colon; names and acronyms keep their capitals."""
    return said if said[1:2].isupper() or not said[1:2].isalpha() else said[:1].lower() + said[1:]
