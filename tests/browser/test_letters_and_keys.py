"""Subscriptions, keys and the help of the data service in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page

from accounts.models import AccessToken, User
from accounts.tokens import make
from dashboard.letters import key_of, post, send_due
from dashboard.models import Frequency, Letter, Subscription
from reference.models import Region

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SUBSCRIPTIONS, KEYS, HELP = "/abonnements/", "/compte/cles/", "/donnees/"


@pytest.fixture(autouse=True)
def _held(owner: User, region: Region) -> None:
    make(owner, "Rapport Power BI du comité stratégique", 90)
    Subscription.objects.create(user=owner, letter=Letter.DIGEST, region=region)


def stop_path(owner: User, region: Region) -> str:
    """The path of the link under a letter."""
    post(owner, Letter.DIGEST, key_of(region, "2025-12:R27"), "Objet", "Texte")
    send_due()
    link = str(mail.outbox[-1].body).split()[-1]
    return link[link.index("/abonnements/") :]


@pytest.mark.parametrize("address", [SUBSCRIPTIONS, KEYS, HELP, "arreter"])
def test_a_page_is_accessible_and_only_its_tables_scroll(
    address: str,
    page: Page,
    live_server: Any,
    owner: User,
    region: Region,
    sign_in: SignIn,
    axe: Callable[[Page], None],
    complaints: list[str],
) -> None:
    sign_in(page, owner)
    path = stop_path(owner, region) if address == "arreter" else address

    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + path)

        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_the_keyboard_chooses_a_departement_and_a_frequency(
    page: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + "/")
    page.get_by_role("link", name="Abonnements").first.focus()
    page.keyboard.press("Enter")

    page.get_by_label("Jura").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Vos abonnements sont enregistrés.").wait_for()

    one = Subscription.objects.get(departement="39")
    assert one.frequency == Frequency.QUARTERLY


def test_the_keyboard_makes_a_key_then_revokes_it(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + KEYS)

    page.get_by_label("Nom").focus()
    page.keyboard.type("Classeur du matin")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shown = page.locator("#cle")
    shown.wait_for()
    assert shown.inner_text().startswith("mes_")
    axe(page)
    page.get_by_role("button", name="Révoquer « Classeur du matin »").focus()
    page.keyboard.press("Enter")
    page.get_by_text("n’ouvre plus rien").wait_for()

    assert AccessToken.objects.get(name="Classeur du matin").revoked_at is not None
    assert page.locator("#cle").count() == 0


def test_without_script_or_account_the_link_of_a_letter_stops_it(
    browser: Browser, live_server: Any, owner: User, region: Region
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(live_server.url + stop_path(owner, region))
    assert Subscription.objects.count() == 1

    page.get_by_role("button", name="Ne plus recevoir ce courriel").click()

    assert "Vous ne recevrez plus" in page.locator("main").inner_text()
    assert not Subscription.objects.exists()
    context.close()
