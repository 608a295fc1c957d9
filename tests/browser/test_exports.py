"""Exports in a real browser: asked for by keyboard, followed, downloaded, without script too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from dashboard.exporting import make
from dashboard.models import Export, ExportKind, ExportState
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.makers import replace_makers, replace_workers

SignIn = Callable[[Page, User], None]
pytestmark = pytest.mark.django_db(transaction=True)

REGION, DEPARTEMENT, LIST = "/regions/bourgogne-franche-comte/", "/departements/21/", "/exports/"


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_makers(monkeypatch)
    replace_workers(monkeypatch)


@pytest.fixture
def export(region: Region, owner: User) -> Export:
    """The slides of the région, of which a worker made 12 parts."""
    return Export.objects.create(
        region=region,
        author=owner,
        kind=ExportKind.DECK,
        state=ExportState.MAKING,
        done=12,
        total=45,
        queued_at=timezone.now(),
    )


@pytest.mark.parametrize("width", [1280, 375])
def test_every_page_is_accessible_and_only_its_tables_scroll(
    width: int,
    page: Page,
    live_server: Any,
    owner: User,
    export: Export,
    sign_in: SignIn,
    axe: Callable[[Page], None],
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, owner)

    def look(address: str) -> None:
        page.goto(live_server.url + address)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address

    one = f"{LIST}{export.pk}/"
    look(one)
    make(export.pk)
    look(one)
    look(LIST)
    Export.objects.update(state=ExportState.FAILED, problem="Aucun mois n’est encore reçu.")
    look(one)
    Export.objects.update(state=ExportState.EXPIRED, file="")
    look(one)
    Export.objects.all().delete()
    look(LIST)


def test_the_keyboard_asks_for_slides_and_downloads_them(
    page: Page, live_server: Any, owner: User, sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    world.lay(first=dt.date(2025, 9, 1), departements=("21",))
    sign_in(page, owner)
    page.goto(live_server.url + DEPARTEMENT)

    page.locator(".mes-export > summary").focus()
    page.keyboard.press("Enter")
    axe(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "export-public"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Diapositives, Côte-d’Or").wait_for()
    page.locator("#telecharger").focus()
    with page.expect_download() as downloading:
        page.keyboard.press("Enter")

    assert downloading.value.suggested_filename.startswith("diapositives-cote-d-or-version-")


def test_the_page_follows_the_file_until_it_is_ready_and_says_so(
    page: Page, live_server: Any, owner: User, export: Export, sign_in: SignIn
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}{LIST}{export.pk}/")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "12")
    page.get_by_role("button", name="Me prévenir par courriel").click()
    expect(page.locator("#fichier")).to_contain_text("Un courriel vous préviendra")

    make(export.pk)

    expect(page.locator("#telecharger")).to_be_visible()
    expect(page.locator("#annonce")).to_have_text("Prêt")


def test_without_script_a_link_brings_the_page_up_to_date(
    browser: Browser, live_server: Any, owner: User, export: Export, sign_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(f"{live_server.url}{LIST}{export.pk}/")
    assert "12 sur 45" in page.locator("#fichier").inner_text()
    make(export.pk)

    page.get_by_role("link", name="Mettre à jour maintenant").click()

    assert page.locator("#telecharger").is_visible()
    context.close()
