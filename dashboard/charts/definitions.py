"""The indicators that each chart shows; page, slide and workbook quote their declarations."""

from __future__ import annotations

from dashboard.charts import contributors, rates, regional, sectors, volumes
from indicators.catalogue import INDICATORS, Indicator

#: By code of the chart or block, the codes of its indicators in the order in which it shows them.
SHOWN: dict[str, tuple[str, ...]] = {
    volumes.CODE: ("documents",),
    contributors.CODE: ("rate", "contributors"),
    sectors.CODE: ("sector_split",),
    rates.CODE: ("sector_rate",),
    regional.TYPES: ("documents",),
    regional.CONTRIBUTORS: ("contributors", "rate"),
    "carte": ("rate_12m",),
    "multiples": ("rate",),
    "evolution": ("growth", "growth_origin"),
    "croissance": ("growth", "growth_origin"),
    "chiffres": ("documents", "contributors", "rate_12m"),
    "typage": ("typing", "diversity"),
    "autres": ("typing",),
    "regularite": ("regularity", "intensity"),
    "concentration": ("concentration",),
}


def declared(code: str) -> tuple[Indicator, ...]:
    """The declarations of what a chart or block shows; none for what only lists."""
    wanted = SHOWN.get(code, ())
    found = {each.code: each for each in INDICATORS if each.code in wanted}
    return tuple(found[each] for each in wanted)


def definition(one: Indicator) -> str:
    """A declaration in one sentence: "Taux : ESMS qui alimentent ÷ ESMS ouverts."."""
    parts = f"{one.numerator} ÷ {one.denominator}" if one.is_ratio else one.numerator
    return f"{one.title}\u202f: {parts}."
