"""Three people: a colleague of the region, one of another region, one of the whole country."""

from __future__ import annotations

import pytest

from accounts.models import RegionGrant, Role, User
from reference.models import Region

PASSWORD = "un-secret-assez-long"  # of people who exist only in tests


@pytest.fixture
def bourgogne(db: None) -> Region:
    return Region.objects.get(code="27")


@pytest.fixture
def bretagne(db: None) -> Region:
    return Region.objects.get(code="53")


@pytest.fixture
def reader(bourgogne: Region) -> User:
    user = User.objects.create_user("lectrice@exemple.fr", PASSWORD, first_name="Lise")
    RegionGrant.objects.create(user=user, region=bourgogne, role=Role.READER)
    return user


@pytest.fixture
def administrator(bourgogne: Region) -> User:
    user = User.objects.create_user("admin27@exemple.fr", PASSWORD)
    RegionGrant.objects.create(user=user, region=bourgogne, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def breton(bretagne: Region) -> User:
    user = User.objects.create_user("breton@exemple.fr", PASSWORD)
    RegionGrant.objects.create(user=user, region=bretagne, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def national(db: None) -> User:
    return User.objects.create_superuser("national@exemple.fr", PASSWORD)
