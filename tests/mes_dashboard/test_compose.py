"""docker-compose.yml keeps production watched, closed and without readable secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return found


def test_every_long_lived_service_is_watched(compose: dict[str, Any]) -> None:
    watched_by_its_image = "HEALTHCHECK" in (REPOSITORY / "Dockerfile").read_text()

    for name, service in compose["services"].items():
        if name not in {"web", "migrate"}:
            assert service["healthcheck"]["test"], name
    assert watched_by_its_image


def test_only_the_web_server_can_be_reached(compose: dict[str, Any]) -> None:
    reachable = [name for name, service in compose["services"].items() if "ports" in service]

    assert reachable == ["web"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_no_secret_is_in_the_environment(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable in service.get("environment", {}):
            secret = "PASSWORD" in variable or "SECRET" in variable
            assert not secret or variable.endswith("_FILE"), (name, variable)


def test_what_services_name_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("networks", [])) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


def test_the_database_sorts_as_the_local_one(compose: dict[str, Any]) -> None:
    options = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]

    assert "--locale-provider=builtin --builtin-locale=C.UTF-8" in options


def test_the_worker_reads_few_files_at_once_within_a_bounded_memory(
    compose: dict[str, Any],
) -> None:
    worker = compose["services"]["worker"]

    assert "--concurrency=2" in worker["command"]
    assert worker["mem_limit"] == "3g"


def test_files_for_people_are_made_one_at_a_time_by_a_worker_of_their_own(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    queues = {
        name: service["command"][service["command"].index("-Q") + 1]
        for name, service in services.items()
        if "worker" in service.get("command", [])
    }
    routes = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    assert queues == {"worker": settings.CELERY_TASK_DEFAULT_QUEUE, "exports": "exports"}
    assert routes == {"exports"}
    assert "--concurrency=1" in services["exports"]["command"]
    assert services["exports"]["mem_limit"] == "1g"
