"""The page of an edition as it was rendered: what never changes is made once for each release.

It depends on the edition and on the code, and on nothing else: neither on the data, which may move
on, nor on who reads. Freezing makes it for every web process, and workers do for a new release; a
process makes for itself any other that it is asked for.
"""

from __future__ import annotations

import logging
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

logger = logging.getLogger(__name__)


def body(edition: Edition) -> SafeString:
    """What the page of an edition shows of it, below its heading.

    One query when it is ready, none when this process holds it.
    """
    key = _key(edition.pk)
    kept: SafeString | None = caches[PAGES].get(key)
    if kept is None:
        packed: bytes | None = caches[SHARED].get(key)
        kept = _made(edition) if packed is None else SafeString(zlib.decompress(packed).decode())
        caches[PAGES].set(key, kept)
    return kept


def make_ready(edition: Edition) -> None:
    """Make the page of an edition for every process.

    It is a preparation: what cannot be made is logged, and left to who asks for the page.
    """
    try:
        caches[SHARED].set(_key(edition.pk), zlib.compress(_made(edition).encode()))
    except Exception:
        logger.exception("The page of edition %s could not be made ready", edition.pk)


def prepare_editions() -> None:
    """Have the latest editions ready."""
    for pk in Edition.objects.order_by("-pk").values_list("pk", flat=True)[:READY]:
        if _key(pk) not in caches[SHARED]:
            make_ready(Edition.objects.get(pk=pk))


def _made(edition: Edition) -> SafeString:
    return render_to_string(BODY, {"edition": edition, "page": edition_page(edition)})


def _key(pk: int) -> str:
    """A full cache drops the first keys in their order: these, before any reading."""
    return f"edition:{pk:09}:{code_digest(Path(settings.BASE_DIR))}"
