"""Evidence made by hand, around the measures of `builders`."""

from __future__ import annotations

from collections.abc import Mapping

from indicators.details import Concentration, Details, GrowthOrigin, Typing
from indicators.dynamics import classify
from indicators.evidence import RegionEvidence, TerritoryEvidence
from indicators.programmes import ProgrammeGap
from indicators.series import Measures


def details(
    *,
    regular: int = 5,
    contributors: int = 40,
    generic: float | None = 0.34,
    growth: GrowthOrigin | None = None,
) -> Details:
    """What lies behind volumes, as little of it as the page of a région reads."""
    return Details(
        intensity=3.0,
        regularity=0.5,
        regular=regular,
        contributors=contributors,
        typing=Typing(documents=100, generic=generic, diversity=3.4),
        types=(),
        others=(),
        concentration=Concentration(None, (), 0),
        growth=growth,
    )


def around(measures: Measures, known: Details | None = None) -> TerritoryEvidence:
    """A territory, its series classified as they are in earnest."""
    return TerritoryEvidence(
        measures=measures,
        documents=classify(measures.total_documents),
        contributors=classify(measures.rate),
        details=known or details(),
        peaks=(),
        contributor_peaks=(),
        events=(),
    )


def region_evidence(
    region: Measures,
    departements: Mapping[str, Measures],
    *,
    known: Details | None = None,
    groups: Mapping[str, str] | None = None,
    programmes: tuple[ProgrammeGap, ...] = (),
) -> RegionEvidence:
    """A région and its départements."""
    return RegionEvidence(
        region=around(region, known),
        departements={code: around(one) for code, one in departements.items()},
        groups=dict(groups or {}),
        programmes=programmes,
    )
