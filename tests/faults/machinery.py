"""What faults are made of: real workers, locks held by others, threads with their own sessions."""

from __future__ import annotations

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

from ingestion.models import Extract
from mes_dashboard.services import broker_url

#: A worker like that of production, but on the database of the tests.
WORKER = """
import json, os, sys
from django.conf import settings
settings.DATABASES["default"].update(json.loads(os.environ["WORKER_DATABASE"]))
settings.MEDIA_ROOT = os.environ["WORKER_MEDIA"]
from mes_dashboard.celery import app
queues = ["-Q", "mes-dashboard,exports"]
app.worker_main(["worker", "--concurrency=1", "--loglevel=info", "--without-gossip", *queues])
"""


def own_broker() -> str:
    """A numbered database of the broker for each process of the run: nobody takes our messages."""
    own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 15 + 1
    url = broker_url()
    separator = "?virtual_host=" if url.startswith("redis+socket") else "/"
    return f"{url.rstrip('/')}{separator}{own}"


@contextmanager
def worker(settings: Any, log: Path, broker: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker over the real broker, in a process group of its own."""
    environment = os.environ | {
        "REDIS_URL": broker or own_broker(),
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
