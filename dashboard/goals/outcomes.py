"""What became of each target: reached or not, in the last received month that it binds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboard.charts.chart import Goal
from dashboard.charts.landmarks import goal_of
from dashboard.forms import DEFAULT_MONTHS, latest
from dashboard.reading import evidence
from indicators.measures import covered_span, measure_all
from indicators.selection import Selection, region_territory
from indicators.series import Measures
from reference.models import Region, Sector, Target


def outcomes(place: Region, targets: Iterable[Target], version: int) -> dict[int, Goal]:
    """What became of each target of a région, by its key; none before a month was received.

    `version`: the data version of the snapshot that is read. Costs what the readings of the
    sectors that targets bind cost, most often one query each.
    """
    bound = list(targets)
    territory = region_territory(place)
    received = covered_span(territory) if bound else None
    if received is None:
        return {}
    usual = Selection(territory, *latest(received, DEFAULT_MONTHS))
    read: dict[tuple[str, bool], tuple[Measures, dict[str, Measures]]] = {}
    judged = {}
    for target in bound:
        # Pages keep the last months at hand; a target that ended before asks for all of them.
        ended = target.last_month is not None and target.last_month < usual.first
        key = (target.sector, ended)
        if key not in read:
            selection = replace(usual, sector=Sector(target.sector) if target.sector else None)
            if ended:
                read[key] = measure_all(replace(selection, first=received[0]))
            else:
                known = evidence(selection, version)
                read[key] = (
                    known.region.measures,
                    {code: one.measures for code, one in known.departements.items()},
                )
        whole, departements = read[key]
        own = departements[target.departement_id] if target.departement_id else whole
        judged[target.pk] = goal_of(target, own)
    return judged
