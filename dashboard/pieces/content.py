"""What a piece shows: the page's own charts, tables and words, read once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from dashboard.charts.chart import Chart, Table
from dashboard.charts.definitions import definition, definitions
from dashboard.charts.map import RateMap
from dashboard.charts.small_multiples import SmallMultiples
from dashboard.charts.wording import SOURCE, coverage_notes, period_words
from dashboard.exhibits import Block
from dashboard.models import Subject
from dashboard.pieces import piece as codes
from dashboard.pieces import unsaid
from dashboard.pieces.masking import TOGETHER
from dashboard.pieces.order import Order
from dashboard.pieces.piece import Piece
from dashboard.pieces.tile_table import tile_table, tile_words
from dashboard.pieces.together import Together
from dashboard.presentation import text_months
from dashboard.programme_reading import cut_off, programme_page
from dashboard.texts import is_stale
from dashboard.tiles import Tile
from dashboard.words import paragraphs
from indicators.catalogue import INDICATORS
from indicators.selection import Territory
from reference import french
from reference.months import in_french

NOTHING_COUNTED = "Rien à compter sur la période."
NO_MEMBER = "Aucun ESMS du périmètre n’est membre de ce programme."
NO_EDITION = "Aucune édition n’a encore été figée pour un comité de la région."
STALE = "Texte publié sur d’autres chiffres que ceux d’aujourd’hui\u202f: à relire."


@dataclass(frozen=True)
class Content:
    """What a piece shows. `chart`, `table`, `map`, `multiples` and `tiles` may be absent.

    `title`: the user's, else the message. `table`: the numbers of what is drawn, or the piece
    itself. `paragraphs`: the words that go with it; `draft` says that nobody published them,
    `written` over what data they were published when these are no longer the same, else "".
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
    written: str = ""
    subtitle: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    link: str = ""


class Reader(Together):
    """Reads the pieces of a région, each report once by territory and query.

    To be used inside `indicators.snapshot.snapshot()`, whose version it is given. `working`: with
    names, and without masks. `link`: the address of the site, "" for none. `before`: the day of the
    committee that is prepared, compared with the one before; None for today.

    Raises:
        NothingReceivedError: no month was ever received.
    """

    @classmethod
    def of(cls, order: Order, version: int) -> Reader:
        """That of an order, of data read at a version."""
        return cls(
            order.region, version, working=order.working, link=order.link, before=order.before
        )

    def content(self, piece: Piece) -> Content:
        """What a piece of the région shows; `piece.check` said that it exists.

        Raises:
            LookupError: the région does not have it.
        """
        regional = piece.territory == self.around.code
        labels = codes.codes_of_region() if regional else codes.codes_of_departement()
        reserved = self.reserved(piece)
        if reserved:
            found = self._hidden(piece, labels, reserved)
        elif piece.code in codes.PROGRAMMES:
            found = self._of_programme(piece)
        elif regional:
            found = self._of_region(piece, labels)
        else:
            found = self._of_departement(piece, labels)
        if not self.working:
            found = self._told_once(found, labels)
        return replace(found, title=piece.title or found.title)

    # --- The région -------------------------------------------------------------------------------

    def _of_region(self, piece: Piece, labels: Mapping[str, str]) -> Content:
        special: Mapping[str, Callable[[Piece], Content]] = {
            codes.KEY_FIGURES: self._key_figures,
            codes.SYNTHESIS: self._synthesis,
            codes.MAP: self._map,
            codes.DEPARTEMENTS: self._departements,
            codes.MULTIPLES: self._multiples,
            codes.SINCE: self._since,
            codes.METHOD: self._method,
        }
        if piece.code in special:
            return special[piece.code](piece)
        report = self.regional_report(piece)
        return self._shown(piece, report.charts, report.blocks, labels, report.measures.cut_off)

    def _key_figures(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        notes = coverage_notes(report.measures)
        return self._tiles(piece, report.tiles, notes, report.measures.cut_off)

    def _synthesis(self, piece: Piece) -> Content:
        content = self._page(piece, f"{self.name(piece)}\u202f: synthèse")
        return self._said(content, Subject.REGION)

    def _map(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        content = self._page(piece, report.map.title)
        notes = coverage_notes(report.measures)
        return replace(
            content,
            map=report.map,
            table=report.map.table,
            subtitle=report.map.table.caption,
            source=source(SOURCE, report.measures.cut_off, notes),
            notes=(*notes, *content.notes),
        )

    def _departements(self, piece: Piece) -> Content:
        report = self.regional_report(piece)
        notes = coverage_notes(report.measures)
        content = self._page(piece, "Les départements côte à côte")
        return replace(
            content,
            table=self.side_by_side(piece),
            subtitle=report.synthesis.table.caption,
            source=source(SOURCE, report.measures.cut_off, notes),
            notes=(*notes, *content.notes),
        )

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
        found = self.since_committee
        if found is None:
            content = self._page(piece, "Depuis le dernier comité")
            return replace(content, paragraphs=(NO_EDITION,))
        content = self._page(piece, f"Depuis {found.meeting.name}")
        table, told = self.since_then(found)
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

    def _of_departement(self, piece: Piece, labels: Mapping[str, str]) -> Content:
        report = self.local_report(piece)
        if piece.code == codes.KEY_FIGURES:
            return self._tiles(piece, report.tiles, (), report.charts[0].cut_off)
        cut_off = report.charts[0].cut_off
        return self._shown(piece, report.charts, report.blocks, labels, cut_off)

    # --- A programme, of a région or of a département ---------------------------------------------

    def _of_programme(self, piece: Piece) -> Content:
        """Its chart, or one of its tables: ESMS only, which no version masks."""
        read = self.programme(piece)
        place = self._page(piece, self.name(piece))
        if read is None or not read[1].comparison.gap.members:
            return replace(place, paragraphs=(NO_MEMBER,))
        programme, report = read
        until = cut_off(self.asked(piece).selection, self.cells)
        said = source(report.chart.source, until, report.chart.notes)
        content = replace(place, source=said)
        name = f"{french.typographic(programme.name)}, {content.title}"
        if piece.code == report.chart.code:
            chart = replace(report.chart, heading=f"{name}\u202f: {_lower(report.chart.heading)}")
            return replace(
                content,
                title=f"{name}\u202f: {_lower(chart.message)}",
                chart=chart,
                table=chart.table,
                subtitle=chart.subtitle,
                notes=(chart.subtitle, chart.alt, *chart.remarks, *content.notes),
            )
        message, table, notes = report.tables.get(piece.code, ("", None, ()))
        if table is None:
            return replace(content, title=name, paragraphs=(NOTHING_COUNTED,))
        return replace(
            content,
            title=f"{name}\u202f: {codes.PROGRAMMES[piece.code]}",
            table=table,
            subtitle=message,
            notes=(*notes, *content.notes),
        )

    # --- Both -------------------------------------------------------------------------------------

    def _hidden(self, piece: Piece, labels: Mapping[str, str], why: str) -> Content:
        content = self._page(piece, f"{self.name(piece)}\u202f: {_lower(labels[piece.code])}")
        return replace(content, paragraphs=(why,))

    def _told_once(self, found: Content, labels: Mapping[str, str]) -> Content:
        """The same without what would tell few documents of one ESMS beside what was read before.

        The title stays that of the piece: it is the user's, or has no number where none is told.
        """
        piece = found.piece
        if not self.may_tell(self.amounts(found)):
            found = self.rates_only(found) or self._hidden(piece, labels, TOGETHER)
        if found.draft and not self.may_tell(self.text_amounts(piece)):
            return replace(found, paragraphs=(), draft=False, notes=(*found.notes, unsaid.UNSAID))
        return found

    def _shown(
        self,
        piece: Piece,
        charts: Iterable[Chart],
        blocks: Sequence[Block],
        labels: Mapping[str, str],
        cut_off: dt.date | None,
    ) -> Content:
        """A chart, or a table of a block."""
        for chart in charts:
            if chart.code == piece.code:
                return self._drawn(piece, chart)
        for block in blocks:
            for exhibit in block.exhibits:
                if exhibit.code == piece.code:
                    return self._listed(piece, block, exhibit.table, cut_off)
        return self._hidden(piece, labels, NOTHING_COUNTED)

    def _drawn(self, piece: Piece, chart: Chart) -> Content:
        shown = self.drawn(piece, chart)
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

    def _listed(self, piece: Piece, block: Block, table: Table, cut_off: dt.date | None) -> Content:
        shown = self.listed(piece, piece.code, table)
        as_is = all(
            self.listed(piece, each.code, each.table) == each.table for each in block.exhibits
        )
        told = block.message if as_is else block.heading  # the message has the numbers of all
        content = self._page(piece, f"{self.name(piece)}\u202f: {_lower(told)}")
        return replace(
            content,
            table=shown,
            subtitle=f"{block.heading}. {table.caption}",
            source=source(SOURCE, cut_off, block.remarks),
            notes=(block.reading, *block.remarks, *content.notes),
        )

    def _tiles(
        self, piece: Piece, tiles: Iterable[Tile], notes: tuple[str, ...], cut_off: dt.date | None
    ) -> Content:
        """Key figures; a tile without a figure says what to import, which is no slide's matter."""
        figured = (tile for tile in tiles if any(map(str.isdigit, tile.value)))
        shown = self.told_tiles(piece, figured)
        content = self._page(piece, f"{self.name(piece)}\u202f: chiffres clés")
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
            told = self.told(piece, generated)
            if not told.sentences:
                return replace(content, notes=(*content.notes, unsaid.UNSAID))
            return replace(content, paragraphs=(*paragraphs(told.text), *months), draft=True)
        stale = is_stale(text.published, generated.facts, self.received[1])
        return replace(
            content,
            paragraphs=(*paragraphs(text.published.body), *months),
            written=written(text.published.month, self.received[1]) if stale else "",
            notes=(*content.notes, *([STALE] if stale else [])),
        )

    def _page(self, piece: Piece, title: str) -> Content:
        """What each piece has: its title, definitions and address."""
        asked = self.asked(piece)
        territory = asked.selection.territory
        link = ""
        if self.link and piece.code == codes.METHOD:
            link = self.link + reverse("dashboard:method")
        elif self.link and piece.code in codes.PROGRAMMES:
            named = codes.programme_in(piece.query)
            link = self.link + programme_page(self.region, piece.territory, named)
            link += asked.permalink()
        elif self.link:
            path = (
                reverse("dashboard:region", args=[self.region.slug])
                if territory.is_region
                else reverse("dashboard:departement", args=[territory.departement_code])
            )
            link = self.link + path + asked.permalink()
        return Content(piece, territory, title, notes=definitions(piece.code), link=link)


def source(said: str, cut_off: dt.date | None, notes: Iterable[str]) -> str:
    """Where figures come from, until when, and what is to be known of them."""
    cut = f"\u202f; données arrêtées au {french.day(cut_off)}" if cut_off else ""
    return f"Source\u202f: {said}{cut}. {' '.join(notes)}".strip()


def written(month: dt.date | None, last: dt.date) -> str:
    """Over what data a text was published, when they are others today.

    `month`: the last received of the data of the text; `last`: of those of the slide.
    """
    if month is None or month == last:  # figures of the same months were corrected
        return "Texte publié sur des chiffres qui ont changé depuis"
    return f"Texte publié sur les données jusqu’à {in_french(month)}"


def _lower(said: str) -> str:
    """A message after a colon; names and acronyms keep their capitals."""
    return said if said[1:2].isupper() or not said[1:2].isalpha() else said[:1].lower() + said[1:]
