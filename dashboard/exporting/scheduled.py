"""The deck of a région, made by itself after each publication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from dashboard.exporting.asking import AGAIN, send
from dashboard.exporting.making import of_publications
from dashboard.fingerprints import figures, figures_by_region
from dashboard.freshness import code_digest
from dashboard.models import Export, ExportKind, ExportState
from dashboard.reading import SHARED
from indicators.snapshot import snapshot_state
from reference.models import DataVersion, Region

#: The figures of a région are left alone for so long before a deck is made of them: publications
#: come in rows.
QUIET = dt.timedelta(minutes=1)
#: Where what was last seen of the figures is kept, for the code that looked.
SEEN = "decks"


@dataclass(frozen=True)
class Seen:
    """The figures of a région when they were last looked at.

    `since`: they are no younger; `waits`: whether a deck may have to be made of them.
    """

    figures: str
    since: dt.datetime
    waits: bool = True


def schedule(now: dt.datetime | None = None) -> list[Export]:
    """Have a deck made for each région whose figures are not those of its last one.

    Waits until they were left alone for `QUIET`, whatever else changes, and until no fact is to be
    read again. What changes the version only (a text, an edition) makes none. Figures are looked at
    once at each version: two queries when there is nothing to do.
    """
    now = now or timezone.now()
    key = f"{SEEN}:{code_digest(Path(settings.BASE_DIR))}"
    version, found = caches[SHARED].get(key) or (0, {})
    with snapshot_state() as state:
        if state.ground != state.folded_ground:
            return []
        if version != state.number:
            found = _look(state, found)
    due = {pk: each for pk, each in found.items() if each.waits and each.since <= now - QUIET}
    asked = [
        export
        for region in Region.objects.filter(pk__in=due).order_by("pk")
        if (export := _ask(region, state.number, due[region.pk].figures)) is not None
    ]
    if due or version != state.number:
        found = found | {region: replace(each, waits=False) for region, each in due.items()}
        caches[SHARED].set(key, (state.number, found))
    return asked


def _look(state: DataVersion, known: Mapping[str, Seen]) -> dict[str, Seen]:
    """The figures of every région at a version; those that are not as known are as young as it."""
    return {
        key: Seen(digest, known[key].since)
        if key in known and known[key].figures == digest
        else Seen(digest, state.raised_at)
        for key, digest in figures_by_region().items()
    }


def latest(region: Region) -> Export | None:
    """The last deck that was asked for after a publication, whatever became of it."""
    return of_publications(region).order_by("-asked_at", "-data_version").first()


def unchanged_since(region: Region, moment: dt.datetime) -> bool:
    """Whether the figures of a région were already what they are, by the decks asked for.

    What changes those of another région does not count.
    """
    mine = of_publications(region)
    if mine.filter(asked_at__gt=moment).exists():
        return False
    return mine.filter(asked_at__lte=moment, figures=figures(region)).exists()


@transaction.atomic
def _ask(region: Region, version: int, digest: str) -> Export | None:
    """Ask for the deck of a région, unless its last one shows the same figures.

    One that could not be made is asked for again at the next version, for nobody else may; so is
    an older one, when its figures are back. One that nobody began yet becomes the one asked for.
    """
    # Of two schedulers at once, the second finds what the first did.
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    last = latest(region)
    mine = of_publications(region)
    if last is not None and last.figures == digest:
        # It stands as of its figures: since when they are what they are does not change.
        return _again(last, version) if last.state == ExportState.FAILED else None
    same = mine.filter(figures=digest).first()
    if same is not None:
        return _again(same, version, asked_at=timezone.now(), file="", size=None)
    asked = {"figures": digest, "data_version": version}
    if last is not None:
        unbegun = mine.filter(pk=last.pk, state=ExportState.WAITING)
        if unbegun.update(**asked, asked_at=timezone.now()):
            return None
    export = Export.objects.create(
        region=region, kind=ExportKind.DECK, link=settings.MES_SITE_URL, title="", **asked
    )
    transaction.on_commit(partial(send, export))
    return export


def _again(export: Export, version: int, **fields: Any) -> Export:
    """Have a deck made again."""
    Export.objects.filter(pk=export.pk).update(**AGAIN, data_version=version, **fields)
    export.refresh_from_db()
    transaction.on_commit(partial(send, export))
    return export
