"""What lies behind a département's volumes, and the lists of ESMS, in a real browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from reference.models import Event, FacilityPeriod, Region, Target
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
PAGE = "/departements/21/"
LIST = "/departements/21/esms/"
# Nomenclatures come from a migration: each test finds them again after the flush of the last.
pytestmark = pytest.mark.django_db(transaction=True)

DRAWN = "document.querySelectorAll('[data-drawn]').length === 4"


@pytest.fixture
def laid(page: Page, owner: User, sign_in: SignIn, region: Region) -> None:
    """The owner of the region, signed in, with an event and a target to see."""
    world.lay(departements=("21", "25"))
    FacilityPeriod.objects.update(category="500")
    march = dt.date(2025, 3, 1)
    Event.objects.create(region=region, month=march, label="Cibles nationales")
    Target.objects.create(
        region=region, departement_id="21", indicator="rate", month=march, value=0.1
    )
    sign_in(page, owner)


@pytest.mark.usefixtures("laid")
def test_events_and_targets_are_drawn_and_told(
    page: Page, live_server: Any, axe: Callable[[Page], None], complaints: list[str]
) -> None:
    page.goto(live_server.url + PAGE)
    page.wait_for_function(DRAWN)

    drawn = page.locator("#esms .infolayer").text_content() or ""
    assert "Cible 10,0" in drawn
    assert page.locator("#esms .shapelayer path").count() == 2
    assert page.locator("#esms .mes-landmarks").count() == 2
    axe(page)
    assert complaints == []


@pytest.mark.usefixtures("laid")
def test_the_keyboard_goes_from_a_figure_to_its_facilities_and_sorts_them(
    page: Page, live_server: Any, axe: Callable[[Page], None]
) -> None:
    page.goto(live_server.url + PAGE)
    page.get_by_role("link", name="Voir les ESMS : Synthèse (SYNTH)").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/esms/?*type=SYNTH*")
    page.goto(live_server.url + LIST)
    axe(page)

    page.get_by_role("link", name="Organisme gestionnaire", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**tri=og*")

    assert page.locator("th[aria-sort=ascending]").inner_text() == "Organisme gestionnaire"
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.browser
def test_without_script_what_lies_behind_remains(
    browser: Any, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    world.lay(departements=("21", "25"))
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)

    page.goto(live_server.url + PAGE)

    assert page.locator("#typage table").first.is_visible()
    assert page.locator("#evolution .mes-bar svg").first.is_visible()
    assert page.locator("#documents .mes-text__words").inner_text() != ""
    context.close()
