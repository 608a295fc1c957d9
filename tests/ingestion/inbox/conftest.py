"""An inbox, and beat and a worker to look in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.inbox.common import Watch
from tests.ingestion.world import build


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    """An inbox with the folder of the region of the world."""
    settings.MES_INBOX = str(tmp_path / "inbox")
    settings.MES_INBOX_SETTLE = 25
    settings.MES_SITE_URL = "https://mes.example.fr"
    (tmp_path / "inbox" / "27").mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture
def watch() -> Watch:
    return Watch()
