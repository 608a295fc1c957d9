"""Files dropped, sources, columns: with a keyboard, at two widths, with scripts and without."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from ingestion import tasks
from ingestion.models import Extract, Source
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion.world import build, content, facility, line

pytestmark = pytest.mark.django_db(transaction=True)

A1 = facility("21", 1)
DROP = """([names, size]) => {
  const dropped = new DataTransfer();
  for (const name of names) dropped.items.add(new File(["x".repeat(size)], name));
  document.querySelector("[data-mes-drop]").dispatchEvent(
    new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""
SignIn = Callable[[Page, User], None]


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)


def to_map() -> Extract:
    """A file whose headers nobody knows."""
    lines = ["Identifiant;Papier;Combien;Commentaire", f"{A1};SYNTH;12;rien", ""]
    region = Region.objects.get(code="27")
    return process(
        receive(io.BytesIO("\n".join(lines).encode()), name="2025-01.csv", region=region)
    )


@pytest.mark.parametrize("width", [1280, 375])
def test_dropped_files_are_announced_and_brought(
    page: Page,
    live_server: Any,
    sign_in: SignIn,
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/")

    page.evaluate(DROP, [["janvier.csv", "fevrier.csv"], 2048])
    chosen = page.locator("[data-mes-chosen]")
    expect(chosen).to_contain_text("2 fichiers choisis")
    expect(chosen).to_have_attribute("role", "status")
    expect(chosen.get_by_text("fevrier.csv (2\u202fKo)")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Déposer", exact=True).click()

    expect(page.get_by_text("2 fichiers reçus")).to_be_visible()
    axe(page)
    assert Extract.objects.count() == 2


def test_too_many_dropped_files_are_said_at_once(
    page: Page, live_server: Any, sign_in: SignIn, owner: User
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/")

    page.evaluate(DROP, [[f"{rank}.csv" for rank in range(21)], 1])

    expect(page.get_by_text("Déposez-en 20 au plus à la fois.")).to_be_visible()


def test_only_the_fields_that_a_kind_of_file_needs_are_shown(
    page: Page, live_server: Any, sign_in: SignIn, owner: User, axe: Callable[[Page], None]
) -> None:
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/")
    expect(page.get_by_label("Source", exact=False).first).to_be_visible()
    programme = page.get_by_role("combobox", name="Programme", include_hidden=True)
    expect(programme).to_be_hidden()

    page.get_by_label("Fichiers mensuels d’alimentation").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_source")).to_be_hidden()
    page.keyboard.press("ArrowDown")

    expect(programme).to_be_visible()
    expect(page.locator("#id_mode")).to_be_hidden()
    axe(page)


def test_without_scripts_a_file_is_brought_and_its_columns_said(
    browser: Browser, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/")
    data = content([line(A1, 5)])
    page.locator("input[type=file]").set_input_files(
        {"name": "janvier.csv", "mimeType": "text/csv", "buffer": data}
    )
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name="janvier.csv")).to_be_visible()

    page.goto(f"{live_server.url}/fichiers-mensuels/{to_map().pk}/colonnes/")
    for header, role in (("Identifiant", "finess"), ("Papier", "type"), ("Combien", "documents")):
        page.get_by_label(header).select_option(role)
    page.get_by_role("button", name="Relire avec ces colonnes").click()

    expect(page.get_by_role("heading", name="2025-01.csv")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 375])
def test_columns_are_said_with_the_keyboard_alone(
    page: Page,
    live_server: Any,
    sign_in: SignIn,
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    extract = to_map()
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/{extract.pk}/colonnes/")
    axe(page)

    page.get_by_label("Identifiant").focus()
    for choice in ("FINESS ET", "Type de document", "Nombre de documents", "FINESS ET"):
        page.keyboard.type(choice)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("est choisi pour plusieurs colonnes").first).to_be_visible()
    expect(page).to_have_title("Erreur\u202f: Colonnes de 2025-01.csv – Mon espace santé en ESMS")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.get_by_label("Commentaire").focus()
    page.keyboard.type("Ignorer")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2025-01.csv")).to_be_visible()
    assert process(Extract.objects.get()).counts["accepted"] == 1


@pytest.mark.parametrize("width", [1280, 375])
def test_a_source_is_added_then_changed(
    page: Page,
    live_server: Any,
    sign_in: SignIn,
    owner: User,
    axe: Callable[[Page], None],
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, owner)
    page.goto(f"{live_server.url}/fichiers-mensuels/sources/")
    axe(page)
    page.get_by_role("link", name="Ajouter une source").click()
    axe(page)
    page.get_by_role("textbox", name="Nom").fill("Éditeur")
    page.get_by_label("Ce que comptent les nombres").select_option("cumulative")
    page.get_by_role("button", name="Ajouter la source").click()

    page.get_by_role("link", name="Éditeur").click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("textbox", name="Nom").fill("Logiciel")
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_text("est modifiée")).to_be_visible()
    assert Source.objects.get(region="27").name == "Logiciel"
