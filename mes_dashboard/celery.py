"""The Celery application: the broker is Redis, or the local Valkey when none is named."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes_dashboard.settings")


class Application(Celery):
    """Asks for the broker's address when it connects, which starts the local one."""

    def connection_for_read(self, url: str | None = None, **options: Any) -> Any:
        return super().connection_for_read(url or _broker_url(), **options)

    def connection_for_write(self, url: str | None = None, **options: Any) -> Any:
        return super().connection_for_write(url or _broker_url(), **options)


def _broker_url() -> str:
    """Where the broker listens.

    Raises:
        OperationalError: the local one cannot be started, which is a broker that is down.
    """
    from mes_dashboard import services  # noqa: PLC0415  # needs this module's package

    try:
        return services.broker_url()
    except services.ServiceError as error:
        raise OperationalError(str(error)) from error


app = Application("mes_dashboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
