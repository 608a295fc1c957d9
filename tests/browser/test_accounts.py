"""Sign-in and the surroundings of pages, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from accounts.models import User
from reference.models import DataVersion, LinkingType, Region

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.accounts.urls")]

PASSWORD = "correct horse battery staple"  # the one that `make_user` gives
PUBLIC_PAGES = (
    "/connexion/",
    "/mot-de-passe-oublie/",
    "/mot-de-passe-oublie/envoye/",
    "/accessibilite/",
)
SMALL: ViewportSize = {"width": 375, "height": 800}
SignIn = Callable[[Page, User], None]


@pytest.fixture
def region(transactional_db: None) -> Region:
    """Bourgogne-Franche-Comté, put back: these tests empty the database, and need little of it."""
    DataVersion.objects.get_or_create(pk=1)
    return Region.objects.get_or_create(
        pk="27",
        defaults={
            "name": "Bourgogne-Franche-Comté",
            "slug": "bourgogne-franche-comte",
            "linking_type": LinkingType.DE,
        },
    )[0]


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page that may not complain: no error in the console, no request to another host."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if "//localhost" in request.url else complaints.append(request.url),
    )
    yield page
    assert complaints == []


def test_public_pages_are_accessible(
    quiet: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    for path in PUBLIC_PAGES:
        quiet.goto(live_server.url + path)

        axe(quiet)


def test_pages_of_a_signed_in_user_are_accessible_and_fit_a_small_screen(
    quiet: Page, live_server: Any, axe: Callable[[Page], None], owner: User, sign_in: SignIn
) -> None:
    sign_in(quiet, owner)
    for path in ("/", "/mot-de-passe/", "/donnees-personnelles/"):
        quiet.set_viewport_size({"width": 1280, "height": 800})
        quiet.goto(live_server.url + path)
        axe(quiet)

        quiet.set_viewport_size(SMALL)
        axe(quiet)
        assert quiet.evaluate("document.documentElement.scrollWidth") == SMALL["width"]


def test_errors_of_a_form_are_accessible(
    quiet: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    quiet.goto(live_server.url + "/connexion/")
    quiet.get_by_role("button", name="Se connecter").click()

    expect(quiet.get_by_label("Adresse électronique")).to_have_accessible_description(
        re.compile("^Saisissez votre adresse électronique.")
    )
    axe(quiet)


def test_sign_in_is_done_with_the_keyboard_alone_skip_links_first(
    quiet: Page, live_server: Any, owner: User
) -> None:
    quiet.goto(live_server.url + "/connexion/")

    reached = []
    for _ in range(4):
        quiet.keyboard.press("Tab")
        reached.append(quiet.evaluate("document.activeElement.textContent.trim()"))
    quiet.keyboard.type(owner.email)
    quiet.keyboard.press("Tab")
    quiet.keyboard.type(PASSWORD)
    quiet.keyboard.press("Enter")

    assert reached[:2] == ["Contenu", "Pied de page"]
    expect(quiet.get_by_role("heading", name="Page vide")).to_be_visible()


def test_the_skip_link_leads_past_the_menu(
    quiet: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    sign_in(quiet, owner)
    quiet.goto(live_server.url + "/mot-de-passe/")

    quiet.keyboard.press("Tab")
    quiet.keyboard.press("Enter")
    quiet.keyboard.press("Tab")

    expect(quiet.get_by_role("textbox", name="Mot de passe actuel")).to_be_focused()


def test_a_password_can_be_shown_while_typing_it(quiet: Page, live_server: Any) -> None:
    quiet.goto(live_server.url + "/connexion/")
    field = quiet.locator("#id_password")

    quiet.get_by_text("Afficher", exact=True).click()

    expect(field).to_have_attribute("type", "text")


def test_on_a_small_screen_the_menu_opens_and_signs_out(
    quiet: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    quiet.set_viewport_size(SMALL)
    sign_in(quiet, owner)
    quiet.goto(live_server.url)

    quiet.get_by_role("button", name="Menu").click()
    quiet.get_by_text("Fichiers mensuels", exact=True).click()
    expect(quiet.get_by_role("link", name="Déposer un fichier")).to_be_visible()
    quiet.get_by_role("button", name="Se déconnecter").click()

    expect(quiet.get_by_text("Vous êtes déconnecté.")).to_be_visible()


def test_without_scripts_a_small_screen_still_has_its_menu(
    browser: Browser, live_server: Any, owner: User
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SMALL)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_label("Adresse électronique").fill(owner.email)
    page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()

    expect(page.get_by_role("link", name="Bourgogne-Franche-Comté")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()

    expect(page).to_have_url(re.compile("/connexion/$"))
    context.close()
