"""The indicators that each chart, block or piece shows; pages and files quote the declarations."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.charts import contributors, rates, regional, sectors, volumes
from indicators.catalogue import INDICATORS, Indicator

#: By code of what is shown, the codes of its indicators in the order in which it shows them.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "chiffres": ("documents", "rate_12m", "regularity", "programme_gap"),
    "carte": ("rate_12m",),
    "departements": ("documents", "growth", "rate", "rate_12m", "typing"),
    "multiples": ("rate",),
    "comite": ("documents", "rate_12m"),
    volumes.CODE: ("documents", "growth"),
    regional.TYPES: ("documents", "growth"),
    contributors.CODE: ("rate", "contributors"),
    regional.CONTRIBUTORS: ("contributors", "rate"),
    sectors.CODE: ("sector_split",),
    rates.CODE: ("sector_rate",),
    "typage": ("typing", "diversity"),
    "autres": ("typing",),
    "regularite": ("regularity", "intensity"),
    "concentration": ("concentration",),
    "evolution": ("growth", "growth_origin"),
    "croissance": ("growth", "growth_origin"),
    "croissance-origine": ("growth_origin",),
}
_BY_CODE = {one.code: one for one in INDICATORS}


def declared(code: str) -> tuple[Indicator, ...]:
    """The declarations of what is shown under a code; none for what only lists."""
    return tuple(_BY_CODE[each] for each in SHOWN.get(code, ()))


def definition(one: Indicator) -> str:
    """A declaration in one sentence: "Taux : ESMS qui alimentent ÷ ESMS ouverts."."""
    over = f" ÷ {one.denominator}" if one.is_ratio else ""
    return f"{one.title}\u202f: {one.numerator}{over}."


def definitions(code: str) -> tuple[str, ...]:
    """The declarations of what is shown under a code, as sentences."""
    return tuple(map(definition, declared(code)))
