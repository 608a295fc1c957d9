"""Part des ESMS alimentant Mon espace santé: the département against its région, by month."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboard.charts.chart import SMALL_BASE, Chart, Kind, Mark, Table, Unit, column
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
from reference.months import in_french

CODE = "esms"
HEADING = "Part des ESMS alimentant Mon espace santé"
HEADING_COUNTS = "Nombre d’ESMS alimentant Mon espace santé"

TERRITORY_COLOR = "#000091"
COMPARATOR_COLOR = "#CE614A"


def contributors(
    measures: Measures, region: Measures | None = None, *, counts: bool = False
) -> Chart:
    """The rate of a territory by month, beside its région's; `counts`: the ESMS themselves.

    A parc of less than 20 ESMS is always shown in counts. Counts are drawn without the région,
    whose size would flatten them; the table holds everything in both cases.
    """
    selection = measures.selection
    last = measures.last_received
    small = is_small(at(measures.parc, last))
    in_counts = counts or small
    months = months_of(measures)
    name = selection.territory.name
    columns = [
        column("alimentent", f"{name} : ESMS qui alimentent", Unit.ESMS, measures.contributors),
        column("ouverts", f"{name} : ESMS du périmètre ouverts", Unit.ESMS, measures.parc),
        column("taux", name, Unit.RATE, measures.rate),
    ]
    marks = [Mark("alimentent" if in_counts else "taux", TERRITORY_COLOR)]
    if small:
        columns.pop()
    if region is not None:
        other = region.selection.territory.name
        columns += [
            column(
                "region-alimentent", f"{other} : ESMS qui alimentent", Unit.ESMS,
                region.contributors,
            ),
            column(
                "region-ouverts", f"{other} : ESMS du périmètre ouverts", Unit.ESMS, region.parc
            ),
            column("region-taux", other, Unit.RATE, region.rate),
        ]  # fmt: skip
        if not in_counts:
            marks.append(Mark("region-taux", COMPARATOR_COLOR, strong=False))
    message = _message(measures, region, last, in_counts=in_counts)
    measured = "ESMS avec au moins un document dans le mois"
    if not in_counts:
        measured += " ÷ ESMS du périmètre ouverts"
    return Chart(
        code=CODE,
        heading=HEADING_COUNTS if in_counts else HEADING,
        message=message,
        subtitle=(
            f"{measured}, {selection.territory.locative}, "
            f"{period_words(selection.first, selection.last)}{sector_words(selection)}"
        ),
        kind=Kind.LINES,
        unit=Unit.ESMS if in_counts else Unit.RATE,
        table=Table(
            caption=f"ESMS alimentant Mon espace santé {selection.territory.locative}",
            corner="Mois",
            rows=tuple(month.header for month in months),
            columns=tuple(columns),
        ),
        marks=tuple(marks),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=_alt(measures, message, in_counts=in_counts),
        notes=_notes(measures, region, small=small),
        months=months,
    )


def is_small(base: float | None) -> bool:
    """Whether a denominator is too small for percentages."""
    return base is not None and base < SMALL_BASE


def compared(rate: float, reference: float) -> str:
    """A rate against another: "6,0 points de plus que la région"."""
    difference = french.apart(rate, reference)
    if not difference:
        return "comme la région"
    way = "plus" if difference > 0 else "moins"
    return f"{french.points(difference)} de {way} que la région"


def _message(
    measures: Measures, region: Measures | None, last: dt.date | None, *, in_counts: bool
) -> str:
    feeding, parc, rate = (
        at(series, last) for series in (measures.contributors, measures.parc, measures.rate)
    )
    if last is None or feeding is None:
        return nothing_received(measures)
    if not parc:
        return f"Aucun ESMS du périmètre ouvert en {in_french(last)}"
    verb = "alimentent" if feeding >= 2 else "alimente"
    if not feeding and rate is not None:
        of_them = f"Aucun des {french.integer(parc)} ESMS n’" if parc > 1 else "Le seul ESMS n’"
        end = "" if parc > 1 else " pas"
        return f"{of_them}alimente{end} Mon espace santé en {in_french(last)}"
    if in_counts or rate is None:
        return (
            f"{french.integer(feeding)} ESMS sur {french.integer(parc)} {verb} "
            f"Mon espace santé en {in_french(last)}"
        )
    message = f"{french.percent(rate)} des ESMS alimentent Mon espace santé en {in_french(last)}"
    reference = at(region.rate, last) if region is not None else None
    return message if reference is None else f"{message}, {compared(rate, reference)}"


def _alt(measures: Measures, message: str, *, in_counts: bool) -> str:
    series = (measures.contributors if in_counts else measures.rate).dropna()
    if len(series) < 2:
        return f"{message}."
    unit = Unit.ESMS if in_counts else Unit.RATE
    months = pd.DatetimeIndex(series.index)
    first, best, final = months[0], months[int(series.to_numpy().argmax())], months[-1]
    return (
        f"{message}. De {unit.text(series[first])} en {french.short_month(first)} à "
        f"{unit.text(series[final])} en {french.short_month(final)}, maximum "
        f"{unit.text(series[best])} en {french.short_month(best)}."
    )


def _notes(measures: Measures, region: Measures | None, *, small: bool) -> tuple[str, ...]:
    notes = list(coverage_notes(measures))
    if small:
        notes.append(f"Moins de {SMALL_BASE} ESMS : effectifs, et non pourcentages.")
    if region is not None:
        notes.extend(
            f"Région partielle en {french.short_month(month.date)} : {month.partial}."
            for month in months_of(region)
            if month.partial
        )
    return tuple(note.replace(" :", " :") for note in notes)
