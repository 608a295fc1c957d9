"""PostgreSQL killed and started again in the middle of a publication, under a living worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mes_dashboard.services import LocalServers, reaper
from mes_dashboard.services.postgresql import PostgreSQL
from tests.faults.machinery import kill, wait_for

#: A published month, then a file that replaces it and waits for a worker; its number is printed.
BRING = """
import django, io
django.setup()
from ingestion.receive import receive
from tests.ingestion.world import build, content, facility, line, published
region = build()
published([line(facility("21", 1), 5)])
data = io.BytesIO(content([line(facility("21", 1), 6), line(facility("21", 2), 1)]))
print(receive(data, name="extrait.csv", region=region, publish=True).pk)
"""

#: What beat and a starting worker do.
SWEEP = """
import django
django.setup()
from ingestion.tasks import sweep
sweep.delay(restarted=True)
"""

FACTS = "SELECT month::text, documents FROM indicators_feeding ORDER BY documents"


class Instance:
    """A database and a broker of this test only, in a folder of their own."""

    def __init__(self, folder: Path, base: Path) -> None:
        self.servers = LocalServers(folder, throwaway=True)
        self.servers.valkey()  # this process is their client: they last as long as the test
        self.marks = PostgreSQL(folder.resolve(), self.servers.key, throwaway=True).marks
        self.base = base
        unset = {"DATABASE_URL", "REDIS_URL"}
        self.environment = {key: text for key, text in os.environ.items() if key not in unset} | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MES_TEST_DATA_DIR": str(folder),
        }

    def run(self, *arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self.base,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def connect(self) -> psycopg.Connection[Any]:
        """A session of the database, which is started when it does not run."""
        return psycopg.connect(
            host=str(self.servers.postgresql()), user="mes_dashboard", dbname="mes_dashboard"
        )

    def ask(self, question: str) -> list[Any]:
        with self.connect() as session:
            return session.execute(question.encode()).fetchall()

    def write_all(self) -> None:
        """Have what was committed written: servers of tests answer before they write."""
        with self.connect() as session:
            session.autocommit = True
            session.execute("CHECKPOINT")

    def kill_postgresql(self) -> None:
        killed = set(reaper.processes(self.marks))
        for pid in killed:
            with suppress(ProcessLookupError):  # a session may have ended meanwhile
                os.kill(pid, signal.SIGKILL)
        # Whoever needs the server starts another one at once.
        wait_for(lambda: not killed & set(reaper.processes(self.marks)))


@pytest.fixture
def instance(tmp_path: Path, settings: Any) -> Iterator[Instance]:
    made = Instance(tmp_path / "instance", settings.BASE_DIR)
    yield made
    wait_for(made.servers.release)


def test_a_database_killed_during_a_publication_publishes_it_once_it_is_back(
    instance: Instance, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    instance.run("manage.py", "migrate", "--skip-checks", "--verbosity=0")
    pk = json.loads(instance.run("-c", BRING))
    state = f"SELECT state FROM ingestion_extract WHERE id = {pk}"
    # The server's own cleaning waits for the same lock, whatever the worker does.
    waits = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND backend_type = 'client backend'"
    )
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "mes_dashboard", "worker", "--concurrency=1"],
            env=instance.environment,
            cwd=instance.base,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        with instance.connect() as other:
            other.execute("LOCK TABLE indicators_coveredmonth IN SHARE MODE")
            wait_for(
                lambda: instance.ask(state) == [("publishing",)] and instance.ask(waits) == [(1,)],
                log,
            )
            instance.write_all()
            instance.kill_postgresql()
            other.close()
        assert instance.ask(FACTS) == [("2025-01-01", 5)]
        assert instance.ask(state) == [("publishing",)]

        instance.run("-c", SWEEP)
        wait_for(lambda: instance.ask(state) == [("published",)], log)
    finally:
        kill(worker)

    assert instance.ask(FACTS) == [("2025-01-01", 1), ("2025-01-01", 6)]
