"""The table of a région's départements, sortable, from which the page and its CSV are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dashboard.charts.chart import Column, Table, Unit
from dashboard.charts.contributors import is_small
from dashboard.charts.sectors import short_label
from dashboard.charts.sparkline import Sparkline, sparkline
from dashboard.charts.volumes import SMALL_VOLUME
from dashboard.charts.wording import at
from dashboard.tiles import shape_words
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.series import Measures
from reference import french
from reference.months import in_french, shift

UNALLOCATED = "Non ventilé (porté par l’OG)"
NOTHING = "–"

#: The columns of the table between the territory and its sparkline: name in the query string,
#: label ("{month}" is the last received), unit of its numbers.
COLUMNS = (
    ("documents", "Documents sur 12 mois", Unit.DOCUMENTS),
    ("evolution", "Évolution sur un an", Unit.RATE),
    ("taux", "Taux en {month}", Unit.RATE),
    ("taux-12-mois", "Taux sur 12 mois", Unit.RATE),
    ("ecart", "Écart à la région", Unit.POINTS),
    ("rang", "Rang", Unit.RANK),
    ("dynamique", "Dynamique des documents", Unit.TEXT),
    ("secteur-principal", "Secteur principal", Unit.TEXT),
    ("typage", "Typage générique", Unit.SHARE),
)


@dataclass(frozen=True)
class Cell:
    """What a cell sorts by and holds, and what people read in it."""

    value: float | None
    text: str


@dataclass(frozen=True)
class Row:
    """One territory's line, by name of column."""

    code: str
    name: str
    cells: Mapping[str, Cell]
    spark: Sparkline
    spark_alt: str

    def key(self, sort: str) -> float | str | None:
        """What a column sorts by; None: unknown."""
        if sort == "departement":
            return self.code
        cell = self.cells[sort]
        if sort in WORDY:
            return None if cell.text == french.NOT_AVAILABLE else cell.text
        return cell.value

    @property
    def shown(self) -> tuple[tuple[str, bool], ...]:
        """The texts in the order of the columns, and whether each is a number."""
        return tuple((self.cells[code].text, code not in WORDY) for code, _, _ in COLUMNS)


WORDY = frozenset(code for code, _, unit in COLUMNS if unit is Unit.TEXT)


@dataclass(frozen=True)
class Synthesis:
    """The départements in the order asked, what has none, the région under them."""

    rows: tuple[Row, ...]
    region: Row
    unallocated: Row | None
    table: Table  # all of these, in this order


def synthesis(evidence: RegionEvidence, *, sort: str, descending: bool) -> Synthesis:
    """Each département in the région's last received month; what is "n. d." sorts last.

    Every `Measures` covers 12 months at least. Ranks are by rate over 12 months, the highest
    first, equal rates sharing one; small bases have none.
    """
    region = evidence.region.measures
    last = region.last_received
    total = _row(evidence.region, last)
    rows = _compared([_row(one, last) for one in evidence.departements.values()], total)
    known = [row for row in rows if row.key(sort) is not None]
    known.sort(key=lambda row: (row.key(sort), row.code), reverse=descending)
    ordered = (*known, *(row for row in rows if row.key(sort) is None))
    carried = _unallocated(region, last)
    everything = (*ordered, *((carried,) if carried else ()), total)
    return Synthesis(ordered, total, carried, _table(region, last, everything))


def _row(evidence: TerritoryEvidence, last: dt.date | None) -> Row:
    measures = evidence.measures
    generic = evidence.typing.generic
    cells = {
        "documents": _documents(measures, last),
        "evolution": _growth(measures),
        "taux": _rate(
            at(measures.rate, last), at(measures.contributors, last), at(measures.parc, last)
        ),
        "taux-12-mois": _rate(
            at(measures.rate_12m, last),
            at(measures.contributors_12m, last),
            at(measures.parc_12m, last),
        ),
        "ecart": Cell(None, NOTHING),
        "rang": Cell(None, NOTHING),
        "dynamique": Cell(None, evidence.documents.label.in_french),
        "secteur-principal": Cell(None, _main_sector(measures)),
        "typage": Cell(generic, french.percent(generic, 0)),
    }
    return Row(
        code=measures.selection.territory.departement_code or "",
        name=measures.selection.territory.name,
        cells=cells,
        spark=sparkline(list(measures.total_documents)),
        spark_alt=shape_words(measures.total_documents, Unit.DOCUMENTS, "documents par mois"),
    )


def _documents(measures: Measures, last: dt.date | None) -> Cell:
    own_last = measures.last_received
    late = ""
    if own_last is not None and own_last != last:
        late = f" (à {french.short_month(own_last)})"
    return Cell(measures.documents_12m, french.integer(measures.documents_12m) + late)


def _growth(measures: Measures) -> Cell:
    growth = measures.growth
    text = french.growth(growth.ratio)
    if growth.ratio is not None and growth.earlier < SMALL_VOLUME:
        text = french.signed(french.count(growth.recent - growth.earlier, "document"))
    elif growth.ratio is not None:
        text = on_months(text, growth.comparable_months)
    return Cell(growth.change, text)


def on_months(growth: str, comparable: int) -> str:
    """A growth, and on how many months the two years are compared unless on all of them."""
    return growth if comparable >= 12 else f"{growth}, {comparable} mois sur 12"


def _rate(rate: float | None, part: float | None, whole: float | None) -> Cell:
    """A rate and its text; counts below 20 ESMS, which sort as if unknown."""
    if part is not None and is_small(whole):
        return Cell(None, f"{french.integer(part)} sur {french.integer(whole)}")
    return Cell(rate, french.percent(rate))


def _main_sector(measures: Measures) -> str:
    """The sector with the most ESMS that fed over the window: "PA (88 %)", "PA (8 sur 14)"."""
    whole = sum(figure.contributors for figure in measures.sectors)
    if whole == 0:
        return french.NOT_AVAILABLE
    leader = max(measures.sectors, key=lambda figure: figure.contributors)
    share = (
        f"{leader.contributors} sur {whole}" if is_small(whole) else french.percent(leader.share, 0)
    )
    return f"{short_label(leader.sector)} ({share})"


def _compared(rows: Sequence[Row], region: Row) -> list[Row]:
    """The rows with their distance to the région's rate over 12 months, and their rank by it."""
    reference = region.cells["taux-12-mois"].value
    rates = [row.cells["taux-12-mois"].value for row in rows]
    known = [rate for rate in rates if rate is not None]
    compared = []
    for row, rate in zip(rows, rates, strict=True):
        gap, told = None, NOTHING
        if rate is not None and reference is not None:
            gap = rate - reference
            told = french.signed_points(french.apart(rate, reference))
        rank = None if rate is None else 1 + sum(other > rate for other in known)
        cells = {
            "ecart": Cell(gap, told),
            "rang": Cell(rank, NOTHING if rank is None else french.rank(rank, len(known))),
        }
        compared.append(replace(row, cells={**row.cells, **cells}))
    return compared


def unallocated_12m(region: Measures, last: dt.date | None) -> float | None:
    """Documents of a région's 12 months to `last` without a département; None: there are none."""
    if last is None or region.documents_12m is None:
        return None
    months = region.unallocated.index
    window = (months >= pd.Timestamp(shift(last, -11))) & (months <= pd.Timestamp(last))
    return float(region.unallocated[window].sum()) or None


def _unallocated(region: Measures, last: dt.date | None) -> Row | None:
    """The line of documents without a département; None when there are none."""
    total = unallocated_12m(region, last)
    if total is None:
        return None
    cells = {code: Cell(None, NOTHING) for code, _, _ in COLUMNS}
    return Row(
        code="",
        name=UNALLOCATED,
        cells={**cells, "documents": Cell(total, french.integer(total))},
        spark=sparkline(list(region.unallocated)),
        spark_alt=shape_words(region.unallocated, Unit.DOCUMENTS, "documents par mois"),
    )


def _table(region: Measures, last: dt.date | None, rows: tuple[Row, ...]) -> Table:
    month = in_french(last) if last else "fin de période"
    return Table(
        caption=f"Alimentation par département, {region.selection.territory.name}",
        corner="Territoire",
        rows=tuple(row.name for row in rows),
        columns=tuple(
            Column(
                code,
                label.format(month=month),
                unit,
                tuple(row.cells[code].value for row in rows),
                tuple(row.cells[code].text for row in rows),
            )
            for code, label, unit in COLUMNS
        ),
    )
