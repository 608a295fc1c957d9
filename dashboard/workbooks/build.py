"""A workbook of pages: a sheet per piece, its numbers typed, its chart native, and what they mean.

Everything shown is the page's own `Chart` or `Table`: a cell cannot disagree with its page. Public
version unless asked otherwise: nobody is named.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.charts.chart import Unit
from dashboard.pieces import piece as codes
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.order import Made, Order, nothing
from dashboard.pieces.piece import whole_page
from dashboard.workbooks.drawing import draw
from dashboard.workbooks.drawings import chart_of
from dashboard.workbooks.names import titles
from dashboard.workbooks.readme import write_readme
from dashboard.workbooks.style import ACCENT, MENTION, Book
from dashboard.workbooks.table import Placed, charted, write_table
from indicators.snapshot import snapshot
from reference import french

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The row of the header of every table: under its title, and what it is.
HEADER = 5
#: Words alone take so many columns, of so many digits; under a table at least so many.
WORDS_COLUMNS, WORDS_WIDTH, LEAST_COLUMNS = 8, 8.43, 5
A4 = 9
DRAFT = "Projet, non relu"


def make_workbook(order: Order, progress: Callable[[int, int], None] = nothing) -> Made:
    """The workbook of an order, read in one snapshot.

    `order.pieces`: the sheets in their order; none: all that the page of the département, or of
    the région, shows. `progress` is told of each sheet: how many are made, of how many.

    Raises:
        NothingReceivedError: no month was ever received.
        LookupError: a piece is not of the région.
    """
    file = io.BytesIO()
    with snapshot() as version:
        reader = Reader.of(order, version)
        pieces = [
            piece
            for piece in order.pieces
            or whole_page(order.region, order.departement, working=order.working)
            if piece.code != codes.METHOD  # said in the first sheet of all
        ]
        contents = []
        for done, piece in enumerate(pieces, start=1):
            contents.append(reader.content(piece))
            progress(done, len(pieces))
        _write(file, order, reader, contents)
    return Made(file.getvalue(), order.printed(version))


def _write(file: io.BytesIO, order: Order, reader: Reader, contents: Sequence[Content]) -> None:
    book = Book(file)
    printed = order.printed(reader.version)
    names = titles(content.piece for content in contents)
    sheets = [book.book.add_worksheet(name) for name in names]
    write_readme(book, sheets[0], order, reader, list(zip(names[1:], contents, strict=True)))
    for sheet, content in zip(sheets[1:], contents, strict=True):
        _sheet(book, sheet, content, names[0])
        _printed(sheet, f"Version des données\u202f: {printed}")
    book.book.set_properties({"title": order.title, "comments": f"version {printed}"})
    book.book.close()


def _sheet(book: Book, sheet: Any, content: Content, readme: str) -> None:
    """One piece: title, table and chart side by side, then words and what is to be known."""
    book.text(sheet, 0, 0, content.title, bold=True, font_size=14, font_color=ACCENT)
    book.text(sheet, 1, 0, content.subtitle)
    book.text(sheet, 2, 0, content.source, font_color=MENTION)
    book.link(sheet, 3, 0, f"internal:'{readme}'!A1", readme)
    chart = chart_of(content)
    table = chart.table if chart else content.table
    row, columns, width = HEADER, WORDS_COLUMNS, float(WORDS_COLUMNS * WORDS_WIDTH)
    if table is not None:
        shown = charted(chart) if chart else table
        placed = write_table(book, sheet, shown, HEADER, chart)
        if content.tiles:
            _typed(book, sheet, placed)
        sheet.freeze_panes(placed.first, 1)
        sheet.repeat_rows(placed.header)
        beyond = max(0, LEAST_COLUMNS - placed.width)
        row, columns = placed.last + 2, placed.width + beyond
        width = sum(placed.widths) + beyond * WORDS_WIDTH
        if chart and chart.has_data:
            draw(book, sheet, chart, placed)
    _words(book, sheet, content, row, (columns, width))


def _typed(book: Book, sheet: Any, placed: Placed) -> None:
    """Key figures as numbers, as precise as they are written: each has a unit of its own."""
    for row, text in enumerate(placed.table.named("valeur").texts, start=placed.first):
        number = french.number(text)
        if number is not None:
            unit = Unit.RATE if text.endswith("%") else Unit.DOCUMENTS
            book.number(sheet, row, placed.column("valeur"), number, unit)


def _words(book: Book, sheet: Any, content: Content, row: int, room: tuple[int, float]) -> None:
    """The paragraphs, notes and address of a piece, from a row on; `room`: columns, and digits."""
    columns, width = room
    lines: list[tuple[str, dict[str, Any]]] = []
    # The table says the same of key figures.
    paragraphs = () if content.tiles else content.paragraphs
    mark = DRAFT if content.draft else content.written
    if paragraphs and mark:
        lines.append((f"[{mark}]", {"bold": True}))
    lines += [(text, {}) for text in paragraphs]
    lines += [(text, {"font_color": MENTION}) for text in dict.fromkeys(content.notes)]
    for text, style in lines:
        book.passage(sheet, row, (0, columns - 1), width, text, **style)
        row += 1
    if content.link:
        book.link(sheet, row, 0, content.link, "Ouvrir la page du tableau de bord")


def _printed(sheet: Any, footer: str) -> None:
    """On A4 sheets on their side, as wide as one."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&A&C{footer}&R&P / &N")
