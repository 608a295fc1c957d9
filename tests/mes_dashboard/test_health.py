"""The probes tell a process that lives from one that can work."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import Settings

from mes_dashboard.celery import app


def test_the_process_lives_whatever_the_host_asked_for(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["mes.example.fr"]
    settings.SECURE_SSL_REDIRECT = True

    response = Client().get("/sante/", headers={"host": "10.0.0.7:8000"})

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_it_is_ready_when_database_and_broker_answer() -> None:
    response = Client().get("/sante/pret/")

    assert response.status_code == 200
    assert response.json() == {"database": True, "broker": True}


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = Client().get("/sante/pret/")

    assert response.status_code == 503
    assert response.json() == {"database": False, "broker": True}


@pytest.mark.django_db
def test_it_is_not_ready_without_its_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise BrokerError("gone")

    monkeypatch.setattr(app, "connection_for_write", refuse)

    response = Client().get("/sante/pret/")

    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": False}
