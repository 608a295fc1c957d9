"""The first sheet: what the workbook holds, for whom, from which data, and what its words mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from dashboard.charts.wording import SOURCE, period_words
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.order import Order
from dashboard.workbooks.style import ACCENT, HEAD, LINE, Book
from indicators.catalogue import INDICATORS
from indicators.selection import departement_territory, region_territory
from reference import french

PUBLIC = (
    "Version publique\u202f: le tableau de bord n’y nomme aucun ESMS ni organisme gestionnaire. "
    "Textes publiés, titres et événements y sont tels que leurs auteurs les ont écrits."
)
WORKING = "Document de travail\u202f: nomme des organismes, ne pas diffuser."
READING = (
    (
        "Les taux et les parts sont des fractions (0,201 pour 20,1\u202f%) mises en forme en "
        "pourcentage\u202f; les écarts sont en points."
    ),
    (
        "Une case grisée et vide n’est pas disponible (n.\u00a0d.)\u202f: la note de la case dit "
        "pourquoi. Elle est vide, et non à zéro, pour que formules et graphiques restent justes."
    ),
    (
        "Sur une petite base (moins de 20 ESMS), des effectifs («\u202f3 sur 14\u202f») remplacent "
        "le taux."
    ),
    "Un mois hachuré, ou au point évidé, est provisoire\u202f; la colonne Remarque le dit.",
    "Aucune case ne contient de formule. Les graphiques sont modifiables et suivent les cases.",
)
#: Widths in digits: names, then what is said of them.
WIDTHS = (30, 60, 30, 44, 24)


def write_readme(
    book: Book, sheet: Any, order: Order, reader: Reader, shown: Sequence[tuple[str, Content]]
) -> None:
    """Write the first sheet; `shown`: each other sheet's name and content."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    book.text(sheet, 0, 0, title_of(order), bold=True, font_size=16, font_color=ACCENT)
    mark = {"bold": True, "font_color": "#CE0500"} if order.working else {"bold": True}
    book.text(sheet, 1, 0, WORKING if order.working else PUBLIC, **mark)
    row = _pairs(book, sheet, 3, order, reader)
    row = _heading(book, sheet, row + 1, ("Feuille", "Ce qu’elle montre", "Territoire", "Période"))
    for name, content in shown:
        _sheet_line(book, sheet, row, (name, content, reader))
        row += 1
    row = _heading(book, sheet, row + 1, ("Lecture",))
    for text in READING:
        book.passage(sheet, row, (0, 3), sum(WIDTHS[:4]), text)
        row += 1
    head = ("Définition", "Ce qui est compté", "Rapporté à", "Limite", "Unité")
    row = _heading(book, sheet, row + 1, head)
    for one in INDICATORS:
        cells = (one.title, one.numerator, one.denominator or "–", one.caveat, one.unit.strip())
        book.line(sheet, row, cells, WIDTHS, bottom=1, bottom_color=LINE)
        row += 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def title_of(order: Order) -> str:
    """The order's own title, or what the workbook is about."""
    if order.title:
        return order.title
    place = (
        departement_territory(order.departement)
        if order.departement
        else region_territory(order.region)
    )
    return f"Alimentation de Mon espace santé par les ESMS {french.typographic(place.locative)}"


def _pairs(book: Book, sheet: Any, row: int, order: Order, reader: Reader) -> int:
    """What all sheets share, a line each; returns the next row."""
    for label, value in _facts(order, reader):
        book.text(sheet, row, 0, label, bold=True, valign="top")
        if value.startswith(("https://", "http://")):
            book.link(sheet, row, 1, value, value)
        else:
            book.text(sheet, row, 1, value)
        row += 1
    return row


def _facts(order: Order, reader: Reader) -> Iterator[tuple[str, str]]:
    yield "Région", french.typographic(order.region.name)
    yield "Mois reçus", period_words(*reader.received)
    yield "Source", SOURCE
    cut_off = reader.today.region.measures.cut_off
    if cut_off:
        yield "Données arrêtées au", french.day(cut_off)
    yield "Version des données", str(order.printed(reader.version))
    yield "Fichier fait le", french.day(timezone.localdate())
    if order.link:
        yield "Tableau de bord", order.link


def _heading(book: Book, sheet: Any, row: int, words: tuple[str, ...]) -> int:
    for column, word in enumerate(words):
        book.text(sheet, row, column, word, bold=True, bg_color=HEAD, bottom=2, bottom_color=ACCENT)
    return row + 1


def _sheet_line(book: Book, sheet: Any, row: int, shown: tuple[str, Content, Reader]) -> None:
    """A sheet's name, which leads to it; what it says, where and when."""
    name, content, reader = shown
    selection = reader.asked(content.piece).selection
    sector = f", {french.typographic(selection.sector.label)}" if selection.sector else ""
    months = period_words(selection.first, selection.last)
    where = french.typographic(content.territory.name)
    book.line(sheet, row, (name, content.title, where, months + sector), WIDTHS)
    book.link(sheet, row, 0, f"internal:'{name}'!A1", name)
