"""Which months were received of which départements, as lists of ESMS and letters take them."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from indicators.models import CoveredMonth

#: The received months of each département that has one, in order, by code.
Received = Mapping[str, tuple[dt.date, ...]]


def by_departement(cells: Iterable[tuple[str, dt.date]]) -> Received:
    """Received cells, each a département and a month, in any order."""
    found = defaultdict[str, list[dt.date]](list)
    for code, month in sorted(cells):
        found[code].append(month)
    return {code: tuple(months) for code, months in found.items()}


def received_months(departements: Iterable[str]) -> Received:
    """What is received of some départements. One query."""
    rows = CoveredMonth.objects.filter(departement__in=list(departements))
    return by_departement(rows.values_list("departement_id", "month"))


def received_by_region(regions: Iterable[str]) -> dict[str, Received]:
    """What is received of each of some régions, by code. One query, none without any région."""
    found: dict[str, list[tuple[str, dt.date]]] = {code: [] for code in regions}
    rows = CoveredMonth.objects.filter(departement__region__in=list(found))
    for region, code, month in rows.values_list(
        "departement__region_id", "departement_id", "month"
    ):
        found[region].append((code, month))
    return {region: by_departement(cells) for region, cells in found.items()}


def known_until(received: Received, last: dt.date) -> Received:
    """The same without the months after one: what one knew then, corrections apart."""
    return {code: months[: bisect_right(months, last)] for code, months in received.items()}


def received_of_any(received: Received) -> list[dt.date]:
    """The months received of at least one département, in order."""
    return sorted({month for months in received.values() for month in months})
