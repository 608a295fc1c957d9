"""What the tests of the upload pages have in common: who comes, and what the form sends."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import RegionGrant, User
from tests.ingestion.world import content, facility, line

A1, B1 = facility("21", 1), facility("25", 1)
UPLOAD = "/fichiers-mensuels/"


def signed_in(role: str | None, region: str = "27") -> Client:
    """A client signed in as a new user with a role (None: no region)."""
    user = User.objects.create_user(f"{role}.{region}@exemple.fr".lower())
    if role is not None:
        RegionGrant.objects.create(user=user, region_id=region, role=role)
    client = Client()
    client.force_login(user)
    return client


def asked(lines: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    """What the form sends."""
    data = content([line(A1, 5)] if lines is None else lines)
    sent = {
        "kind": "monthly",
        "file": SimpleUploadedFile("extrait.csv", data),
        "region": "27",
        "month": "",
        "mode": "replace",
    }
    return sent | changes


def csv(name: str, lines: list[str] | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content([line(A1, 5)] if lines is None else lines))
