"""Who reads in the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Role
from reference.models import Region
from tests.conftest import MakeUser
from tests.people import signed_in


@pytest.fixture
def client_as(make_user: MakeUser, region: Region) -> Callable[[Role], Client]:
    """Signs somebody in who holds a role in the région."""
    return lambda role: signed_in(make_user(f"{role.value}@example.fr", role, region))
