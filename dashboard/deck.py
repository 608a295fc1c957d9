"""The standard deck of a région or of a département: what the committee looks at, in order.

Public version: no ESMS and no organisation is named, and no count is of one site. Everything
drawn is the page's own `Chart` or `Table`, so a slide cannot disagree with its page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard.charts.chart import Chart
from dashboard.charts.wording import period_words
from dashboard.contours import ATTRIBUTION
from dashboard.exports.deck import slides
from dashboard.exports.deck.slides import Deck
from dashboard.exports.deck.template import empty_deck
from dashboard.forms import Asked, ask
from dashboard.models import Subject, Text
from dashboard.received import read_cells, received_span
from dashboard.region_report import RegionReport, region_report
from dashboard.report import departement_report, load_groups
from dashboard.tiles import Tile
from dashboard.words import paragraphs
from indicators.catalogue import INDICATORS
from indicators.commentary import Paragraph, write_departement, write_region
from indicators.selection import Territory, departement_territory, region_territory
from indicators.snapshot import snapshot
from reference import french
from reference.models import Departement, Region
from reference.months import in_french

#: The text that goes with each of a département's charts, by code of the chart.
SUBJECTS = {
    "documents": Subject.DOCUMENTS,
    "esms": Subject.CONTRIBUTORS,
    "secteurs": Subject.SECTORS,
}
DRAFT = "Projet, non relu"


class NothingReceivedError(Exception):
    """No month was ever received for a région, so there is nothing to show."""


def build_deck(region: Region, departement: Departement | None = None, *, link: str = "") -> bytes:
    """The deck of a région, or of one of its départements alone.

    Args:
        link: the address of the site, for the links back to pages; none without it.

    Raises:
        NothingReceivedError: no month was received.
    """
    with snapshot() as version:
        return _Builder(region, version, link).build(departement)


@dataclass(frozen=True)
class _Builder:
    region: Region
    version: int
    link: str

    def build(self, departement: Departement | None) -> bytes:
        around = region_territory(self.region)
        received = received_span(read_cells(around.departement_codes))
        if received is None:
            raise NothingReceivedError(self.region.name)
        asked = ask({}, around, received)
        month = in_french(received[1])
        place = departement_territory(departement) if departement else around
        where = french.typographic(place.locative)
        title = f"Alimentation de Mon espace santé par les ESMS {where}"
        deck = Deck(empty_deck(), f"{title} · données jusqu’à {month} · version {self.version}")
        slides.cover(
            deck,
            title,
            [
                f"Données {period_words(*received)}",
                "Version publique",
                f"Version des données\u202f: {self.version}",
            ],
        )
        report = region_report(asked, self.version, load_groups())
        texts = self._texts()
        if departement is None:
            self._region(deck, report, texts, around)
        for one in self._departements(departement):
            self._departement(deck, one, around, received_asked(asked, one), texts)
        self._method(deck)
        out = io.BytesIO()
        deck.deck.save(out)
        return out.getvalue()

    def _departements(self, only: Departement | None) -> list[Departement]:
        return [only] if only else list(self.region.departements.order_by("code"))

    def _texts(self) -> Mapping[tuple[str | None, str], str]:
        """The published words of the région, by département and subject. One query."""
        published = Text.objects.filter(region=self.region).exclude(published=None)
        return {
            (text.departement_id, text.subject): text.published.body
            for text in published.select_related("published").order_by()
            if text.published
        }

    def _region(
        self,
        deck: Deck,
        report: RegionReport,
        texts: Mapping[tuple[str | None, str], str],
        around: Territory,
    ) -> None:
        name = french.typographic(around.name)
        notes = self._notes(f"/regions/{self.region.slug}/")
        slides.text(deck, f"{name}\u202f: chiffres clés", list(tile_lines(report.tiles)), notes)
        generated = write_region(report.evidence)
        written = texts.get((None, Subject.REGION))
        slides.text(deck, f"{name}\u202f: synthèse", list(said(written, generated)), notes)
        credit = "Contours\u202f: " + ", ".join(label for label, _ in ATTRIBUTION)
        slides.rate_map(
            deck,
            f"Part des ESMS qui ont alimenté sur 12 mois. {report.map.message}",
            report.map,
            credit,
            notes,
        )
        slides.table(deck, "Les départements côte à côte", report.synthesis.table, notes)
        for chart in report.charts:
            slides.chart(deck, chart, [], [*chart_notes(chart), *notes])

    def _departement(
        self,
        deck: Deck,
        place: Departement,
        around: Territory,
        asked: Asked,
        texts: Mapping[tuple[str | None, str], str],
    ) -> None:
        report = departement_report(asked, around, self.version, names=False)
        generated = write_departement(place.code, report.usual)
        for chart in report.charts:
            subject = SUBJECTS.get(chart.code)
            words: list[str] = []
            if subject is not None:
                words = list(said(texts.get((place.code, subject)), generated[subject]))
            notes = [*chart_notes(chart), *self._notes(f"/departements/{place.code}/")]
            slides.chart(deck, chart, words, notes)

    def _method(self, deck: Deck) -> None:
        lines = [
            f"{one.title}\u202f: {one.numerator}"
            + (f" ÷ {one.denominator}" if one.is_ratio else "")
            + "."
            for one in INDICATORS
        ]
        slides.text(deck, "Méthode", lines, self._notes("/methode/"))

    def _notes(self, path: str) -> list[str]:
        said = [f"Version des données\u202f: {self.version}."]
        return [*said, f"Page\u202f: {self.link}{path}"] if self.link else said


def received_asked(asked: Asked, place: Departement) -> Asked:
    """The same question of a département."""
    return ask({}, departement_territory(place), asked.received)


def said(published: str | None, generated: Paragraph) -> Iterator[str]:
    """The published words, else the generated ones under the word that says so."""
    if published is not None:
        yield from paragraphs(published)
        return
    yield f"[{DRAFT}]"
    yield from paragraphs(generated.text)


def tile_lines(tiles: tuple[Tile, ...]) -> Iterator[str]:
    """The key figures as sentences."""
    for tile in tiles:
        if not any(character.isdigit() for character in tile.value):
            continue  # an empty tile says what to import, which is for administrators
        change = f", {tile.change.text} {tile.reference}" if tile.change else ""
        yield f"{tile.label}\u202f: {tile.value} ({tile.detail}){change}."


def chart_notes(chart: Chart) -> list[str]:
    """What a speaker may be asked about a chart."""
    return [chart.subtitle, chart.alt, *chart.remarks]
