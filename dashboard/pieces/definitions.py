"""Which indicators each piece shows, to be defined in its notes."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.charts import contributors, rates, regional, sectors, volumes
from dashboard.pieces import piece as codes
from indicators.catalogue import INDICATORS, Indicator

#: Codes of indicators, by code of piece.
DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    codes.KEY_FIGURES: ("documents", "rate_12m", "regularity", "programme_gap"),
    codes.MAP: ("rate_12m",),
    codes.DEPARTEMENTS: ("documents", "growth", "rate", "rate_12m", "typing"),
    codes.MULTIPLES: ("rate",),
    codes.SINCE: ("documents", "rate_12m"),
    volumes.CODE: ("documents", "growth"),
    regional.TYPES: ("documents", "growth"),
    contributors.CODE: ("contributors", "rate"),
    regional.CONTRIBUTORS: ("contributors",),
    sectors.CODE: ("sector_split",),
    rates.CODE: ("sector_rate",),
    "typage": ("typing", "diversity"),
    "regularite": ("intensity", "regularity"),
    "concentration": ("concentration",),
    "evolution": ("growth_origin",),
    "croissance-origine": ("growth_origin",),
}
_BY_CODE = {one.code: one for one in INDICATORS}


def definition(indicator: Indicator) -> str:
    """What is counted over what, in a sentence."""
    over = f" ÷ {indicator.denominator}" if indicator.is_ratio else ""
    return f"{indicator.title}\u202f: {indicator.numerator}{over}."


def definitions(code: str) -> tuple[str, ...]:
    """The definitions of what a piece shows, as sentences."""
    return tuple(definition(_BY_CODE[each]) for each in DEFINITIONS.get(code, ()))
