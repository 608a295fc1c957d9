"""The broker of the Celery application: asked for when it is needed, down when it cannot start."""

from __future__ import annotations

import pytest
from celery import Celery
from kombu.exceptions import OperationalError

from mes_dashboard import services
from mes_dashboard.celery import Application
from mes_dashboard.services import ServiceError


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Celery:
    """An application that has no connection yet, on a machine that cannot run a broker."""

    def refuse() -> str:
        raise ServiceError("no room for sockets")

    monkeypatch.setattr(services, "broker_url", refuse)
    return Application("essai", set_as_current=False)


def test_a_local_broker_that_cannot_start_is_a_broker_that_is_down(application: Celery) -> None:
    with pytest.raises(OperationalError, match="no room for sockets"):
        application.connection_for_read()


def test_sending_a_task_says_so(application: Celery) -> None:
    with pytest.raises(OperationalError, match="no room for sockets"):
        application.send_task("ingestion.tasks.process_extract", [1])
