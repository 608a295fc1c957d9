"""Measures made by hand: what pure charts, tiles and tables are tested on, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.charts.volumes import Group
from indicators.selection import CHART_SECTORS, Selection, Territory
from indicators.series import Growth, Measures, SectorFigures
from reference.models import Sector
from reference.months import shift

NAN = float("nan")
JANUARY = dt.date(2025, 1, 1)

COTE_D_OR = Territory("D21", "Côte-d'Or", "en Côte-d'Or", "de la Côte-d'Or", "27", "21", ("21",))
REGION = Territory(
    "R27",
    "Bourgogne-Franche-Comté",
    "en Bourgogne-Franche-Comté",
    "de Bourgogne-Franche-Comté",
    "27",
    None,
    ("21", "25", "39", "58", "70", "71", "89", "90"),
)
GROUPS = (
    Group("prescription", "Prescription de produits de santé", "#000091", frozenset({"57833-6"})),
    Group("synthese", "Synthèse", "#C9191E", frozenset({"SYNTH", "60591-5"})),
    Group("autres", "Autres", "#465F9D", frozenset({"AUTRES"})),
)


#: Documents of three months by type.
KINDS = {"57833-6": [10, 20, 30], "SYNTH": [5, 5, 5], "60591-5": [1, 1, 1], "AUTRES": [0, 0, 0]}


def sector_figures(
    sector: str, *, contributors: int = 0, documents: int = 0, month: tuple[int, int] = (0, 0)
) -> SectorFigures:
    """One sector; `month`: those that feed in the last month, and those open."""
    feeding, parc = month
    rate = feeding / parc if parc else None
    return SectorFigures(
        sector=sector,
        contributors=contributors,
        share=None,
        documents=documents,
        documents_share=None,
        month_contributors=feeding,
        month_parc=parc,
        contributors_12m=feeding,
        parc_12m=parc,
        rate=rate,
        rate_12m=rate,
    )


def with_shares(figures: Sequence[SectorFigures]) -> tuple[SectorFigures, ...]:
    """Every sector in the charts' order, with its shares of the whole."""
    given = {figure.sector: figure for figure in figures}
    whole = sum(figure.contributors for figure in figures)
    papers = sum(figure.documents for figure in figures)
    return tuple(
        SectorFigures(
            **{
                **vars(given.get(str(sector), sector_figures(str(sector)))),
                "share": _share(given, sector, "contributors", whole),
                "documents_share": _share(given, sector, "documents", papers),
            }
        )
        for sector in CHART_SECTORS
    )


def _share(
    given: Mapping[str, SectorFigures], sector: Sector, name: str, whole: int
) -> float | None:
    figure = given.get(str(sector))
    return (getattr(figure, name) if figure else 0) / whole if whole else None


def build(
    *,
    territory: Territory = COTE_D_OR,
    first: dt.date = JANUARY,
    documents: Mapping[str, Sequence[float]] | None = None,
    contributors: Sequence[float] = (10, 12, 14),
    parc: Sequence[float] | float = 100,
    received: Sequence[float] | None = None,
    received_12m: float = 12,
    provisional: bool = True,
    sectors: Sequence[SectorFigures] = (),
    unallocated: float = 0,
    documents_12m: float | None = 350_412,
    growth: Growth | None = None,
    sector: Sector | None = None,
) -> Measures:
    """As many months as `contributors`; NaN there means a month that was not received."""
    count = len(contributors)
    months = pd.date_range(first, periods=count, freq="MS", unit="s")

    def series(values: Sequence[float] | float) -> pd.Series[float]:
        data = values if isinstance(values, Sequence) else [values] * count
        return pd.Series(data, index=months, dtype="float64")

    total = len(territory.departement_codes)
    feeding = series(contributors)
    known = series(received) if received else feeding.notna().astype("float64") * total
    open_ = series(parc).where(known > 0)
    kinds = documents if documents is not None else {"SYNTH": [100.0] * count}
    last = shift(first, count - 1)
    empty = pd.DataFrame(index=months)
    final = pd.Series(months == known[known > 0].index.max(), index=months) & provisional
    return Measures(
        selection=Selection(territory, first, last, sector),
        months=months,
        documents=pd.DataFrame(kinds, index=months, dtype="float64").where(known > 0, axis=0),
        unallocated=series([0.0] * (count - 1) + [unallocated]),
        parc=open_,
        contributors=feeding,
        rate=feeding / open_.where(open_ > 0),
        contributors_12m=feeding,
        parc_12m=open_,
        rate_12m=feeding / open_.where(open_ > 0),
        received_12m=series(received_12m),
        received_departements=known,
        provisional=final,
        sector_contributors=empty,
        sector_documents=empty,
        sector_parc=empty,
        sectors=with_shares(sectors),
        window=(max(first, shift(last, -11)), last),
        documents_12m=documents_12m,
        growth=growth or Growth(350_412, 108_152, 12, 350_412 / 108_152),
        cut_off=dt.date(2026, 1, 15) if (known > 0).any() else None,
        sources=("ALIM.xlsx",),
    )


#: Sectors with a large base but for one, then with small bases only.
MANY = (
    sector_figures("PA", contributors=89, documents=900, month=(60, 200)),
    sector_figures("PH", contributors=11, documents=100, month=(5, 100)),
    sector_figures("AHI", month=(3, 14)),
)
FEW = (
    sector_figures("PA", contributors=8, documents=90, month=(8, 15)),
    sector_figures("PH", contributors=6, documents=10, month=(6, 12)),
)
