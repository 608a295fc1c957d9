"""Secteurs alimentant Mon espace santé: who feeds, and what, divided between sectors."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.chart import SMALL_BASE, Chart, Column, Kind, Mark, Table, Unit, column
from dashboard.charts.wording import SOURCE, coverage_notes, nothing_received, period_words
from indicators.series import Measures, SectorFigures
from reference import french
from reference.models import Sector

CODE = "secteurs"
HEADING = "Secteurs alimentant Mon espace santé"

#: Fixed in every chart, in the order of the committee's.
SECTOR_COLORS = {
    Sector.PA: "#000091",
    Sector.PH: "#C9191E",
    Sector.DOM: "#009081",
    Sector.PDE: "#A558A0",
    Sector.PDS: "#CE614A",
    Sector.AHI: "#417DC4",
    Sector.UNKNOWN: "#666666",
}


def sectors(measures: Measures, region: Measures | None = None) -> Chart:
    """The split of the ESMS that feed, and of their documents, over the window.

    Below 20 ESMS that feed, counts are printed instead of percentages.
    """
    selection = measures.selection
    figures = measures.sectors
    columns: list[Column] = []
    marks: list[Mark] = []
    for prefix, one in (("", measures), ("region-", region)):
        if one is not None:
            added, drawn = _territory(prefix, one)
            columns += added
            marks += drawn
    # The territory beside its région, for the ESMS first, then for the documents.
    marks.sort(key=lambda mark: mark.column.endswith("documents"))
    base = sum(figure.contributors for figure in figures)
    message = _message(measures, region)
    first, last = measures.window
    return Chart(
        code=CODE,
        heading=HEADING,
        message=message,
        subtitle=(
            "Répartition par secteur des ESMS ayant alimenté et de leurs documents "
            f"{selection.territory.locative}, {period_words(first, last)}"
        ),
        kind=Kind.SPLIT,
        unit=Unit.SHARE,
        table=Table(
            caption=f"{HEADING} {selection.territory.locative}",
            corner="Secteur",
            rows=tuple(sector_label(figure.sector) for figure in figures),
            columns=tuple(columns),
        ),
        marks=tuple(marks),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=f"{message}. {_split_words(figures)}".strip(),
        notes=(*coverage_notes(measures), *_small_notes(base)),
        row_colors=tuple(SECTOR_COLORS[Sector(figure.sector)] for figure in figures),
    )


def sector_label(code: str) -> str:
    """A sector as charts and tables name it: "PA – Personnes âgées"."""
    sector = Sector(code)
    label = french.typographic(sector.label)
    return label if sector is Sector.UNKNOWN else f"{sector.value} – {label}"


def short_label(code: str) -> str:
    """A sector in a sentence: its letters."""
    return "inconnu" if code == Sector.UNKNOWN else code


def _territory(prefix: str, measures: Measures) -> tuple[list[Column], list[Mark]]:
    """The columns of one territory and the bars drawn from them."""
    name = measures.selection.territory.name
    figures = measures.sectors
    feeding = f"{prefix}esms"
    documents = f"{prefix}documents"
    small = sum(figure.contributors for figure in figures) < SMALL_BASE
    columns = [
        column(feeding, f"{name} : ESMS", Unit.ESMS, (one.contributors for one in figures)),
        column(
            f"{feeding}-part", f"{name} : part des ESMS", Unit.SHARE, (one.share for one in figures)
        ),
        column(
            documents, f"{name} : Documents", Unit.DOCUMENTS, (one.documents for one in figures)
        ),
        column(
            f"{documents}-part", f"{name} : part des documents", Unit.SHARE,
            (one.documents_share for one in figures),
        ),
    ]  # fmt: skip
    if small:
        del columns[1]
    labels = feeding if small else f"{feeding}-part"
    strong = not prefix
    return columns, [
        Mark(feeding, strong=strong, labels=labels),
        Mark(documents, strong=strong, labels=f"{documents}-part"),
    ]


def _message(measures: Measures, region: Measures | None) -> str:
    figures = measures.sectors
    base = sum(figure.contributors for figure in figures)
    if measures.last_received is None:
        return nothing_received(measures)
    if base == 0:
        return f"Aucun ESMS n’a alimenté Mon espace santé {measures.selection.territory.locative}"
    if base < SMALL_BASE:
        return f"{_counts(figures)} sur {base} ESMS qui alimentent"
    leader = max(figures, key=lambda figure: figure.contributors)
    message = (
        f"Le secteur {short_label(leader.sector)} porte {french.percent(leader.share, 0)} "
        "des ESMS qui alimentent"
    )
    reference = _share(region, leader.sector)
    if reference is None:
        return message
    return f"{message}, {french.percent(reference, 0)} dans la région"


def _share(region: Measures | None, sector: str) -> float | None:
    if region is None:
        return None
    return next(figure.share for figure in region.sectors if figure.sector == sector)


def _counts(figures: Sequence[SectorFigures]) -> str:
    return ", ".join(
        f"{figure.contributors} {short_label(figure.sector)}"
        for figure in figures
        if figure.contributors
    )


def _split_words(figures: Sequence[SectorFigures]) -> str:
    """The split of the ESMS, in counts: what a reader who sees no bar needs."""
    counts = _counts(figures)
    return f"ESMS ayant alimenté par secteur : {counts}." if counts else ""


def _small_notes(base: int) -> tuple[str, ...]:
    if not 0 < base < SMALL_BASE:
        return ()
    return (f"Moins de {SMALL_BASE} ESMS qui alimentent : effectifs, et non pourcentages.",)
