"""Nombre de documents alimentés: documents by month, stacked by kind of document."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard.charts.chart import Chart, Column, Kind, Mark, Table, Unit, column
from dashboard.charts.wording import (
    SOURCE,
    coverage_notes,
    months_of,
    nothing_received,
    period_words,
    received_words,
    sector_words,
)
from indicators.series import Growth, Measures
from reference import french
from reference.numbers import NARROW

CODE = "documents"
PACE = "rythme-region"
COMPARATOR_COLOR = "#161616"
HEADING = "Nombre de documents alimentés"

#: Below so many documents in the year before, a change is written as a count.
SMALL_VOLUME = 20


@dataclass(frozen=True)
class Group:
    """A series of the chart: the document types that the committee counts together."""

    code: str
    label: str
    color: str
    types: frozenset[str]


def volumes(
    measures: Measures,
    groups: Sequence[Group],
    region: Measures | None = None,
    *,
    shares: bool = False,
) -> Chart:
    """Documents by month and group; `shares`: each month brought to 100 %.

    Groups without any document in the period are left out, the others keep their order. Volumes
    are compared with what the ESMS of the territory would feed if they fed like those of the
    région; shares, in words, with its own.
    """
    total = measures.total_documents
    drawn = [(group, sums) for group in groups if (sums := _sums(measures, group)).sum() > 0]
    parts = [_column(group, sums, total, shares=shares) for group, sums in drawn]
    columns = [*parts, column("total", "Total", Unit.DOCUMENTS, total)]
    if measures.selection.territory.is_region and measures.unallocated.sum() > 0:
        columns.append(
            column("non-ventile", "dont non ventilé", Unit.DOCUMENTS, measures.unallocated)
        )
    marks = [Mark(group.code, group.color) for group, _ in drawn]
    if region is not None and not shares:
        name = region.selection.territory.name
        columns.append(
            column(
                PACE,
                f"{name}, à nombre égal d’ESMS ouverts",
                Unit.DOCUMENTS,
                at_regional_pace(measures, region),
            )
        )
        marks.append(Mark(PACE, COMPARATOR_COLOR, strong=False, line=True))
    selection = measures.selection
    months = months_of(measures)
    message = _message(measures)
    if shares and region is not None:
        message = _leader(drawn, groups, region) or message
    measured = "Part de chaque type dans les documents" if shares else "Documents alimentés"
    return Chart(
        code=CODE,
        heading=HEADING,
        message=message,
        subtitle=(
            f"{measured} par mois {selection.territory.locative}, "
            f"{period_words(selection.first, selection.last)}{sector_words(selection)}"
        ),
        kind=Kind.STACKED,
        unit=Unit.SHARE if shares else Unit.DOCUMENTS,
        table=Table(
            caption=f"{HEADING} {selection.territory.locative}",
            corner="Mois",
            rows=tuple(month.header for month in months),
            columns=tuple(columns),
        ),
        marks=tuple(marks),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=_alt(measures, message, drawn),
        notes=(*_notes(measures), *_comparison(measures, region, drawn, groups, shares=shares)),
        months=months,
    )


def at_regional_pace(measures: Measures, region: Measures) -> pd.Series[float]:
    """Documents by month if each open ESMS of the territory fed like the average of its région.

    The région's documents without "Non ventilé", which belongs to no département, ÷ its open
    ESMS × those of the territory; NaN where either was not received.
    """
    return _per_facility(region) * measures.parc.where(measures.received_departements > 0)


def growth_words(growth: Growth) -> str:
    """The change over a year: "+224 % (×3,2) en un an", in documents on a tiny base, or ""."""
    if growth.ratio is None:
        return ""
    if growth.earlier < SMALL_VOLUME:
        change = french.signed(french.count(growth.recent - growth.earlier, "document"))
        return f"{change} en un an"
    comparable = growth.comparable_months
    basis = "" if comparable == 12 else f", à mois comparables ({comparable} sur 12)"
    return f"{french.growth(growth.ratio)} en un an{basis}"


def _sums(measures: Measures, group: Group) -> pd.Series[float]:
    codes = measures.documents.columns
    return measures.summed([rank for rank, code in enumerate(codes) if code in group.types])


def _column(
    group: Group, sums: pd.Series[float], total: pd.Series[float], *, shares: bool
) -> Column:
    if not shares:
        return column(group.code, group.label, Unit.DOCUMENTS, sums)
    return column(group.code, group.label, Unit.SHARE, sums / total.where(total > 0))


def _per_facility(measures: Measures) -> pd.Series[float]:
    """Documents of each month ÷ open ESMS, without those that no département claims."""
    allocated = measures.total_documents - measures.unallocated.fillna(0)
    return allocated / measures.parc.where(measures.parc > 0)


def _leader(
    drawn: Sequence[tuple[Group, pd.Series[float]]], groups: Sequence[Group], region: Measures
) -> str:
    """Which group leads, beside its share in the région; nothing without any document."""
    here = _shares_of_period(drawn)
    there = _shares_of_period([(group, _sums(region, group)) for group in groups])
    if not here:
        return ""
    label, share = max(here.items(), key=lambda item: item[1])
    return (
        f"{label}{NARROW}: {french.percent(share, 0)} des documents, "
        f"{french.percent(there.get(label, 0), 0)} dans la région"
    )


def _shares_of_period(drawn: Sequence[tuple[Group, pd.Series[float]]]) -> dict[str, float]:
    """The share of each group with a document in the documents of the period, by label."""
    sums = {group.label: float(sums.sum()) for group, sums in drawn}
    whole = sum(sums.values())
    return {label: part / whole for label, part in sums.items() if part}


def _comparison(
    measures: Measures,
    region: Measures | None,
    drawn: Sequence[tuple[Group, pd.Series[float]]],
    groups: Sequence[Group],
    *,
    shares: bool,
) -> tuple[str, ...]:
    """What the comparison with the région is made of, in a sentence with its numbers."""
    if region is None or not drawn:
        return ()
    if shares:
        there = _shares_of_period([(group, _sums(region, group)) for group in groups])
        parts = [f"{label} {french.percent(share, 0)}" for label, share in there.items()]
        return (f"Sur la même période, dans la région{NARROW}: {french.listing(parts)}.",)
    here, there_pace = (
        float(_per_facility(one).where(_per_facility(measures).notna()).mean())
        for one in (measures, region)
    )
    if math.isnan(here) or math.isnan(there_pace):
        return ()
    return (
        (
            f"En moyenne, {french.amount(here, 'document')} par mois et par ESMS ouvert "
            f"{measures.selection.territory.locative}, {french.decimal(there_pace)} dans la région"
            f"{NARROW}; la ligne pointillée dit ce que donnerait ici le rythme de la région."
        ),
    )


def _message(measures: Measures) -> str:
    if measures.last_received is None:
        return nothing_received(measures)
    if measures.documents_12m is None:
        count = float(measures.total_documents.sum())
        received = int((measures.received_departements > 0).sum())
        return f"{french.count(count, 'document')} sur {french.count(received, 'mois reçu')}"
    message = f"{french.count(measures.documents_12m, 'document')} sur 12 mois"
    if incomplete := received_words(measures):
        message += f" ({incomplete})"
    change = growth_words(measures.growth)
    return f"{message}, {change}" if change else message


def _alt(measures: Measures, message: str, drawn: Sequence[tuple[Group, pd.Series[float]]]) -> str:
    total = measures.total_documents.dropna()
    whole = float(total.sum())
    if total.empty or whole == 0:
        return f"{message}."
    ranked = sorted(drawn, key=lambda item: -item[1].sum())[:2]
    most = [f"{group.label} ({french.percent(sums.sum() / whole, 0)})" for group, sums in ranked]
    return (
        f"{message}. De {french.count(total.iloc[0], 'document')} en "
        f"{french.short_month(total.index[0])} à {french.integer(total.iloc[-1])} en "
        f"{french.short_month(total.index[-1])}. Types les plus alimentés "
        f"sur la période : "
        f"{french.listing(most)}."
    )


def _notes(measures: Measures) -> tuple[str, ...]:
    notes = list(coverage_notes(measures))
    unallocated = float(measures.unallocated.sum())
    if measures.selection.territory.is_region and not math.isnan(unallocated) and unallocated:
        notes.append(
            f"Dont {french.count(unallocated, 'document')} déposés par un organisme gestionnaire "
            "sans site identifié (non ventilés entre les départements)."
        )
    return tuple(notes)
