"""An administrator tries a register, then decides of what waits, with the keyboard alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from ingestion import tasks
from ingestion.models import EntityDecision, Extract, Kind
from ingestion.process import process
from ingestion.receive import receive
from reference.models import LegalEntity, Region
from tests.ingestion import world
from tests.ingestion.test_register_files import register_of_the_world
from tests.ingestion.world import facility, line, published
from tests.reference.registers import line as register_line

pytestmark = pytest.mark.django_db(transaction=True)

UNKNOWN, OWNER = facility("21", 9), world.number("75", 500)


@pytest.fixture(autouse=True)
def waiting(monkeypatch: pytest.MonkeyPatch) -> Extract:
    """A published file whose lines wait; the test itself works as the worker does."""
    world.build()
    for departement, rank in (("21", 50), ("35", 52)):
        world.add_facility(departement, rank, owner=OWNER)
    LegalEntity.objects.filter(finess=OWNER).update(name="ASSOCIATION DES BORDS DE SAÔNE")
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)
    return published([line(facility("21", 1), 5), line(UNKNOWN, 7), line(OWNER, 11)])


@pytest.mark.parametrize("width", [1280, 375])
def test_what_waits_is_seen_and_decided_with_the_keyboard(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/a-rattacher/")
    expect(page.get_by_role("row", name=UNKNOWN)).to_be_visible()
    axe(page)

    page.get_by_role("link", name=f"Arbitrer {OWNER}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="ASSOCIATION DES BORDS DE SAÔNE")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Enregistrer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choisissez ce que deviennent")
    axe(page)

    page.get_by_label("Les rattacher à un établissement").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Arbitrage enregistré")).to_be_visible()
    expect(page.get_by_text("Recalcul en cours").first).to_be_visible()
    assert EntityDecision.objects.get().facility is not None
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 375])
def test_a_register_is_previewed_applied_and_says_what_it_took_up(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    file = register_of_the_world(UNKNOWN)
    file.seek(0, io.SEEK_END)
    file.write(("\n" + register_line("210001385")).encode())
    extract = process(
        receive(file, name="registre.csv", region=Region.objects.get(pk="27"), kind=Kind.REGISTER)
    )
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/")
    expect(page.get_by_role("heading", name="Ce que ferait ce registre")).to_be_visible()
    expect(page.get_by_text("1 ligne de FINESS à rattacher serait reprise")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Appliquer").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tasks.process_extract(extract.pk)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/")

    expect(page.get_by_role("heading", name="Ce que le registre a changé")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="extrait.csv").click()
    expect(page.get_by_role("heading", name="FINESS à rattacher : lignes reprises")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
