"""Signing in and out: who gets in, what the others are told, where each one lands."""

from __future__ import annotations

import datetime as dt

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.address import client_address
from accounts.models import AuditEntry, User
from tests.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

LOGIN = "/connexion/"
INCORRECT = "L’adresse électronique ou le mot de passe est incorrect."
EXPIRED = "Votre session a expiré. Reconnectez-vous pour continuer."


def attempt(client: Client, email: str, password: str, **extra: str) -> str:
    """The page on which the attempt ends."""
    response = client.post(LOGIN, {"username": email, "password": password, **extra}, follow=True)
    return response.content.decode()


def test_an_address_and_its_password_open_the_home_page(client: Client, reader: User) -> None:
    response = client.post(LOGIN, {"username": reader.email, "password": PASSWORD})

    assert response.status_code == 302
    assert response["Location"] == "/"


def test_the_case_of_the_address_does_not_matter(client: Client, reader: User) -> None:
    page = attempt(client, "LecTrice@Exemple.FR", PASSWORD)

    assert "Page vide" in page


def test_a_letter_that_the_database_takes_for_another_names_no_account(
    client: Client, reader: User
) -> None:
    """Otherwise each such writing of an address would have its own count of failures."""
    page = attempt(client, "lectr\u0131ce@exemple.fr", PASSWORD)

    assert INCORRECT in page


def test_someone_who_is_signed_in_does_not_sign_in_again(client: Client, reader: User) -> None:
    client.force_login(reader)

    response = client.get(LOGIN)

    assert response["Location"] == "/"


@pytest.mark.parametrize("email", ["lectrice@exemple.fr", "personne@exemple.fr"])
def test_an_unknown_address_and_a_wrong_password_are_answered_alike(
    client: Client, reader: User, email: str
) -> None:
    page = attempt(client, email, "faux")

    assert f"{INCORRECT} Il vous reste 4 essais avant le blocage" in page
    assert "<title>Erreur\u202f: Connexion" in page


def test_a_closed_account_does_not_sign_in(client: Client, reader: User) -> None:
    User.objects.update(is_active=False)

    page = attempt(client, reader.email, PASSWORD)

    assert INCORRECT in page


def test_an_empty_form_says_what_each_field_lacks_beside_it(client: Client) -> None:
    page = attempt(client, "", "")

    assert 'aria-describedby="id_username_error"' in page
    assert 'id="id_username_error"' in page
    assert page.count("Saisissez votre adresse électronique.") == 2  # summary and field
    assert page.count("Saisissez votre mot de passe.") == 2
    assert 'href="#id_password"' in page


def test_fields_say_what_browsers_and_password_managers_may_fill(client: Client) -> None:
    page = client.get(LOGIN).content.decode()

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "autofocus" not in page


def test_five_failures_lock_the_address_even_with_the_right_password(
    client: Client, reader: User
) -> None:
    pages = [attempt(client, reader.email, "faux") for _ in range(5)]
    response = client.post(LOGIN, {"username": reader.email, "password": PASSWORD})

    assert "Il vous reste un essai avant le blocage" in pages[3]
    assert "Connexion bloquée" in pages[4]
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "pendant 15\u202fminutes" in response.content.decode().replace("\xa0", "\u202f")


def test_a_lock_ends_after_its_delay(client: Client, reader: User) -> None:
    for _ in range(5):
        attempt(client, reader.email, "faux")
    AccessAttempt.objects.update(attempt_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16))

    page = attempt(client, reader.email, PASSWORD)

    assert "Page vide" in page


def test_a_lock_without_end_promises_no_delay(
    client: Client, reader: User, settings: Settings
) -> None:
    settings.AXES_COOLOFF_TIME = None
    for _ in range(5):
        page = attempt(client, reader.email, "faux")

    assert "Connexion bloquée" in page
    assert "minute" not in page


def test_the_lock_of_one_address_leaves_the_others_open(
    client: Client, reader: User, colleague: User
) -> None:
    for _ in range(5):
        attempt(client, reader.email, "faux")

    page = attempt(client, colleague.email, PASSWORD)

    assert "Page vide" in page


def test_behind_the_proxy_one_visitor_cannot_lock_the_account_of_another(
    client: Client, reader: User, settings: Settings
) -> None:
    settings.MES_TRUST_PROXY = True
    intruder = Client(headers={"x-forwarded-for": "192.0.2.1, 198.51.100.7"})
    owner = Client(headers={"x-forwarded-for": "192.0.2.1, 203.0.113.5"})
    for _ in range(5):
        locked = attempt(intruder, reader.email, "faux")

    page = attempt(owner, reader.email, PASSWORD)

    assert "Connexion bloquée" in locked
    assert "Page vide" in page


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (True, "203.0.113.5", "203.0.113.5"),
        (True, "192.0.2.1,  2001:db8::1", "2001:db8::1"),
        (True, "203.0.113.5, unknown", "127.0.0.1"),
        (True, None, "127.0.0.1"),
        (False, "203.0.113.5", "127.0.0.1"),
    ],
)
def test_only_the_last_address_that_a_trusted_proxy_forwards_is_believed(
    settings: Settings, trusted: bool, forwarded: str | None, address: str
) -> None:
    settings.MES_TRUST_PROXY = trusted
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}

    request = RequestFactory(headers=headers).get(LOGIN)

    assert client_address(request) == address


def test_a_page_asked_before_signing_in_is_reached_after(client: Client, reader: User) -> None:
    target = "/regions/bourgogne-franche-comte/?de=2025-01"

    door = client.get(target)
    response = client.post(door["Location"], {"username": reader.email, "password": PASSWORD})

    assert response["Location"] == target


def test_the_page_asked_survives_a_failed_attempt(client: Client, reader: User) -> None:
    page = attempt(client, reader.email, "faux", next="/regions/bretagne/")

    assert '<input type="hidden" name="next" value="/regions/bretagne/">' in page


@pytest.mark.parametrize(
    "target",
    ["https://pirate.exemple.fr/", "//pirate.exemple.fr/", "javascript:alert(1)", "http:///x.fr"],
)
def test_no_address_leads_out_of_the_site(client: Client, reader: User, target: str) -> None:
    response = client.post(LOGIN, {"username": reader.email, "password": PASSWORD, "next": target})

    assert response["Location"] == "/"


def test_an_expired_session_is_said_and_leads_back_to_its_page(
    client: Client, reader: User
) -> None:
    attempt(client, reader.email, PASSWORD)
    Session.objects.update(expire_date=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1))

    response = client.get("/regions/bourgogne-franche-comte/", follow=True)
    door = response.redirect_chain[-1][0]
    back = client.post(door, {"username": reader.email, "password": PASSWORD})

    assert EXPIRED in response.content.decode()
    assert back["Location"] == "/regions/bourgogne-franche-comte/"


def test_a_first_visit_is_not_called_an_expired_session(client: Client) -> None:
    response = client.get("/", follow=True)

    assert EXPIRED not in response.content.decode()


def test_signing_out_ends_the_session_and_is_not_called_an_expiry(
    client: Client, reader: User
) -> None:
    attempt(client, reader.email, PASSWORD)

    page = client.post(reverse("accounts:logout"), follow=True).content.decode()
    next_page = client.get("/", follow=True).content.decode()

    assert "Vous êtes déconnecté." in page
    assert "<h1>Connexion</h1>" in next_page
    assert EXPIRED not in page + next_page


def test_signing_out_takes_a_form_not_a_link(client: Client, reader: User) -> None:
    client.force_login(reader)

    response = client.get(reverse("accounts:logout"))

    assert response.status_code == 405


def test_signing_out_twice_is_harmless(client: Client) -> None:
    response = client.post(reverse("accounts:logout"))

    assert response["Location"] == LOGIN
    assert not AuditEntry.objects.exists()


def test_the_audit_trail_remembers_sign_ins_failures_and_sign_outs(
    client: Client, reader: User
) -> None:
    attempt(client, reader.email, "faux")
    attempt(client, reader.email, PASSWORD)
    client.post(reverse("accounts:logout"))

    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor", "target")
    assert list(entries) == [
        ("échec de connexion", None, reader.email),
        ("connexion", reader.pk, reader.email),
        ("déconnexion", reader.pk, reader.email),
    ]


def test_what_names_no_account_is_not_kept_for_it_may_be_a_password(
    client: Client, reader: User
) -> None:
    attempt(client, "mon-mot-de-passe@exemple.fr", "x")

    assert list(AuditEntry.objects.values_list("target", flat=True)) == ["adresse inconnue"]


def test_the_audit_trail_remembers_each_lock_once_and_nothing_of_who_goes_on(
    client: Client, reader: User
) -> None:
    failure, lock = "échec de connexion", "connexion bloquée"
    for _ in range(8):
        attempt(client, reader.email, "faux")
    first = sorted(AuditEntry.objects.values_list("action", flat=True))
    AccessAttempt.objects.update(attempt_time=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16))
    for _ in range(8):
        attempt(client, reader.email, "faux")

    entries = AuditEntry.objects.values_list("action", "target")
    assert first == [lock] + [failure] * 5
    assert sorted(entries) == sorted((action, reader.email) for action in first * 2)
