"""The deck of a région, made by itself after each publication."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import partial

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dashboard.exporting.asking import send
from dashboard.models import Export, ExportKind, ExportState
from dashboard.reading import SHARED
from indicators.models import CoveredMonth, MonthlyReach, MonthlyVolume
from indicators.snapshot import snapshot_state
from reference.models import Region

#: The data are left alone for so long before a deck is made of them: publications come in rows.
QUIET = dt.timedelta(minutes=1)


def schedule(now: dt.datetime | None = None) -> list[Export]:
    """Have a deck made for each région whose figures are not those of its last one.

    Waits until the data were left alone for `QUIET`, and until no fact is to be read again. What
    changes the version only (a text, an edition) makes none. Looks once at each version.
    """
    now = now or timezone.now()
    with snapshot_state() as state:
        if state.ground != state.folded_ground or state.raised_at > now - QUIET:
            return []
        seen = f"decks:{state.number}"
        if caches[SHARED].get(seen):
            return []
        received = CoveredMonth.objects.values("departement__region")
        found = {region: figures(region) for region in Region.objects.filter(pk__in=received)}
    asked = [
        export
        for region, digest in found.items()
        if (export := _ask(region, state.number, digest)) is not None
    ]
    caches[SHARED].set(seen, "seen")
    return asked


def figures(region: Region) -> str:
    """Names the received months of a région and all that is counted in them."""
    digest = hashlib.sha256()
    own = {"departement__region": region}
    for rows in (
        CoveredMonth.objects.filter(**own).values_list("month", "departement_id"),
        MonthlyVolume.objects.filter(region=region).values_list(
            "month", "departement_id", "sector", "document_type_id", "carried", "documents"
        ),
        MonthlyReach.objects.filter(**own).values_list(
            "month", "departement_id", "sector", "parc", "contributors", "contributors_12m"
        ),
    ):
        for line in sorted("|".join(map(str, row)) for row in rows.order_by()):
            digest.update(f"{line}\n".encode())
        digest.update(b"-")
    return digest.hexdigest()


def latest(region: Region) -> Export | None:
    """The last deck that was asked for after a publication, whatever became of it."""
    return _of(region).order_by("-asked_at", "-data_version").first()


def unchanged_since(region: Region, moment: dt.datetime) -> bool:
    """Whether the figures of a région were already what they are, by the decks asked for.

    What changes those of another région does not count.
    """
    mine = _of(region)
    # One that failed is asked for again at each version, and says nothing of the figures.
    if mine.exclude(state=ExportState.FAILED).filter(asked_at__gt=moment).exists():
        return False
    return mine.filter(asked_at__lte=moment, figures=figures(region)).exists()


def _of(region: Region) -> QuerySet[Export]:
    """The decks of a région that nobody asked for."""
    return Export.objects.filter(region=region, author=None, edition=None)


@transaction.atomic
def _ask(region: Region, version: int, digest: str) -> Export | None:
    """Ask for the deck of a région, unless its last one shows the same figures.

    One that could not be made is asked for again at the next version, for nobody else may.
    """
    last = latest(region)
    if last is not None and last.figures == digest and last.state != ExportState.FAILED:
        return None
    # Of two schedulers at once, the second finds the row of the first.
    export, new = Export.objects.get_or_create(
        region=region,
        author=None,
        edition=None,
        data_version=version,
        defaults={
            "kind": ExportKind.DECK,
            "figures": digest,
            "link": settings.MES_SITE_URL,
            "title": "",
        },
    )
    if not new:
        return None
    transaction.on_commit(partial(send, export))
    return export
