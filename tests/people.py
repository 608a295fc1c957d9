"""How tests sign people in, without the sign-in screen."""

from __future__ import annotations

from django.test import Client

from accounts.models import User


def signed_in(user: User) -> Client:
    """A client with a session of a user."""
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client
