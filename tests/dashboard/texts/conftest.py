"""The place and the people of the tests of texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import Role, User
from reference.models import Departement, Region
from tests.dashboard import world
from tests.dashboard.owned import own_all

MakeUser = Callable[..., User]


@pytest.fixture
def place(region: Region) -> Departement:
    return Departement.objects.select_related("region").get(pk="21")


@pytest.fixture
def received(region: Region) -> None:
    """Two départements received from January 2025 on."""
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "25"))
    own_all()


@pytest.fixture
def people(make_user: MakeUser, region: Region) -> dict[Role, User]:
    return {role: make_user(f"{role}@example.fr", role, region) for role in Role}


@pytest.fixture
def analyst(people: dict[Role, User]) -> User:
    return people[Role.ANALYST]
