"""The difference between two versions: what is swapped when they are, and what adds up."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ingestion.history.difference import HELD, difference

#: A facility belongs to one département; what an entity carries may be "Non ventilé".
CARRIERS = [(1, 0, "21"), (2, 0, "21"), (3, 0, "25"), (0, 7, "25"), (0, 7, ""), (0, 8, "")]

held = st.dictionaries(
    st.tuples(st.sampled_from(CARRIERS), st.integers(1, 3)), st.integers(0, 20), max_size=10
).map(
    lambda said: pd.DataFrame(
        [
            (place, site, entity, kind, documents)
            for ((site, entity, place), kind), documents in said.items()
        ],
        columns=HELD,
    ).astype({name: "object" if name == "departement" else "int64" for name in HELD})
)

SWAPPED = {
    "before": "after",
    "after": "before",
    "contributors_before": "contributors_after",
    "contributors_after": "contributors_before",
}


def swapped(frame: pd.DataFrame) -> pd.DataFrame:
    turned = frame.rename(columns=SWAPPED)[list(frame.columns)]
    if "change" in turned:
        turned["change"] = turned["change"].replace({"new": "gone", "gone": "new"})
    return turned


@settings(max_examples=25, deadline=None)
@given(held, held)
def test_the_other_way_round_everything_is_swapped(one: pd.DataFrame, two: pd.DataFrame) -> None:
    there, back = difference(one, two), difference(two, one)

    for name in ("departements", "types", "carriers"):
        assert_frame_equal(swapped(getattr(there, name)), getattr(back, name))


@settings(max_examples=25, deadline=None)
@given(held, held)
def test_every_view_adds_up_to_the_documents_of_each_version(
    one: pd.DataFrame, two: pd.DataFrame
) -> None:
    found = difference(one, two)

    for frame in (found.departements, found.types):
        assert (frame["before"].sum(), frame["after"].sum()) == (
            one["documents"].sum(),
            two["documents"].sum(),
        )
    gaps = found.carriers["after"] - found.carriers["before"]
    assert gaps.sum() == found.after - found.before
    assert gaps.abs().is_monotonic_decreasing


@settings(max_examples=25, deadline=None)
@given(held, held)
def test_contributors_are_the_facilities_with_documents(
    one: pd.DataFrame, two: pd.DataFrame
) -> None:
    found = difference(one, two)

    fed = [
        {row.facility_id for row in side.itertuples() if row.facility_id and row.documents}
        for side in (one, two)
    ]
    sums = found.departements[["contributors_before", "contributors_after"]].sum()
    assert list(sums) == [len(side) for side in fed]
    sites = found.carriers[found.carriers["facility_id"] != 0]
    assert set(sites.loc[sites["change"] == "new", "facility_id"]) == fed[1] - fed[0]
    assert set(sites.loc[sites["change"] == "gone", "facility_id"]) == fed[0] - fed[1]


@settings(max_examples=25, deadline=None)
@given(held)
def test_a_version_does_not_differ_from_itself(one: pd.DataFrame) -> None:
    assert difference(one, one).carriers.empty
