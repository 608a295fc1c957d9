"""What a piece shows: the page's own charts, tables and words, read once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl

from django.urls import reverse

from dashboard.charts.chart import Chart, Table, words
from dashboard.charts.map import RateMap
from dashboard.charts.small_multiples import SmallMultiples
from dashboard.charts.volumes import Group
from dashboard.charts.wording import SOURCE, coverage_notes, period_words
from dashboard.exhibits import Block
from dashboard.forms import Asked, ask
from dashboard.models import Subject, Text
from dashboard.pieces import piece as codes
from dashboard.pieces.definitions import definition, definitions
from dashboard.pieces.masking import masked, masked_chart
from dashboard.pieces.order import NothingReceivedError
from dashboard.pieces.piece import Piece
from dashboard.presentation import text_months
from dashboard.received import read_cells, received_span
from dashboard.region_report import RegionReport, region_report, usual
from dashboard.report import DepartementReport, departement_report, load_groups
from dashboard.since import since, since_table
from dashboard.texts import is_stale
from dashboard.tiles import Tile
from dashboard.words import paragraphs
from indicators.catalogue import INDICATORS
from indicators.commentary import Paragraph, write_departement, write_region
from indicators.evidence import RegionEvidence
from indicators.selection import Territory, departement_territory, region_territory
from reference import french
from reference.models import Departement, Region
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


class Reader:
    """Reads the pieces of a région, each report once by territory and query.

    To be used inside `indicators.snapshot.snapshot()`, whose version it is given. `working`: with
    names, and without masks. `link`: the address of the site, "" for none.

    Raises:
        NothingReceivedError: no month was ever received.
    """

    def __init__(
        self, region: Region, version: int, *, working: bool = False, link: str = ""
    ) -> None:
        self.region, self.version, self.working, self.link = region, version, working, link
        self.around = region_territory(region)
        received = received_span(read_cells(self.around.departement_codes))
        if received is None:
            raise NothingReceivedError(region.name)
        self.received: tuple[dt.date, dt.date] = received
        self._regional: dict[str, RegionReport] = {}
        self._local: dict[tuple[str, str], DepartementReport] = {}
        self._written: dict[str, Mapping[str, Paragraph]] = {}

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

    # --- What is read once ------------------------------------------------------------------------

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
        territory = self.around
        if piece.territory != territory.code:
            territory = departement_territory(self.places[piece.territory.removeprefix("D")])
        return ask(dict(parse_qsl(piece.query)), territory, self.received)

    def _code(self, departement: str | None) -> str:
        return f"D{departement}" if departement else self.around.code

    def _regional_report(self, piece: Piece) -> RegionReport:
        if piece.query not in self._regional:
            self._regional[piece.query] = region_report(
                self.asked(piece), self.version, self.groups
            )
        return self._regional[piece.query]

    def _local_report(self, piece: Piece) -> DepartementReport:
        key = piece.territory, piece.query
        if key not in self._local:
            self._local[key] = departement_report(
                self.asked(piece), self.around, self.version, names=self.working
            )
        return self._local[key]

    def _generated(self, code: str) -> Mapping[str, Paragraph]:
        """The generated texts of a territory, by subject."""
        if code not in self._written:
            self._written[code] = (
                {str(Subject.REGION): write_region(self.today)}
                if code == self.around.code
                else write_departement(code.removeprefix("D"), self.today)
            )
        return self._written[code]

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
        if piece.code in special:
            return special[piece.code](piece)
        report = self._regional_report(piece)
        return self._shown(piece, report.charts, report.blocks, codes.codes_of_region())

    def _key_figures(self, piece: Piece) -> Content:
        report = self._regional_report(piece)
        notes = coverage_notes(report.measures)
        return self._tiles(piece, report.tiles, notes, report.measures.cut_off)

    def _synthesis(self, piece: Piece) -> Content:
        content = self._page(piece, f"{self._name(piece)}\u202f: synthèse")
        return self._said(content, Subject.REGION)

    def _map(self, piece: Piece) -> Content:
        report = self._regional_report(piece)
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
        report = self._regional_report(piece)
        notes = coverage_notes(report.measures)
        content = self._page(piece, "Les départements côte à côte")
        return replace(
            content,
            table=report.synthesis.table,
            subtitle=report.synthesis.table.caption,
            source=source(SOURCE, report.measures.cut_off, ()),
            notes=(*notes, *content.notes),
        )

    def _multiples(self, piece: Piece) -> Content:
        report = self._regional_report(piece)
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
        return replace(
            content,
            table=since_table(found),
            paragraphs=paragraphs(found.paragraph.text),
            subtitle=f"{french.typographic(found.title)}, sur 12 mois",
            source=source(SOURCE, self.today.region.measures.cut_off, ()),
        )

    def _method(self, piece: Piece) -> Content:
        return replace(self._page(piece, "Méthode"), paragraphs=tuple(map(definition, INDICATORS)))

    # --- A département ----------------------------------------------------------------------------

    def _of_departement(self, piece: Piece) -> Content:
        report = self._local_report(piece)
        labels = codes.codes_of_departement()
        if piece.code == codes.KEY_FIGURES:
            return self._tiles(piece, report.tiles, (), report.charts[0].cut_off)
        if piece.code in codes.NAMED and not self.working:
            content = self._page(piece, f"{self._name(piece)}\u202f: {_lower(labels[piece.code])}")
            return replace(content, paragraphs=(RESERVED,))
        return self._shown(piece, report.charts, report.blocks, labels)

    # --- Both -------------------------------------------------------------------------------------

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
        content = self._page(piece, f"{self._name(piece)}\u202f: {_lower(labels[piece.code])}")
        return replace(content, paragraphs=(NOTHING_COUNTED,))

    def _drawn(self, piece: Piece, chart: Chart) -> Content:
        shown = chart if self.working else masked_chart(chart)
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
        content = self._page(piece, f"{self._name(piece)}\u202f: {_lower(block.message)}")
        return replace(
            content,
            table=table if self.working else masked(table),
            subtitle=f"{block.heading}. {table.caption}",
            source=source(SOURCE, None, block.remarks),
            notes=(block.reading, *block.remarks, *content.notes),
        )

    def _tiles(
        self, piece: Piece, tiles: Iterable[Tile], notes: tuple[str, ...], cut_off: dt.date | None
    ) -> Content:
        """Key figures; a tile without a figure says what to import, which is no slide's matter."""
        shown = tuple(tile for tile in tiles if any(map(str.isdigit, tile.value)))
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
        generated = self._generated(piece.territory).get(subject)
        if generated is None:
            return content
        about = text_months(self.asked(piece))
        months = (about,) if about else ()
        text = self.texts.get((piece.territory, subject))
        if text is None or text.published is None:
            return replace(content, paragraphs=(*paragraphs(generated.text), *months), draft=True)
        stale = is_stale(text.published, generated.facts, self.received[1])
        return replace(
            content,
            paragraphs=(*paragraphs(text.published.body), *months),
            notes=(*content.notes, *([STALE] if stale else [])),
        )

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
