"""What made a peak, against a slow count from the definitions, and its rules one by one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.dynamics import Dynamics, Label, Peak
from indicators.peaks import Part, PeakOrigin, explain
from indicators.selection import Selection, Territory
from indicators.territory_reading import read
from reference.models import Event, FacilityPeriod, LegalEntity, Sector
from tests.indicators.oracle import Oracle, add, months_between
from tests.indicators.world import CODES, REGION, Month, Period, World, lay, lay_ground
from tests.indicators.worlds import FIRST, worlds

pytestmark = pytest.mark.django_db

#: facility and first day of a period → its legal entity.
Owners = dict[tuple[int, dt.date | None], int]


def territory(codes: list[str], departement: str | None = None) -> Territory:
    return Territory(
        code=f"R{REGION}" if departement is None else f"D{departement}",
        name="Essai",
        locative="à l'essai",
        of="de l'essai",
        region_code=REGION,
        departement_code=departement,
        departement_codes=tuple(codes) if departement is None else (departement,),
    )


def peak(first: Month, last: Month) -> Peak:
    return Peak(first, 100.0, 10.0, first, last)


def explained(
    selection: Selection, dynamics: dict[str, Dynamics]
) -> dict[str, tuple[PeakOrigin, ...]]:
    events = list(Event.objects.filter(region=selection.territory.region_code))
    return {
        place.code: explain(
            selection,
            dynamics[place.code],
            [event for event in events if event.departement_id in {None, place.departement_code}],
            cut,
        )
        for place, cut in read(selection.territory).cuts(selection).items()
        if place.code in dynamics
    }


def moved(*peaks: Peak) -> Dynamics:
    return Dynamics(Label.PLATEAU_PEAK, months=12, peaks=peaks)


def own(owners: Owners, group: str = "") -> None:
    """Give periods their legal entities; the second and the third may be of one group."""
    for number in (1, 2, 3):
        LegalEntity.objects.update_or_create(pk=number, defaults={"finess": f"Y{number:08d}"})
    for (facility, starts_on), entity in owners.items():
        FacilityPeriod.objects.filter(facility=facility, starts_on=starts_on).update(
            legal_entity=entity
        )
    LegalEntity.objects.update(name=F("finess"))
    LegalEntity.objects.filter(pk__in=[2, 3]).update(group=group)


# --- The slow count --------------------------------------------------------------------------


def slow_months(received: list[Month], mine: Peak, all_peaks: list[Peak]) -> tuple[list[Any], ...]:
    inside = [month for month in received if mine.first <= month <= mine.last]
    lifted = [m for m in received if any(p.first <= m <= p.last for p in all_peaks)]
    others = [m for m in received if m not in lifted]
    for usable in (others, received):
        before = [month for month in usable if month < mine.first]
        after = [month for month in usable if month > mine.last]
        if before or after:
            return inside, before[-5:] + after[:5]
    return inside, []


def slow_excesses(
    world: World,
    owners: Owners,
    group: str,
    place: Territory,
    sector: str | None,
    months: tuple[list[Any], ...],
) -> dict[str, dict[str, float]]:
    inside, around = months
    oracle = Oracle(world, list(place.departement_codes), region=place.is_region, sector=sector)
    weights = dict.fromkeys(inside, 1.0)
    weights |= {month: -len(inside) / len(around) for month in around}
    found: dict[str, dict[str, float]] = {
        kind: defaultdict(float) for kind in ("entities", "types", "sectors")
    }

    def count(entity: int, code: str, its_sector: str, documents: float) -> None:
        found["entities"][group if group and entity > 1 else f"Y{entity:08d}"] += documents
        found["types"][code] += documents
        found["sectors"][its_sector] += documents

    for (month, facility, code), documents in world.fed.items():
        its_sector = oracle.sector_in(facility, month)
        if month in weights and world.homes[facility] in oracle.codes and its_sector is not None:
            period = oracle._speaking(facility, month)
            entity = owners[facility, period.starts_on]
            count(entity, code, its_sector, documents * weights[month])
    for (month, home, entity, code), (its_sector, documents) in world.carried.items():
        here = home in oracle.codes or (home is None and place.is_region)
        if month in weights and here and sector in {None, its_sector}:
            count(entity, code, its_sector, documents * weights[month])
    return found


def shown(parts: tuple[Part, ...]) -> dict[str, float]:
    return {part.code: part.excess for part in parts}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), data=st.data())
def test_excesses_equal_the_slow_count(world: World, data: st.DataObject) -> None:
    with transaction.atomic():
        lay_ground()
        lay(world)
        compare(world, data)
        transaction.set_rollback(True)


def compare(world: World, data: st.DataObject) -> None:
    """Explain peaks drawn anywhere, in the region and in each of its départements."""
    owners = {
        (period.facility, period.starts_on): data.draw(st.integers(1, 3))
        for period in world.periods
    }
    group = data.draw(st.sampled_from(["", "Groupe"]))
    own(owners, group)
    sector = data.draw(st.sampled_from([None, Sector.PA]))
    last = max((month for month, _ in world.covered), default=FIRST)
    places = [territory(world.departements)] + [
        territory(world.departements, code) for code in world.departements
    ]
    starts = st.integers(0, 25).map(lambda index: add(FIRST, index))
    drawn = st.builds(lambda first, more: peak(first, add(first, more)), starts, st.integers(0, 3))
    dynamics = {
        place.code: moved(*data.draw(st.lists(drawn, min_size=1, max_size=2))) for place in places
    }

    found = explained(Selection(places[0], FIRST, last, sector), dynamics)

    assert list(found) == list(dynamics)
    for place in places:
        peaks = list(dynamics[place.code].peaks)
        received = [
            month
            for month in months_between(FIRST, last)
            if any((month, code) in world.covered for code in place.departement_codes)
        ]
        assert [origin.peak for origin in found[place.code]] == peaks
        for origin in found[place.code]:
            months = slow_months(received, origin.peak, peaks)
            slow = slow_excesses(world, owners, group, place, sector, months)
            for kind, expected in slow.items():
                parts = getattr(origin, kind)
                named = [part.label if kind == "entities" else part.code for part in parts]
                told = dict(zip(named, (part.excess for part in parts), strict=True))
                assert {code: told.get(code, 0.0) for code in expected | told} == pytest.approx(
                    {code: expected.get(code, 0.0) for code in expected | told}
                )
            assert_adds_up(origin)


def assert_adds_up(origin: PeakOrigin) -> None:
    """Each way of cutting a peak gives the whole of it, the greatest parts first."""
    for parts in (origin.entities, origin.types, origin.sectors):
        assert sum(part.excess for part in parts) == pytest.approx(origin.excess, abs=1e-6)
        if origin.excess > 1e-6:
            assert sum(part.share for part in parts) == pytest.approx(1)
        assert [part.excess for part in parts] == sorted(
            (part.excess for part in parts), reverse=True
        )


# --- Rule by rule ----------------------------------------------------------------------------

MONTHS = [add(FIRST, index) for index in range(12)]
TOP = MONTHS[6]


def one_departement(**changes: Any) -> World:
    """A PA and a PH facility that feed 10 documents a month; the PH one 90 more in the seventh."""
    fed = {(month, facility, "T-1"): 10 for month in MONTHS for facility in (1, 2)}
    world = World(
        departements=CODES[:1],
        homes={1: CODES[0], 2: CODES[0]},
        periods=[Period(1, None, None, "TPA"), Period(2, None, None, "TPH")],
        fed=fed | {(TOP, 2, "T-2"): 90},
        covered={(month, CODES[0]) for month in MONTHS},
    )
    return replace(world, **changes)


def told(world: World, mine: Peak | None = None) -> PeakOrigin:
    lay_ground()
    lay(world)
    own({(1, None): 1, (2, None): 2})
    place = territory(CODES[:1], CODES[0])
    chosen = mine or peak(TOP, TOP)
    found = explained(Selection(place, MONTHS[0], MONTHS[-1]), {place.code: moved(chosen)})
    return found[place.code][0]


def test_a_peak_of_one_organisation_says_its_name_type_and_sector() -> None:
    origin = told(one_departement())

    assert origin.excess == 90
    assert origin.entities == (Part("Y00000002", "Y00000002", 90, 1),)
    assert origin.types == (Part("T-2", "T-2", 90, 1),)
    assert origin.sectors == (Part("PH", "Personnes handicapées", 90, 1),)


def test_what_fed_less_than_usual_is_told_last_and_below_zero() -> None:
    world = one_departement()

    origin = told(replace(world, fed=world.fed | {(TOP, 1, "T-1"): 0}))

    assert shown(origin.entities) == {"Y00000002": 90, "Y00000001": -10}
    assert origin.excess == 80
    assert origin.entities[0].share == pytest.approx(90 / 80)


def test_documents_carried_by_an_organisation_are_its_part() -> None:
    carried = {(TOP, CODES[0], 3, "T-3"): ("PH", 60)}

    origin = told(one_departement(carried=carried))

    assert shown(origin.entities) == {"Y00000002": 90, "Y00000003": 60}


def test_months_that_were_not_received_count_on_neither_side() -> None:
    world = one_departement()
    missing = {MONTHS[5], MONTHS[7]}
    received = {cell for cell in world.covered if cell[0] not in missing}
    fed = {key: value for key, value in world.fed.items() if key[0] not in missing}

    origin = told(replace(world, covered=received, fed=fed), peak(MONTHS[5], MONTHS[7]))

    assert origin.excess == 90


def test_a_peak_that_lifts_every_month_stands_on_nothing() -> None:
    origin = told(one_departement(), peak(MONTHS[0], MONTHS[-1]))

    assert origin.excess == 12 * 20 + 90


def test_other_peaks_around_are_not_what_is_ordinary() -> None:
    world = one_departement()
    lay_ground()
    lay(replace(world, fed=world.fed | {(MONTHS[4], 1, "T-1"): 500}))
    place = territory(CODES[:1], CODES[0])
    dynamics = {place.code: moved(peak(MONTHS[4], MONTHS[4]), peak(TOP, TOP))}

    found = explained(Selection(place, MONTHS[0], MONTHS[-1]), dynamics)

    assert [origin.excess for origin in found[place.code]] == [490, 90]


def test_an_organisation_is_the_one_of_the_month() -> None:
    sold = [
        Period(1, None, None, "TPA"),
        Period(2, None, dt.date(2023, 6, 20), "TPH"),
        Period(2, dt.date(2023, 6, 21), None, "TPH"),
    ]
    lay_ground()
    lay(one_departement(periods=sold))
    own({(2, None): 3, (2, dt.date(2023, 6, 21)): 2})
    place = territory(CODES[:1], CODES[0])

    found = explained(Selection(place, MONTHS[0], MONTHS[-1]), {place.code: moved(peak(TOP, TOP))})

    # The month of the sale is already the buyer's: six months in ten at 10 documents.
    assert shown(found[place.code][0].entities) == {"Y00000002": 94, "Y00000003": -4}


@pytest.mark.parametrize(
    ("departement", "first", "last", "stands"),
    [
        (CODES[0], 6, None, True),
        (None, 6, None, True),
        (CODES[1], 6, None, False),
        (CODES[0], 5, None, True),
        (CODES[0], 7, None, True),
        (CODES[0], 4, None, False),
        (CODES[0], 8, None, False),
        (CODES[0], 0, 11, True),
    ],
)
def test_events_of_the_place_or_of_its_region_stand_in_a_peak_or_a_month_aside(
    departement: str | None, first: int, last: int | None, stands: bool
) -> None:
    lay_ground()
    event = Event.objects.create(
        region_id=REGION,
        departement_id=departement,
        month=MONTHS[first],
        last_month=None if last is None else MONTHS[last],
        label="Cibles d'essai",
    )

    assert told(one_departement()).events == ((event,) if stands else ())


def test_a_region_has_its_own_events_only() -> None:
    lay_ground()
    lay(one_departement())
    mine, _ = (
        Event.objects.create(region_id=REGION, departement_id=code, month=TOP, label="Essai")
        for code in (None, CODES[0])
    )
    place = territory(CODES[:2])

    found = explained(Selection(place, MONTHS[0], MONTHS[-1]), {place.code: moved(peak(TOP, TOP))})

    assert found[place.code][0].events == (mine,)


def test_without_peak_nothing_is_to_be_explained() -> None:
    lay_ground()
    selection = Selection(territory(CODES[:1]), MONTHS[0], MONTHS[-1])

    assert explained(selection, {f"D{CODES[0]}": moved()}) == {f"D{CODES[0]}": ()}
