"""The details against an independent recomputation, and the invariants they must hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from indicators.details import Change, Details, details
from reference.models import DocumentType, FacilityPeriod, LegalEntity
from tests.indicators.detail_oracle import GENERIC, OTHER, DetailOracle, Ownership
from tests.indicators.oracle import add
from tests.indicators.test_measures import one, quick, whole
from tests.indicators.world import SECTORS, World, lay, lay_ground
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
        for entity in LegalEntity.objects.filter(finess__startswith="Y"):
            entity.name = f"OG {entity.pk}"
            entity.group = ownership.groups.get(entity.pk, "")
            entity.save()
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
