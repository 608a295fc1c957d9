"""Texts and editions in a real browser: seen, typed in, frozen, without script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accounts.models import User
from dashboard.editions import freeze
from dashboard.models import Edition, TextVersion
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.owned import own_all

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

REGION = "/regions/bourgogne-franche-comte/"
LIST, EDITIONS = f"{REGION}textes/", f"{REGION}editions/"
PAGE = "/departements/21/textes/documents/"


@pytest.fixture(autouse=True)
def _received(region: Region) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "25"))
    own_all()


@pytest.mark.parametrize("width", [1280, 375])
def test_every_page_is_accessible_and_only_its_tables_scroll(
    width: int,
    page: Page,
    live_server: Any,
    owner: User,
    region: Region,
    sign_in: SignIn,
    axe: Callable[[Page], None],
    complaints: list[str],
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, owner)
    page.goto(live_server.url + PAGE)
    page.locator("#id_body").fill("Un pic en avril.\n\nPuis rien.")
    page.get_by_role("button", name="Publier", exact=True).click()
    page.get_by_text("Le texte est publié.").wait_for()
    TextVersion.objects.update(month=dt.date(2025, 6, 1), facts={"documents": 3})
    edition, _ = freeze(region, "Comité", dt.date(2026, 1, 26), actor=owner)

    frozen = f"{EDITIONS}{edition.pk}/"
    for address in (PAGE, LIST, EDITIONS, frozen, f"{frozen}?aujourdhui=1"):
        page.goto(live_server.url + address)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        # A page of so many charts takes half a minute to look at: once, with all that it may show.
        if not address.startswith(frozen) or (width == 1280 and address != frozen):
            axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
    # The charts of the région and of two départements.
    page.locator("[data-drawn]").nth(11).wait_for(state="attached")
    assert complaints == []


def test_the_keyboard_writes_publishes_and_takes_an_older_version_back(
    page: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + PAGE)

    page.locator("#id_body").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Écrit au clavier.")
    for expected in ("enregistrer", "publier", "reprendre"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.value") == expected
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Le texte est publié.").wait_for()
    page.locator("#id_body").fill("Puis changé.")
    page.get_by_role("button", name="Enregistrer le brouillon").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Publié, brouillon en cours").wait_for()
    page.get_by_role("button", name="Reprendre cette version").focus()
    page.keyboard.press("Enter")
    page.get_by_text("La version choisie est reprise").wait_for()

    bodies = [version.body for version in TextVersion.objects.order_by("pk")]
    assert bodies == ["Écrit au clavier.", "Puis changé.", "Écrit au clavier."]


def test_without_script_a_conflict_is_told_then_solved_and_an_edition_frozen(
    browser: Browser, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    first, second = context.new_page(), context.new_page()
    sign_in(first, owner)
    first.goto(live_server.url + PAGE)
    second.goto(live_server.url + PAGE)

    first.locator("#id_body").fill("Le premier.")
    first.get_by_role("button", name="Publier", exact=True).click()
    second.locator("#id_body").fill("Le second.")
    second.get_by_role("button", name="Publier", exact=True).click()
    assert "Ce texte a changé" in second.locator("#conflit").inner_text()
    assert second.locator("#id_body").input_value() == "Le second."
    second.get_by_role("button", name="Publier", exact=True).click()
    assert "Le texte est publié." in second.locator(".mes-messages").inner_text()

    first.goto(live_server.url + EDITIONS)
    first.get_by_label("Date du comité").fill("2026-01-26")
    first.get_by_role("button", name="Figer l’édition du comité").click()
    assert "Le second." in first.locator("main").inner_text()
    assert first.url.endswith(f"{EDITIONS}{Edition.objects.get().pk}/")
    assert first.locator("#documents-d21 table").is_visible()
    context.close()
