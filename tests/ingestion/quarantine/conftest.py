"""A legal entity to be arbitrated, and a file with lines that wait."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from reference.models import FacilityPeriod, LegalEntity, Region
from tests.ingestion import world
from tests.ingestion.quarantine.common import HOME, OWNER, UNKNOWN
from tests.ingestion.world import facility, line, published


@pytest.fixture(autouse=True)
def mixed_entity() -> LegalEntity:
    """A legal entity with a home of the region, a closed one, and one of another region."""
    world.build()
    for departement, rank in (("21", 50), ("25", 51), ("35", 52)):
        world.add_facility(departement, rank, owner=OWNER)
    closed = FacilityPeriod.objects.filter(facility__finess=facility("25", 51))
    closed.update(ends_on=dt.date(2024, 6, 30))
    LegalEntity.objects.filter(finess=OWNER).update(name="ASSOCIATION X")
    return LegalEntity.objects.get(finess=OWNER)


@pytest.fixture
def waiting() -> Any:
    """A published file: a line of a home, one of an unknown number, one to be arbitrated."""
    return published([line(HOME, 5), line(UNKNOWN, 7), line(OWNER, 11)])


@pytest.fixture
def region(mixed_entity: LegalEntity) -> Region:
    return Region.objects.get(pk="27")
