"""The register and the administrators of the tests of the upload pages."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Role, User
from tests.ingestion.uploading.common import signed_in
from tests.ingestion.world import build


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def administrator() -> Client:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def national() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("national@exemple.fr"))
    return client
