"""Events, targets and programmes in a real browser: seen, typed in, brought, scriptless."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from accounts.models import User
from reference.models import (
    Event,
    Facility,
    FacilityPeriod,
    Programme,
    ProgrammeMembership,
    Region,
    Target,
)
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

REGION = "/regions/bourgogne-franche-comte/"
GOALS, PROGRAMMES = f"{REGION}reperes/", f"{REGION}programmes/"
ADD_TARGET, IMPORT, NEW = f"{GOALS}cibles/ajouter/", f"{GOALS}importer/", f"{PROGRAMMES}nouveau/"
ONE, HERE = f"{PROGRAMMES}pilote/", "/departements/21/programmes/pilote/"
LAST = dt.date(2025, 12, 1)
WRONG = "Nature;Intitulé;Mois\névénement;Projet;demain\n"


@pytest.fixture(autouse=True)
def _programme(region: Region) -> None:
    """Côte-d'Or, half of whose facilities are members; an event and a target."""
    world.lay(first=dt.date(2025, 1, 1), departements=("21",))
    FacilityPeriod.objects.update(category="500")
    here = list(Facility.objects.filter(departement="21").order_by("pk"))
    programme = Programme.objects.create(code="pilote", name="Pilote d'essai")
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(
            programme=programme, facility=each, vintage="2022", target_on=LAST, vendor="Éditeur"
        )
        for each in here[::2]
    )
    Event.objects.create(region=region, month=LAST, label="Cibles du programme")
    Target.objects.create(region=region, month=LAST, indicator="rate_12m", value=0.4)


@pytest.mark.parametrize("address", [GOALS, ADD_TARGET, IMPORT, PROGRAMMES, ONE, HERE, NEW])
@pytest.mark.parametrize("width", [1280, 375])
def test_a_page_is_accessible_and_only_its_tables_scroll(
    address: str,
    width: int,
    page: Page,
    live_server: Any,
    owner: User,
    sign_in: SignIn,
    axe: Callable[[Page], None],
) -> None:
    complaints: list[str] = []
    page.on(
        "console",
        lambda told: complaints.append(told.text) if told.type in {"error", "warning"} else None,
    )
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, owner)

    page.goto(live_server.url + address)
    if address == ONE:
        page.locator("[data-drawn]").wait_for()

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_the_keyboard_adds_a_target_and_removes_it(
    page: Page, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + GOALS)

    page.get_by_role("link", name="Ajouter une cible").press("Enter")
    page.get_by_label("Indicateur", exact=True).select_option("documents")
    page.get_by_label("Valeur à atteindre").focus()
    page.keyboard.type("12 000")
    page.keyboard.press("Tab")
    page.keyboard.type("2026-06")
    page.keyboard.press("Enter")
    page.get_by_text("Cible ajoutée").wait_for()
    assert Target.objects.get(indicator="documents").value == 12000

    page.get_by_role("link", name="Supprimer la cible Documents par mois").press("Enter")
    page.get_by_role("button", name="Supprimer").press("Enter")
    page.get_by_text("Cible supprimée").wait_for()
    assert not Target.objects.filter(indicator="documents").exists()


def test_an_error_leads_to_its_field(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    sign_in(page, owner)
    page.goto(live_server.url + ADD_TARGET)

    page.get_by_role("button", name="Ajouter").click()

    axe(page)
    page.get_by_role("alert").get_by_role("link", name="Valeur à atteindre").press("Enter")
    assert page.evaluate("location.hash") == "#id_value"


def test_without_script_a_file_is_corrected_then_brought(
    browser: Browser, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(live_server.url + IMPORT)

    for content in (WRONG, WRONG.replace("demain", "2025-11")):
        page.get_by_label("Fichier CSV").set_input_files(
            {"name": "reperes.csv", "mimeType": "text/csv", "buffer": content.encode()}
        )
        page.get_by_role("button", name="Importer").click()
        if content == WRONG:
            assert "1 problème à corriger" in page.locator("main").inner_text()

    assert "1 ajouté" in page.locator(".mes-messages").inner_text()
    assert Event.objects.filter(label="Projet", month=dt.date(2025, 11, 1)).exists()
    page.goto(live_server.url + ONE)
    assert "membres sans document" in page.locator("main").inner_text()
    context.close()
