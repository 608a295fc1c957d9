"""Which months were received of which départements."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from indicators.models import CoveredMonth
from indicators.received import (
    by_departement,
    received_by_region,
    received_months,
    received_of_any,
)
from reference.models import Region

FIRST, SECOND, THIRD = (dt.date(2025, month, 1) for month in (1, 2, 3))

cells = st.sets(st.tuples(st.sampled_from(["21", "25", "2A"]), st.dates()))


@given(cells)
def test_months_are_in_order_and_none_is_lost(given_cells: set[tuple[str, dt.date]]) -> None:
    found = by_departement(given_cells)

    assert {(code, month) for code, months in found.items() for month in months} == given_cells
    assert all(list(months) == sorted(months) for months in found.values())
    assert received_of_any(found) == sorted({month for _, month in given_cells})


@pytest.fixture
def covered(db: None) -> None:
    for code, month in (("21", SECOND), ("21", FIRST), ("22", THIRD)):
        CoveredMonth.objects.create(
            departement_id=code, month=month, received_on=month, source_label="f", confirmed=True
        )


@pytest.mark.usefixtures("covered")
def test_those_of_some_departements_cost_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        assert received_months(["21", "25"]) == {"21": (FIRST, SECOND)}


@pytest.mark.usefixtures("covered")
def test_those_of_regions_cost_one_query_and_name_each(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bretagne = Region.objects.get(departements="22").code

    with django_assert_num_queries(1):
        found = received_by_region(["27", bretagne, "94"])

    assert found == {"27": {"21": (FIRST, SECOND)}, bretagne: {"22": (THIRD,)}, "94": {}}
    with django_assert_num_queries(0):
        assert received_by_region([]) == {}
