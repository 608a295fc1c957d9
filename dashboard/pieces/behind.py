"""Who stands behind documents: one ESMS alone, whose few documents are masked, or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from django.conf import settings

from dashboard.charts.sectors import sector_label
from dashboard.charts.wording import at
from dashboard.since import Row
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.series import Measures
from reference import french
from reference.months import shift

#: Counts below are masked (DOMAIN, "Who sees what").
THRESHOLD: int = settings.MES_MASKED_BELOW


def small(count: float | None) -> bool:
    """Whether a count is masked when it is one site's."""
    return count is not None and 0 < abs(count) < THRESHOLD


@dataclass(frozen=True)
class Year:
    """How many ESMS fed in a year, and of how many documents; None when not known."""

    sites: float | None
    documents: float | None

    @property
    def few(self) -> bool:
        """Whether the documents are those of one ESMS, and few."""
        return self.sites == 1 and small(self.documents)


@dataclass(frozen=True)
class Behind:
    """Who fed in the last year, and in the one before or at the time of a committee."""

    now: Year
    before: Year

    @property
    def few(self) -> bool:
        """Whether the documents of either year are masked."""
        return self.now.few or self.before.few

    @property
    def alone(self) -> bool:
        """Whether one ESMS made either year, of few documents or many."""
        return 1 in {self.now.sites, self.before.sites}


#: Who stands behind each row of a table, by its name.
Places = Mapping[str, Behind]


def of_territory(evidence: TerritoryEvidence) -> Behind:
    """Who fed a territory in the window of its evidence, and in the 12 months before."""
    measures, details = evidence.measures, evidence.details
    last = measures.last_received
    if last is None:
        return Behind(Year(None, None), Year(None, None))
    # Those of the parc over 12 months, n. d. when few were received, and those that ever fed.
    counts = {at(measures.contributors_12m, last), details.contributors}
    documents = measures.documents_12m
    return Behind(
        Year(1 if 1 in counts else max(each or 0 for each in counts),
             details.typing.documents if documents is None else documents),
        Year(at(measures.contributors_12m, shift(last, -12)), measures.growth.earlier),
    )  # fmt: skip


def of_places(evidence: RegionEvidence) -> dict[str, Behind]:
    """The same of each département, by its name as tables write it."""
    return {
        french.typographic(each.measures.selection.territory.name): of_territory(each)
        for each in evidence.departements.values()
    }


def of_sectors(measures: Measures) -> dict[str, Behind]:
    """The same of each sector, by its label.

    Of the year before, only the ESMS of each month are known: one at most may be one alone.
    """
    last = measures.last_received
    if last is None:
        return {}
    year = pd.date_range(shift(last, -23), shift(last, -12), freq="MS")
    earlier = measures.months.isin(year)
    sites, documents = (
        frame[earlier] for frame in (measures.sector_contributors, measures.sector_documents)
    )
    return {
        sector_label(one.sector): Behind(
            Year(one.contributors, one.documents),
            Year(sites[one.sector].max(), float(documents[one.sector].sum())),
        )
        for one in measures.sectors
        if one.sector in sites
    }


class Hidden(NamedTuple):
    """The labels of the sectors whose documents a territory and its région do not tell."""

    here: frozenset[str]
    around: frozenset[str]


NOTHING_HIDDEN = Hidden(frozenset(), frozenset())


def hidden_sectors(evidence: RegionEvidence, code: str) -> Hidden:
    """Those of a territory ("R27", "D21") and of its région, over 12 months.

    The few documents of one ESMS, and another sector, or the total would give them away. The
    région hides what any of its départements does, or the others would give it away: so the other
    sector is the one of which the région has the least.
    """
    around = _documents(evidence.region.measures)
    places = {
        each.measures.selection.territory.code: _few_sectors(each.measures, around)
        for each in evidence.departements.values()
    }
    whole = _few_sectors(evidence.region.measures, around, *places.values())
    return Hidden(places.get(code, whole), whole)


def _documents(measures: Measures) -> dict[str, int]:
    """The documents of each sector, by its label."""
    return {sector_label(one.sector): one.documents for one in measures.sectors}


def _few_sectors(
    measures: Measures, around: Mapping[str, int], *others: frozenset[str]
) -> frozenset[str]:
    """The sectors of one ESMS and few documents, with `others`, and one more if it is alone.

    `around`: the documents of each sector in the région.
    """
    few = {
        sector_label(one.sector)
        for one in measures.sectors
        if one.contributors == 1 and small(one.documents)
    }.union(*others)
    if len(few) == 1:
        own = _documents(measures).items()
        rest = [label for label, count in own if count and label not in few]
        few.update(sorted(rest, key=around.__getitem__)[:1])
    return frozenset(few)


def of_committee(row: Row) -> Behind:
    """The same of a territory today, and at the time of a committee."""
    before, now, _ = row.documents.numbers
    return Behind(Year(row.sites[1], now), Year(row.sites[0], before))


def discreet(evidence: TerritoryEvidence) -> bool:
    """Whether something of a territory is masked: a year, a month, a sector, a contributor."""
    measures, growth = evidence.measures, evidence.details.growth
    months = zip(measures.contributors, measures.total_documents, strict=True)
    parts = () if growth is None else (
        Year(growth.new_count, growth.new),
        Year(growth.stopped_count, growth.stopped),
        Year(evidence.details.contributors - growth.new_count, growth.active),
    )  # fmt: skip
    return (
        of_territory(evidence).few
        or any(Year(*month).few for month in months)
        or any(each.few for each in of_sectors(measures).values())
        or any(part.few for part in parts)
    )
