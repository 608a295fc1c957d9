"""What becomes of exports without anybody asking: sent again, deleted after a while."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dashboard.exporting.asking import send
from dashboard.exporting.locks import key_of, locked_keys
from dashboard.models import UNFINISHED, Export, ExportState

logger = logging.getLogger(__name__)

#: How long a message sent to the broker is believed to be on its way, behind other exports.
IN_QUEUE = dt.timedelta(minutes=2)
#: A file that no export names is being stored, or was left by a worker that was killed: then
#: nobody touched it for so long.
FORGOTTEN = dt.timedelta(hours=1)
FOLDER = "exports"
#: What became of an export whose file was deleted, or never made, is told for as long.
TOLD = dt.timedelta(days=365)


def send_lost(*, restarted: bool = False) -> int:
    """Send again every export that waits and that nobody makes; how many were.

    `restarted`: a worker has just started, so what was sent before may have been lost with it.
    """
    lost = Export.objects.filter(state__in=UNFINISHED)
    if not restarted:
        late = timezone.now() - IN_QUEUE
        cut = Q(state=ExportState.MAKING)  # its worker is gone, if its lock is free
        lost = lost.filter(cut | Q(queued_at__isnull=True) | Q(queued_at__lt=late))
    held = locked_keys()
    return sum(
        send(each) for each in lost.order_by("asked_at", "pk") if key_of(each.pk) not in held
    )


def purge(now: dt.datetime | None = None) -> int:
    """Delete the files kept for long enough; how many were. Those of editions have no end.

    What is told of those that have none is forgotten after a year.
    """
    now = now or timezone.now()
    over = Export.objects.filter(state=ExportState.READY, expires_at__lt=now)
    for export in over:
        with transaction.atomic():
            gone = over.filter(pk=export.pk).update(
                state=ExportState.EXPIRED, file="", size=None, done=0, total=0
            )
            if gone:
                transaction.on_commit(partial(_delete, export.file.storage, str(export.file)))
    _forget_rows(now)
    _forget(now)
    return len(over)


def _forget_rows(now: dt.datetime) -> None:
    """Forget the exports that have had no file for long enough.

    The last deck of each région made after a publication stays: by it, another is made only once
    figures have changed.
    """
    mine = Export.objects.filter(author=None, edition=None)
    last = mine.order_by("region_id", "-asked_at", "-data_version").distinct("region_id")
    gone = [ExportState.EXPIRED, ExportState.FAILED]
    old = Export.objects.filter(state__in=gone, asked_at__lt=now - TOLD)
    old.exclude(pk__in=list(last.values_list("pk", flat=True))).delete()


def _forget(now: dt.datetime) -> None:
    """Delete the files that no export names: of deleted users, of workers that were killed."""
    storage = Export().file.storage
    try:
        _, names = storage.listdir(FOLDER)
    except FileNotFoundError:
        return  # nothing was ever stored
    found = {f"{FOLDER}/{name}" for name in names}
    for name in found - set(Export.objects.exclude(file="").values_list("file", flat=True)):
        if storage.get_modified_time(name) < now - FORGOTTEN:
            _delete(storage, name)


def _delete(storage: Storage, name: str) -> None:
    try:
        storage.delete(name)
    except OSError:
        logger.exception("The file %s could not be deleted: the next purge will", name)
