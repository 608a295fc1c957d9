"""The table of a région's départements, sortable, from which the page and its CSV are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard.charts.chart import Column, Table, Unit, column
from dashboard.charts.contributors import is_small
from dashboard.charts.sparkline import Sparkline, sparkline
from dashboard.charts.volumes import SMALL_VOLUME
from dashboard.charts.wording import at
from dashboard.tiles import shape_words
from indicators.series import Measures
from reference import french
from reference.months import in_french, shift


@dataclass(frozen=True)
class Row:
    """One territory's line: the numbers that sort it and the texts that people read."""

    code: str
    name: str
    documents: float | None
    growth: float | None
    rate: float | None
    rate_12m: float | None
    texts: tuple[str, str, str, str]
    spark: Sparkline
    spark_alt: str

    def key(self, sort: str) -> float | str | None:
        """What a column sorts by."""
        return {
            "departement": self.code,
            "documents": self.documents,
            "evolution": self.growth,
            "taux": self.rate,
            "taux-12-mois": self.rate_12m,
        }[sort]


@dataclass(frozen=True)
class Synthesis:
    """The départements in the order asked, the région under them."""

    rows: tuple[Row, ...]
    region: Row
    unallocated: str  # documents of 12 months without a département, "" when there are none
    table: Table


def synthesis(
    region: Measures, departements: Mapping[str, Measures], *, sort: str, descending: bool
) -> Synthesis:
    """Each département in the région's last received month; what is "n. d." sorts last.

    Every `Measures` covers 12 months at least.
    """
    last = region.last_received
    rows = [_row(measures, last) for measures in departements.values()]
    known = [row for row in rows if row.key(sort) is not None]
    known.sort(key=lambda row: (row.key(sort), row.code), reverse=descending)
    unknown = [row for row in rows if row.key(sort) is None]
    total = _row(region, last)
    ordered = (*known, *unknown)
    return Synthesis(
        rows=ordered,
        region=total,
        unallocated=_unallocated(region, last),
        table=_table(region, last, (*ordered, total)),
    )


def _row(measures: Measures, last: dt.date | None) -> Row:
    own_last = measures.last_received
    late = ""
    if own_last is not None and own_last != last:
        late = f" (à {french.short_month(own_last)})"
    growth = measures.growth
    change = growth.change
    growth_text = french.growth(growth.ratio)
    if growth.ratio is not None and growth.earlier < SMALL_VOLUME:
        growth_text = french.signed(french.count(growth.recent - growth.earlier, "document"))
    elif growth.ratio is not None and growth.comparable_months < 12:
        growth_text += f", {growth.comparable_months} mois sur 12"
    rate = _rate(at(measures.rate, last), at(measures.contributors, last), at(measures.parc, last))
    rate_12m = _rate(
        at(measures.rate_12m, last),
        at(measures.contributors_12m, last),
        at(measures.parc_12m, last),
    )
    return Row(
        code=measures.selection.territory.departement_code or "",
        name=measures.selection.territory.name,
        documents=measures.documents_12m,
        growth=change,
        rate=rate[0],
        rate_12m=rate_12m[0],
        texts=(french.integer(measures.documents_12m) + late, growth_text, rate[1], rate_12m[1]),
        spark=sparkline(list(measures.total_documents)),
        spark_alt=shape_words(measures.total_documents, Unit.DOCUMENTS, "documents par mois"),
    )


def _rate(rate: float | None, part: float | None, whole: float | None) -> tuple[float | None, str]:
    """A rate and its text; counts below 20 ESMS, which sort as if unknown."""
    if part is not None and is_small(whole):
        return None, f"{french.integer(part)} sur {french.integer(whole)}"
    return rate, french.percent(rate)


def _unallocated(region: Measures, last: dt.date | None) -> str:
    if last is None or region.documents_12m is None:
        return ""
    months = region.unallocated.index
    window = (months >= pd.Timestamp(shift(last, -11))) & (months <= pd.Timestamp(last))
    total = float(region.unallocated[window].sum())
    return french.integer(total) if total else ""


def _table(region: Measures, last: dt.date | None, rows: tuple[Row, ...]) -> Table:
    month = f"Taux en {in_french(last)}" if last else "Taux du dernier mois"
    growth = Column(
        "evolution",
        "Évolution sur un an",
        Unit.RATE,
        tuple(row.growth for row in rows),
        tuple(row.texts[1] for row in rows),
    )
    return Table(
        caption=f"Alimentation par département, {region.selection.territory.name}",
        corner="Territoire",
        rows=tuple(row.name for row in rows),
        columns=(
            column(
                "documents", "Documents sur 12 mois", Unit.DOCUMENTS,
                (row.documents for row in rows),
            ),
            growth,
            column(
                "taux", month, Unit.RATE, (row.rate for row in rows),
                (row.texts[2] for row in rows),
            ),
            column(
                "taux-12-mois", "Taux sur 12 mois", Unit.RATE, (row.rate_12m for row in rows),
                (row.texts[3] for row in rows),
            ),
        ),
    )  # fmt: skip
