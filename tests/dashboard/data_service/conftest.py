"""What is received, and who calls, in the tests of the data service."""

from __future__ import annotations

import pytest

from accounts.models import User
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.data_service.common import FIRST, Caller
from tests.dashboard.owned import own_all


@pytest.fixture
def received(region: Region) -> None:
    world.lay(first=FIRST, departements=("21", "39"), missing=[("39", world.LAST)], unallocated=7)
    own_all()


@pytest.fixture
def caller(owner: User) -> Caller:
    return Caller(owner)
