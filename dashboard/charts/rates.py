"""Taux d’alimentation par secteur: how many of each sector's ESMS feed, beside the région."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.chart import SMALL_BASE, Chart, Column, Kind, Mark, Table, Unit, column
from dashboard.charts.contributors import COMPARATOR_COLOR, TERRITORY_COLOR, is_small
from dashboard.charts.sectors import sector_label, short_label
from dashboard.charts.wording import SOURCE, coverage_notes, nothing_received
from indicators.series import Measures, SectorFigures
from reference import french
from reference.models import Sector
from reference.months import in_french

CODE = "taux-par-secteur"
HEADING = "Taux d’alimentation par secteur"


def rates(measures: Measures, region: Measures | None = None) -> Chart:
    """The rate of each sector in the last received month, beside its région's.

    A sector of less than 20 ESMS is written in counts and not drawn as a rate. A sector without
    any open ESMS, in the territory and in the région, is left out.
    """
    selection = measures.selection
    last = measures.last_received
    territories = [("", measures), *([("region-", region)] if region is not None else [])]
    codes = [
        figure.sector
        for figure in measures.sectors
        if figure.sector != Sector.UNKNOWN
        or any(_parc(one, figure.sector) for _, one in territories)
    ]
    columns: list[Column] = []
    for prefix, one in territories:
        columns += _columns(prefix, one, codes)
    marks = [Mark("taux", TERRITORY_COLOR, labels="taux")]
    if region is not None:
        marks.append(Mark("region-taux", COMPARATOR_COLOR, strong=False, labels="region-taux"))
    message = _message(measures)
    month = "" if last is None else f", {in_french(last)}"
    return Chart(
        code=CODE,
        heading=HEADING,
        message=message,
        subtitle=(
            "ESMS de chaque secteur avec au moins un document dans le mois ÷ ESMS de ce secteur "
            f"ouverts, {selection.territory.locative}{month}"
        ),
        kind=Kind.BARS,
        unit=Unit.RATE,
        table=Table(
            caption=f"{HEADING} {selection.territory.locative}",
            corner="Secteur",
            rows=tuple(sector_label(code) for code in codes),
            columns=tuple(columns),
        ),
        marks=tuple(marks),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=f"{message}. {_words(measures)}".strip(),
        notes=(*coverage_notes(measures), *_small_notes(measures)),
    )


def _figures(measures: Measures, codes: Sequence[str]) -> list[SectorFigures]:
    return [figure for figure in measures.sectors if figure.sector in codes]


def _parc(measures: Measures, sector: str) -> int:
    return _figures(measures, [sector])[0].month_parc or 0


def _columns(prefix: str, measures: Measures, codes: Sequence[str]) -> list[Column]:
    """Numerator, denominator and both rates of one territory."""
    name = measures.selection.territory.name
    figures = _figures(measures, codes)
    return [
        column(
            f"{prefix}alimentent", f"{name} : ESMS qui alimentent", Unit.ESMS,
            (figure.month_contributors for figure in figures),
        ),
        column(
            f"{prefix}ouverts", f"{name} : ESMS ouverts", Unit.ESMS,
            (figure.month_parc for figure in figures),
        ),
        column(
            f"{prefix}taux", name, Unit.RATE,
            (None if is_small(figure.month_parc) else figure.rate for figure in figures),
            (_in_counts(figure.month_contributors, figure.month_parc) for figure in figures),
        ),
        column(
            f"{prefix}taux-12-mois", f"{name} : taux sur 12 mois", Unit.RATE,
            (None if is_small(figure.parc_12m) else figure.rate_12m for figure in figures),
            (_in_counts(figure.contributors_12m, figure.parc_12m) for figure in figures),
        ),
    ]  # fmt: skip


def _in_counts(part: int | None, whole: int | None) -> str:
    """ "3 sur 14", or "aucun ESMS ouvert", where a percentage would say too much."""
    if part is None or whole is None:
        return ""
    return f"{part} sur {whole}" if whole else "aucun ESMS ouvert"


def _message(measures: Measures) -> str:
    last = measures.last_received
    if last is None:
        return nothing_received(measures)
    known = [
        figure
        for figure in measures.sectors
        if figure.rate is not None
        and not is_small(figure.month_parc)
        and figure.sector != Sector.UNKNOWN
    ]
    ranked = sorted(known, key=lambda figure: -(figure.rate or 0))
    if not ranked:
        return f"Moins de {SMALL_BASE} ESMS ouverts dans chaque secteur en {in_french(last)}"
    if not ranked[0].rate:
        return f"Aucun secteur n’alimente en {in_french(last)}"
    best = ranked[0]
    message = f"{french.percent(best.rate)} des ESMS {best.sector} alimentent en {in_french(last)}"
    if len(ranked) == 1:
        return message
    second = ranked[1]
    if not second.rate:
        return f"{message}, aucun dans les autres secteurs"
    return f"{message}, {french.percent(second.rate)} des {second.sector}"


def _words(measures: Measures) -> str:
    """Numerator and denominator of each sector: what a reader who sees no bar needs."""
    parts = [
        f"{short_label(figure.sector)} {figure.month_contributors} sur {figure.month_parc}"
        for figure in measures.sectors
        if figure.month_parc
    ]
    return f"ESMS qui alimentent : {', '.join(parts)}." if parts else ""


def _small_notes(measures: Measures) -> tuple[str, ...]:
    small = [
        short_label(figure.sector)
        for figure in measures.sectors
        if figure.month_parc and is_small(figure.month_parc)
    ]
    if not small:
        return ()
    return (
        (
            f"Moins de {SMALL_BASE} ESMS ouverts ({french.listing(small)}) : "
            "effectifs, et non pourcentages."
        ),
    )
