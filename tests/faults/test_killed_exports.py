"""A worker killed with -9 while it makes slides: they end as if nothing had happened."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from accounts.models import User
from dashboard.models import Export, ExportKind, ExportState, Mailing
from reference.models import Departement, Region
from tests.dashboard import world
from tests.faults.machinery import held, kill, wait_for, waiting_sessions, worker

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_slides_whose_worker_is_killed_are_made_once_by_the_next(
    settings: Any, tmp_path: Path, owner: User, region: Region
) -> None:
    log = tmp_path / "worker.log"
    world.lay(first=dt.date(2025, 1, 1), departements=("21",))
    export = Export.objects.create(
        region=region, departement=Departement.objects.get(pk="21"), author=owner,
        kind=ExportKind.DECK, notify=True,
    )  # fmt: skip

    def state() -> str:
        export.refresh_from_db()
        return export.state

    # The deck reads the texts of the région: it is stopped there.
    with held("LOCK TABLE dashboard_text IN ACCESS EXCLUSIVE MODE"):
        with worker(settings, log) as process:
            wait_for(lambda: waiting_sessions() == 1, log, seconds=90)
            kill(process)
        assert (state(), export.attempts) == (ExportState.MAKING, 1)
    wait_for(lambda: waiting_sessions() == 0)

    with worker(settings, log):
        wait_for(lambda: state() == ExportState.READY, log, seconds=90)

    (stored,) = (Path(settings.MEDIA_ROOT) / "exports").iterdir()
    assert len(Presentation(io.BytesIO(stored.read_bytes())).slides) > 4
    assert (export.attempts, export.size) == (0, stored.stat().st_size)
    assert Mailing.objects.count() == 1
