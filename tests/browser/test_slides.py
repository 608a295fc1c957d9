"""The selection of slides in a real browser: filled from pages, put in order, made into a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Browser, Page

from accounts.models import Role, User
from dashboard.exports.deck.template import model
from dashboard.models import DeckTemplate, Export, ExportState, SlidePick, SlideSelection
from reference.models import Region
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

REGION = "/regions/bourgogne-franche-comte/"
SLIDES, TEMPLATES = f"{REGION}diapositives/", f"{REGION}modeles/"


@pytest.fixture
def selection(owner: User, region: Region, make_user: Callable[..., User]) -> SlideSelection:
    """Three slides of the owner, one with a long title; a template; another's, shared."""
    DeckTemplate.objects.create(region=region, name="N" * 80, file=ContentFile(b"PK", "a.pptx"))
    other = make_user("autre@example.fr", Role.REFERENT, region)
    made = [
        SlideSelection.objects.create(user=user, region=region, shared=True, title="Comité")
        for user in (owner, other)
    ]
    for each in made:
        for rank, code in enumerate(("documents", "esms", "premiers-organismes")):
            SlidePick.objects.create(
                selection=each, rank=rank, territory="D21", code=code, title="T" * 100 * (rank == 1)
            )
    return made[0]


def address(name: str) -> str:
    if name == "partagée":
        return f"/diapositives/{SlideSelection.objects.get(user__email='autre@example.fr').key}/"
    if name == "retrait":
        return f"{TEMPLATES}{DeckTemplate.objects.get().pk}/retirer/"
    return name


@pytest.mark.usefixtures("selection")
@pytest.mark.parametrize("name", [SLIDES, "partagée", TEMPLATES, "retrait"])
def test_a_page_is_accessible_and_as_wide_as_its_screen(
    name: str,
    page: Page,
    live_server: Any,
    owner: User,
    sign_in: SignIn,
    axe: Callable[[Page], None],
    complaints: list[str],
) -> None:
    sign_in(page, owner)
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(live_server.url + address(name))
        assert page.evaluate("document.documentElement.scrollWidth") == width

    axe(page)
    assert complaints == []


def test_the_keyboard_fills_a_selection_orders_it_and_makes_its_file(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21",))
    sign_in(page, owner)
    page.goto(f"{live_server.url}/departements/21/")

    for code in ("documents", "esms"):
        page.locator(f"#ajouter-{code}").press("Enter")
        page.wait_for_url(f"**/departements/21/#ajouter-{code}")
        page.get_by_text("Ajouté à").wait_for()
        assert page.evaluate("document.activeElement.id") == f"ajouter-{code}"
    axe(page)
    page.get_by_role("status").get_by_role("link", name="votre sélection").press("Enter")

    page.get_by_role("button", name="Monter").press("Enter")
    page.wait_for_url(f"**{SLIDES}#descendre-*")
    focused = page.evaluate("document.activeElement.innerText")
    assert focused == "Descendre\nPart des ESMS qui alimentent, Côte-d’Or, place 1 sur 2"
    page.get_by_label("Titre de la diapositive 1", exact=True).focus()
    page.keyboard.type("Ce qu’il faut retenir")
    page.keyboard.press("Enter")
    page.get_by_text("La sélection est enregistrée.").wait_for()
    page.get_by_role("button", name="Retirer Nombre de documents").press("Enter")
    page.get_by_text("Une diapositive a été retirée.").wait_for()
    page.get_by_role("button", name="Annuler le retrait").press("Enter")
    page.get_by_text("1 diapositive ajoutée de nouveau").wait_for()
    assert list(SlidePick.objects.order_by("rank").values_list("code", "title", "query")) == [
        ("esms", "Ce qu’il faut retenir", ""),
        ("documents", "", ""),
    ]

    page.get_by_role("button", name="Créer les diapositives").press("Enter")
    page.wait_for_url("**/exports/*/")
    assert Export.objects.get().state == ExportState.READY


def test_without_script_a_selection_is_filled_and_a_template_given(
    browser: Browser, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21",))
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)

    page.goto(live_server.url + REGION)
    page.get_by_role("button", name="Ajouter aux diapositives – Synthèse régionale").click()
    assert page.url == f"{live_server.url}{REGION}#ajouter-synthese"
    page.get_by_role("link", name="votre sélection").click()
    page.get_by_label("Les diapositives du comité").select_option("D21")
    page.get_by_role("button", name="Ajouter à la sélection").click()
    page.get_by_label("Place de Synthèse").fill("3")
    page.get_by_role("button", name="Enregistrer").first.click()
    assert SlidePick.objects.get(code="synthese").rank == 2

    page.goto(live_server.url + TEMPLATES)
    for content, said in ((b"%PDF", "1 point à corriger"), (model(), "Modèle ajouté")):
        page.get_by_label("Nom").fill("ARS")
        page.get_by_label("Présentation").set_input_files(
            {"name": "modele.pptx", "mimeType": "application/octet-stream", "buffer": content}
        )
        page.get_by_role("button", name="Ajouter le modèle").click()
        assert said in page.locator("main").inner_text()
    context.close()
