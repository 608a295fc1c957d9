"""Letters that people subscribed to: written once, sent once, stopped by a link of their own.

A letter is written in the transaction of what it tells: there is none for what was undone. Its
row is unique by user, letter and key, so that what is told twice is written once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re

from django.core.mail import EmailMessage
from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts import outbox
from accounts.models import RegionGrant, User
from dashboard.models import Letter, Mailing
from dashboard.unsubscribing import stop_url
from reference.models import Region

#: A letter older than this would mislead: it is not sent any more.
TOO_OLD = dt.timedelta(days=7)

#: A letter is kept for as long, then forgotten, whether it was sent or not.
KEPT = dt.timedelta(days=365)

ABOUT = re.compile(r"R(?P<region>\w{1,3}):.")
FOOTER = "Vous recevez ce courriel parce que vous y êtes abonné. Pour ne plus le recevoir\u202f:"


def key_of(region: Region, event: str) -> str:
    """What a letter is about: a région, by which the right to read is checked, and an event.

    An event too long to be kept, such as the list of many territories, is named by its digest.
    """
    key = f"R{region.code}:{event}"
    if len(key) <= Mailing.KEY_LENGTH:
        return key
    return f"R{region.code}:{hashlib.sha256(event.encode()).hexdigest()}"


def post(user: User, letter: str, key: str, subject: str, body: str) -> bool:
    """Write a letter to be sent, once; False when it was written already.

    Args:
        user: to whom; whether they may still read is asked when it is sent.
        letter: which of those that people subscribe to (`Letter`), or `EXPORT_READY`.
        key: made by `key_of`: the région, for nobody is told of what they may not see, and what
            happened.
        subject: one line.
        body: plain text of counts and links, never the name of a facility. The link that stops
            the letter is added under it.

    Raises:
        ValueError: the key names no région.
    """
    if not ABOUT.match(key):
        message = f"the key of a letter begins with its région (R27:…), see key_of: {key!r}"
        raise ValueError(message)
    _, written = Mailing.objects.get_or_create(
        user=user, letter=letter, key=key, defaults={"subject": subject, "body": body}
    )
    return written


def due(now: dt.datetime) -> QuerySet[Mailing]:
    """The letters to send now to those who may read them, those that failed most last."""
    about = Func(F("key"), Value(":"), Value(1), function="split_part", output_field=CharField())
    granted = RegionGrant.objects.annotate(code=Concat(Value("R"), "region_id")).filter(
        user=OuterRef("user"), code=OuterRef("about")
    )
    allowed = (
        Mailing.objects.alias(about=about)
        .filter(Q(user__is_superuser=True) | Exists(granted), user__is_active=True)
        .exclude(user__email="")
    )
    return outbox.due(allowed, now, TOO_OLD)


def send_due(now: dt.datetime | None = None) -> int:
    """Send the letters that are due (`accounts.outbox`); returns how many were."""
    now = now or timezone.now()
    return outbox.send_all(due(now).select_related("user"), _send, now)


def forget_old(now: dt.datetime | None = None) -> int:
    """Delete the letters that were kept for long enough; returns how many."""
    now = now or timezone.now()
    gone, _ = Mailing.objects.filter(created_at__lte=now - KEPT).delete()
    return gone


def _send(mailing: Mailing) -> None:
    """Hand one letter to the mail server; with the link that stops it, as programs know it too.

    What somebody asked for once (`EXPORT_READY`) has nothing to stop.
    """
    body, headers = mailing.body, {}
    if mailing.letter in Letter.values:
        about = ABOUT.match(mailing.key)
        assert about is not None  # noqa: S101  # `post` writes no other
        stop = stop_url(mailing.user, mailing.letter, about["region"])
        body = f"{body.rstrip()}\n\n{FOOTER}\n{stop}\n"
        headers = {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    EmailMessage(mailing.subject, body, to=[mailing.user.email], headers=headers).send()
