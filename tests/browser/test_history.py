"""An administrator goes back in time: history, month, difference, withdrawal, republication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from ingestion import tasks
from ingestion.history.acts import withdraw
from ingestion.models import Extract, State
from tests.ingestion.world import build, covered, facility, fed, line, published

pytestmark = pytest.mark.django_db(transaction=True)

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_month_is_taken_back_to_an_earlier_version(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    first = published([line(A1, 5), line(B1, 9)], name="janvier_2025.csv")
    second = published([line(A1, 500), line(A2, 7)], name="janvier_2025_faux.csv")
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)

    def seen() -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"{live_server.url}/fichiers-mensuels/historique/?month=2025-01")
    seen()
    page.get_by_role("link", name="D’où vient janvier 2025").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Janvier 2025")
    seen()
    month = page.url
    row = page.get_by_role("row").filter(has_text=f"n° {first.pk}, ").last
    row.get_by_role("link", name="Comparer à ce qui est publié").click()
    expect(page.get_by_text("1 nouveau, 0 disparu, 1 changé")).to_be_visible()
    seen()

    page.goto(f"{live_server.url}/fichiers-mensuels/{second.pk}/retirer/")
    expect(page.get_by_role("cell", name="non reçu")).to_be_visible()
    seen()
    page.get_by_role("button", name="Retirer ce fichier").click()
    expect(page).to_have_url(month)
    expect(page.get_by_text("Fichier retiré")).to_be_visible()
    assert covered() == {("2025-01", "25")}

    page.goto(f"{live_server.url}/fichiers-mensuels/{first.pk}/republier/")
    seen()
    page.get_by_role("button", name="Republier cette version").click()
    expect(page.get_by_text("Publication demandée")).to_be_visible()
    tasks.process_extract(first.pk)

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 9}
    assert faults == []


def test_a_file_is_purged_with_the_keyboard(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
) -> None:
    extract = withdraw(published([line(A1, 5)], name="noms.csv"), actor=owner)
    sign_in(page, owner)

    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/relire/")
    axe(page)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/purger/")
    page.get_by_label("Motif").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Indiquez le motif").first).to_be_visible()
    axe(page)
    page.get_by_label("Motif").focus()
    page.keyboard.type("noms de personnes")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("seule sa ligne d’historique demeure")).to_be_visible()

    assert Extract.objects.get().state == State.PURGED
    page.goto(f"{live_server.url}/fichiers-mensuels/historique/bourgogne-franche-comte/2025-01/")
    axe(page)
    page.goto(
        f"{live_server.url}/fichiers-mensuels/historique/bourgogne-franche-comte/2025-01/retirer/"
    )
    axe(page)
