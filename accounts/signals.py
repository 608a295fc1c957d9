"""Sign-ins, failures and sign-outs enter the audit trail, whichever page they come from."""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts import audit
from accounts.models import User


def _known_address(typed: object) -> str:
    """An account's address; what names no account is not kept, it may be a password."""
    user = User.objects.filter(email=str(typed).lower()).only("email").first()
    return user.email if user else "adresse inconnue"


def on_signed_in(user: User, **_: Any) -> None:
    """Remember who signed in."""
    audit.record("connexion", actor=user, target=user.email)


def on_signed_out(user: User | None, **_: Any) -> None:
    """Remember who signed out; `user` is `None` when nobody was signed in."""
    if user is not None:
        audit.record("déconnexion", actor=user, target=user.email)


def on_sign_in_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Remember which account someone failed to open."""
    if not _was_locked(request):
        typed = credentials.get("username")
        audit.record("échec de connexion", actor=None, target=_known_address(typed))


def on_locked_out(username: str | None, request: HttpRequest | None = None, **_: Any) -> None:
    """Remember which account is locked after too many failures, once per lock."""
    if not _was_locked(request):
        audit.record("connexion bloquée", actor=None, target=_known_address(username))


def _was_locked(request: HttpRequest | None) -> bool:
    """Whether an attempt came during a lock, and was not even tried.

    Whoever goes on writes nothing more: one entry tells the lock. Of an attempt that is tried,
    django-axes counts the failures of its account, the one that begins the lock included.
    """
    locked = getattr(request, "axes_locked_out", False)
    return bool(locked) and getattr(request, "axes_failures_since_start", None) is None


def connect() -> None:
    """Start listening; called once, when the application is ready."""
    user_logged_in.connect(on_signed_in, dispatch_uid="audit_signed_in")
    user_logged_out.connect(on_signed_out, dispatch_uid="audit_signed_out")
    user_login_failed.connect(on_sign_in_failed, dispatch_uid="audit_sign_in_failed")
    user_locked_out.connect(on_locked_out, dispatch_uid="audit_locked_out")
