"""What somebody was refused is remembered, for those whose it is and not for them."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from accounts.models import AuditEntry, User
from accounts.refusals import REFUSED, refused_or_404
from reference.models import Region

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def refuse(user: User | None, region: Region | None, *, actor: User | None = None) -> AuditEntry:
    request = RequestFactory().get("/exports/1/")
    if user is not None:
        request.user = user
    with pytest.raises(Http404):
        refused_or_404(request, "export", "Diapositives", region, actor=actor)
    return AuditEntry.objects.get(action=REFUSED)


def test_a_refusal_says_who_asked_for_what_of_whom(colleague: User, region: Region) -> None:
    entry = refuse(colleague, region)

    assert (entry.action, entry.actor, entry.region) == ("accès refusé", colleague, region)
    assert (entry.target, entry.details) == (
        "Diapositives",
        {"kind": "export", "address": "/exports/1/"},
    )


def test_a_refusal_of_nobody_names_nobody_unless_a_key_does(colleague: User) -> None:
    assert refuse(None, None).actor is None


def test_a_refusal_names_the_holder_of_a_key(colleague: User) -> None:
    assert refuse(None, None, actor=colleague).actor == colleague


def test_who_was_refused_does_not_read_it_and_whose_it_is_does(
    colleague: User,
    region: Region,
    owner_client: Client,
    colleague_client: Client,
) -> None:
    refuse(colleague, region)

    assert "Diapositives" in owner_client.get("/journal/").text
    assert "Diapositives" not in colleague_client.get("/journal/").text
