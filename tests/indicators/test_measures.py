"""The measures against an independent recomputation, and the invariants they must hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.measures import covered_span, measure, measure_all
from indicators.models import CoveredMonth
from indicators.payload import payload
from indicators.selection import Selection, Territory
from indicators.series import Measures
from reference.models import Sector
from tests.indicators.oracle import Oracle, add
from tests.indicators.world import CODES, REGION, SECTORS, World, lay, lay_ground
from tests.indicators.worlds import FIRST, large_world, worlds

LAST = add(FIRST, 25)
quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@contextmanager
def loaded(world: World) -> Iterator[None]:
    """The world in the database for the time of a block."""
    with transaction.atomic():
        lay_ground()
        lay(world)
        yield
        transaction.set_rollback(True)


def whole(world: World, first: dt.date, last: dt.date, sector: str | None = None) -> Selection:
    """The région, holding the départements of the world and no other."""
    territory = Territory(
        f"R{REGION}", "Essai", "en Essai", "d'Essai", REGION, None, tuple(world.departements)
    )
    return Selection(territory, first, last, None if sector is None else Sector(sector))


def one(code: str, first: dt.date, last: dt.date, sector: str | None = None) -> Selection:
    """One of its départements."""
    territory = Territory(f"D{code}", code, f"en {code}", f"de {code}", REGION, code, (code,))
    return Selection(territory, first, last, None if sector is None else Sector(sector))


def assert_same(measures: Measures, expected: dict[str, Any]) -> None:
    """Every figure of the oracle, whatever its depth, is the one measured."""
    found = payload(measures, 1)
    for figures in found["sectors"].values():
        del figures["months"]
    for key, value in expected.items():
        assert found[key] == pytest.approx(value) if key == "growth" else found[key] == value, key


@pytest.mark.django_db
@quick
@given(
    world=worlds(),
    start=st.integers(0, 14),
    length=st.integers(1, 26),
    sector=st.sampled_from([None, None, *SECTORS[:3]]),
)
def test_measures_equal_an_independent_recomputation(
    world: World, start: int, length: int, sector: str | None
) -> None:
    first, last = add(FIRST, start), add(FIRST, start + length - 1)

    with loaded(world):
        region, departements = measure_all(whole(world, first, last, sector))

    oracle = Oracle(world, world.departements, region=True, sector=sector)
    assert_same(region, oracle.answer(first, last))
    for code in world.departements:
        oracle = Oracle(world, [code], region=False, sector=sector)
        assert_same(departements[code], oracle.answer(first, last))


@pytest.mark.django_db
@pytest.mark.parametrize("sector", [None, "PA"])
def test_two_years_of_eight_departements_with_a_month_missing(sector: str | None) -> None:
    world, first, last = large_world(), dt.date(2023, 6, 1), dt.date(2024, 12, 1)

    with loaded(world):
        region = measure(whole(world, first, last, sector))
        departement = measure(one(CODES[3], first, last, sector))

    oracle = Oracle(world, CODES, region=True, sector=sector)
    assert_same(region, oracle.answer(first, last))
    oracle = Oracle(world, [CODES[3]], region=False, sector=sector)
    assert_same(departement, oracle.answer(first, last))


@pytest.mark.django_db
@quick
@given(world=worlds(), sector=st.sampled_from([None, None, "PA"]))
def test_invariants_of_a_region_and_its_departements(world: World, sector: str | None) -> None:
    selection = whole(world, FIRST, LAST, sector)

    with loaded(world):
        region, departements = measure_all(selection)

    parts = list(departements.values())
    totals = sum(part.total_documents.fillna(0) for part in parts)
    assert_equal(totals + region.unallocated.fillna(0), region.total_documents.fillna(0))
    for name in ("parc", "contributors", "contributors_12m", "parc_12m"):
        summed = sum(getattr(part, name).fillna(0) for part in parts)
        assert_equal(summed, getattr(region, name).fillna(0))
    for measures in [region, *parts]:
        assert_consistent(measures)


def assert_equal(left: Any, right: pd.Series[float]) -> None:
    pd.testing.assert_series_equal(left, right, check_names=False)


def assert_consistent(measures: Measures) -> None:
    """What must hold within the measures of any territory."""
    received = measures.received_departements > 0
    assert (measures.parc.notna() == received).all()
    assert (measures.contributors[received] <= measures.parc[received]).all()
    long = measures.contributors_12m.notna()
    assert (measures.contributors_12m[long] <= measures.parc_12m[long]).all()
    assert (measures.parc_12m[long] <= measures.parc[long]).all()
    assert ((measures.received_12m >= 9) == long).all()
    everywhere = long & (measures.parc_12m == measures.parc)
    assert (measures.contributors[everywhere] <= measures.contributors_12m[everywhere]).all()
    assert measures.rate.dropna().between(0, 1).all()
    assert measures.rate_12m.dropna().between(0, 1).all()
    for shares in (
        [figures.share for figures in measures.sectors],
        [figures.documents_share for figures in measures.sectors],
    ):
        known = [share for share in shares if share is not None]
        assert not known or (len(known) == len(shares) and sum(known) == pytest.approx(1))
    assert_equal(measures.sector_documents.sum(axis=1).where(received), measures.total_documents)


@pytest.mark.django_db
def test_queries_depend_on_neither_months_nor_departements() -> None:
    world, month, years = large_world(2), dt.date(2024, 12, 1), dt.date(2023, 1, 1)

    with loaded(world):
        of_a_month = count_queries(lambda: measure(whole(world, month, month)))
        of_years = count_queries(lambda: measure(whole(world, years, month)))
        of_departement = count_queries(lambda: measure(one(CODES[0], years, month)))
        of_all = count_queries(lambda: measure_all(whole(world, years, month)))

    assert (of_a_month, of_years, of_departement, of_all) == (5, 5, 5, 5)


@pytest.mark.django_db
def test_the_latest_month_is_provisional_until_a_later_file_confirms_it() -> None:
    world, last = large_world(1), dt.date(2024, 12, 1)

    with loaded(world):
        before = measure(one(CODES[0], FIRST, last)).provisional
        CoveredMonth.objects.filter(departement=CODES[0], month=last).update(confirmed=True)
        after = measure(one(CODES[0], FIRST, last)).provisional

    assert list(before.index[before]) == [pd.Timestamp(last)]
    assert not after.any()


@pytest.mark.django_db
def test_a_departement_that_lags_is_provisional_on_its_own_page_not_on_the_regions() -> None:
    world, last = large_world(1), dt.date(2024, 12, 1)
    late, behind = CODES[0], add(last, -2)
    world.covered.difference_update({(add(last, -1), late), (last, late)})

    with loaded(world):
        region = measure(whole(world, FIRST, last)).provisional
        own = measure_all(whole(world, FIRST, last))[1][late].provisional
        rest = CoveredMonth.objects.filter(month=last)
        rest.exclude(pk=rest.order_by("pk").values("pk")[:1]).update(confirmed=True)
        half = measure(whole(world, FIRST, last)).provisional
        rest.update(confirmed=True)
        confirmed = measure(whole(world, FIRST, last)).provisional

    assert list(own.index[own]) == [pd.Timestamp(behind)]
    assert list(region.index[region]) == list(half.index[half]) == [pd.Timestamp(last)]
    assert not confirmed.any()


@pytest.mark.django_db
def test_covered_span_goes_from_the_first_to_the_last_month_ever_received() -> None:
    world = large_world(1)
    territory = one(CODES[3], FIRST, LAST).territory

    before = covered_span(territory)
    with loaded(world):
        after = covered_span(territory)

    assert before is None
    assert after == (dt.date(2023, 1, 1), dt.date(2024, 11, 1))


def count_queries(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)
