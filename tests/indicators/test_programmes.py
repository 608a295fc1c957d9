"""Programmes against an independent recomputation from the definitions, and what must hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.measures import measure_all
from indicators.programme_comparison import Comparison, compare
from indicators.programme_parc import Coverage
from indicators.programmes import ProgrammeGap, programme_gap, programme_gaps
from reference.models import Facility, PerimeterChoice, Programme, ProgrammeMembership, Sector
from tests.indicators.oracle import Oracle, add, divide, months_between
from tests.indicators.test_measures import loaded, one, whole
from tests.indicators.world import (
    CODES,
    REGION,
    SECTORS,
    Month,
    World,
    cells,
    lay_ground,
    load_register,
    publish,
)
from tests.indicators.worlds import FIRST, large_world, worlds

LAST = add(FIRST, 25)
quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Members = dict[str, frozenset[int]]


def join(members: Members) -> None:
    """Make the programmes and their members, by code."""
    for code, facilities in members.items():
        programme = Programme.objects.create(code=code, name=f"Programme {code}")
        ProgrammeMembership.objects.bulk_create(
            ProgrammeMembership(programme=programme, facility_id=number) for number in facilities
        )


def expected(oracle: Oracle, members: Members, now: Month | None) -> Any:
    """Each programme by code, from the definitions; `now` is that of the whole région."""
    if now is None:
        return {}
    received, long = oracle.received(now), oracle.long_codes(now)
    parc = oracle.parc(now, received)
    found = {}
    for code, facilities in members.items():
        inside = [facility for facility in parc if facility in facilities]
        if not inside:
            continue
        figures: dict[str, Any] = {"members": len(inside), "parc": len(parc)}
        figures["coverage"] = divide(len(inside), len(parc))
        long_parc, active = oracle.parc(now, long), oracle.active_12m(now, long)
        sides = {
            "members": [each for each in long_parc if each in facilities],
            "others": [each for each in long_parc if each not in facilities],
        }
        for side, those in sides.items():
            fed = [each for each in those if each in active]
            figures[f"rate_{side}"] = divide(len(fed), len(those)) if long else None
        figures["silent_members"] = (
            sum(each not in active for each in sides["members"]) if long else None
        )
        found[code] = figures
    return found


def told(gaps: tuple[ProgrammeGap, ...]) -> dict[str, dict[str, Any]]:
    """The same figures as measured."""
    names = ("members", "parc", "coverage", "rate_members", "rate_others", "silent_members")
    return {gap.code: {name: getattr(gap, name) for name in names} for gap in gaps}


def last_received(world: World, first: Month, last: Month) -> Month | None:
    return max((m for m, _ in world.covered if first <= m <= last), default=None)


@pytest.mark.django_db
@quick
@given(
    world=worlds(),
    start=st.integers(0, 14),
    length=st.integers(1, 26),
    sector=st.sampled_from([None, None, *SECTORS[:3]]),
    data=st.data(),
)
def test_gaps_equal_an_independent_recomputation(
    world: World, start: int, length: int, sector: str | None, data: st.DataObject
) -> None:
    first, last = add(FIRST, start), add(FIRST, start + length - 1)
    some = st.frozensets(st.sampled_from(sorted(world.homes)))
    members: Members = {"un": data.draw(some), "deux": data.draw(some)}

    with loaded(world):
        join(members)
        found = programme_gaps(whole(world, first, last, sector))

    now = last_received(world, first, last)
    region = Oracle(world, world.departements, region=True, sector=sector)
    assert told(found[f"R{REGION}"]) == expected(region, members, now)
    for code in world.departements:
        oracle = Oracle(world, [code], region=False, sector=sector)
        assert told(found[f"D{code}"]) == expected(oracle, members, now)


@pytest.mark.django_db
@quick
@given(world=worlds(), data=st.data(), sector=st.sampled_from([None, None, "PA"]))
def test_members_and_others_are_the_parc_that_every_page_shows(
    world: World, data: st.DataObject, sector: str | None
) -> None:
    members = data.draw(st.frozensets(st.sampled_from(sorted(world.homes)), min_size=1))
    selection = whole(world, FIRST, LAST, sector)

    with loaded(world):
        join({"un": members})
        gaps = programme_gaps(selection)
        region, _ = measure_all(selection)

    for gap in gaps[f"R{REGION}"]:
        at = region.months.get_loc(pd.Timestamp(gap.month))
        assert gap.parc == region.parc.iloc[at]
        assert 0 < gap.members <= gap.parc
        whole_parc, whole_fed = region.parc_12m.iloc[at], region.contributors_12m.iloc[at]
        if gap.of_members.parc is None:
            assert gap.of_others.parc is None
            assert pd.isna(whole_parc)
            continue
        assert gap.of_members.parc + (gap.of_others.parc or 0) == whole_parc
        assert (gap.of_members.fed or 0) + (gap.of_others.fed or 0) == whole_fed
        assert gap.of_members.parc == (gap.silent_members or 0) + (gap.of_members.fed or 0)
        parts = [part for code in world.departements for part in gaps[f"D{code}"]]
        assert sum(part.members for part in parts) == gap.members


@pytest.mark.django_db
@pytest.mark.parametrize("sector", [None, "PA"])
def test_eight_departements_with_a_perimeter_of_the_region(sector: str | None) -> None:
    world, first, last = large_world(), dt.date(2023, 6, 1), dt.date(2024, 12, 1)
    members: Members = {"tiers": frozenset(n for n in world.homes if n % 3 == 0)}

    with loaded(world):
        join(members)
        found = programme_gaps(whole(world, first, last, sector))

    oracle = Oracle(world, CODES, region=True, sector=sector)
    assert told(found[f"R{REGION}"]) == expected(oracle, members, last)
    assert found[f"D{CODES[3]}"] == ()  # the last month of the région is missing there
    oracle = Oracle(world, [CODES[0]], region=False, sector=sector)
    assert told(found[f"D{CODES[0]}"]) == expected(oracle, members, last)


@pytest.mark.django_db
def test_a_perimeter_chosen_by_the_region_and_an_imposed_sector_are_followed() -> None:
    world, now = large_world(10), dt.date(2024, 12, 1)
    members: Members = {"tiers": frozenset(n for n in world.homes if n % 3 == 0)}
    outside = next(each.facility for each in world.periods if each.category == "TOUT")

    lay_ground()
    PerimeterChoice.objects.create(
        region_id=REGION, category_id="TNON", sector=Sector.PH, in_perimeter=True
    )
    load_register(world)
    Facility.objects.filter(pk=outside).update(sector_override=Sector.PH)
    publish(cells(world))
    join(members)
    found = programme_gap(whole(world, FIRST, now, "PH"))

    moved = dataclasses.replace(
        world,
        periods=[
            dataclasses.replace(each, category="TPH")
            if each.category == "TNON" or each.facility == outside
            else each
            for each in world.periods
        ],
    )
    oracle = Oracle(moved, CODES, region=True, sector="PH")
    assert told(found) == expected(oracle, members, now)


@pytest.mark.django_db
def test_all_programmes_of_all_departements_in_three_queries(
    django_assert_num_queries: Any,
) -> None:
    world = large_world(5)

    with loaded(world):
        join({f"p{rank}": frozenset(world.homes) for rank in range(4)})
        with django_assert_num_queries(3):
            found = programme_gaps(whole(world, FIRST, LAST))

    assert [gap.code for gap in found[f"R{REGION}"]] == ["p0", "p1", "p2", "p3"]


@pytest.mark.django_db
def test_each_programme_tells_in_which_departements_it_has_members() -> None:
    world = large_world(5)
    some = frozenset(number for number, home in world.homes.items() if home in CODES[:2])

    with loaded(world):
        join({"tous": frozenset(world.homes), "deux": some})
        found = programme_gap(whole(world, FIRST, LAST))

    told = {gap.code: gap.departements for gap in found}
    assert told == {"tous": frozenset(world.homes.values()), "deux": frozenset(CODES[:2])}


@pytest.mark.django_db
def test_a_departement_alone_is_measured_in_its_own_last_month() -> None:
    world = large_world()

    with loaded(world):
        join({"tous": frozenset(world.homes)})
        (gap,) = programme_gap(one(CODES[3], FIRST, dt.date(2024, 12, 1)))

    assert gap.month == dt.date(2024, 11, 1)
    assert (gap.coverage, gap.rate_others, gap.gap) == (1, None, None)


@pytest.mark.django_db
def test_a_member_of_which_the_register_says_nothing_counts_nowhere() -> None:
    world = large_world(2)
    unknown = Facility(pk=999, finess="ZZ9999999", departement_id=CODES[0], seen_on=LAST)

    with loaded(world):
        unknown.save()  # as the administration lets one do
        programme = Programme.objects.create(code="seul", name="Seul")
        ProgrammeMembership.objects.create(programme=programme, facility=unknown)

        assert programme_gap(whole(world, FIRST, LAST)) == ()


@pytest.mark.django_db
def test_nothing_received_or_nobody_in_a_programme_is_no_gap() -> None:
    world = large_world(2)

    with loaded(world):
        assert programme_gap(whole(world, FIRST, LAST)) == ()
        join({"tous": frozenset(world.homes), "personne": frozenset()})
        assert [gap.code for gap in programme_gap(whole(world, FIRST, LAST))] == ["tous"]
        assert programme_gap(whole(world, dt.date(2020, 1, 1), dt.date(2020, 5, 1))) == ()


# --- One programme at length ----------------------------------------------------------------------


def detailed(members: frozenset[int], draw: Any) -> dict[int, dict[str, Any]]:
    """What a list says of each member."""
    days = st.none() | st.dates(dt.date(2023, 1, 1), dt.date(2025, 12, 31))
    return {
        number: {
            "vintage": draw(st.sampled_from(["", "2022", "2023"])),
            "vendor": draw(st.sampled_from(["", "Éditeur"])),
            "target_on": draw(days),
            "reached_on": draw(days),
        }
        for number in sorted(members)
    }


@pytest.mark.django_db
@quick
@given(
    world=worlds(),
    start=st.integers(0, 14),
    sector=st.sampled_from([None, None, *SECTORS[:3]]),
    data=st.data(),
)
def test_a_comparison_equals_an_independent_recomputation(
    world: World, start: int, sector: str | None, data: st.DataObject
) -> None:
    first, last = add(FIRST, start), add(FIRST, start + 13)
    members = data.draw(st.frozensets(st.sampled_from(sorted(world.homes)), min_size=1))
    said = detailed(members, data.draw)

    with loaded(world):
        programme = Programme.objects.create(code="un", name="Un")
        ProgrammeMembership.objects.bulk_create(
            ProgrammeMembership(programme=programme, facility_id=number, **told)
            for number, told in said.items()
        )
        found = compare(whole(world, first, last, sector), programme)

    now = last_received(world, first, last)
    if now is None or found is None:
        assert (now, found) == (None, None)
        return
    oracle = Oracle(world, world.departements, region=True, sector=sector)
    assert_pairs(found, oracle, members, now)
    assert_parts(found, oracle, said, now)
    assert_months(found, oracle, members, months_between(first, last))
    silent = {int(each.finess[1:]): each for each in found.silent}
    parc = oracle.parc(now, oracle.long_codes(now))
    fed = oracle.active_12m(now, oracle.long_codes(now))
    assert set(silent) == {n for n in parc if n in members and n not in fed}
    assert len(silent) == (found.gap.silent_members or 0)
    for number, each in silent.items():
        assert each.departement == world.homes[number]
        earlier = [month for month, _ in world.covered if month <= now]
        past = [month for month in earlier if oracle.unfiltered.fed(number, month)]
        assert each.last == max(past, default=None)


def side(oracle: Oracle, facilities: list[int], now: Month) -> tuple[int | None, int | None]:
    """The reach of some facilities of the parc over 12 months, in their own départements."""
    long = oracle.long_codes(now)
    known = [each for each in facilities if oracle.world.homes[each] in long]
    return len(known), len([each for each in known if each in oracle.active_12m(now, long)])


def assert_pairs(found: Comparison, oracle: Oracle, members: frozenset[int], now: Month) -> None:
    parc = oracle.parc(now, oracle.received(now))
    assert found.outside == len(members - set(parc))
    assert [pair.code for pair in found.departements] == sorted(oracle.received(now))
    sectors = {oracle.sector_in(each, now) for each in parc}
    assert {pair.code for pair in found.sectors} == sectors
    long = oracle.long_codes(now)
    for pair in (*found.departements, *found.sectors):
        here = [n for n in parc if pair.code in {oracle.world.homes[n], oracle.sector_in(n, now)}]
        unknown = not long or (pair.code in oracle.codes and pair.code not in long)
        for reach, kept in (
            (pair.members, [n for n in here if n in members]),
            (pair.others, [n for n in here if n not in members]),
        ):
            wanted = (None, None) if unknown else side(oracle, kept, now)
            assert (reach.parc, reach.fed) == wanted


def assert_parts(
    found: Comparison, oracle: Oracle, said: dict[int, dict[str, Any]], now: Month
) -> None:
    parc = [n for n in oracle.parc(now, oracle.received(now)) if n in said]
    long = oracle.long_codes(now)
    for name, parts in (("vintage", found.vintages), ("vendor", found.vendors)):
        assert {part.value for part in parts} == {said[n][name] for n in parc}
        for part in parts:
            kept = [n for n in parc if said[n][name] == part.value]
            wanted = side(oracle, kept, now) if long else (None, None)
            assert (part.members.parc, part.members.fed) == wanted
    today = add(now, 1) - dt.timedelta(days=1)
    outcomes = []
    for told in (said[number] for number in parc):
        target, reached = told["target_on"], told["reached_on"]
        if reached:
            outcomes.append("late" if target and reached > target else "met")
        elif target:
            outcomes.append("ahead" if target > today else "missed")
        else:
            outcomes.append("unknown")
    assert dataclasses.asdict(found.targets) == {
        name: outcomes.count(name) for name in ("met", "late", "missed", "ahead", "unknown")
    }


def assert_months(
    found: Comparison, oracle: Oracle, members: frozenset[int], months: list[Month]
) -> None:
    received = [month for month in months if oracle.received(month)]
    assert [each.month for each in found.months] == received
    for each in found.months:
        parc = oracle.parc(each.month, oracle.received(each.month))
        for told, kept in (
            (each.members, [n for n in parc if n in members]),
            (each.others, [n for n in parc if n not in members]),
        ):
            fed = [n for n in kept if oracle.fed(n, each.month) > 0]
            assert (told.fed, told.parc) == (len(fed), len(kept))


@pytest.mark.django_db
def test_a_comparison_costs_three_queries_two_when_what_was_received_is_known(
    django_assert_num_queries: Any,
) -> None:
    world = large_world(5)
    selection = whole(world, FIRST, LAST)

    with loaded(world):
        join({"tous": frozenset(world.homes)})
        programme = Programme.objects.get(code="tous")
        with django_assert_num_queries(3):
            found = compare(selection, programme)
        everything = Coverage(frozenset(world.covered))
        with django_assert_num_queries(2):
            again = compare(selection, programme, everything)

    assert again == found
