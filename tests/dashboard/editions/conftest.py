"""A région that received a year, and an edition frozen there."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from dashboard.editions import freeze
from dashboard.models import Edition
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.editions.common import COMMITTEE
from tests.dashboard.owned import own_all


@pytest.fixture
def received(region: Region) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "25", "39", "58", "70"))
    own_all()


@pytest.fixture
def edition(received: None, region: Region, owner: User) -> Edition:
    return freeze(region, "Comité stratégique", COMMITTEE, actor=owner)[0]
