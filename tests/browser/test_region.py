"""The page of a région in a real browser: drawn, accessible, by keyboard, small, without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
REGION = "/regions/bourgogne-franche-comte/"
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_is_accessible_by_keyboard_and_within_a_telephone(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    world.lay(unallocated=1234)
    sign_in(page, owner)
    page.goto(live_server.url + REGION)
    page.wait_for_function("document.querySelectorAll('[data-drawn]').length === 4")
    axe(page)

    # Each département of the map is reached by keyboard, named with its rate, and opened.
    first = page.locator(".mes-map__link").first
    first.focus()
    names = []
    for _ in range(8):
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("Tab")
    assert [name.split("\u202f")[0] for name in names] == [
        "Côte-d’Or", "Doubs", "Jura", "Nièvre", "Haute-Saône", "Saône-et-Loire", "Yonne",
        "Territoire de Belfort",
    ]  # fmt: skip
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/departements/21/**")

    # A header of the table sorts it.
    page.goto(live_server.url + REGION)
    page.get_by_role("link", name="Rang", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?tri=rang#departements")
    assert page.locator("#departements th[aria-sort='ascending']").inner_text().startswith("Rang")

    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(live_server.url + REGION)
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.browser
def test_without_script_text_map_lines_and_numbers_remain(
    browser: Any, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    world.lay(departements=("21", "90"))
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(live_server.url + REGION)

    assert page.locator("#synthese p").first.is_visible()
    assert page.locator(".mes-map__text").count() == 8
    assert page.locator(".mes-multiples__line--own").count() == 2
    assert page.locator("#types table").is_visible()
    assert page.locator("#croissance table").first.is_visible()
    context.close()


def test_a_figure_is_typed_in_by_keyboard_on_an_accessible_page(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}{REGION}chiffres/")
    page.locator("#id_label").fill("ESMS financés")
    page.locator("#id_source").fill("bilan du programme")
    page.locator("#id_on").fill("2025-12-31")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Le chiffre n’a pas été enregistré")
    axe(page)

    page.locator("#id_value").fill("1 794")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Modifier").wait_for()
    axe(page)
