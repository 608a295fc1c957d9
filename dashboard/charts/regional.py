"""The charts of a whole région: by type of document, by sector, and the rate of each sector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.charts.chart import Chart, Kind, Mark, Table, Unit, column
from dashboard.charts.rates import rates
from dashboard.charts.sectors import SECTOR_COLORS, sector_label, sectors, short_label
from dashboard.charts.volumes import Group, volumes
from dashboard.charts.wording import (
    SOURCE,
    at,
    coverage_notes,
    months_of,
    nothing_received,
    period_words,
    sector_words,
)
from indicators.series import Measures
from reference import french
from reference.models import Sector
from reference.months import in_french

TYPES, CONTRIBUTORS = "types", "esms-par-secteur"


def regional(measures: Measures, groups: Sequence[Group]) -> tuple[Chart, ...]:
    """The charts of a région's page, in their order."""
    return (
        by_type(measures, groups),
        by_sector(measures),
        sectors(measures),
        rates(measures),
    )


def by_type(measures: Measures, groups: Sequence[Group]) -> Chart:
    """Documents by month, stacked by kind of document."""
    return replace(
        volumes(measures, groups), code=TYPES, heading="Documents alimentés, par type de document"
    )


def by_sector(measures: Measures) -> Chart:
    """How many ESMS feed in each month, stacked by sector; the rate is in the table."""
    feeding = measures.sector_contributors
    drawn = [code for code in feeding.columns if feeding[code].sum() > 0]
    selection = measures.selection
    months = months_of(measures)
    message = _message(measures)
    heading = "Nombre d’ESMS qui alimentent, par secteur"
    return Chart(
        code=CONTRIBUTORS,
        heading=heading,
        message=message,
        subtitle=(
            f"ESMS avec au moins un document dans le mois {selection.territory.locative}, "
            f"{period_words(selection.first, selection.last)}{sector_words(selection)}"
        ),
        kind=Kind.STACKED,
        unit=Unit.ESMS,
        table=Table(
            caption=f"{heading} {selection.territory.locative}",
            corner="Mois",
            rows=tuple(month.header for month in months),
            columns=(
                *(column(code, sector_label(code), Unit.ESMS, feeding[code]) for code in drawn),
                column("total", "Total", Unit.ESMS, measures.contributors),
                column("ouverts", "ESMS ouverts", Unit.ESMS, measures.parc),
                column("taux", "Taux", Unit.RATE, measures.rate),
            ),
        ),
        marks=tuple(Mark(code, SECTOR_COLORS[Sector(code)]) for code in drawn),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=f"{message}. {_alt(measures, drawn)}".strip(),
        notes=coverage_notes(measures),
        months=months,
    )


def _message(measures: Measures) -> str:
    last = measures.last_received
    now, parc = at(measures.contributors, last), at(measures.parc, last)
    if last is None or now is None:
        return nothing_received(measures)
    noun = "alimentent" if now >= 2 else "alimente"
    return (
        f"{french.integer(now)} ESMS sur {french.integer(parc)} {noun} Mon espace santé "
        f"en {in_french(last)}"
    )


def _alt(measures: Measures, drawn: Sequence[str]) -> str:
    """The last month by sector, the first month for comparison."""
    known = measures.contributors.dropna()
    if known.empty or not drawn:
        return ""
    last = measures.sector_contributors.loc[known.index[-1]]
    counts = [f"{french.integer(last[code])} {short_label(code)}" for code in drawn if last[code]]
    return (
        f"De {french.integer(known.iloc[0])} ESMS en {french.short_month(known.index[0])} à "
        f"{french.integer(known.iloc[-1])} en {french.short_month(known.index[-1])}"
        + (f"\u202f: {french.listing(counts)}." if counts else ".")
    )
