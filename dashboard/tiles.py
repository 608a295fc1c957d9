"""The key figures of a territory: at most four, each against the same month of last year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard.charts.chart import Unit
from dashboard.charts.contributors import is_small
from dashboard.charts.sparkline import Sparkline, sparkline
from dashboard.charts.volumes import SMALL_VOLUME
from dashboard.charts.wording import at, months_of, received_words
from indicators.series import Measures
from reference import french
from reference.months import in_french, shift

DOCUMENTS = "Documents sur 12 mois"
#: Why a month of some départements is not compared.
OTHERS = "Pas de comparaison\u202f: les départements reçus ne sont pas les mêmes"
ARROWS = {"hausse": "▲", "baisse": "▼", "stable": "="}


@dataclass(frozen=True)
class Change:
    """A change over a year: the arrow, the signed figure and the word say the same."""

    word: str  # hausse, baisse or stable
    text: str

    @property
    def arrow(self) -> str:
        """The sign that a glance sees."""
        return ARROWS[self.word]

    @property
    def words(self) -> str:
        """The same for who does not see it."""
        return self.word if self.word == "stable" else f"en {self.word}"


@dataclass(frozen=True)
class Link:
    """Where a tile leads."""

    label: str
    url: str


@dataclass(frozen=True)
class Tile:
    """One key figure. `change` is None when there is nothing to compare with."""

    label: str
    value: str
    detail: str
    change: Change | None
    reference: str  # what the change is against, or why there is none
    period: str  # the month of the data
    spark: Sparkline
    spark_alt: str
    link: Link | None = None  # where to bring what an empty tile lacks, or to read more


def tiles(measures: Measures, yearly: Measures) -> tuple[Tile, ...]:
    """The four key figures of the last received month.

    `measures` gives the sparklines, over the period; `yearly` is the same territory over 13
    months at least, for the comparison with the year before.
    """
    last = yearly.last_received
    if last is None:
        return ()
    return (
        documents_tile(measures, yearly, last),
        _contributors(measures, yearly, last),
        _rate(measures, yearly, last),
        rate_12m_tile(measures, yearly, last),
    )


def documents_tile(measures: Measures, yearly: Measures, last: dt.date) -> Tile:
    """The documents of 12 months, against the 12 before."""
    growth = yearly.growth
    change = None
    if growth.ratio is not None:
        text = french.growth(growth.ratio)
        if growth.earlier < SMALL_VOLUME:
            text = french.signed(french.count(growth.recent - growth.earlier, "document"))
        change = Change(_word(growth.recent - growth.earlier), text)
    comparable = growth.comparable_months
    reference = "par rapport aux 12 mois précédents"
    if change is None:
        reference = "Pas de comparaison avec les 12 mois précédents"
    elif comparable < 12:
        reference += f", à mois comparables ({comparable} sur 12)"
    return Tile(
        label=DOCUMENTS,
        value=french.integer(yearly.documents_12m),
        detail=received_words(yearly) or "12 mois reçus sur 12",
        change=change,
        reference=reference,
        period=year_words(yearly, last),
        spark=sparkline(list(measures.total_documents)),
        spark_alt=shape_words(measures.total_documents, Unit.DOCUMENTS, "documents par mois"),
    )


def unchanged(tile: Tile) -> Tile:
    """The tile of documents without its change, which tells the year before; others as they are."""
    return replace(tile, change=None, reference="") if tile.label == DOCUMENTS else tile


def _contributors(measures: Measures, yearly: Measures, last: dt.date) -> Tile:
    now, before = _both(yearly.contributors, last)
    parc = at(yearly.parc, last)
    change = None
    if now is not None and before is not None:
        change = Change(_word(now - before), _signed_count(now - before))
    return Tile(
        label="ESMS qui alimentent",
        value=french.integer(now),
        detail=f"sur {french.integer(parc)} ESMS du périmètre ouverts",
        change=change,
        reference=_reference(change, last),
        period=_month(yearly, last),
        spark=sparkline(list(measures.contributors)),
        spark_alt=shape_words(measures.contributors, Unit.ESMS, "ESMS qui alimentent"),
    )


def _rate(measures: Measures, yearly: Measures, last: dt.date) -> Tile:
    return _rate_tile(
        "Taux d’alimentation du mois",
        (yearly.rate, yearly.contributors, yearly.parc),
        measures.rate,
        last,
        _month(yearly, last),
    )


def rate_12m_tile(
    measures: Measures,
    yearly: Measures,
    last: dt.date,
    label: str = "Taux d’alimentation sur 12 mois",
    *,
    alike: bool = True,
) -> Tile:
    """The rate over 12 months, against that of the same month a year before.

    `alike`: whether the same départements were received in both months.
    """
    incomplete = received_words(yearly)
    tile = _rate_tile(
        label,
        (yearly.rate_12m, yearly.contributors_12m, yearly.parc_12m),
        measures.rate_12m,
        last,
        year_words(yearly, last) + (f", {incomplete}" if incomplete else ""),
    )
    return tile if alike or not tile.change else replace(tile, change=None, reference=OTHERS)


def _rate_tile(
    label: str,
    series: tuple[pd.Series[float], pd.Series[float], pd.Series[float]],
    shape: pd.Series[float],
    last: dt.date,
    period: str,
) -> Tile:
    """A rate with its numerator and denominator; in counts below 20 ESMS."""
    rates, parts, wholes = series
    now, before = _both(rates, last)
    part, whole = at(parts, last), at(wholes, last)
    known = part is not None and whole is not None
    counts = f"{french.integer(part)} ESMS sur {french.integer(whole)}" if known else ""
    small = is_small(whole)
    change = None
    if now is not None and before is not None and not small:
        moved = french.apart(now, before)
        change = Change(_word(moved), french.signed_points(moved))
    return Tile(
        label=label,
        value=counts if small else french.percent(now),
        detail="Moins de 20 ESMS : effectifs" if small else counts,
        change=change,
        reference="" if small else _reference(change, last),
        period=period,
        spark=sparkline([] if small else list(shape)),
        spark_alt="" if small else shape_words(shape, Unit.RATE, label),
    )


def _both(series: pd.Series[float], last: dt.date) -> tuple[float | None, float | None]:
    """The value of a month and of the same month a year before."""
    return at(series, last), at(series, shift(last, -12))


def _word(difference: float) -> str:
    if difference == 0:
        return "stable"
    return "hausse" if difference > 0 else "baisse"


def _signed_count(difference: float) -> str:
    return f"{french.signed(french.integer(difference))} ESMS"


def _reference(change: Change | None, last: dt.date) -> str:
    before = in_french(shift(last, -12))
    return f"par rapport à {before}" if change else f"Pas de comparaison avec {before}"


def _month(measures: Measures, last: dt.date) -> str:
    """The month of the data, and what makes it unlike the others."""
    month = next(month for month in months_of(measures) if month.date == last)
    remarks = [month.partial] if month.partial else []
    if month.provisional:
        remarks.append("provisoire")
    return f"{in_french(last)} ({', '.join(remarks)})" if remarks else in_french(last)


def year_words(measures: Measures, last: dt.date) -> str:
    """The 12 months that end with a month, and which départements it has where some lack it."""
    month = next(month for month in months_of(measures) if month.date == last)
    return f"12 mois à {in_french(last)}" + (f" ({month.partial})" if month.partial else "")


def shape_words(series: pd.Series[float], unit: Unit, what: str) -> str:
    """What a sparkline shows, in words."""
    values = series.to_numpy()
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return ""
    (first, began), (last, ended) = (
        (french.short_month(series.index[at]), unit.text(values[at])) for at in known[[0, -1]]
    )
    return f"{what[:1].upper()}{what[1:]} : de {began} en {first} à {ended} en {last}"
