"""The work of a worker, and the sweep: whatever happens, a file ends somewhere, and once."""

from __future__ import annotations

import datetime as dt
import io
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from ingestion import tasks
from ingestion.locks import REBUILD, work_lock
from ingestion.models import Extract, State
from ingestion.receive import receive
from reference.models import DataVersion, Region, raise_data_version
from tests.ingestion.world import brought, build, content, covered, facility, line

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def received(**asked: Any) -> Extract:
    region = Region.objects.get(code="27")
    data = io.BytesIO(content([line(A1, 5)]))
    return receive(data, name="extrait.csv", region=region, **asked)


def test_a_received_file_is_read_and_waits() -> None:
    extract = received()

    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert (extract.state, extract.attempts) == (State.READY, 0)


def test_a_file_to_be_published_is_published_once_read() -> None:
    extract = received(publish=True)

    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert extract.state == State.PUBLISHED
    assert covered() == {("2025-01", "21")}


@pytest.mark.parametrize("state", [State.READING, State.PUBLISHING])
def test_a_file_whose_work_was_cut_goes_on_from_there(state: str) -> None:
    extract = brought([line(A1, 5)], publish=True)
    Extract.objects.update(state=state, attempts=1)

    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert (extract.state, extract.attempts) == (State.PUBLISHED, 0)


def test_a_task_sent_twice_does_nothing_the_second_time() -> None:
    extract = received(publish=True)
    tasks.process_extract(extract.pk)
    before = DataVersion.objects.get().number

    tasks.process_extract(extract.pk)

    assert DataVersion.objects.get().number == before


def test_a_task_whose_extract_is_gone_does_nothing() -> None:
    tasks.process_extract(0x7FFFFFFF)

    assert not Extract.objects.exists()


def test_a_file_that_another_worker_has_is_left_to_it() -> None:
    extract = received()
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        with work_lock(extract.pk):
            taken.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    taken.wait(10)
    tasks.process_extract(extract.pk)
    done.set()
    thread.join()

    extract.refresh_from_db()
    assert extract.state == State.RECEIVED


@pytest.mark.parametrize(
    ("state", "expected"), [(State.READING, State.REFUSED), (State.PUBLISHING, State.READY)]
)
def test_a_file_that_keeps_killing_its_workers_is_given_up(state: str, expected: str) -> None:
    extract = brought([line(A1, 5)], publish=True)
    Extract.objects.update(state=state, attempts=tasks.MAX_ATTEMPTS)

    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert (extract.state, extract.publish_when_ready) == (expected, expected == State.REFUSED)
    assert "interrompu 3 fois" in extract.message
    assert not covered()


def test_an_attempt_that_does_not_end_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    extract = received()

    def die(_extract: Extract) -> Extract:
        raise OperationalError("gone")

    monkeypatch.setattr(tasks, "process", die)
    with pytest.raises(OperationalError):
        tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert (extract.state, extract.attempts) == (State.RECEIVED, 1)


def test_the_sweep_sends_what_was_never_queued(sent: list[int]) -> None:
    extract = received()

    tasks.sweep()

    extract.refresh_from_db()
    assert sent == [extract.pk]
    assert extract.queued_at is not None


@pytest.mark.parametrize("state", [State.RECEIVED, State.READING, State.PUBLISHING])
def test_the_sweep_sends_again_what_was_queued_a_while_ago(sent: list[int], state: str) -> None:
    extract = received()
    long_ago = timezone.now() - dt.timedelta(minutes=1)
    Extract.objects.update(state=state, queued_at=long_ago)

    tasks.sweep()

    assert sent == [extract.pk]


def test_the_sweep_sends_again_what_was_read_but_not_published_as_asked(sent: list[int]) -> None:
    extract = brought([line(A1, 5)], publish=True)

    tasks.sweep()

    assert sent == [extract.pk]


def test_the_sweep_leaves_what_is_on_its_way(sent: list[int]) -> None:
    received()
    Extract.objects.update(queued_at=timezone.now())

    tasks.sweep()

    assert sent == []


def test_the_sweep_of_a_starting_worker_waits_for_nothing(sent: list[int]) -> None:
    extract = received()
    Extract.objects.update(queued_at=timezone.now())

    tasks.sweep(restarted=True)

    assert sent == [extract.pk]


@pytest.mark.parametrize("state", [State.REFUSED, State.READY, State.PUBLISHED, State.SUPERSEDED])
def test_the_sweep_leaves_what_is_finished(sent: list[int], state: str) -> None:
    received()
    Extract.objects.update(state=state)

    tasks.sweep(restarted=True)

    assert sent == []


def test_the_sweep_leaves_what_a_worker_holds(sent: list[int]) -> None:
    extract = received()

    with work_lock(extract.pk):
        tasks.sweep(restarted=True)

    assert sent == []


def test_the_sweep_applies_a_new_register() -> None:
    raise_data_version("registre", ground=True)

    tasks.sweep()

    version = DataVersion.objects.get()
    assert version.ground == version.folded_ground


def test_only_one_sweep_applies_a_new_register() -> None:
    raise_data_version("registre", ground=True)
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        with work_lock(REBUILD):
            taken.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    taken.wait(10)
    tasks.sweep()
    done.set()
    thread.join()

    version = DataVersion.objects.get()
    assert version.ground != version.folded_ground


def test_a_broker_that_is_down_leaves_the_file_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = received()

    def down(_pk: int) -> None:
        raise BrokerDown("connection refused")

    monkeypatch.setattr(tasks.process_extract, "delay", down)

    assert tasks.send(extract) is False
    extract.refresh_from_db()
    assert extract.queued_at is None


def test_a_starting_worker_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.sweep, "delay", lambda **options: asked.append(options))

    tasks.sweep_at_start(sender=None)

    assert asked == [{"restarted": True}]
