"""The same file twice, at once or later, and the same task twice: one publication."""

from __future__ import annotations

import io

import pytest

from ingestion import tasks
from ingestion.locks import locked_keys
from ingestion.models import Extract, Layer, State
from ingestion.receive import receive
from reference.models import DataVersion, Region
from tests.faults.machinery import held, in_threads, wait_for, waiting_sessions
from tests.ingestion.world import build, content, facility, fed, line

pytestmark = pytest.mark.django_db(transaction=True)

A1 = facility("21", 1)
FACTS = {("2025-01", A1, "SYNTH"): 5}


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def bring() -> Extract:
    data, region = io.BytesIO(content([line(A1, 5)])), Region.objects.get(code="27")
    return receive(data, name="extrait.csv", region=region, publish=True)


def version() -> int:
    return DataVersion.objects.get().number


def test_the_same_file_brought_twice_at_once_is_published_once() -> None:
    before = version()
    first, second = bring(), bring()
    assert first.pk != second.pk  # neither is in force yet

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(
            lambda: tasks.process_extract(first.pk), lambda: tasks.process_extract(second.pk)
        )
        wait_for(lambda: waiting_sessions() == 2)
    for thread in threads:
        thread.join(60)

    states = sorted(Extract.objects.values_list("state", flat=True))
    assert states == [State.PUBLISHED, State.SUPERSEDED]
    assert "déjà en vigueur" in Extract.objects.get(state=State.SUPERSEDED).message
    assert fed() == FACTS
    assert version() == before + 1


def test_the_same_file_brought_later_is_the_one_in_force() -> None:
    first = bring()
    tasks.process_extract(first.pk)
    before = version()

    assert bring() == first
    assert (Extract.objects.count(), version()) == (1, before)


def test_a_task_delivered_twice_at_once_publishes_once() -> None:
    before = version()
    extract = bring()

    with held("LOCK TABLE ingestion_linereport IN ACCESS EXCLUSIVE MODE"):
        (first,) = in_threads(lambda: tasks.process_extract(extract.pk))
        wait_for(lambda: waiting_sessions() == 1)
        (second,) = in_threads(lambda: tasks.process_extract(extract.pk))
        second.join(60)  # it leaves the extract to the other, at once
    first.join(60)

    assert not second.is_alive()
    tasks.process_extract(extract.pk)
    assert Layer.objects.count() == 1
    assert (fed(), version()) == (FACTS, before + 1)
    assert locked_keys() == set()
