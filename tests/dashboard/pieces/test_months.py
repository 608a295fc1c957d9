"""The months that the public version does not tell do not follow from all that it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.charts.volumes import volumes
from dashboard.pieces.masking import UNSAID, Months, masked_chart
from dashboard.pieces.months import hidden_months
from indicators.evidence import RegionEvidence
from indicators.selection import Territory
from indicators.series import Measures
from tests.dashboard.builders import COTE_D_OR, GROUPS, NAN, REGION, build
from tests.dashboard.evidences import region_evidence

MONTHS = 25  # two years, and a month more
#: How many ESMS fed in a month, and their documents.
Fed = tuple[float, float]


def laid(places: Sequence[Sequence[Fed]], synthesis: str = "SYNTH") -> RegionEvidence:
    """A région of some départements, of so many months."""
    rows = np.array(places, dtype="float64")

    def measures(territory: Territory, fed: np.ndarray) -> Measures:
        return build(
            territory=territory,
            contributors=fed[:, 0].tolist(),
            documents={synthesis: fed[:, 1].tolist(), "34842-5": [0.0] * len(fed)},
        )

    departements = {
        f"0{rank}": measures(replace(COTE_D_OR, code=f"D0{rank}", departement_code=f"0{rank}"), one)
        for rank, one in enumerate(rows, start=1)
    }
    return region_evidence(measures(REGION, np.nansum(rows, axis=0)), departements)


def cell(place: int, month: int, places: int) -> np.ndarray:
    """What the documents of one month are in a system of equations."""
    told = np.zeros((places, MONTHS))
    told[place, month] = 1
    return told.ravel()


def moves(told: np.ndarray) -> np.ndarray:
    """All ways in which documents may move without changing what is told."""
    _, sizes, ways = np.linalg.svd(told)
    return ways[int((sizes > 1e-9).sum()) :]


FED = st.one_of(st.just((3, 30)), st.just((0, 0)), st.tuples(st.integers(1, 2), st.integers(1, 30)))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda places: st.lists(
            st.lists(FED, min_size=MONTHS, max_size=MONTHS), min_size=places, max_size=places
        )
    )
)
def test_no_month_of_one_site_follows_from_its_region_its_year_and_the_other_departements(
    places: list[list[Fed]],
) -> None:
    evidence = laid(places)
    hidden = [
        hidden_months(evidence)[one.selection.territory.code]
        for one in [evidence.region.measures, *(e.measures for e in evidence.departements.values())]
    ]
    count = len(hidden)
    told = [
        cell(place, month, count)
        for place in range(count)
        for month in range(MONTHS)
        if month not in hidden[place]
    ]
    for month in range(MONTHS):
        others = [cell(place, month, count) for place in range(1, count)]
        told.append(cell(0, month, count) - np.sum(others, axis=0))
    told += [
        np.sum([cell(place, month, count) for month in year], axis=0)
        for place in range(count)
        for year in (range(1, 13), range(13, 25))
    ]

    free = moves(np.array(told)).reshape(-1, count, MONTHS)
    for place, fed in enumerate(places, start=1):
        for month, (sites, documents) in enumerate(fed):
            if sites == 1 and documents < 11:
                assert np.abs(free[:, place, month]).max(initial=0) > 1e-6


def test_the_least_of_the_others_is_withheld_in_the_month_and_in_one_of_the_same_year() -> None:
    many, least = [(3, 30)] * MONTHS, [(2, 20)] * MONTHS
    alone = [(3, 30)] * 20 + [(1, 4)] + [(3, 30)] * 3 + [(3, 25)]

    assert hidden_months(laid([alone, many, least])) == {
        "R27": frozenset(),
        "D01": frozenset({20, 24}),
        "D02": frozenset(),
        "D03": frozenset({20, 24}),
    }


def test_a_small_count_of_a_group_is_enough_and_nothing_is_hidden_without_one() -> None:
    alone = [(3, 30)] * 24 + [(1, 30)]
    evidence = laid([alone, [(3, 30)] * MONTHS])
    documents = evidence.departements["01"].measures.documents
    documents.iloc[24] = [26.0, 4.0]

    assert not any(hidden_months(evidence).values())
    split = replace(evidence, groups={"SYNTH": "synthese", "34842-5": "grille"})
    assert hidden_months(split)["D01"] >= {24}


def test_where_no_other_departement_fed_the_region_says_nothing_of_the_month_either() -> None:
    alone = [(3, 30)] * 24 + [(1, 4)]
    found = hidden_months(laid([alone, [(0, 0)] * MONTHS]))

    assert found["R27"] == found["D01"]
    assert 24 in found["R27"]
    assert found["D02"] == frozenset()


def test_a_month_that_was_not_received_is_never_withheld() -> None:
    alone = [(3, 30)] * 24 + [(1, 4)]
    missing = [(2, 20)] * 24 + [(NAN, NAN)]
    found = hidden_months(laid([alone, missing, [(3, 60)] * MONTHS]))

    assert 24 not in found["D02"]
    assert 24 in found["D03"]


def test_a_chart_withholds_the_months_that_it_is_told() -> None:
    chart = volumes(build(contributors=(10, 12, 14)), GROUPS)

    shown = masked_chart(chart, (10, 12, 14), months=Months({1, 2}, ()))

    texts = shown.table.named("total").texts
    assert [text in UNSAID for text in texts] == [False, True, True]
    assert masked_chart(chart, (10, 12, 14), months=Months((), ())) == chart
