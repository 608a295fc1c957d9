"""A worker killed with -9, wherever it is: the file ends as if nothing had happened."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ingestion import tasks
from ingestion.models import Extract, Layer, LineReport, Notice, State
from ingestion.receive import receive
from reference.models import DataVersion, Region
from tests.faults.machinery import held, kill, state_of, wait_for, waiting_sessions, worker
from tests.ingestion.world import build, content, facility, fed, line, published

pytestmark = pytest.mark.django_db(transaction=True)

A1, B1 = facility("21", 1), facility("25", 1)

#: The steps of a file, in order: what another session holds to stop it there, its state then.
STEPS = (
    ("read", "LOCK TABLE ingestion_headermapping IN ACCESS EXCLUSIVE MODE", State.READING),
    ("check", "LOCK TABLE ingestion_linereport IN ACCESS EXCLUSIVE MODE", State.READING),
    ("preview", "LOCK TABLE ingestion_regionsettings IN ACCESS EXCLUSIVE MODE", State.READING),
    ("publish", "LOCK TABLE indicators_coveredmonth IN SHARE MODE", State.PUBLISHING),
)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def test_a_file_whose_worker_is_killed_at_each_step_in_turn_is_published_once(
    settings: Any, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    published([line(A1, 5), line(B1, 4)])
    before, version = fed(), DataVersion.objects.get().number
    Notice.objects.all().delete()
    data = io.BytesIO(content([line(A1, 6), line(B1, 7), line("123", 1)]))
    region = Region.objects.get(code="27")
    extract = receive(data, name="extrait.csv", region=region, publish=True)

    for step, lock, state in STEPS:
        with held(lock):
            with worker(settings, log) as process:
                wait_for(lambda: waiting_sessions() == 1, log)
                kill(process)
            assert state_of(extract) == state, step
        wait_for(lambda: waiting_sessions() == 0)
        assert fed() == before, step
        assert not Layer.objects.filter(extract=extract).exists()
        # Three such attempts would be too many: that is told of elsewhere.
        Extract.objects.filter(pk=extract.pk).update(attempts=0)

    with worker(settings, log):
        wait_for(lambda: state_of(extract) == State.PUBLISHED, log)

    assert fed() == {("2025-01", A1, "SYNTH"): 6, ("2025-01", B1, "SYNTH"): 7}
    assert Layer.objects.filter(in_force=True).count() == 2
    assert DataVersion.objects.get().number == version + 1
    extract.refresh_from_db()
    assert (extract.counts["accepted"], extract.counts["refused"]) == (2, 1)
    assert LineReport.objects.filter(extract=extract).count() == 1
    assert [notice.event for notice in extract.notices.all()] == ["published"]


def test_a_file_that_kills_every_worker_is_given_up_with_words(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = Region.objects.get(code="27")
    extract = receive(
        io.BytesIO(content([line(A1, 6)])), name="extrait.csv", region=region, publish=True
    )

    class KilledError(BaseException):
        """As `kill -9`: nothing of ours is told."""

    def killed(_extract: Extract) -> Extract:
        raise KilledError

    monkeypatch.setattr(tasks, "process", killed)
    for _ in range(tasks.MAX_ATTEMPTS):
        with pytest.raises(KilledError):
            tasks.process_extract(extract.pk)
    tasks.process_extract(extract.pk)

    extract.refresh_from_db()
    assert extract.state == State.REFUSED
    assert "interrompu 3 fois" in extract.message
    assert fed() == {}
