"""Faults and races, for real: a worker killed with -9, two publications at once, a page between."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from indicators.snapshot import snapshot
from ingestion.models import Extract, Layer, State
from ingestion.publish import publish
from ingestion.receive import receive
from mes_dashboard.services import broker_url
from reference.models import Region, lock_data_version
from tests.ingestion.world import brought, build, content, facility, fed, line, published

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)

#: A worker like that of production, but on the database of the tests.
WORKER = """
import json, os, sys
from django.conf import settings
settings.DATABASES["default"].update(json.loads(os.environ["WORKER_DATABASE"]))
settings.MEDIA_ROOT = os.environ["WORKER_MEDIA"]
from mes_dashboard.celery import app
app.worker_main(["worker", "--concurrency=1", "--loglevel=info", "--without-gossip"])
"""


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@contextmanager
def worker(settings: Any, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker over the real broker, in a process group of its own."""
    # A numbered database of the broker for each process of the run: nobody takes our messages.
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 15 + 1
    url = broker_url()
    separator = "?virtual_host=" if url.startswith("redis+socket") else "/"
    environment = os.environ | {
        "REDIS_URL": f"{url.rstrip('/')}{separator}{own}",
        "WORKER_DATABASE": json.dumps({"NAME": connection.settings_dict["NAME"]}),
        "WORKER_MEDIA": str(settings.MEDIA_ROOT),
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            env=environment,
            stdout=output,
            stderr=output,
            cwd=settings.BASE_DIR,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and its children as `kill -9` does."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(condition: Callable[[], bool], log: Path | None = None, seconds: float = 40) -> None:
    """Wait until something holds, and fail with the worker's log when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(log.read_text()[-5000:] if log else "nothing happened in time")
        time.sleep(0.1)


@contextmanager
def held(statement: str) -> Iterator[None]:
    """Run a statement in a transaction of another session, kept open for the block."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        other.rollback()
        other.close()


def waiting_sessions() -> int:
    """How many sessions of this database wait for a lock of any kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def state_of(extract: Extract) -> str:
    return Extract.objects.values_list("state", flat=True).get(pk=extract.pk)


def test_a_worker_killed_in_the_middle_of_publishing_loses_nothing(
    settings: Any, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    published([line(A1, 5), line(B1, 4)])
    before = fed()
    data = io.BytesIO(content([line(A1, 6), line(B1, 7)]))
    region = Region.objects.get(code="27")
    extract = receive(data, name="extrait.csv", region=region, publish=True)

    # The publication blocks inside its transaction, its layers edited, its facts replaced.
    with held("LOCK TABLE indicators_coveredmonth IN SHARE MODE"):
        with worker(settings, log) as process:
            wait_for(lambda: waiting_sessions() == 1, log)
            kill(process)
        assert state_of(extract) == State.PUBLISHING
        assert fed() == before
    wait_for(lambda: waiting_sessions() == 0)
    assert fed() == before
    assert not Layer.objects.filter(extract=extract).exists()

    with worker(settings, log):
        wait_for(lambda: state_of(extract) == State.PUBLISHED, log)

    assert fed() == {("2025-01", A1, "SYNTH"): 6, ("2025-01", B1, "SYNTH"): 7}
    assert Layer.objects.filter(in_force=True).count() == 2


def in_threads(*acts: Callable[[], object]) -> list[threading.Thread]:
    """Start acts, each in a database session of its own."""

    def closing(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=closing, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    return threads


def test_two_publications_of_one_month_at_once_leave_one_of_them() -> None:
    first = brought([line(A1, 1), line(B1, 2)])
    second = brought([line(A2, 10), line(B1, 20)])

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(lambda: publish(first), lambda: publish(second))
        wait_for(lambda: waiting_sessions() == 2)
    for thread in threads:
        thread.join(60)

    assert sorted([state_of(first), state_of(second)]) == [State.PUBLISHED, State.SUPERSEDED]
    if state_of(first) == State.PUBLISHED:
        assert fed() == {("2025-01", A1, "SYNTH"): 1, ("2025-01", B1, "SYNTH"): 2}
    else:
        assert fed() == {("2025-01", A2, "SYNTH"): 10, ("2025-01", B1, "SYNTH"): 20}


def test_one_extract_published_twice_at_once_is_published_once() -> None:
    extract = brought([line(A1, 1)])

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(lambda: publish(extract), lambda: publish(extract))
        wait_for(lambda: waiting_sessions() == 2)
    for thread in threads:
        thread.join(60)

    assert state_of(extract) == State.PUBLISHED
    assert Layer.objects.count() == 1
    assert fed() == {("2025-01", A1, "SYNTH"): 1}


def test_a_page_read_around_a_publication_shows_one_state() -> None:
    published([line(A1, 1), line(B1, 2)])
    extract = brought([line(A1, 10), line(B1, 20)])

    with snapshot() as number:
        before = fed()
        (thread,) = in_threads(lambda: publish(extract))
        thread.join(60)
        around = fed()

    assert before == around == {("2025-01", A1, "SYNTH"): 1, ("2025-01", B1, "SYNTH"): 2}
    with snapshot() as later:
        assert fed() == {("2025-01", A1, "SYNTH"): 10, ("2025-01", B1, "SYNTH"): 20}
    assert later > number


def test_the_version_row_is_locked_inside_transactions_only() -> None:
    with pytest.raises(Exception, match="transaction"):
        lock_data_version()
