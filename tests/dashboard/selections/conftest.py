"""A reader, and a selection of three slides."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role, User
from reference.models import Region
from tests.dashboard.selections.common import (
    MakeUser,
    add,
)


@pytest.fixture
def reader(make_user: MakeUser, region: Region) -> User:
    return make_user("lecteur@example.fr", Role.READER, region)


@pytest.fixture
def reader_client(reader: User) -> Client:
    client = Client()
    client.force_login(reader, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def three(owner_client: Client) -> None:
    for code in ("carte", "departements", "synthese"):
        add(owner_client, code=code)
