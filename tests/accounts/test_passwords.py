"""A password is changed by who knows it, or by who reads the mail of its owner."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEntry, User
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

NEW = "une phrase toute nouvelle"
FORGOTTEN = "/mot-de-passe-oublie/"


def ask_for_link(client: Client, email: str) -> str:
    """The page that answers."""
    return client.post(FORGOTTEN, {"email": email}, follow=True).content.decode()


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
    client: Client, reader: User
) -> None:
    pages = {ask_for_link(client, email) for email in (reader.email, "personne@exemple.fr")}

    assert len(pages) == 1
    assert "Si un compte existe à cette adresse" in pages.pop()
    assert [message.to for message in mail.outbox] == [[reader.email]]


def test_the_message_is_plain_french_text_with_one_link(client: Client, reader: User) -> None:
    ask_for_link(client, reader.email)

    message = mail.outbox[0]
    assert message.subject == "Mon espace santé en ESMS\u202f: choisir un nouveau mot de passe"
    assert "dans les 24\xa0heures" in message.body
    assert message.body.count("http://testserver/mot-de-passe-oublie/") == 1
    assert not getattr(message, "alternatives", [])


def test_a_link_gives_a_new_password_once(client: Client, reader: User) -> None:
    ask_for_link(client, reader.email)
    link = link_received()

    page = choose(client, link, NEW, NEW)
    again = Client().get(link, follow=True).content.decode()

    assert "Votre mot de passe est changé. Connectez-vous avec le nouveau." in page
    assert User.objects.get(pk=reader.pk).check_password(NEW)
    assert "Ce lien n’est plus valable" in again
    assert AuditEntry.objects.filter(action="mot de passe réinitialisé", actor=reader).exists()


def test_a_new_password_lifts_the_lock_of_failed_attempts(client: Client, reader: User) -> None:
    for _ in range(5):
        client.post("/connexion/", {"username": reader.email, "password": "faux"})
    ask_for_link(client, reader.email)
    choose(client, link_received(), NEW, NEW)

    response = client.post("/connexion/", {"username": reader.email, "password": NEW})

    assert response.status_code == 302


def test_two_different_passwords_are_refused_beside_the_field(client: Client, reader: User) -> None:
    ask_for_link(client, reader.email)

    page = choose(client, link_received(), NEW, NEW + "!")

    assert "<title>Erreur\u202f: Choisir un nouveau mot de passe" in page
    assert 'id="id_new_password2_error"' in page
    assert reader.check_password(PASSWORD)


def test_a_short_or_common_password_is_refused(client: Client, reader: User) -> None:
    ask_for_link(client, reader.email)

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
