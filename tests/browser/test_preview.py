"""The preview in a real browser: accessible, at home on a telephone, usable with the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from ingestion import tasks
from ingestion.models import Extract
from tests.ingestion.world import brought, build, covered, facility, fed, line, number, published

pytestmark = pytest.mark.django_db(transaction=True)

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)
SignIn = Callable[[Page, User], None]


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> Extract:
    """A file with something of everything; the test itself works as the worker does."""
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)
    published([line(A1, 50), line(A2, 20), line(B1, 90)])
    lines = [line(A1, 60), line(facility("21", 3), 9, kind="inconnu"), line(B1, -1)]
    return brought([*lines, line(number("21", 77), 3), line(A1, 60), "TOTAL;;;132;"])


@pytest.mark.parametrize("width", [1280, 375])
def test_the_preview_and_the_settings_are_accessible_and_fit(
    page: Page,
    live_server: Any,
    sign_in: SignIn,
    owner: User,
    axe: Callable[[Page], None],
    extract: Extract,
    width: int,
) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    for address in (f"{extract.pk}/", "reglages/"):
        page.goto(f"{live_server.url}/fichiers-mensuels/{address}")
        for summary in page.locator("main summary").all():
            summary.click()

        axe(page)

        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults == []


def test_zeros_are_confirmed_and_the_file_published_with_the_keyboard(
    page: Page, live_server: Any, sign_in: SignIn, owner: User, extract: Extract
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/")

    page.get_by_role("checkbox", name="Jura, janvier 2025").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Compter zéro").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Étape 4 sur 5")).to_be_visible()
    tasks.process_extract(extract.pk)
    expect(page.get_by_role("checkbox", name="Jura, janvier 2025")).to_be_checked(timeout=15_000)
    expect(page.locator("#annonce")).to_have_text("prêt à publier")

    version = page.locator(".fr-footer__bottom-copy").inner_text()
    page.get_by_role("button", name="Publier").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Étape 5 sur 5").first).to_be_attached()
    tasks.process_extract(extract.pk)
    expect(page.get_by_role("heading", name="Fichier publié")).to_be_visible(timeout=15_000)

    assert page.locator(".fr-footer__bottom-copy").inner_text() != version
    assert ("2025-01", "39") in covered()
    assert fed()["2025-01", B1, "SYNTH"] == 90


@pytest.mark.browser
def test_everything_works_without_scripts(
    browser: Browser, live_server: Any, sign_in: SignIn, owner: User, extract: Extract
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/")

    page.get_by_role("link", name="nombre négatif (1)").click()
    expect(page.get_by_text("Seulement : nombre négatif.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger les lignes à corriger").click()
    assert download.value.suggested_filename == "extrait_a-corriger.csv"
    page.get_by_text("Compléter au lieu de remplacer").click()
    page.get_by_role("button", name="Compléter : refaire l’aperçu").click()
    expect(page.get_by_text("Étape 4 sur 5")).to_be_visible()
    tasks.process_extract(extract.pk)
    page.get_by_role("link", name="Mettre à jour maintenant").click()

    expect(page.get_by_text("Publier complétera")).to_be_visible()
    context.close()
