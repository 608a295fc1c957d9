"""E-mails about extracts: to whom, what they say, once, and whatever the mail server does."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from ingestion import notices, tasks
from ingestion.models import Event, Extract, Notice, State
from ingestion.publishing.publish import hand_back
from reference.models import Region
from tests.conftest import MakeUser
from tests.ingestion.world import REGION, brought, build, facility, line

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    settings.MES_SITE_URL = "https://mes.example.fr"
    build()


@pytest.fixture
def ready(owner: User) -> Extract:
    """A file that its administrator brought, read; what reading announced is forgotten."""
    extract = brought([line(A1, 5), line("123", 4)], author=owner)
    Notice.objects.all().delete()
    return extract


def body_of(extract: Extract, event: str) -> str:
    notices.announce(extract, event)
    assert notices.send_due() == 1
    return str(mail.outbox[-1].body)


def test_a_message_says_what_which_months_how_many_and_where(ready: Extract) -> None:
    body = body_of(ready, Event.READY)

    assert "attend votre décision" in body
    assert "Mois\u202f: janvier 2025" in body
    assert "2 enregistrements lus = 1 accepté + " in body
    assert f"\nhttps://mes.example.fr/fichiers-mensuels/{ready.pk}/\n" in body


@pytest.mark.parametrize("event", Event.values)
def test_no_message_names_a_facility_or_shows_an_empty_line_too_many(
    ready: Extract, event: str
) -> None:
    body = body_of(ready, event)

    assert A1 not in body
    assert "EHPAD" not in body
    assert "\n\n\n" not in body
    assert Event(event).label in mail.outbox[-1].subject
    assert not re.search(r"[^\s\u202f]:(?!//|\d)|[^\u202f]:\n", body)


def test_a_message_counts_what_is_to_be_verified(ready: Extract) -> None:
    ready.preview = {"anomalies": [{}, {}]}
    ready.save()

    assert "À vérifier\u202f: 2 anomalies" in body_of(ready, Event.READY)


def test_many_months_are_not_all_named(ready: Extract) -> None:
    ready.months = [f"2024-{month:02}" for month in range(1, 13)]
    ready.save()

    assert "juin 2024, et 6 autres" in body_of(ready, Event.PUBLISHED)


def test_a_file_refused_before_its_lines_has_no_count(ready: Extract) -> None:
    Extract.objects.update(counts={}, months=[])

    body = body_of(Extract.objects.get(), Event.REFUSED)

    assert "Décompte" not in body
    assert "Mois\u202f:" not in body


# --- To whom ---------------------------------------------------------------------------------


def test_the_administrators_of_the_region_are_told_and_nobody_else(
    ready: Extract, owner: User, colleague: User, make_user: MakeUser, region: Region
) -> None:
    second = make_user("second@example.fr", Role.ADMINISTRATOR, region)
    make_user("analyst@example.fr", Role.ANALYST, region)
    gone = make_user("gone@example.fr", Role.ADMINISTRATOR, region)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    User.objects.create_superuser("national@example.fr", "correct horse battery staple")

    assert notices.recipients(ready) == [owner.email, second.email]


def test_a_national_administrator_is_told_of_their_own_file(ready: Extract, owner: User) -> None:
    ready.author = User.objects.create_superuser("national@example.fr", "battery staple horse")

    assert notices.recipients(ready) == ["national@example.fr", owner.email]


def test_national_administrators_alone_are_told_of_a_national_file(
    ready: Extract, owner: User
) -> None:
    User.objects.create_superuser("national@example.fr", "correct horse battery staple")
    ready.region = None

    assert notices.recipients(ready) == ["national@example.fr"]


def test_an_author_who_lost_the_region_is_not_told(ready: Extract, owner: User) -> None:
    owner.grants.all().delete()

    assert notices.recipients(ready) == []


def test_a_notice_that_concerns_nobody_is_done_without_a_message(ready: Extract) -> None:
    User.objects.update(is_active=False)
    notices.announce(ready, Event.READY)

    assert notices.send_due() == 1
    assert mail.outbox == []


# --- When ------------------------------------------------------------------------------------


def test_a_message_is_sent_once(ready: Extract) -> None:
    notices.announce(ready, Event.READY)

    tasks.send_notices()
    tasks.send_notices()

    assert len(mail.outbox) == 1


def test_nothing_is_announced_of_a_change_that_was_undone(ready: Extract) -> None:
    with transaction.atomic():
        notices.announce(ready, Event.PUBLISHED)
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_a_file_on_its_way_to_publication_is_announced_once_published(ready: Extract) -> None:
    ready.publish_when_ready = True

    notices.announce(ready, Event.READY)
    notices.announce(ready, Event.PUBLISHED)

    assert [notice.event for notice in Notice.objects.all()] == [Event.PUBLISHED]


def test_a_file_that_could_not_be_published_as_asked_is_announced_ready(ready: Extract) -> None:
    ready.publish_when_ready = True

    hand_back(ready, "Publication impossible.")

    assert [notice.event for notice in ready.notices.all()] == [Event.READY]


def test_notices_can_be_switched_off(ready: Extract, settings: Any) -> None:
    settings.MES_NOTICES = False

    notices.announce(ready, Event.READY)

    assert not Notice.objects.exists()


def test_a_demonstration_tells_nobody(ready: Extract) -> None:
    with notices.silenced():
        notices.announce(ready, Event.READY)

    assert not Notice.objects.exists()


def test_a_mail_server_that_is_down_is_asked_again_later_and_later(
    ready: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def refuse(*_: Any) -> int:
        asked.append(1)
        raise smtplib.SMTPServerDisconnected("gone")

    notices.announce(ready, Event.READY)
    notices.announce(ready, Event.PUBLISHED)
    now = timezone.now()
    with monkeypatch.context() as down:
        down.setattr(mail.EmailMessage, "send", refuse)
        assert notices.send_due(now) == 0
        assert notices.send_due(now + dt.timedelta(seconds=59)) == 0
        assert len(asked) == 1  # every message waits, not only the first
        for _ in range(12):
            now += dt.timedelta(hours=1, seconds=1)
            notices.send_due(now)
    assert len(asked) == 13

    assert notices.send_due(now + dt.timedelta(hours=1, seconds=1)) == 2


def test_a_message_that_the_server_refuses_holds_no_other_back(
    ready: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = mail.EmailMessage.send

    def picky(message: mail.EmailMessage, **options: Any) -> int:
        if "publié" in message.subject:
            raise smtplib.SMTPDataError(550, b"no")
        return send(message, **options)

    notices.announce(ready, Event.PUBLISHED)
    notices.announce(ready, Event.READY)
    monkeypatch.setattr(mail.EmailMessage, "send", picky)

    assert notices.send_due() == 0
    assert notices.send_due(timezone.now() + dt.timedelta(minutes=2)) == 1
    assert ready.notices.get(sent_at=None).event == Event.PUBLISHED


def test_old_news_is_not_sent(ready: Extract) -> None:
    notices.announce(ready, Event.READY)
    Notice.objects.update(created_at=timezone.now() - notices.TOO_OLD)

    assert notices.send_due() == 0


def test_the_sweep_and_the_worker_ask_for_messages_only_when_some_are_due(
    ready: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks.send_notices, "delay", lambda: asked.append("asked"))

    tasks.sweep()
    assert asked == []
    notices.announce(ready, Event.READY)
    tasks.sweep()
    tasks.process_extract(ready.pk)

    assert len(asked) == 2
    assert ready.state == State.READY
    assert ready.region == Region.objects.get(pk=REGION)
