"""Addresses that nobody writes by mistake, and that a database refuses to be asked about."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NulMiddleware:
    """Answers 400 to an address that holds the character NUL, which PostgreSQL takes nowhere.

    Here once for every page, path and query string: each of them may be looked up as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Raises BadRequest: the address holds one."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("an address with the character NUL")
        return self.get_response(request)
