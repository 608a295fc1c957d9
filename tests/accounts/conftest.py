"""Beside the administrators of two régions: who only reads, and who has the whole country."""

from __future__ import annotations

import pytest

from accounts.models import Role, User
from reference.models import Region
from tests.conftest import MakeUser

PASSWORD = "correct horse battery staple"  # the one that `make_user` gives


@pytest.fixture
def reader(make_user: MakeUser, region: Region) -> User:
    return make_user("lectrice@exemple.fr", Role.READER, region)


@pytest.fixture
def bretagne(db: None) -> Region:
    return Region.objects.get(pk="53")


@pytest.fixture
def national(db: None) -> User:
    return User.objects.create_superuser("national@exemple.fr", PASSWORD)
