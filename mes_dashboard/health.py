"""What a supervisor asks: does the process live, can it do its work."""

from __future__ import annotations

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError

from mes_dashboard.celery import app
from mes_dashboard.probe import LIVENESS, READINESS


class HealthMiddleware:
    """Answers the two probes before anything that looks at the host, the scheme or the user.

    Probes come from inside, over plain HTTP, with an IP address for host name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == LIVENESS:
            return HttpResponse("ok", content_type="text/plain")
        if request.path_info == READINESS:
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Whether the database and the broker answer: 200 when both do, else 503."""
    found = {"database": database_answers(), "broker": broker_answers()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def database_answers() -> bool:
    """Whether the database runs a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def broker_answers() -> bool:
    """Whether the broker accepts a connection, asked once and for 2 seconds at most."""
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True
