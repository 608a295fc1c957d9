"""E-mails that wait as rows of a table, each sent at least once.

A row is marked in the transaction during which the mail server accepts the message, so that a
second message leaves only if the worker dies between the two. Rows have `created_at`, `due_at`,
`sent_at` and `attempts`.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

logger = logging.getLogger(__name__)

#: After a failure, all the messages of a table wait: 1, 2, 4… minutes, an hour at most.
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)

NEVER_SENT = Q(sent_at__isnull=True)


def due(rows: QuerySet[Any], now: dt.datetime, too_old: dt.timedelta) -> QuerySet[Any]:
    """The messages to send now, those that failed most last.

    `too_old`: the age from which a message would mislead, and is not sent any more.
    """
    waiting = rows.filter(NEVER_SENT, due_at__lte=now, created_at__gt=now - too_old)
    return waiting.order_by("attempts", "pk")


def send_all(waiting: QuerySet[Any], send: Callable[[Any], None], now: dt.datetime) -> int:
    """Send the messages of a query, one by one; returns how many were.

    Two workers never send the same one: its row is locked meanwhile, and skipped by the other.
    The first failure stops the round and makes every message of the table wait, so that a mail
    server that is down costs a worker `EMAIL_TIMEOUT` now and then, and nothing waits for it.
    """
    sent = 0
    while True:
        with transaction.atomic():
            # `all`: what was sent is not there the next time.
            message = waiting.all().select_for_update(skip_locked=True, of=("self",)).first()
            if message is None:
                return sent
            try:
                send(message)
            except Exception as error:  # noqa: BLE001  # SMTP, its sockets, its settings: all wait
                name = waiting.model.__name__
                logger.warning("%s %s could not be sent: %r", name, message.pk, error)
                _postpone(waiting.model, message, now)
                return sent
            message.sent_at = now
            message.save(update_fields=["sent_at"])
            sent += 1


def _postpone(model: Any, message: Any, now: dt.datetime) -> None:
    """Count a failure, and let all the messages wait for as long as this one calls for."""
    wait = min(FIRST_WAIT * 2 ** min(message.attempts, 10), LONGEST_WAIT)
    message.attempts += 1
    message.save(update_fields=["attempts"])
    model.objects.filter(NEVER_SENT, due_at__lt=now + wait).update(due_at=now + wait)
