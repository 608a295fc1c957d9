"""Addresses that nobody writes by mistake, and that a database refuses to be asked about."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

UNKNOWN = "%EF%BF%BD"


class NulMiddleware:
    """Keeps from every page the character NUL, which PostgreSQL takes nowhere.

    No path has one: 400. In a query string it becomes "unknown character", so that the page
    answers as it does to any value that means nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Raises BadRequest: the path holds one."""
        if "\0" in request.path:
            raise BadRequest("an address with the character NUL")
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("%00", UNKNOWN)
        return self.get_response(request)
