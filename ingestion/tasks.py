"""The work that a Celery worker does on extracts, and the sweep that loses none of them.

A worker holds the session lock of the extract that it works on. Killed, it leaves an extract in
`reading` or `publishing` whose lock is free: the sweep sends it again.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_ready
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from ingestion import inbox, notices
from ingestion.history.purge import delete_purged_files
from ingestion.locks import INBOX, NOTICES, REBUILD, locked_keys, work_lock
from ingestion.models import Extract, State
from ingestion.process import process, refuse
from ingestion.publishing.publish import hand_back, publish, rebuild_stale

logger = logging.getLogger(__name__)

#: How many times an extract may be taken without being finished before it is given up.
MAX_ATTEMPTS = 3

#: How long a message sent to the broker is believed to be on its way. Under the sweep's period.
IN_QUEUE = dt.timedelta(seconds=25)

#: How long an extract waits before it is read again, when no room was left on the disk.
ROOM_WAIT = dt.timedelta(minutes=2)

UNFINISHED = Q(state__in=[State.RECEIVED, State.READING, State.PUBLISHING]) | Q(
    state=State.READY, publish_when_ready=True
)


@shared_task(acks_late=True, ignore_result=True)
def process_extract(extract_id: int) -> None:
    """Take an extract from wherever it is to ready, refused or published.

    Sent twice, it does nothing the second time; sent while another worker has it, nothing either.
    """
    with work_lock(extract_id) as held:
        extract = Extract.objects.filter(UNFINISHED, pk=extract_id).first()
        if held and extract is not None:
            _advance(extract)
    _send_what_is_due()


@shared_task(ignore_result=True)
def sweep(*, restarted: bool = False) -> None:
    """Send again every extract that nobody works on, forget what was purged, fold stale facts.

    `restarted`: a worker has just started, so what was sent before may have been lost with it.
    """
    lost = Extract.objects.filter(UNFINISHED).exclude(pk__in=locked_keys())
    if not restarted:
        lost = lost.filter(Q(queued_at__isnull=True) | Q(queued_at__lt=timezone.now() - IN_QUEUE))
    for extract in lost.order_by("pk"):
        send(extract)
    _send_what_is_due()
    delete_purged_files()
    fold_again()


@shared_task(ignore_result=True)
def rebuild() -> None:
    """Fold stale facts again at once, as the next sweep would.

    For those who change the ground (perimeter, arbitration): `safely(rebuild)` on commit.
    """
    fold_again()


@shared_task(ignore_result=True)
def send_notices() -> None:
    """Send the e-mails that are due; the sweep asks for it again while there are some."""
    with work_lock(NOTICES) as held:
        if held:
            notices.send_due()


@worker_ready.connect
def sweep_at_start(**_signal: Any) -> None:
    """Sweep as soon as a worker starts, without waiting for the scheduler."""
    sweep.delay(restarted=True)


@shared_task(ignore_result=True)
def look_in_inbox() -> None:
    """Look once at the inbox; what a killed worker received without sending it, the sweep sends."""
    with work_lock(INBOX) as held:
        received = inbox.look() if held else []
    for extract in received:
        send(extract)


def safely(task: Task[Any, Any], *arguments: Any) -> bool:
    """Hand a task to the workers; False when the broker is down: the sweep will do its work."""
    try:
        task.delay(*arguments)
    except BrokerDown:
        logger.warning("Broker unreachable: %s%s waits for the sweep", task.name, arguments)
        return False
    return True


def send(extract: Extract) -> bool:
    """Hand an extract to the workers; False when the broker is down: the sweep will do it."""
    if not safely(process_extract, extract.pk):
        return False
    Extract.objects.filter(pk=extract.pk).update(queued_at=timezone.now())
    return True


def fold_again() -> None:
    """Fold stale facts again, unless another process does."""
    with work_lock(REBUILD) as held:
        if held:
            rebuild_stale()


def _send_what_is_due() -> None:
    """Ask for the e-mails to be sent, when there are any."""
    if notices.due(timezone.now()).exists():
        safely(send_notices)


def _advance(extract: Extract) -> None:
    """Process, then publish when that was asked; the caller holds the extract's lock."""
    if extract.attempts >= MAX_ATTEMPTS:
        _give_up(extract)
        return
    Extract.objects.filter(pk=extract.pk).update(attempts=F("attempts") + 1)
    try:
        extract = process(extract)
    except OSError:  # the only one that it lets pass: no room is left
        logger.exception("Extract %s waits for room on the disk", extract.pk)
        _wait_for_room(extract)
        return
    if extract.state == State.PUBLISHING or (
        extract.state == State.READY and extract.publish_when_ready
    ):
        extract = publish(extract)
    Extract.objects.filter(pk=extract.pk).update(attempts=0)


def _wait_for_room(extract: Extract) -> None:
    """Put an extract back among those received, to be sent again after a while, and say so."""
    message = (
        "L’espace de stockage est plein\u202f: le fichier est conservé, rien n’a changé dans les "
        "pages, et sa lecture reprendra d’elle-même. Prévenez l’assistance."
    )
    Extract.objects.filter(pk=extract.pk).update(
        state=State.RECEIVED,
        message=message,
        attempts=0,
        queued_at=timezone.now() + ROOM_WAIT,  # the sweep believes it on its way until then
        step="",
        progress=None,
        step_at=None,
    )


def _give_up(extract: Extract) -> None:
    """Stop an extract that keeps killing its workers, and say so."""
    logger.error("Extract %s given up after %s attempts", extract.pk, extract.attempts)
    message = (
        f"Le traitement de ce fichier s’est interrompu {extract.attempts} fois\u202f: il est "
        "abandonné, et rien n’a changé dans les pages. Vérifiez le fichier ou découpez-le, puis "
        "recommencez\u202f; si cela se répète, prévenez l’assistance."
    )
    with transaction.atomic():
        if extract.state in {State.READY, State.PUBLISHING}:
            hand_back(extract, message)
        else:
            refuse(extract, message)
        Extract.objects.filter(pk=extract.pk).update(attempts=0)
