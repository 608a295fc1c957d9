"""Perimeter, received months and audit trail in a real browser: seen, typed in, scriptless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accounts import audit
from accounts.models import User
from reference.models import (
    Facility,
    FacilityPeriod,
    LegalEntity,
    PerimeterChoice,
    Region,
)
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

REGION = "/regions/bourgogne-franche-comte/"
PERIMETER, GRID, JOURNAL = f"{REGION}perimetre/", f"{REGION}fraicheur/", "/journal/"
DECEMBER = dt.date(2025, 12, 1)


@pytest.fixture(autouse=True)
def _register(owner: User, region: Region) -> None:
    """Two categories of Côte-d’Or, some months, and an act in the trail."""
    world.lay(first=dt.date(2025, 10, 1), missing=[("90", DECEMBER)])
    entity = LegalEntity.objects.create(finess="210000001")
    for rank, category in enumerate(["500"] * 22 + ["354"] * 3):
        facility = Facility.objects.create(
            finess=f"2199{rank:05}", name=f"ESMS {rank}", departement_id="21", seen_on=DECEMBER
        )
        FacilityPeriod.objects.create(facility=facility, category_id=category, legal_entity=entity)
    audit.record("fichier reçu", actor=owner, target="a.csv", region=region, extract=3)


@pytest.mark.parametrize("address", [PERIMETER, f"{PERIMETER}?proposition=ssiad-pa", GRID, JOURNAL])
@pytest.mark.parametrize("width", [1280, 375])
def test_a_page_is_accessible_and_only_its_tables_scroll(
    address: str,
    width: int,
    page: Page,
    live_server: Any,
    owner: User,
    sign_in: SignIn,
    axe: Callable[[Page], None],
    complaints: list[str],
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, owner)

    page.goto(live_server.url + address)

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_the_keyboard_changes_a_sector_sees_the_effect_and_applies_it(
    page: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + PERIMETER)

    page.get_by_label("Secteur de 354").focus()
    for key in ("ArrowUp", "ArrowUp"):  # DOM, PH, PA
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "compte-354"
    page.get_by_role("button", name="Voir l’effet").focus()
    page.keyboard.press("Enter")
    page.locator("#effet").wait_for()
    page.get_by_role("button", name="Appliquer").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Recalcul en cours").wait_for()

    choice = PerimeterChoice.objects.get()
    assert (choice.category_id, choice.sector, choice.in_perimeter) == ("354", "PA", True)


def test_without_script_a_proposal_is_seen_then_applied(
    browser: Browser, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(live_server.url + PERIMETER)

    page.get_by_text("Compter 354").click()
    page.get_by_role("button", name="Voir l’effet").click()
    assert "−3" in page.locator("#effet").inner_text()
    page.get_by_role("button", name="Appliquer").click()

    assert "Le périmètre est modifié" in page.locator(".mes-messages").inner_text()
    assert not PerimeterChoice.objects.get().in_perimeter
    page.goto(live_server.url + JOURNAL)
    page.get_by_label("Action", exact=True).select_option("périmètre modifié")
    page.get_by_role("button", name="Afficher").click()
    assert "hors périmètre" in page.locator("tbody").inner_text()
    context.close()
