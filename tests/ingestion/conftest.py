"""What the tests of ingestion have in common: a broker that is told and does nothing."""

from __future__ import annotations

import pytest

from ingestion import tasks


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The identifiers handed to the broker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", found.append)
    return found
