"""E-mails to those whom an extract concerns: once it is ready, to be mapped, refused, published.

A notice is written with the change that it tells, in one transaction: there is none for a change
that was undone, and one for each that was made. It is sent at least once: its row is marked in
the transaction during which the mail server accepts the message, so that a second message leaves
only if the worker dies between the two. A message too many is a nuisance; a message lost would
leave a file waiting for somebody who does not know.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import outbox
from accounts.address import absolute_url
from accounts.models import Role, User
from ingestion.models import Event, Extract, Notice
from ingestion.presentation import Accounting
from reference.months import in_french, parse_month
from reference.numbers import grouped

#: A message older than this would mislead: it is not sent any more.
TOO_OLD = dt.timedelta(days=3)

#: How many months are named before "et n autres".
MAX_MONTHS = 6

_silent: ContextVar[bool] = ContextVar("silent", default=False)


@contextmanager
def silenced() -> Iterator[None]:
    """Announce nothing in the block: nobody waits for what a demonstration loads."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def announce(extract: Extract, event: str) -> None:
    """Write down that those concerned are to be told, in the transaction of the change.

    Nothing for a file that is ready only on its way to being published, nor when `MES_NOTICES` is
    off.
    """
    on_its_way = event == Event.READY and extract.publish_when_ready
    if settings.MES_NOTICES and not _silent.get() and not on_its_way:
        Notice.objects.create(extract=extract, event=event)


def due(now: dt.datetime) -> QuerySet[Notice]:
    """The notices to send now, those that failed most last."""
    return outbox.due(Notice.objects.all(), now, TOO_OLD)


def send_due(now: dt.datetime | None = None) -> int:
    """Send the notices that are due (`accounts.outbox`); returns how many were."""
    now = now or timezone.now()
    concerned = due(now).select_related("extract__region", "extract__author")
    return outbox.send_all(concerned, _send, now)


def recipients(extract: Extract) -> list[str]:
    """The addresses of those concerned: the administrators of the région, and the author.

    National administrators are told of national files and of their own only. Nobody is told of
    what they may not see any more.
    """
    national = Q(is_superuser=True)
    if extract.region_id is not None:
        national &= Q(pk=extract.author_id)
    regional = Q(grants__region=extract.region_id, grants__role=Role.ADMINISTRATOR)
    told = national if extract.region_id is None else national | regional
    people = User.objects.filter(told, is_active=True).exclude(email="")
    return list(people.order_by("email").values_list("email", flat=True).distinct())


def page_of(extract: Extract) -> str:
    """The address of the page of an extract, for an e-mail or a report."""
    return absolute_url(reverse("ingestion:extract", args=[extract.pk]))


def told(extract: Extract) -> dict[str, Any]:
    """What a message or a report says of an extract; no name or number of any facility."""
    months = [in_french(parse_month(month)) for month in extract.months]
    more = len(months) - MAX_MONTHS
    if more > 0:
        months[MAX_MONTHS:] = [f"et {more} autre{'s' * (more > 1)}"]
    account = Accounting(extract.counts) if "read" in extract.counts else None
    anomalies = len(extract.preview.get("anomalies", []))
    return {
        "extract": extract,
        "scope": extract.region.name if extract.region else "France entière",
        "received": timezone.localtime(extract.received_at),
        "months": ", ".join(months),
        "account": f"{account.read} = {' + '.join(account.terms)}" if account else "",
        "anomalies": f"{grouped(anomalies)} anomalie{'s' * (anomalies > 1)}" if anomalies else "",
        "url": page_of(extract),
    }


def _send(notice: Notice) -> None:
    """Hand one message to the mail server; nothing when nobody is concerned."""
    addresses = recipients(notice.extract)
    if not addresses:
        return
    context = told(notice.extract)
    label = Event(notice.event).label
    subject = f"Mon espace santé en ESMS\u202f: fichier n° {notice.extract_id} {label}"
    body = render_to_string(f"ingestion/mail/{notice.event}.txt", context)
    # Tags leave empty lines behind them: one is enough between two paragraphs.
    EmailMessage(subject, re.sub(r"\n{3,}", "\n\n", body), to=addresses).send()
