"""Replacing cells: whole cells at a time, in any order, with every summary that they enter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from django.db import models, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.facts import replace_cells
from indicators.models import (
    CoveredMonth,
    EntityFeeding,
    FacilityMonth,
    Feeding,
    MonthlyReach,
    MonthlyVolume,
)
from tests.indicators.world import (
    CODES,
    Period,
    World,
    cells,
    lay,
    lay_ground,
    load_register,
    publish,
)
from tests.indicators.worlds import worlds

JANUARY, FEBRUARY = dt.date(2024, 1, 1), dt.date(2024, 2, 1)
TABLES: list[type[models.Model]] = [
    Feeding,
    EntityFeeding,
    CoveredMonth,
    FacilityMonth,
    MonthlyVolume,
    MonthlyReach,
]


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of facts and summaries, but for their own numbers."""
    return {
        model.__name__: sorted(
            model._default_manager.values_list(
                *(field.name for field in model._meta.concrete_fields if field.name != "id")
            ),
            key=repr,
        )
        for model in TABLES
    }


def simple_world(**changes: Any) -> World:
    """Two open facilities of one département; the first fed in January and February."""
    world = World(
        departements=CODES[:2],
        homes={1: CODES[0], 2: CODES[0]},
        periods=[Period(1, None, None, "TPA"), Period(2, None, None, "TPH")],
        fed={(JANUARY, 1, "T-1"): 4, (JANUARY, 1, "T-2"): 1, (FEBRUARY, 1, "T-1"): 2},
        covered={(JANUARY, CODES[0]), (FEBRUARY, CODES[0])},
    )
    return replace(world, **changes)


def reach(month: dt.date, sector: str = "PA") -> tuple[int, int, int, int]:
    """Parc, contributors, contributors over 12 months, received months."""
    return MonthlyReach.objects.values_list(
        "parc", "contributors", "contributors_12m", "received_12m"
    ).get(month=month, departement=CODES[0], sector=sector)


@pytest.mark.django_db
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), data=st.data())
def test_cells_replaced_in_any_order_give_what_a_whole_rebuild_gives(
    world: World, data: st.DataObject
) -> None:
    with transaction.atomic():
        lay_ground()
        load_register(world)
        everything = cells(world)
        order = data.draw(st.permutations(everything))
        cut = data.draw(st.integers(0, len(order)))

        for batch in (order[:cut], order[cut:], order[:2]):
            replace_cells(batch)
        bit_by_bit = contents()
        replace_cells(everything)

        assert contents() == bit_by_bit
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_cell_published_again_replaces_its_facts_and_the_windows_that_hold_it() -> None:
    lay_ground()
    lay(simple_world())
    without_january = simple_world(fed={(JANUARY, 1, "T-1"): 0, (JANUARY, 2, "T-1"): 3})

    publish(cells(without_january, [(JANUARY, CODES[0])]))

    assert sorted(Feeding.objects.values_list("month", "facility_id", "documents")) == [
        (JANUARY, 1, 0),
        (JANUARY, 2, 3),
        (FEBRUARY, 1, 2),
    ]
    assert reach(JANUARY) == (1, 0, 0, 1)
    assert reach(FEBRUARY) == (1, 1, 1, 2)
    assert reach(FEBRUARY, "PH") == (1, 0, 1, 2)


@pytest.mark.django_db
def test_a_cell_no_longer_received_leaves_nothing_and_shortens_later_windows() -> None:
    lay_ground()
    world = simple_world()
    lay(world)
    january = next(cell for cell in cells(world) if cell.month == JANUARY)
    nothing = january.feedings.iloc[:0]

    publish([replace(january, feedings=nothing, coverage=None)])

    assert not MonthlyReach.objects.filter(month=JANUARY).exists()
    assert not MonthlyVolume.objects.filter(month=JANUARY).exists()
    assert not FacilityMonth.objects.filter(month=JANUARY).exists()
    assert CoveredMonth.objects.values_list("month", flat=True).get() == FEBRUARY
    assert reach(FEBRUARY) == (1, 1, 1, 1)


@pytest.mark.django_db
def test_dmp_are_kept_as_supplied_and_their_absence_is_not_zero() -> None:
    lay_ground()
    world = simple_world()
    load_register(world)
    january = next(cell for cell in cells(world) if cell.month == JANUARY)
    dmp = pd.Series([7, None], index=january.feedings.index, dtype="Int64")

    publish([replace(january, feedings=january.feedings.assign(dmp=dmp))])

    records = Feeding.objects.filter(month=JANUARY).order_by("document_type")
    assert list(records.values_list("records", flat=True)) == [7, None]


@pytest.mark.django_db
def test_a_facility_that_feeds_though_closed_belongs_to_the_parc() -> None:
    lay_ground()
    closed = Period(1, None, dt.date(2023, 6, 30), "TPA")

    lay(simple_world(periods=[closed, Period(2, None, dt.date(2023, 6, 30), "TPH")]))

    assert reach(JANUARY) == (1, 1, 1, 1)
    assert reach(JANUARY, "PH") == (0, 0, 0, 1)


@pytest.mark.django_db
def test_a_facility_outside_the_perimeter_enters_neither_volumes_nor_rates() -> None:
    lay_ground()

    lay(simple_world(periods=[Period(1, None, None, "TNON"), Period(2, None, None, "TPA")]))

    assert reach(JANUARY) == (1, 0, 0, 1)
    assert not MonthlyVolume.objects.exists()


@pytest.mark.django_db
def test_documents_carried_by_an_entity_enter_volumes_and_never_rates() -> None:
    lay_ground()
    carried = {
        (JANUARY, CODES[0], 5, "T-1"): ("PA", 10),
        (JANUARY, None, 6, "T-1"): ("PH", 20),
    }

    lay(simple_world(fed={}, carried=carried))

    volumes = MonthlyVolume.objects.filter(carried=True)
    assert sorted(volumes.values_list("documents", "sector", "departement_id")) == [
        (10, "PA", CODES[0]),
        (20, "PH", None),
    ]
    assert reach(JANUARY) == (1, 0, 0, 1)


@pytest.mark.django_db
def test_documents_without_departement_are_replaced_alone() -> None:
    lay_ground()
    world = simple_world(carried={(JANUARY, None, 6, "T-1"): ("PH", 20)})
    lay(world)
    again = next(cell for cell in cells(world) if cell.departement is None)
    before = contents()

    publish([replace(again, entity_feedings=again.entity_feedings.assign(documents=3))])

    assert EntityFeeding.objects.values_list("documents", flat=True).get() == 3
    assert MonthlyVolume.objects.get(carried=True).documents == 3
    assert contents()["MonthlyReach"] == before["MonthlyReach"]


@pytest.mark.django_db
def test_facts_are_not_replaced_outside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indicators.facts.connection", SimpleNamespace(in_atomic_block=False))

    with pytest.raises(TransactionManagementError):
        replace_cells([])


@pytest.mark.django_db
def test_contradictory_cells_are_refused() -> None:
    lay_ground()
    world = simple_world(carried={(JANUARY, None, 6, "T-1"): ("PH", 20)})
    load_register(world)
    january, _, unallocated = cells(world)
    stray = january.feedings.assign(facility_id=[99] * len(january.feedings))

    for refused, message in (
        ([january, january], "twice"),
        ([replace(january, coverage=None)], "not received"),
        ([replace(unallocated, coverage=january.coverage)], "neither coverage"),
        ([replace(january, feedings=stray)], "register"),
    ):
        with pytest.raises(ValueError, match=message), transaction.atomic():
            replace_cells(refused)
    assert not Feeding.objects.exists()


@pytest.mark.django_db
def test_replacing_no_cell_changes_nothing() -> None:
    publish([])

    assert not any(contents().values())
