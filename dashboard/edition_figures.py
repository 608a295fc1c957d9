"""The key figures of an edition, by which committees are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dashboard.charts.contributors import is_small
from dashboard.charts.wording import at
from dashboard.synthesis import NOTHING, unallocated_12m
from indicators.evidence import RegionEvidence
from indicators.series import Measures
from reference import french

Json = dict[str, Any]


def summary(whole: RegionEvidence) -> dict[str, Json]:
    """The key figures of a région and of its départements, by code of territory.

    Over the 12 months to the last received of the région. `rank`: see `ranked`. `unallocated`, of
    the région alone: its documents without a département; None when there are none. `received`:
    how many of the 12 months were, in the territory where the fewest were. `comparable`: on how
    many of them `growth` is.
    """
    region = whole.region.measures
    last = region.last_received
    unallocated = {"unallocated": unallocated_12m(region, last)}
    figures = {f"R{region.selection.territory.region_code}": _figures(region, last) | unallocated}
    for code, each in whole.departements.items():
        figures[f"D{code}"] = _figures(each.measures, last)
    return ranked(figures)


def ranked(figures: Mapping[str, Json]) -> dict[str, Json]:
    """The key figures of territories by code, each with its rank among the départements.

    `rank`: by rate, 1 for the highest; None without a rate, or with one over too few ESMS to be a
    percentage, which ranks nobody. A rank that was there already is written over.
    """
    rates = {
        code: each["rate"]
        for code, each in figures.items()
        if code.startswith("D") and each["rate"] is not None and not is_small(each["parc"])
    }

    def rank(code: str) -> int | None:
        own = rates.get(code)
        return None if own is None else 1 + sum(rate > own for rate in rates.values())

    return {code: {**each, "rank": rank(code)} for code, each in figures.items()}


def rank_words(own: Json, figures: Mapping[str, Json]) -> str:
    """The rank of a territory among those that have one: "5e sur 8", "–" when it has none."""
    if own.get("rank") is None:
        return NOTHING
    among = sum(each.get("rank") is not None for each in figures.values())
    return french.rank(own["rank"], among)


def _figures(measures: Measures, last: dt.date | None) -> Json:
    return {
        "documents": measures.documents_12m,
        "growth": measures.growth.ratio,
        "comparable": measures.growth.comparable_months,
        "contributors": at(measures.contributors_12m, last),
        "parc": at(measures.parc_12m, last),
        "rate": at(measures.rate_12m, last),
        "received": at(measures.received_12m, last),
    }
