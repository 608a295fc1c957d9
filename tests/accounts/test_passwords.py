"""A password is changed by who knows it, or by who reads the mail of its owner."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import tasks, tokens
from accounts.models import AuditEntry, User
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

NEW = "une phrase toute nouvelle"
FORGOTTEN = "/mot-de-passe-oublie/"


@pytest.fixture(autouse=True)
def broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages that wait for a worker, as the broker keeps them."""
    waiting: list[str] = []

    def delay(*arguments: str, **options: bool) -> None:
        waiting.append(json.dumps([arguments, options]))

    monkeypatch.setattr(tasks.send_reset_link, "delay", delay)
    return waiting


def ask_for_link(client: Client, email: str) -> str:
    """The page that answers."""
    return client.post(FORGOTTEN, {"email": email}, follow=True).content.decode()


def work(broker: list[str]) -> None:
    """What a worker does with all that waits."""
    while broker:
        arguments, options = json.loads(broker.pop(0))
        tasks.send_reset_link(*arguments, **options)


def link_received() -> str:
    """The path of the link in the last message."""
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose(client: Client, link: str, first: str, second: str) -> str:
    """The page reached by giving a new password twice behind a link."""
    form = client.get(link)["Location"]
    answer = client.post(form, {"new_password1": first, "new_password2": second}, follow=True)
    return answer.content.decode()


def test_the_answer_is_the_same_whether_or_not_an_account_exists(
    client: Client, reader: User, broker: list[str]
) -> None:
    pages = {ask_for_link(client, email) for email in (reader.email, "personne@exemple.fr")}
    work(broker)

    assert len(pages) == 1
    assert "Si un compte existe à cette adresse" in pages.pop()
    assert [message.to for message in mail.outbox] == [[reader.email]]


def test_the_page_neither_looks_for_the_account_nor_sends_so_its_time_tells_nothing(
    client: Client,
    reader: User,
    broker: list[str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        client.post(FORGOTTEN, {"email": reader.email})

    assert not mail.outbox
    assert json.loads(broker[0]) == [[reader.email, "testserver"], {"secure": False}]


def test_a_broker_that_is_down_changes_nothing_of_the_answer(
    client: Client,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def down(*_: object, **__: object) -> None:
        raise BrokerDown("connection refused")

    monkeypatch.setattr(tasks.send_reset_link, "delay", down)

    page = ask_for_link(client, reader.email)

    assert "Si un compte existe à cette adresse" in page
    assert "Broker unreachable" in caplog.text
    assert reader.email not in caplog.text


def test_a_worker_finds_the_task_by_itself() -> None:
    listing = (
        "from mes_dashboard.celery import app;"
        " app.loader.import_default_modules(); print(*app.tasks)"
    )

    known = subprocess.run([sys.executable, "-c", listing], capture_output=True, check=True)

    assert tasks.send_reset_link.name in known.stdout.decode().split()


def test_an_address_is_sent_three_links_an_hour_however_it_is_written(
    client: Client,
    reader: User,
    colleague: User,
    broker: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for email in (reader.email, reader.email.upper(), "Lectrice@exemple.fr", reader.email):
        ask_for_link(client, email)
    ask_for_link(client, colleague.email)
    work(broker)
    first = [message.to for message in mail.outbox]
    later = timezone.now() + dt.timedelta(minutes=61)
    monkeypatch.setattr("accounts.tasks.timezone.now", lambda: later)
    ask_for_link(client, reader.email)
    work(broker)

    assert first == [[reader.email]] * 3 + [[colleague.email]]
    assert mail.outbox[-1].to == [reader.email]
    assert len(mail.outbox) == 5


def test_what_a_broker_should_never_hold_sends_nothing(reader: User) -> None:
    tasks.send_reset_link("lectrice", "testserver", secure=False)

    assert not mail.outbox
    assert not AuditEntry.objects.exists()


def test_a_link_asked_over_https_is_one(reader: User) -> None:
    tasks.send_reset_link(reader.email, "mes.exemple.fr", secure=True)

    assert "https://mes.exemple.fr/mot-de-passe-oublie/" in mail.outbox[0].body


def test_the_message_is_plain_french_text_with_one_link(
    client: Client, reader: User, broker: list[str]
) -> None:
    ask_for_link(client, reader.email)
    work(broker)

    message = mail.outbox[0]
    assert message.subject == "Mon espace santé en ESMS\u202f: choisir un nouveau mot de passe"
    assert "dans les 24\xa0heures" in message.body
    assert message.body.count("http://testserver/mot-de-passe-oublie/") == 1
    assert not getattr(message, "alternatives", [])


def test_a_link_gives_a_new_password_once(client: Client, reader: User, broker: list[str]) -> None:
    ask_for_link(client, reader.email)
    work(broker)
    link = link_received()

    page = choose(client, link, NEW, NEW)
    again = Client().get(link, follow=True).content.decode()

    assert "Votre mot de passe est changé. Connectez-vous avec le nouveau." in page
    assert User.objects.get(pk=reader.pk).check_password(NEW)
    assert "Ce lien n’est plus valable" in again
    assert AuditEntry.objects.filter(action="mot de passe réinitialisé", actor=reader).exists()


def test_a_link_that_is_used_ends_every_key_and_the_trail_names_each(
    client: Client, reader: User, colleague: User, broker: list[str]
) -> None:
    for user, name in ((reader, "Rapport"), (reader, "Script"), (colleague, "Autre")):
        tokens.make(user, name, 30)
    ask_for_link(client, reader.email)
    work(broker)

    page = choose(client, link_received(), NEW, NEW)

    assert "Par précaution, 2 clés d’accès ont été révoquées" in page
    assert [token.user for token in tokens.valid()] == [colleague]
    revoked = AuditEntry.objects.filter(action=tokens.REVOKED, actor=reader)
    assert set(revoked.values_list("target", flat=True)) == {"Rapport", "Script"}


def test_a_password_changed_by_who_knows_it_leaves_the_keys(client: Client, reader: User) -> None:
    tokens.make(reader, "Rapport", 30)
    client.force_login(reader)

    client.post(
        "/mot-de-passe/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )

    assert User.objects.get(pk=reader.pk).check_password(NEW)
    assert tokens.valid().count() == 1


def test_a_new_password_lifts_the_lock_of_failed_attempts(
    client: Client, reader: User, broker: list[str]
) -> None:
    for _ in range(5):
        client.post("/connexion/", {"username": reader.email, "password": "faux"})
    ask_for_link(client, reader.email)
    work(broker)
    choose(client, link_received(), NEW, NEW)

    response = client.post("/connexion/", {"username": reader.email, "password": NEW})

    assert response.status_code == 302


def test_two_different_passwords_are_refused_beside_the_field(
    client: Client, reader: User, broker: list[str]
) -> None:
    ask_for_link(client, reader.email)
    work(broker)

    page = choose(client, link_received(), NEW, NEW + "!")

    assert "<title>Erreur\u202f: Choisir un nouveau mot de passe" in page
    assert 'id="id_new_password2_error"' in page
    assert reader.check_password(PASSWORD)


def test_a_short_or_common_password_is_refused(
    client: Client, reader: User, broker: list[str]
) -> None:
    ask_for_link(client, reader.email)
    work(broker)

    page = choose(client, link_received(), "azerty", "azerty")

    assert re.search(r'id="id_new_password2_error">\s*<p[^>]*>[^<]*12\scaractères', page)


def test_a_forged_link_says_so(client: Client) -> None:
    page = client.get(f"{FORGOTTEN}MQ/abc-def/").content.decode()

    assert "<title>Lien périmé" in page


def test_an_address_that_is_none_is_refused(client: Client) -> None:
    page = ask_for_link(client, "lectrice")

    assert "<title>Erreur\u202f: Mot de passe oublié" in page
    assert "Saisissez une adresse électronique, par exemple" in page


@pytest.mark.parametrize("support", ["aide@exemple.fr", ""])
def test_help_is_offered_only_where_someone_reads_the_mail(
    client: Client, settings: Settings, support: str
) -> None:
    settings.MES_SUPPORT_EMAIL = support

    page = client.get(reverse("accounts:password_reset_done")).content.decode()

    assert ("mailto:" in page) is bool(support)


def test_a_user_changes_their_password_and_stays_signed_in(client: Client, reader: User) -> None:
    client.force_login(reader)

    page = client.post(
        "/mot-de-passe/",
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
        follow=True,
    ).content.decode()

    assert "Votre mot de passe est changé." in page
    assert "<h1>Page vide</h1>" in page
    assert AuditEntry.objects.filter(action="mot de passe changé", actor=reader).exists()


def test_other_sessions_end_with_the_old_password(client: Client, reader: User) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(reader)

    client.post(
        "/mot-de-passe/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )

    assert elsewhere.get("/").status_code == 302


def test_a_wrong_present_password_changes_nothing(client: Client, reader: User) -> None:
    client.force_login(reader)

    page = client.post(
        "/mot-de-passe/", {"old_password": "faux", "new_password1": NEW, "new_password2": NEW}
    ).content.decode()

    assert 'id="id_old_password_error"' in page
    assert User.objects.get(pk=reader.pk).check_password(PASSWORD)
    assert not AuditEntry.objects.filter(action="mot de passe changé").exists()
