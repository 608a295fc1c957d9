"""How the data service answers: when again, in how many queries, in which numbers."""

from __future__ import annotations

import pytest
from django.core.cache import cache, caches
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import RegionGrant, Role, User
from dashboard.data_service.declaration import INDICATORS
from dashboard.data_service.writing import as_csv
from dashboard.reading import NEAR, prepare
from reference.models import Region, raise_data_version
from tests.dashboard.data_service.common import Caller, number

pytestmark = pytest.mark.django_db


def test_nothing_is_sent_again_until_figures_or_rights_change(
    received: None, caller: Caller, owner: User
) -> None:
    address = "indicateurs.json?territoire=R27"
    first = caller.get(address)
    assert "private" in first["Cache-Control"]
    assert "Authorization" in first["Vary"]
    tag = first["ETag"]

    same = caller.get(address, **{"if-none-match": tag})
    other = caller.get("indicateurs.json?territoire=D21", **{"if-none-match": tag})
    assert (same.status_code, same.content, other.status_code) == (304, b"", 200)

    RegionGrant.objects.filter(user=owner).update(role=Role.READER)
    assert caller.get(address, **{"if-none-match": tag}).status_code == 200
    RegionGrant.objects.filter(user=owner).update(role=Role.ADMINISTRATOR)
    raise_data_version("essai")
    assert caller.get(address, **{"if-none-match": tag}).status_code == 200


def test_the_number_of_queries_is_known(
    received: None,
    region: Region,
    caller: Caller,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    prepare(region)
    caller.get("territoires.csv")
    for address, most in (
        ("territoires.csv", 5),
        ("indicateurs.csv?territoire=R27", 8),
        ("indicateurs.json?territoire=D21&de=2025-02&a=2025-04", 9),
        ("departements.csv?territoire=R27", 7),
        ("esms.csv?territoire=R27", 10),
    ):
        cache.clear()
        caches[NEAR].clear()
        with django_assert_max_num_queries(most):
            assert caller.get(address).status_code == 200


@given(
    st.lists(st.one_of(st.none(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
)
def test_a_number_is_written_whole_without_exponent_or_point(values: list[float | None]) -> None:
    columns = INDICATORS.columns[:1]
    text = as_csv(columns, ((value,) for value in values)).decode("utf-8-sig")

    cells = text.split("\r\n")[1:-1]
    assert not set(text.split("\r\n", 1)[1]) & set("eE.")
    assert [number(cell.strip('"')) for cell in cells] == [
        None if value is None else float(value) for value in values
    ]
