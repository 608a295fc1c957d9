"""The details against an independent recomputation, and the invariants they must hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from indicators.details import Change, Concentration, Details, Typing, details
from indicators.measures import measure_all
from indicators.series import Measures
from reference.models import DocumentType, FacilityPeriod, LegalEntity
from tests.indicators.detail_oracle import GENERIC, OTHER, DetailOracle, Ownership
from tests.indicators.oracle import add
from tests.indicators.test_measures import LAST, one, quick, whole
from tests.indicators.world import (
    CODES,
    SECTORS,
    Period,
    World,
    cells,
    lay,
    lay_ground,
    publish,
)
from tests.indicators.worlds import FIRST, worlds


@contextmanager
def loaded(world: World, ownership: Ownership) -> Iterator[None]:
    """The world in the database for the time of a block, with its organisations."""
    with transaction.atomic():
        lay_ground()
        DocumentType.objects.filter(code__in=GENERIC).update(generic=True)
        DocumentType.objects.filter(code__in=OTHER).update(group="autres")
        lay(world)
        for entity in {*ownership.owners.values(), *ownership.groups}:
            LegalEntity.objects.get_or_create(pk=entity, defaults={"finess": f"Y{entity:08d}"})
        for each in LegalEntity.objects.filter(finess__startswith="Y"):
            each.name, each.group = f"OG {each.pk}", ownership.groups.get(each.pk, "")
            each.save()
        for period, owner in ownership.owners.items():
            FacilityPeriod.objects.filter(
                facility=period.facility, starts_on=period.starts_on
            ).update(legal_entity=owner)
        yield
        transaction.set_rollback(True)


@st.composite
def owned_worlds(draw: st.DrawFn) -> tuple[World, Ownership]:
    """A world, whose facilities are of a few organisations, some of them in one group."""
    world = draw(worlds())
    owners = {period: draw(st.integers(1, 7)) for period in world.periods}
    groups = draw(st.dictionaries(st.integers(1, 7), st.sampled_from(["Groupe A", "Groupe B"])))
    return world, Ownership(owners, groups)


def by_code(changes: tuple[Change, ...]) -> dict[str | None, int]:
    return {each.code or None: each.change for each in changes}


def assert_same(found: Details, expected: dict[str, Any]) -> None:
    """Every figure of the oracle is the one told; organisations are compared by name."""
    for name in ("intensity", "regularity", "regular", "contributors"):
        assert getattr(found, name) == expected[name], name
    assert vars(found.typing) == pytest.approx(expected["typing"])
    assert [(each.code, each.documents, each.since) for each in found.types] == expected["types"]
    assert found.others == tuple(each for each in found.types if each.code in OTHER)
    for each in found.others:
        assert_first(each.entities, expected["type_owners"][each.code], 3)
    largest = {each.name: each.documents for each in found.concentration.largest}
    assert_first(largest, expected["owners"], 5)
    assert all(largest[name] == expected["owners"][name] for name in largest)
    assert found.concentration.entities == len(expected["owners"])
    if found.growth is None or expected["growth"] is None:
        assert found.growth == expected["growth"]
        return
    told = dict(vars(found.growth))
    told["by_entity"] = {each.label: each.change for each in told["by_entity"]}
    for name in ("by_sector", "by_departement", "by_type"):
        told[name] = by_code(told[name])
    assert told == expected["growth"]


def assert_first(names: Any, totals: dict[str, int], count: int) -> None:
    """The names are those of the greatest, in order; which of two equals comes first is free."""
    assert [totals[name] for name in names] == sorted(totals.values(), reverse=True)[:count]


@pytest.mark.django_db
@quick
@given(
    owned=owned_worlds(),
    start=st.integers(0, 14),
    length=st.integers(1, 26),
    sector=st.sampled_from([None, None, *SECTORS[:3]]),
)
def test_details_equal_an_independent_recomputation(
    owned: tuple[World, Ownership], start: int, length: int, sector: str | None
) -> None:
    world, ownership = owned
    first, last = add(FIRST, start), add(FIRST, start + length - 1)

    with loaded(world, ownership):
        found = details(whole(world, first, last, sector))
        alone = details(one(world.departements[0], first, last, sector))

    oracle = DetailOracle(world, ownership, world.departements, region=True, sector=sector)
    assert_same(found["RZZ"], oracle.answer(first, last))
    for code in world.departements:
        oracle = DetailOracle(world, ownership, [code], region=False, sector=sector)
        assert_same(found[f"D{code}"], oracle.answer(first, last))
    assert alone == {f"D{code}": found[f"D{code}"] for code in world.departements[:1]}


@pytest.mark.django_db
@settings(quick, max_examples=8)
@given(owned=owned_worlds(), sector=st.sampled_from([None, None, "PA"]))
def test_invariants_of_details(owned: tuple[World, Ownership], sector: str | None) -> None:
    world, ownership = owned
    selection = whole(world, FIRST, LAST, sector)

    with loaded(world, ownership):
        found = details(selection)
        region, departements = measure_all(selection)

    measured = {f"D{code}": each for code, each in departements.items()} | {"RZZ": region}
    assert found.keys() == measured.keys()
    for code, each in found.items():
        assert_consistent(each, measured[code])
    parts = [each for code, each in found.items() if code != "RZZ"]
    assert found["RZZ"].contributors == sum(each.contributors for each in parts)
    assert found["RZZ"].typing.documents >= sum(each.typing.documents for each in parts)


def assert_consistent(found: Details, measures: Measures) -> None:
    """Shares sum to 1, the parts of growth to the change that the measures tell."""
    assert found.contributors == sum(figures.contributors for figures in measures.sectors)
    assert found.typing.documents == sum(figures.documents for figures in measures.sectors)
    assert sum(each.documents for each in found.types) == found.typing.documents
    if found.typing.documents:
        assert sum(each.share for each in found.types) == pytest.approx(1)
        assert sum(each.share for each in found.concentration.largest) == pytest.approx(
            found.concentration.share
        )
    if found.typing.diversity is not None:
        assert 1 <= found.typing.diversity <= len(found.types) + 1e-9
    assert 0 <= found.regular <= found.contributors
    growth = found.growth
    assert (growth is None) == (measures.growth.comparable_months < 9)
    if growth is not None:
        assert growth.change == measures.growth.recent - measures.growth.earlier
        assert growth.new + growth.active + growth.stopped + growth.carried == growth.change
        for changes in (growth.by_sector, growth.by_departement, growth.by_entity, growth.by_type):
            assert sum(each.change for each in changes) == growth.change
            assert sorted(changes, key=lambda each: -each.change) == list(changes)


MONTHS = [add(FIRST, index) for index in range(24)]
WINDOW = MONTHS[12:]
HOME = CODES[0]


def simple(fed: dict[tuple[dt.date, int, str], int], **changes: Any) -> World:
    """Two years of one département, whose facilities 1 (PA) and 2 (PH) are open for ever."""
    world = World(
        departements=[HOME],
        homes={1: HOME, 2: HOME},
        periods=[Period(1, None, None, "TPA"), Period(2, None, None, "TPH")],
        fed=fed,
        covered={(month, HOME) for month in MONTHS},
    )
    return replace(world, **changes)


def details_of(world: World, ownership: Ownership | None = None) -> Details:
    """Those of the département, over the two years."""
    with loaded(world, ownership or Ownership()):
        return details(one(HOME, MONTHS[0], MONTHS[-1]))[f"D{HOME}"]


@pytest.mark.django_db
def test_regularity_counts_from_the_first_deposit_even_before_the_window() -> None:
    old = {(MONTHS[0], 1, "T-1"): 1, (WINDOW[-1], 1, "T-1"): 1}
    new = {(month, 2, "T-1"): 1 for month in WINDOW[-3:]}

    found = details_of(simple(old | new))

    assert found.regularity == pytest.approx((1 / 12 + 1) / 2)
    assert (found.regular, found.contributors) == (1, 2)


@pytest.mark.django_db
def test_regularity_is_unknown_under_nine_received_months() -> None:
    received = {(month, HOME) for month in WINDOW[:8]}

    found = details_of(simple({(WINDOW[0], 1, "T-1"): 4}, covered=received))

    assert (found.regularity, found.regular, found.contributors) == (None, 0, 1)
    assert found.intensity == 4


@pytest.mark.django_db
def test_intensity_is_the_median_of_what_a_facility_feeds_in_a_month() -> None:
    fed = {(WINDOW[0], 1, "T-1"): 1, (WINDOW[0], 1, "T-2"): 1, (WINDOW[1], 1, "T-1"): 3}

    found = details_of(simple(fed | {(WINDOW[1], 2, "T-1"): 100}))

    assert found.intensity == 3


@pytest.mark.django_db
def test_two_types_fed_alike_are_two_types_and_generic_ones_are_counted() -> None:
    found = details_of(simple({(WINDOW[0], 1, "T-1"): 5, (WINDOW[0], 2, "T-2"): 5}))

    assert found.typing.diversity == pytest.approx(2)
    assert found.typing.generic == 0.5


@pytest.mark.django_db
def test_documents_without_a_real_code_are_generic_and_count_in_no_diversity() -> None:
    with loaded(simple({}), Ownership()):
        unrecognised = DocumentType.objects.get(code=DocumentType.UNRECOGNISED)
        cell = cells(simple({(WINDOW[0], 1, "T-1"): 6, (WINDOW[0], 1, "T-3"): 6}))[12]
        known = DocumentType.objects.get(code="T-3").pk
        publish(
            [
                replace(
                    cell,
                    feedings=cell.feedings.replace({"document_type_id": {known: unrecognised.pk}}),
                )
            ]
        )
        found = details(one(HOME, MONTHS[0], MONTHS[-1]))[f"D{HOME}"]

    assert found.typing == Typing(documents=12, generic=0.5, diversity=1)
    assert [each.code for each in found.others] == ["AUTRES"]


@pytest.mark.django_db
def test_a_type_shown_as_others_says_since_when_and_by_which_organisation() -> None:
    fed = {(MONTHS[2], 1, "T-3"): 1, (WINDOW[0], 1, "T-3"): 2, (WINDOW[0], 2, "T-3"): 3}
    world = simple(fed)
    owners = dict(zip(world.periods, (3, 4), strict=True))

    (other,) = details_of(world, Ownership(owners)).others

    assert (other.since, other.documents, other.share) == (MONTHS[2], 5, 1)
    assert other.entities == ("OG 4", "OG 3")


@pytest.mark.django_db
def test_documents_are_of_the_organisation_that_owned_the_facility_in_the_month() -> None:
    handed = [
        Period(1, None, dt.date(2024, 3, 31), "TPA"),
        Period(1, dt.date(2024, 4, 1), None, "TPA"),
        Period(2, None, None, "TPH"),
    ]
    fed = {(month, 1, "T-1"): 1 for month in WINDOW}
    world = simple(fed, periods=handed)

    found = details_of(world, Ownership(dict(zip(handed, (3, 4, 5), strict=True))))

    largest = [(each.name, each.documents) for each in found.concentration.largest]
    assert largest == [("OG 4", 9), ("OG 3", 3)]


@pytest.mark.django_db
def test_organisations_of_one_group_are_one_and_carry_documents_too() -> None:
    world = simple(
        {(WINDOW[0], 1, "T-1"): 1, (WINDOW[0], 2, "T-1"): 1},
        carried={(WINDOW[0], HOME, 5, "T-1"): ("PA", 2)},
    )
    owners = dict(zip(world.periods, (3, 4), strict=True))

    found = details_of(world, Ownership(owners, {4: "Groupe A", 5: "Groupe A"}))

    first, second = found.concentration.largest
    assert (first.finess, first.name, first.documents) == ("Y00000004", "Groupe A", 3)
    assert (second.name, second.share) == ("OG 3", 0.25)
    assert found.concentration.entities == 2


@pytest.mark.django_db
def test_growth_tells_new_active_and_stopped_facilities_apart() -> None:
    fed = {(month, 1, "T-1"): 1 for month in MONTHS} | {(MONTHS[3], 2, "T-2"): 7}
    world = simple(
        fed | {(WINDOW[5], 3, "T-1"): 4, (WINDOW[5], 1, "T-2"): 2},
        homes={1: HOME, 2: HOME, 3: HOME},
        periods=[Period(number, None, None, "TPA") for number in (1, 2, 3)],
        carried={(WINDOW[0], HOME, 5, "T-1"): ("PH", 10)},
    )

    growth = details_of(world).growth

    assert growth is not None
    parts = (growth.new, growth.active, growth.stopped, growth.carried)
    assert (*parts, growth.change) == (4, 2, -7, 10, 9)
    assert (growth.new_count, growth.stopped_count) == (1, 1)
    assert growth.by_sector == (
        Change("PH", "Personnes handicapées", 10),
        Change("PA", "Personnes âgées", -1),
    )
    assert growth.by_type == (Change("T-1", "T-1", 14), Change("T-2", "T-2", -5))


@pytest.mark.django_db
def test_documents_that_no_departement_can_claim_grow_under_their_own_name() -> None:
    world = simple({}, carried={(WINDOW[0], None, 5, "T-1"): ("PH", 10)})

    with loaded(world, Ownership()):
        growth = details(whole(world, MONTHS[0], MONTHS[-1]))["RZZ"].growth

    assert growth is not None
    assert growth.by_departement == (Change("", "Non ventilé (porté par l’OG)", 10),)


@pytest.mark.django_db
def test_nothing_received_is_unknown_and_not_zero() -> None:
    found = details_of(simple({}, covered=set()))

    assert (found.intensity, found.regularity, found.growth) == (None, None, None)
    assert found.typing == Typing(documents=0, generic=None, diversity=None)
    assert found.concentration == Concentration(share=None, largest=(), entities=0)
    assert found.types == ()


@pytest.mark.django_db
@pytest.mark.parametrize("sector", [None, "PA"])
def test_the_number_of_queries_follows_neither_departements_nor_months(
    sector: str | None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world = World(
        departements=CODES,
        homes=dict(enumerate(CODES, 1)),
        periods=[Period(number, None, None, "TPA") for number in range(1, 9)],
        fed={(month, number, "T-3"): 1 for month in WINDOW for number in range(1, 9)},
        covered={(month, code) for month in WINDOW for code in CODES},
        carried={(month, None, 1, "T-1"): ("PA", 1) for month in WINDOW},
    )
    fewer = replace(world, departements=CODES[:1])

    with loaded(world, Ownership()):
        for selection in (
            whole(world, WINDOW[0], WINDOW[-1], sector),
            whole(fewer, WINDOW[4], WINDOW[4], sector),
        ):
            with django_assert_num_queries(8):
                details(selection)


@pytest.mark.django_db
def test_what_no_volume_tells_of_is_not_asked(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with loaded(simple({(WINDOW[0], 1, "T-1"): 1}), Ownership()), django_assert_num_queries(6):
        details(one(HOME, MONTHS[0], MONTHS[-1]))
