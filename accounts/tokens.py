"""Personal keys of the data service: made once, shown once, of which only a digest is kept.

A key has 256 random bits, so that a plain SHA-256 tells nothing of it and no counting of failures
is needed. It opens what its user sees on the day of the call, and nothing once it is revoked or
expired or its user is inactive.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AccessToken, User

#: What every key begins with, by which people and secret scanners know one.
PREFIX = "mes_"
HINT_LENGTH = 8
#: Days for which a key may be asked, a year at most.
DURATIONS = (30, 90, 180, 365)
#: How many keys a user may hold at once.
MOST_KEYS = 10
#: Calls closer than this leave the time of last use as it is.
USE_PRECISION = dt.timedelta(hours=1)

MADE, REVOKED = "clé d’accès créée", "clé d’accès révoquée"


class TooManyKeysError(Exception):
    """The user holds `MOST_KEYS` valid keys already."""


class NameTakenError(Exception):
    """A valid key of the user has this name already."""


def valid(now: dt.datetime | None = None) -> QuerySet[AccessToken]:
    """The keys that open something, were they used now."""
    now = now or timezone.now()
    return AccessToken.objects.filter(Q(revoked_at=None), expires_at__gt=now, user__is_active=True)


@transaction.atomic
def make(user: User, name: str, days: int) -> tuple[AccessToken, str]:
    """A new key, and its words, which nobody can read again.

    Args:
        days: how long it opens, one of `DURATIONS`.

    Raises:
        TooManyKeysError, NameTakenError: nothing was made.
    """
    User.objects.select_for_update().get(pk=user.pk)
    held = valid().filter(user=user)
    if held.count() >= MOST_KEYS:
        raise TooManyKeysError
    if held.filter(name=name).exists():
        raise NameTakenError
    key = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        digest=digest(key),
        hint=key[:HINT_LENGTH],
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    audit.record(MADE, actor=user, target=name, hint=token.hint, days=days)
    return token, key


@transaction.atomic
def revoke(token: AccessToken) -> bool:
    """End a key at once; False when it was ended already."""
    ended = AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if ended:
        audit.record(REVOKED, actor=token.user, target=token.name, hint=token.hint)
    return bool(ended)


@transaction.atomic
def revoke_all(user: User) -> int:
    """End every valid key of a user at once, each told in the trail; how many were."""
    return sum(map(revoke, valid().filter(user=user).select_related("user")))


def digest(key: str) -> str:
    """What is kept of a key: its SHA-256, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def token_of(request: HttpRequest) -> AccessToken | None:
    """The valid key that a request carries, its user loaded; None without any. One query.

    In the header Authorization: `Bearer KEY`, or `Basic` with the key as the password and
    anything as the name, for programs that only ask for those. Never in the address, which
    histories and logs keep.
    """
    key = _key_in(request.headers.get("Authorization", ""))
    if not key.startswith(PREFIX):
        return None
    return valid().filter(digest=digest(key)).select_related("user").first()


def say_used(token: AccessToken, now: dt.datetime | None = None) -> None:
    """Remember that a key was used, to the hour: most calls write nothing."""
    now = now or timezone.now()
    before = now - USE_PRECISION
    if token.used_at is None or token.used_at <= before:
        stale = Q(used_at=None) | Q(used_at__lte=before)
        AccessToken.objects.filter(stale, pk=token.pk).update(used_at=now)


def _key_in(header: str) -> str:
    """The key of an Authorization header, "" when it holds none."""
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if scheme.lower() == "bearer":
        return given
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
