"""Keys of the data service: made once, shown once, of which only a digest is kept."""

from __future__ import annotations

import base64
import datetime as dt
import re

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import tokens
from accounts.models import AccessToken, AuditEntry, User
from accounts.tokens import MOST_KEYS, make, say_used, token_of
from tests.html import assert_no_inline

PAGE = "/compte/cles/"
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def found(header: str) -> AccessToken | None:
    return token_of(RequestFactory().get("/", headers={"authorization": header}))


def basic(password: str, name: str = "quiconque") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


# --- The key --------------------------------------------------------------------------------------


def test_only_the_digest_of_a_key_is_kept(owner: User) -> None:
    token, key = make(owner, "Rapport", 90)

    kept = " ".join(str(value) for row in AccessToken.objects.values() for value in row.values())
    told = " ".join(str(entry.details) for entry in AuditEntry.objects.all())
    assert len(key) > 40
    assert key[8:] not in kept + told
    assert token.digest == tokens.digest(key)
    assert key.startswith(token.hint)


def test_a_key_is_read_as_bearer_or_as_the_password_of_basic(owner: User) -> None:
    token, key = make(owner, "Rapport", 90)

    for header in (f"Bearer {key}", f"bearer  {key}", basic(key), basic(key, "")):
        assert found(header) == token


@pytest.mark.parametrize("lost", ["revoked", "expired", "inactive"])
def test_a_key_that_ended_opens_nothing(owner: User, lost: str) -> None:
    token, key = make(owner, "Rapport", 30)
    if lost == "revoked":
        assert tokens.revoke(token)
        assert not tokens.revoke(token)
    elif lost == "expired":
        AccessToken.objects.update(expires_at=timezone.now())
    else:
        User.objects.update(is_active=False)

    assert found(f"Bearer {key}") is None


@given(st.one_of(st.text(max_size=60), st.binary(max_size=40).map(
    lambda raw: "Basic " + base64.b64encode(raw).decode()
), st.text(max_size=30).map(lambda text: f"Bearer {text}")))  # fmt: skip
def test_no_header_breaks_or_opens_anything(header: str) -> None:
    assert tokens._key_in(header).startswith(tokens.PREFIX) is False or "mes_" in header


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer mes_x", "Basic %%%", "Basic /w==", "Digest a"]
)
def test_what_is_no_key_is_nobody(header: str, db: None) -> None:
    assert found(header) is None


def test_the_last_use_is_written_once_an_hour(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, _ = make(owner, "Rapport", 90)
    now = timezone.now()
    with django_assert_num_queries(1):
        say_used(token, now)
    token.refresh_from_db()
    with django_assert_num_queries(0):
        say_used(token, now + dt.timedelta(minutes=59))
    say_used(token, now + dt.timedelta(hours=1))
    token.refresh_from_db()

    assert token.used_at == now + dt.timedelta(hours=1)


# --- The page -------------------------------------------------------------------------------------


def test_a_new_key_is_shown_once(owner: User, owner_client: Client) -> None:
    answer = owner_client.post(PAGE, {"name": "Rapport Power BI", "days": "365"})

    shown = re.search(r'<code id="cle">(mes_[\w-]+)</code>', answer.text)
    assert shown is not None
    assert found(f"Bearer {shown[1]}") == AccessToken.objects.get()
    assert "no-store" in answer["Cache-Control"]
    page = owner_client.get(PAGE).text
    assert shown[1] not in page
    assert "Rapport Power BI" in page
    assert_no_inline(page)
    entry = AuditEntry.objects.get(action="clé d’accès créée")
    assert (entry.actor, entry.target) == (owner, "Rapport Power BI")


def test_the_same_form_sent_twice_makes_one_key(owner_client: Client) -> None:
    data = {"name": "Rapport", "days": "30"}
    owner_client.post(PAGE, data)

    answer = owner_client.post(PAGE, data)

    assert answer.status_code == 400
    assert "Une clé valable porte déjà ce nom." in answer.text
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "", "days": "30"}, "Donnez un nom à cette clé."),
        ({"name": "x" * 61, "days": "30"}, "Ce nom dépasse 60 caractères."),
        ({"name": "Rapport", "days": "366"}, "Cette durée n’est pas proposée."),
        ({"name": "Rapport"}, "Choisissez une durée."),
    ],
)
def test_a_key_has_a_name_and_lasts_a_year_at_most(
    owner_client: Client, data: dict[str, str], said: str
) -> None:
    answer = owner_client.post(PAGE, data)

    assert answer.status_code == 400
    assert said in answer.text
    assert not AccessToken.objects.exists()


def test_a_user_holds_ten_keys_at_most(owner: User, owner_client: Client) -> None:
    for number in range(MOST_KEYS):
        make(owner, f"Clé {number}", 30)

    answer = owner_client.post(PAGE, {"name": "De trop", "days": "30"})

    assert answer.status_code == 400
    assert "Vous avez déjà 10 clés valables" in answer.text


def test_a_key_is_revoked_by_its_user_and_exists_for_nobody_else(
    owner: User, owner_client: Client, colleague_client: Client, stranger_client: Client
) -> None:
    token, key = make(owner, "Clé du soir", 30)
    at = f"{PAGE}{token.pk}/revoquer/"

    assert colleague_client.post(at).status_code == 404
    assert stranger_client.post(at).headers["Location"] == f"/connexion/?next={at}"
    assert found(f"Bearer {key}") == token
    refused = AuditEntry.objects.get(action="accès refusé")
    assert (refused.target, refused.details["kind"]) == (token.hint, "clé d’accès")
    assert "Clé du soir" not in colleague_client.get(PAGE).text

    assert owner_client.post(at, follow=True).status_code == 200
    assert owner_client.post(at).status_code == 302
    assert owner_client.post(f"{PAGE}0/revoquer/").status_code == 404
    assert "révoquée le" in owner_client.get(PAGE).text
    assert AuditEntry.objects.filter(action="clé d’accès révoquée").count() == 1


def test_an_expired_key_is_said_to_be(owner: User, owner_client: Client) -> None:
    make(owner, "Rapport", 30)
    AccessToken.objects.update(expires_at=timezone.now())

    page = owner_client.get(PAGE).text

    assert "expirée" in page
    assert "Révoquer" not in page


def test_the_page_costs_few_queries(
    owner: User, owner_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make(owner, f"Clé {number}", 30)
    owner_client.get(PAGE)

    with django_assert_max_num_queries(6):
        owner_client.get(PAGE)
