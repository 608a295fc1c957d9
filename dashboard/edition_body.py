"""The page of an edition as it was rendered: what never changes is made once for each release.

It depends on the edition and on the code, and on nothing else: neither on the data, which may move
on, nor on who reads. Workers make those of the latest editions; a web process makes any other when
it is first asked for, for all processes.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from dashboard.editions_page import edition_page
from dashboard.freshness import code_digest
from dashboard.kept import PAGES
from dashboard.models import Edition
from dashboard.reading import SHARED

#: How many of the latest editions of all régions workers keep ready.
READY = 20
BODY = "dashboard/editions/_body.html"


def body(edition: Edition) -> SafeString:
    """What the page of an edition shows of it, below its heading.

    One query when another process made it, none when this one holds it. Not to be called in a
    transaction that only reads: what had to be made is kept for the others.
    """
    key = _key(edition.pk)
    kept: SafeString | None = caches[PAGES].get(key)
    if kept is None:
        packed: bytes | None = caches[SHARED].get(key)
        if packed is None:
            packed = _made(edition, key)
        kept = SafeString(zlib.decompress(packed).decode())
        caches[PAGES].set(key, kept)
    return kept


def prepare_editions() -> None:
    """Have the latest editions ready for every process."""
    for pk in Edition.objects.order_by("-pk").values_list("pk", flat=True)[:READY]:
        if _key(pk) not in caches[SHARED]:
            _made(Edition.objects.get(pk=pk), _key(pk))


def _made(edition: Edition, key: str) -> bytes:
    rendered = render_to_string(BODY, {"edition": edition, "page": edition_page(edition)})
    packed = zlib.compress(rendered.encode())
    caches[SHARED].set(key, packed)
    return packed


def _key(pk: int) -> str:
    """A full cache drops the first keys in their order: these, before any reading."""
    return f"edition:{pk:09}:{code_digest(Path(settings.BASE_DIR))}"
