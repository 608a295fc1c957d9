"""What every chart says of its period, its source and what was not received."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboard.charts.chart import Month
from indicators.selection import Selection
from indicators.series import Measures
from reference import french
from reference.months import in_french

SOURCE = "fichiers mensuels de l’Assurance maladie et registre FINESS"


def as_date(stamp: pd.Timestamp) -> dt.date:
    """The month of an index as a date."""
    return dt.date(stamp.year, stamp.month, 1)


def months_of(measures: Measures) -> tuple[Month, ...]:
    """Each month of the period with what was received of it."""
    total = len(measures.selection.territory.departement_codes)
    return tuple(
        Month(
            date=as_date(stamp),
            received=received > 0,
            provisional=provisional,
            partial=f"{int(received)} départements sur {total}" if 0 < received < total else "",
        )
        for stamp, received, provisional in zip(
            measures.months,
            measures.received_departements.tolist(),
            measures.provisional.tolist(),
            strict=True,
        )
    )


def at(series: pd.Series[float], month: dt.date | None) -> float | None:
    """The value of a month; None when it is not received, or outside the period."""
    if month is None:
        return None
    value = series.get(pd.Timestamp(month))
    return None if value is None or pd.isna(value) else float(value)


def sector_words(selection: Selection) -> str:
    """What a subtitle adds when only one sector is counted."""
    if selection.sector is None:
        return ""
    return (
        f", secteur {selection.sector.value} ({french.typographic(selection.sector.label).lower()})"
    )


def period_words(first: dt.date, last: dt.date) -> str:
    """The period as a subtitle writes it: "de janvier 2024 à décembre 2025"."""
    if first == last:
        return in_french(first)
    link = "d’" if in_french(first)[0] in "ao" else "de "
    return f"{link}{in_french(first)} à {in_french(last)}"


def coverage_notes(measures: Measures) -> tuple[str, ...]:
    """Sentences on missing, partial and provisional months."""
    months = months_of(measures)
    notes = []
    missing = [french.short_month(month.date) for month in months if not month.received]
    if missing:
        notes.append(
            f"{french.NOT_AVAILABLE} : {french.listing(missing)} "
            f"({'mois non reçu' if len(missing) == 1 else 'mois non reçus'})."
        )
    notes.extend(
        f"Mois partiel : {french.short_month(month.date)}, {month.partial} ; "
        "les taux portent sur ces seuls départements."
        for month in months
        if month.partial
    )
    notes.extend(
        f"{french.sentence(in_french(month.date))[:-1]} est provisoire, jusqu’à la réception "
        "d’un fichier qui le confirme."
        for month in months
        if month.unconfirmed
    )
    return tuple(notes)


def received_words(measures: Measures) -> str:
    """ "11 mois reçus sur 12" when the last 12 months are not all received, else nothing."""
    received = at(measures.received_12m, measures.last_received)
    if received is None or received >= 12:
        return ""
    return f"{french.count(received, 'mois reçu')} sur 12"


def nothing_received(measures: Measures) -> str:
    """The message of a chart without any received month."""
    return f"Aucun mois reçu {measures.selection.territory.locative} sur la période"
