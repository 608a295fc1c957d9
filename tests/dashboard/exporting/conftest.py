"""Makers that make nothing, workers that are told, and an export that waits for them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from accounts.models import User
from dashboard.exporting import ask_export
from dashboard.models import Export, ExportKind
from reference.models import Departement, Region
from tests.dashboard import world
from tests.dashboard.makers import Maker, replace_makers, replace_workers


@pytest.fixture(autouse=True)
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    return replace_makers(monkeypatch)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    return replace_workers(monkeypatch)


@pytest.fixture
def author(owner: User) -> User:
    return owner


@pytest.fixture
def departement() -> Departement:
    return Departement.objects.get(pk="21")


@pytest.fixture
def waiting(author: User, region: Region) -> Export:
    """The slides of the région, which a worker is to make."""
    return ask_export(region=region, author=author, kind=ExportKind.DECK)


@pytest.fixture
def received(region: Region) -> None:
    world.lay(first=dt.date(2025, 9, 1), departements=("21",))
