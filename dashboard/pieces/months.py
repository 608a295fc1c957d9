"""The months that the public version does not tell: one ESMS's few documents, and some others.

The région tells every month, and each territory tells its years: alone, a month that is not told
would follow from the others. So the same month of another département is withheld, and another
month of both. Around such a rectangle documents may move, of any type, and no sum that is told
changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from dashboard.pieces.behind import small
from indicators.evidence import RegionEvidence
from indicators.series import Measures

#: Territories × months. The région is the first territory.
Cells = NDArray[np.bool_]
Counts = NDArray[np.float64]
#: The group of the document types of no other.
REST = "autres"


def hidden_months(evidence: RegionEvidence) -> dict[str, frozenset[int]]:
    """The ranks of the months whose documents each territory does not tell, by its code."""
    places = [evidence.region.measures, *(one.measures for one in evidence.departements.values())]
    few = np.array([_few(each, evidence.groups) for each in places])
    documents = np.array([each.total_documents.to_numpy() for each in places])
    years = _years(evidence.region.measures)
    hidden = few.copy()
    for place, month in np.argwhere(few).tolist():
        other = _partner(place, month, hidden, documents)
        hidden[other, month] = True
        both = [place, other]
        also = _another(month, hidden[both], documents[both], years)
        if also is not None:
            hidden[both, also] = True
    return {
        each.selection.territory.code: frozenset(np.flatnonzero(row).tolist())
        for each, row in zip(places, hidden, strict=True)
    }


def _few(measures: Measures, groups: Mapping[str, str]) -> Cells:
    """The months that one ESMS fed alone, with a small count of some group or in all."""
    codes = list(measures.documents.columns)
    of = [groups.get(code, REST) for code in codes]
    told = [
        measures.summed([rank for rank, group in enumerate(of) if group == each])
        for each in dict.fromkeys(of)
    ]
    counts = np.array([each.to_numpy() for each in (*told, measures.total_documents)])
    alone: Cells = measures.contributors.to_numpy() == 1
    if measures.selection.territory.is_region:
        counts = np.vstack([counts, measures.unallocated.to_numpy()])
    alone &= [any(map(small, month)) for month in counts.T]
    return alone


def _years(measures: Measures) -> NDArray[np.int64]:
    """The year of each month: 0 for the 12 to the last received, 1 for the 12 before."""
    received = np.flatnonzero(measures.received_departements.to_numpy() > 0)
    last = int(received.max(initial=0))
    return (last - np.arange(len(measures.months))) // 12


def _partner(place: int, month: int, hidden: Cells, documents: Counts) -> int:
    """The territory whose month is withheld with another's; the région when no other fed."""

    def cost(other: int) -> tuple[bool, bool, float]:
        return not hidden[other, month], other == 0, documents[other, month]

    others = (each for each in range(len(documents)) if each != place)
    return min((each for each in others if documents[each, month] > 0), key=cost, default=0)


def _another(month: int, hidden: Cells, documents: Counts, years: NDArray[np.int64]) -> int | None:
    """The other month of two territories that is withheld; None: their year has no other."""
    received = ~np.isnan(documents).any(axis=0)
    same = (years == years[month]) & received
    same[month] = False

    def cost(other: int) -> tuple[int, int, float]:
        fed = int((documents[:, other] > 0).sum())
        return -int(hidden[:, other].sum()), -fed, float(documents[:, other].sum())

    found: Iterable[int] = np.flatnonzero(same).tolist()
    return min(found, key=cost, default=None)
