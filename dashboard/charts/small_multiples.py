"""The départements side by side on one scale, the région in grey. Drawn by the server."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.charts.chart import Month, Table, Unit, column
from dashboard.charts.contributors import is_small
from dashboard.charts.wording import as_date, at, months_of
from dashboard.tiles import shape_words
from indicators.dynamics import Dynamics
from indicators.evidence import TerritoryEvidence
from indicators.series import Measures
from reference import french

WIDTH, HEIGHT = 220.0, 96.0
LEFT, RIGHT, TOP, BOTTOM = 4.0, 6.0, 6.0, 4.0
#: The code of the région among those of its départements.
REGION = "region"
#: Tops of the common scale, as fractions; the least that holds every rate is used.
TOPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Line:
    """A series in SVG units: one "x,y x,y …" per uninterrupted stretch, a dot for a lone month."""

    runs: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    end: tuple[float, float] | None


@dataclass(frozen=True)
class Panel:
    """One département: its line, what it says, its word."""

    code: str
    name: str
    line: Line
    value: str  # the rate of the last received month
    dynamics: str
    alt: str


@dataclass(frozen=True)
class SmallMultiples:
    """The panels in the order of the codes, and what they share.

    `table`: what is drawn, a column by département under its code, the région's under `REGION`.
    """

    panels: tuple[Panel, ...]
    region: Line
    region_value: str
    top: str  # the upper bound of the scale, in words
    first: str
    last: str
    scale: float  # the upper bound as a fraction
    months: tuple[Month, ...]
    table: Table
    width: float = WIDTH
    height: float = HEIGHT
    base: float = HEIGHT - BOTTOM


def small_multiples(
    region: Measures,
    departements: Mapping[str, Measures],
    evidence: Mapping[str, TerritoryEvidence],
) -> SmallMultiples:
    """The monthly rate of each département, beside the région's, over the same months.

    A département of less than 20 ESMS has counts and no line (DOMAIN, "Small bases").
    """
    drawn = {code: _drawable(one) for code, one in departements.items()}
    around = _drawable(region)
    rates = np.concatenate([line.to_numpy() for line in (around, *drawn.values())])
    highest = np.max(rates, where=~np.isnan(rates), initial=0)
    top = next((one for one in TOPS if highest <= one), TOPS[-1])
    last = region.last_received
    return SmallMultiples(
        panels=tuple(
            Panel(
                code=code,
                name=french.typographic(one.selection.territory.name),
                line=_line(drawn[code], top),
                value=_value(one),
                dynamics=dynamics_words(evidence[code].contributors),
                alt=_alt(one, drawn[code]),
            )
            for code, one in departements.items()
        ),
        region=_line(around, top),
        region_value=french.percent(at(region.rate, last)),
        top=french.percent(top, 0),
        first=french.short_month(as_date(region.months[0])),
        last=french.short_month(as_date(region.months[-1])),
        scale=top,
        months=months_of(region),
        table=_table(region, around, departements, drawn),
    )


def _table(
    region: Measures,
    around: pd.Series[float],
    departements: Mapping[str, Measures],
    drawn: Mapping[str, pd.Series[float]],
) -> Table:
    named = {code: one.selection.territory.name for code, one in departements.items()}
    lines = {**{code: (named[code], drawn[code]) for code in named}, REGION: ("Région", around)}
    return Table(
        caption="Part des ESMS qui alimentent dans le mois, par département",
        corner="Mois",
        rows=tuple(month.header for month in months_of(region)),
        columns=tuple(
            column(code, french.typographic(name), Unit.RATE, line)
            for code, (name, line) in lines.items()
        ),
    )


def dynamics_words(dynamics: Dynamics) -> str:
    """The word of a series and what qualifies it: "plateau avec pic, légère hausse de fond"."""
    return ", ".join(
        [dynamics.label.in_french, *(modifier.in_french for modifier in dynamics.modifiers)]
    )


def _drawable(measures: Measures) -> pd.Series[float]:
    """The rate, without the months whose base is small."""
    small = [is_small(base) for base in measures.parc.tolist()]
    return pd.Series(np.where(small, np.nan, measures.rate.to_numpy()), index=measures.months)


def _line(rates: pd.Series[float], top: float) -> Line:
    step = (WIDTH - LEFT - RIGHT) / max(len(rates) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for index, rate in enumerate(rates):
        if math.isnan(rate):
            runs.append([])
            continue
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * rate / top
        runs[-1].append((round(LEFT + index * step, 1), round(y, 1)))
    known = [point for run in runs for point in run]
    return Line(
        runs=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        end=known[-1] if known else None,
    )


def _value(measures: Measures) -> str:
    """The rate of the last received month, in counts on a small base."""
    last = measures.last_received
    part, whole = at(measures.contributors, last), at(measures.parc, last)
    if part is not None and is_small(whole):
        return f"{french.integer(part)} sur {french.integer(whole)}"
    return french.percent(at(measures.rate, last))


def _alt(measures: Measures, drawn: pd.Series[float]) -> str:
    if words := shape_words(drawn, Unit.RATE, "part des ESMS qui alimentent"):
        return words
    if measures.last_received is None:
        return "Aucun mois reçu"
    return f"Moins de 20 ESMS\u202f: {_value(measures)} ont alimenté dans le dernier mois reçu"
