"""The broker down, for minutes, or with its memory gone: files wait, none is lost, pages answer."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from kombu import pools

from ingestion import tasks
from ingestion.models import Extract, State
from mes_dashboard import celery
from mes_dashboard.services import LocalServers, reaper
from mes_dashboard.services.valkey import Valkey
from tests.faults.machinery import state_of, wait_for, worker
from tests.ingestion.world import build, content, facility, line

pytestmark = pytest.mark.django_db(transaction=True)

A1 = facility("21", 1)


class Broker:
    """A Valkey of this test only, which can be stopped, emptied and started again."""

    def __init__(self, folder: Path) -> None:
        self.servers = LocalServers(folder, throwaway=True)
        self.marks = Valkey(folder.resolve(), self.servers.key).marks
        self.socket = str(self.servers.valkey())

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def kill(self) -> None:
        for pid in reaper.processes(self.marks):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not reaper.processes(self.marks))

    def start(self) -> None:
        self.socket = str(self.servers.valkey())

    def forget(self) -> None:
        with redis.Redis(unix_socket_path=self.socket) as client:
            client.flushall()


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    made = Broker(tmp_path / "broker")
    monkeypatch.setattr(celery, "_broker_url", lambda: made.url)
    forget_connections()
    yield made
    made.kill()
    made.servers.release()
    forget_connections()


def forget_connections() -> None:
    """Let the next task open a connection, to whichever broker is then told."""
    pools.reset()
    celery.app._after_fork()  # type: ignore[attr-defined]  # not in the stubs


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def uploaded(client: Client) -> Extract:
    """A file brought by the page, as a person does."""
    file = SimpleUploadedFile("extrait.csv", content([line(A1, 5)]))
    asked = {"file": file, "region": "27", "scope": "27", "kind": "monthly", "mode": "replace"}
    response = client.post("/fichiers-mensuels/", asked)
    assert response.status_code == 302, response.content.decode()[-3000:]
    return Extract.objects.get()


def test_a_broker_down_at_upload_and_for_ten_minutes_loses_nothing(
    broker: Broker,
    owner_client: Client,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "worker.log"
    broker.kill()

    extract = uploaded(owner_client)
    assert state_of(extract) == State.RECEIVED
    start = timezone.now()
    for minutes in (1, 5, 10):
        later = start + dt.timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda later=later: later)
        tasks.sweep()
        assert state_of(extract) == State.RECEIVED
    monkeypatch.undo()
    extract.refresh_from_db()
    assert extract.queued_at is None

    broker.start()
    with worker(settings, log, broker.url):
        wait_for(lambda: state_of(extract) == State.READY, log)


def test_a_broker_that_lost_its_memory_is_told_again(
    broker: Broker,
    owner_client: Client,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "worker.log"
    extract = uploaded(owner_client)
    extract.refresh_from_db()
    assert extract.queued_at is not None
    broker.forget()

    with worker(settings, log, broker.url):
        wait_for(lambda: state_of(extract) == State.READY, log)

        # And once more while the worker lives: its queues themselves are forgotten.
        broker.forget()
        Extract.objects.update(
            state=State.RECEIVED, queued_at=timezone.now() - dt.timedelta(days=1)
        )
        tasks.sweep.delay()  # what beat does every 30 seconds
        wait_for(lambda: state_of(extract) == State.READY, log)
