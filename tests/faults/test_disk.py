"""The disk full while a file is worked on: it waits, says so, and goes on once there is room."""

from __future__ import annotations

import datetime as dt
import errno
import io
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from ingestion import tasks
from ingestion.models import State
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion.world import build, content, facility, fed, line, published

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def full(*_: Any, **__: Any) -> str:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_whose_records_cannot_be_stored_waits_for_room_and_is_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published([line(A1, 5)])
    data, region = io.BytesIO(content([line(A1, 6)])), Region.objects.get(code="27")
    extract = receive(data, name="extrait.csv", region=region, publish=True)
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", sent.append)

    with monkeypatch.context() as disk:
        disk.setattr(FileSystemStorage, "_save", full)
        for _ in range(tasks.MAX_ATTEMPTS + 2):  # however long it lasts
            tasks.process_extract(extract.pk)
            extract.refresh_from_db()
            assert (extract.state, extract.attempts) == (State.RECEIVED, 0)
            assert "L’espace de stockage est plein" in extract.message
            assert fed() == {("2025-01", A1, "SYNTH"): 5}

    tasks.sweep()
    assert sent == []  # it would be read in vain
    later = timezone.now() + tasks.ROOM_WAIT + dt.timedelta(minutes=1)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        tasks.sweep()
    assert sent == [extract.pk]
    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert (extract.state, extract.message) == (State.PUBLISHED, "")
    assert fed() == {("2025-01", A1, "SYNTH"): 6}
