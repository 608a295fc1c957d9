"""Letters: written once, sent once to those who may read them, stopped by their own link."""

from __future__ import annotations

import datetime as dt
import re
import smtplib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, RegionGrant, Role, User
from dashboard import tasks
from dashboard.letters import KEPT, TOO_OLD, forget_old, key_of, post, send_due
from dashboard.models import Letter, Mailing, Subscription
from reference.models import Departement, Region
from tests.conftest import MakeUser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.MES_SITE_URL = "https://mes.example.fr"


@pytest.fixture
def reader(make_user: MakeUser, region: Region) -> User:
    return make_user("reader@example.fr", Role.READER, region)


def posted(user: User, region: Region, event: str = "deck:7") -> bool:
    return post(user, Letter.DECK, key_of(region, event), "Diapositives", "Elles sont prêtes.\n")


def stop_link() -> str:
    found = re.search(
        r"https://mes\.example\.fr(/abonnements/arreter/\S+/)", str(mail.outbox[-1].body)
    )
    assert found is not None
    return found[1]


# --- Once -----------------------------------------------------------------------------------------


def test_what_is_told_twice_is_written_and_sent_once(reader: User, region: Region) -> None:
    assert posted(reader, region)
    assert not posted(reader, region)
    assert posted(reader, region, "deck:8")

    assert tasks.send_letters() == 2
    assert send_due() == 0
    assert [message.to for message in mail.outbox] == [["reader@example.fr"]] * 2


def test_a_key_without_a_region_is_refused(reader: User) -> None:
    with pytest.raises(ValueError, match="key_of"):
        post(reader, Letter.DECK, "deck:7", "Diapositives", "")


def test_a_key_of_however_many_territories_is_kept_and_tells_them_apart(
    reader: User, region: Region
) -> None:
    territories = [f"D{number:02}" for number in range(101)]

    for told in (territories, territories[:-1]):
        for first in (True, False):
            assert posted(reader, region, f"2025-T4:{','.join(told)}") is first

    assert send_due() == 2  # whose région is known still


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_letter_once(reader: User, region: Region) -> None:
    for number in range(5):
        posted(reader, region, f"deck:{number}")
    together = Barrier(2)

    def work() -> int:
        try:
            together.wait()
            return send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        sent = [each.result() for each in (workers.submit(work), workers.submit(work))]

    assert sum(sent) == len(mail.outbox) == 5


def test_a_mail_server_that_is_down_delays_every_letter_and_loses_none(
    reader: User, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(reader, region)
    posted(reader, region, "deck:8")
    start = timezone.now()
    with monkeypatch.context() as down:

        def refuse(*_: object, **__: object) -> int:
            raise smtplib.SMTPServerDisconnected

        down.setattr("django.core.mail.EmailMessage.send", refuse)
        waits = []
        now = start
        for _ in range(8):
            assert send_due(now) == 0
            due = max(Mailing.objects.values_list("due_at", flat=True))
            waits.append((due - now).total_seconds() / 60)
            now = due

    assert waits[0] == 1
    assert max(waits) <= 60
    assert send_due(start) == 0
    assert send_due(now) == 2


# --- To whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["account", "grant", "address", "other region"])
def test_nobody_is_told_of_what_they_may_not_see_any_more(
    reader: User, region: Region, lost: str
) -> None:
    posted(reader, region)
    grants = RegionGrant.objects.filter(user=reader)
    if lost == "account":
        User.objects.update(is_active=False)
    elif lost == "grant":
        grants.delete()
    elif lost == "address":
        User.objects.update(email="")
    else:
        grants.update(region="53")

    assert send_due() == 0
    assert mail.outbox == []


def test_a_national_administrator_is_told_of_any_region(region: Region) -> None:
    posted(User.objects.create_superuser("national@example.fr", "x" * 20), region)

    assert send_due() == 1


def test_a_letter_that_waited_too_long_is_not_sent(reader: User, region: Region) -> None:
    posted(reader, region)

    assert send_due(timezone.now() + TOO_OLD) == 0


# --- Stopping -------------------------------------------------------------------------------------


@pytest.fixture
def subscribed(reader: User, region: Region) -> User:
    for letter in Letter:
        Subscription.objects.create(user=reader, letter=letter, region=region)
    Subscription.objects.create(
        user=reader, letter=Letter.DECK, region=region, departement=Departement.objects.get(pk="21")
    )
    posted(reader, region)
    send_due()
    posted(reader, region, "deck:8")
    return reader


def test_opening_the_link_of_a_letter_changes_nothing(
    subscribed: User, stranger_client: Client
) -> None:
    response = stranger_client.get(stop_link())

    assert response.status_code == 200
    assert "Diapositives de la région" in response.content.decode()
    assert "reader@example.fr" not in response.content.decode()
    assert Subscription.objects.count() == 3


def test_whoever_holds_the_link_stops_that_letter_only(subscribed: User, region: Region) -> None:
    anyone = Client(enforce_csrf_checks=True)

    for _ in range(2):
        response = anyone.post(stop_link(), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "Abonnement arrêté" in response.content.decode()

    assert [each.letter for each in Subscription.objects.all()] == [Letter.DIGEST]
    assert send_due() == 0
    entry = AuditEntry.objects.get(action="abonnement arrêté")
    assert (entry.actor, entry.region) == (subscribed, region)


def test_mail_programs_are_told_of_the_link_too(subscribed: User) -> None:
    headers = mail.outbox[-1].extra_headers

    assert headers["List-Unsubscribe"] == f"<https://mes.example.fr{stop_link()}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("token", ["x", "WzEsImRlY2siLCIyNyJd:1abc:forged"])
def test_a_link_that_we_did_not_sign_is_a_404(stranger_client: Client, token: str) -> None:
    assert stranger_client.get(f"/abonnements/arreter/{token}/").status_code == 404
    assert stranger_client.post(f"/abonnements/arreter/{token}/").status_code == 404


def test_the_link_of_a_removed_account_is_a_404(subscribed: User, stranger_client: Client) -> None:
    link = stop_link()
    subscribed.delete()

    assert stranger_client.get(link).status_code == 404


def test_a_letter_is_forgotten_after_a_year(reader: User, region: Region) -> None:
    posted(reader, region)
    send_due()

    assert forget_old(timezone.now() + KEPT - dt.timedelta(days=1)) == 0
    assert forget_old(timezone.now() + KEPT) == 1
    assert not Mailing.objects.exists()


def test_a_waiting_letter_is_sent_when_the_right_comes_back_in_time(
    reader: User, region: Region
) -> None:
    posted(reader, region)
    User.objects.update(is_active=False)
    assert send_due() == 0
    User.objects.update(is_active=True)

    assert send_due(timezone.now() + dt.timedelta(days=1)) == 1
