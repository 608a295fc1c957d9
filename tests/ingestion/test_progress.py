"""How far a file has got: the steps that are told, and when."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.utils import timezone

from ingestion import process as processing
from ingestion import progress
from ingestion.models import Extract, State
from ingestion.progress import Step, progress_of
from ingestion.reading.pipeline import read_records
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion.world import brought, build, facility, line

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def test_reading_goes_through_its_steps_and_ends_without_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[str] = []
    start = progress.start

    def told(extract: Extract, step: str) -> None:
        start(extract, step)
        steps.append(Extract.objects.get(pk=extract.pk).step)

    monkeypatch.setattr(progress, "start", told)

    extract = brought([line(A1, 5)])

    assert steps == [Step.READING, Step.CHECKING, Step.PREVIEW]
    kept = Extract.objects.get(pk=extract.pk)
    assert (kept.step, kept.progress, kept.step_at) == ("", None, None)


def test_lines_are_told_while_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int | None] = []
    read = read_records

    def slowly(path: Any, name: str, options: Any) -> Any:
        options.progress(50_000)
        told.append(Extract.objects.get().progress)
        return read(path, name, options)

    monkeypatch.setattr(processing, "read_records", slowly)

    brought([line(A1, 5)])

    assert told == [50_000]


def test_a_refused_file_has_no_step_left() -> None:
    region = Region.objects.get(code="27")

    extract = processing.process(receive(io.BytesIO(b"x"), name="x.csv", region=region))

    assert (extract.state, Extract.objects.get().step) == (State.REFUSED, "")


def test_a_file_that_will_publish_itself_is_on_its_way_already() -> None:
    extract = brought([line(A1, 5)], publish=True)

    shown = progress_of(extract, timezone.now())

    assert shown is not None
    assert (shown.label, shown.rank, shown.following) == ("publication", 5, "")
    assert shown.said == "Étape 5 sur 5\u202f: publication"


def test_nothing_goes_on_with_a_file_that_waits_for_a_person() -> None:
    assert progress_of(brought([line(A1, 5)]), timezone.now()) is None


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0\u202fs"),
        (12, "12\u202fs"),
        (65, "1\u202fmin\u202f05\u202fs"),
        (7800, "2\u202fh\u202f10\u202fmin"),
    ],
)
def test_time_is_said_as_people_do(seconds: int, said: str) -> None:
    now = timezone.now()
    extract = Extract(
        state=State.READING, step=Step.READING, step_at=now - dt.timedelta(seconds=seconds)
    )

    shown = progress_of(extract, now)

    assert shown is not None
    assert shown.elapsed == said
