"""Pages as they were rendered, kept by the process for whoever may see the same.

What a page of figures shows depends on its address, on the state of the data, on the code and on
the role of who reads, and on nothing else: all of these name what is kept, so nothing is ever
invalidated. What belongs to one person (name, messages, the token of forms) is rendered around it
for each request: a kept part is made without the request, and cannot hold any of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import Role
from dashboard.forms import Asked
from dashboard.freshness import code_digest

PAGES, PARTS = "pages", "parts"

T = TypeVar("T")


@dataclass(frozen=True)
class Kept:
    """The part of a page that every reader of one role shares.

    `wider`: the part of its query string that a page above it shares; `permalink`: the query
    string that shows the same months for ever.
    """

    body: SafeString
    wider: str
    permalink: str


def keep(
    request: HttpRequest,
    version: int,
    role: Role | None,
    make: Callable[[], tuple[str, dict[str, Any]] | None],
) -> Kept | None:
    """What the address that is asked for shows to a role, from this process or made now.

    `make` gives the template of the shared part and its context, in which `asked` is the
    selection; or None when there is nothing to show, which is not kept.
    """
    key = _key(request, version, role)
    kept: Kept | None = caches[PAGES].get(key)
    if kept is not None:
        return kept
    made = make()
    if made is None:
        return None
    template, context = made
    asked: Asked = context["asked"]
    kept = Kept(render_to_string(template, context), asked.wider(), asked.permalink())
    caches[PAGES].set(key, kept)
    return kept


def once(version: int, make: Callable[[], T], *names: object) -> T:
    """What `make` reads of a data version, from this process or made now; nobody may change it.

    `names` tell it from all else: what it is, and all that it was asked, as `repr` writes it.
    """
    key = _named(version, *names)
    found: T | None = caches[PARTS].get(key)
    if found is None:
        found = make()
        caches[PARTS].set(key, found)
    return found


def _key(request: HttpRequest, version: int, role: Role | None) -> str:
    """The query string is part of it as it was written, for the page says what was wrong in it."""
    return _named(version, request.path, request.GET.urlencode(), role or "")


def _named(version: int, *names: object) -> str:
    parts = (version, code_digest(Path(settings.BASE_DIR)), *names)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
