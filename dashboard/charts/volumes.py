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

CODE = "documents"
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


def volumes(measures: Measures, groups: Sequence[Group], *, shares: bool = False) -> Chart:
    """Documents by month and group; `shares`: each month brought to 100 %.

    Groups without any document in the period are left out, the others keep their order.
    """
    total = measures.total_documents
    drawn = [(group, sums) for group in groups if (sums := _sums(measures, group)).sum() > 0]
    parts = [_column(group, sums, total, shares=shares) for group, sums in drawn]
    columns = [*parts, column("total", "Total", Unit.DOCUMENTS, total)]
    if measures.selection.territory.is_region and measures.unallocated.sum() > 0:
        columns.append(
            column("non-ventile", "dont non ventilé", Unit.DOCUMENTS, measures.unallocated)
        )
    selection = measures.selection
    months = months_of(measures)
    message = _message(measures)
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
        marks=tuple(Mark(group.code, group.color) for group, _ in drawn),
        source=SOURCE,
        cut_off=measures.cut_off,
        alt=_alt(measures, message, drawn),
        notes=_notes(measures),
        months=months,
    )


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
    codes = [code for code in measures.documents.columns if code in group.types]
    return measures.documents[codes].sum(axis=1).where(measures.received_departements > 0)


def _column(
    group: Group, sums: pd.Series[float], total: pd.Series[float], *, shares: bool
) -> Column:
    if not shares:
        return column(group.code, group.label, Unit.DOCUMENTS, sums)
    return column(group.code, group.label, Unit.SHARE, sums / total.where(total > 0))


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
        f"{french.short_month(total.index[-1])}. Types les plus alimentés : "
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
