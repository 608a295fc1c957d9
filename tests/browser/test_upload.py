"""An administrator brings a file, follows it and publishes it, without any script of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from ingestion import tasks
from ingestion.models import Extract
from tests.ingestion.world import brought, build, content, facility, fed, line

pytestmark = pytest.mark.django_db(transaction=True)

A1, B1 = facility("21", 1), facility("25", 1)


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register; the test itself works as the worker does, when it chooses."""
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_file_is_brought_followed_and_published(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)

    page.goto(f"{live_server.url}/fichiers-mensuels/")
    axe(page)
    data = content([line(A1, 5), line(B1, -1)])
    page.locator("input[type=file]").set_input_files(
        {"name": "janvier.csv", "mimeType": "text/csv", "buffer": data}
    )
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name="janvier.csv")).to_be_visible()
    axe(page)

    extract = Extract.objects.get()
    tasks.process_extract(extract.pk)
    expect(page.get_by_role("button", name="Publier")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("est négatif")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text("Le traitement est en cours")).to_be_visible()
    tasks.process_extract(extract.pk)
    expect(page.get_by_role("heading", name="Mois et départements publiés")).to_be_visible(
        timeout=15_000
    )
    axe(page)

    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults == []


def test_a_wrong_form_is_explained_and_reachable(
    page: Page,
    live_server: Any,
    sign_in: Callable[[Page, User], None],
    owner: User,
    axe: Callable[[Page], None],
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/")

    page.get_by_role("button", name="Déposer", exact=True).click()

    expect(page.get_by_text("Choisissez un fichier.").first).to_be_visible()
    expect(page).to_have_title("Erreur\u202f: Fichiers mensuels – Mon espace santé en ESMS")
    axe(page)


def test_tables_show_all_their_columns_on_a_desk_screen(
    page: Page, live_server: Any, sign_in: Callable[[Page, User], None], owner: User
) -> None:
    name = f"{'alimentation_' * 8}janvier.csv"
    extract = brought([line(A1, 5), line(A1, 7, kind="un type de document inconnu")], name=name)
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, owner)

    for address in ("", f"{extract.pk}/"):
        page.goto(f"{live_server.url}/fichiers-mensuels/{address}")
        expect(page.locator(".fr-table__content").first).to_be_visible()
        hidden = page.locator(".fr-table__content").evaluate_all(
            "boxes => boxes.map(box => box.scrollWidth - box.clientWidth)"
        )
        assert not any(hidden), address
