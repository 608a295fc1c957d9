"""Pages as fresh as their data: one snapshot, an entity tag, an answer 304 before computing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.cache import get_conditional_response, patch_cache_control

from accounts.context import DATA_VERSION
from accounts.models import User
from accounts.scope import roles_of
from indicators.snapshot import snapshot_state


def answer(
    request: HttpRequest, render: Callable[[int], HttpResponse], *, also: object = ""
) -> HttpResponseBase:
    """The page that `render` makes of a data version, or 304 when the browser holds it already.

    Called once the territory is known to be the user's. A page that shows messages has no tag,
    for it must not be kept. `also`: what it shows besides, that no data version names.
    """
    with snapshot_state() as state:
        setattr(request, DATA_VERSION, state)
        version = state.number
        tag = None if len(get_messages(request)) else entity_tag(request, version, also)
        unchanged = get_conditional_response(request, etag=tag) if tag else None
        response = render(version) if unchanged is None else unchanged
    if tag:
        response["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response


def entity_tag(request: HttpRequest, version: int, also: object = "") -> str:
    """Names all that a page depends on besides its address.

    The CSRF secret is part of it: a kept page would carry a sign-out form that a new session
    refuses.
    """
    get_token(request)  # makes the secret when the browser has none yet
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # LoginRequiredMiddleware lets nobody else in
    scope = ",".join(f"{region.code}:{role}" for region, role in roles_of(request).items())
    parts = (
        version,
        settings.MES_RELEASE,
        code_digest(Path(settings.BASE_DIR)),
        getattr(staticfiles_storage, "manifest_hash", ""),
        user.pk,
        str(user),
        user.is_staff,
        scope,
        request.META.get("CSRF_COOKIE", ""),
        also,
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


@cache
def code_digest(base: Path) -> str:
    """Names the code that makes pages: a kept page would ask for files that a new release lacks.

    Read once by each process, so that nobody has to remember to raise a number.
    """
    digest = hashlib.sha256()
    packages = ("dashboard", "indicators", "accounts", "reference", "mes_dashboard", "templates")
    for path in sorted(path for name in packages for path in (base / name).rglob("*.*")):
        if path.suffix in {".py", ".html"}:
            digest.update(f"{path.relative_to(base)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
