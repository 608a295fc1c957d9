"""The link under each letter, by which whoever holds it stops that letter, without signing in.

It is signed: it can be made for nobody else, and all that it can do is to stop one letter about
one région, which its reader asks for again in a click. A mail program that opens the links of a
message changes nothing: only a POST stops a letter.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.address import absolute_url
from accounts.models import User
from dashboard.models import Letter, Mailing, Subscription
from reference.models import Region

SALT = "dashboard.unsubscribing"
STOPPED = "abonnement arrêté"


@dataclass(frozen=True)
class Stop:
    """What a link stops: one letter to one user about one région and its départements."""

    user: User
    letter: Letter
    region: Region


def stop_url(user: User, letter: str, region_code: str) -> str:
    """The whole address of the page that stops a letter; it never expires, as the letter."""
    token = signing.dumps([user.pk, str(letter), region_code], salt=SALT)
    return absolute_url(reverse("dashboard:unsubscribe", args=[token]))


def read_stop(token: str) -> Stop | None:
    """What a link stops; None when nobody signed it or its user or région is no more."""
    try:
        user, letter, code = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    found = User.objects.filter(pk=user).first()
    region = Region.objects.filter(code=code).first()
    if found is None or region is None:
        return None
    return Stop(found, Letter(letter), region)


@transaction.atomic
def stop(asked: Stop) -> int:
    """Stop a letter, those written and not sent yet included; how many subscriptions ended."""
    same = {"user": asked.user, "letter": asked.letter}
    ended, _ = Subscription.objects.filter(**same, region=asked.region).delete()
    Mailing.objects.filter(
        **same, key__startswith=f"R{asked.region.code}:", sent_at__isnull=True
    ).delete()
    if ended:
        audit.record(
            STOPPED,
            actor=asked.user,
            target=f"{asked.letter.label}, {asked.region.name}",
            region=asked.region,
            by="lien du courriel",
        )
    return ended
