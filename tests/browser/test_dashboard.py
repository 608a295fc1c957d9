"""The pages in a real browser: drawn, silent in the console, accessible, at home."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Route

from accounts.models import User
from reference.months import shift
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
REGION = "/regions/bourgogne-franche-comte/"
DEPARTEMENT = "/departements/21/"
# Nomenclatures come from a migration: each test finds them again after the flush of the last.
pytestmark = pytest.mark.django_db(transaction=True)

DRAWN = "document.querySelectorAll('[data-drawn]').length === 4"


class Witness:
    """What a page said in its console and what it asked of other hosts."""

    def __init__(self, page: Page, home: str) -> None:
        self.home = home
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self.see)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def see(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.strangers.append(request.url)


@pytest.fixture
def witness(page: Page, live_server: Any, owner: User, sign_in: SignIn) -> Witness:
    """The owner of the region, signed in, with figures to look at."""
    world.lay(missing=[("21", shift(world.LAST, -9))])
    sign_in(page, owner)
    return Witness(page, live_server.url)


def test_a_department_draws_its_four_charts_in_silence(
    page: Page, live_server: Any, witness: Witness, axe: Callable[[Page], None]
) -> None:
    page.goto(live_server.url + DEPARTEMENT)
    page.wait_for_function(DRAWN)

    page.locator("#esms .mes-plot").hover()
    page.locator("#esms .hoverlayer .legend").wait_for()

    assert "janv." in (page.locator("#documents .xaxislayer-above").text_content() or "")
    assert page.locator(".modebar-btn").count() == 0
    assert witness.complaints == []
    assert witness.strangers == []
    axe(page)


def test_a_region_is_accessible_and_silent(
    page: Page, live_server: Any, witness: Witness, axe: Callable[[Page], None]
) -> None:
    page.goto(live_server.url + REGION)

    axe(page)

    assert witness.complaints == []
    assert witness.strangers == []


@pytest.mark.parametrize("address", [REGION, DEPARTEMENT])
def test_a_telephone_scrolls_tables_only(
    address: str, page: Page, live_server: Any, witness: Witness
) -> None:
    page.set_viewport_size({"width": 375, "height": 800})

    page.goto(live_server.url + address)

    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_the_keyboard_meets_filters_first_then_changes_a_switch_and_opens_a_table(
    page: Page, live_server: Any, witness: Witness
) -> None:
    page.goto(live_server.url + DEPARTEMENT)
    page.locator("#id_de").focus()
    names = []
    for _ in range(9):
        names.append(page.evaluate("document.activeElement.id || document.activeElement.innerText"))
        page.keyboard.press("Tab")
    assert names == [
        "id_de", "id_a", "id_secteur", "Afficher", "12 derniers mois", "24 derniers mois",
        "ajouter-chiffres", "Volumes", "Parts (100\u202f%)",
    ]  # fmt: skip

    page.get_by_role("link", name="Nombre", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/departements/21/?esms=nombre#esms")
    assert page.locator("#esms h2").inner_text() == "Nombre d’ESMS alimentant Mon espace santé"

    page.locator("#esms summary", has_text="Tableau des données").focus()
    page.keyboard.press("Enter")
    assert page.locator("#esms table").is_visible()


def test_printing_opens_every_table(page: Page, live_server: Any, witness: Witness) -> None:
    page.goto(live_server.url + DEPARTEMENT)

    page.emulate_media(media="print")

    assert page.locator("#esms table").is_visible()
    assert not page.locator(".mes-selection").is_visible()


@pytest.mark.parametrize(("printed", "tables"), [(False, 1), (True, 4)])
def test_a_chart_that_cannot_be_drawn_keeps_its_table_and_keeps_no_other_from_being_drawn(
    printed: bool, tables: int, page: Page, live_server: Any, witness: Witness
) -> None:
    def broken(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('id="figure-esms', 'id="no'))

    page.route(live_server.url + DEPARTEMENT, broken)
    if printed:  # at once, while the other charts wait for their turn
        page.add_init_script(
            "document.addEventListener('DOMContentLoaded',"
            " () => window.dispatchEvent(new Event('beforeprint')))"
        )

    page.goto(live_server.url + DEPARTEMENT)
    page.wait_for_function("document.querySelectorAll('[data-drawn]').length === 3")

    assert page.locator("#esms details.mes-data table").is_visible()
    assert page.locator("section:has([data-figure]) details.mes-data[open]").count() == tables
    assert len(witness.complaints) == 1


def test_a_printed_page_is_of_the_paper_of_its_readers(
    page: Page, live_server: Any, witness: Witness
) -> None:
    page.goto(live_server.url + DEPARTEMENT)

    paper = re.search(rb"/MediaBox \[0 0 (\d+)\S* (\d+)", page.pdf(prefer_css_page_size=True))

    assert paper is not None
    assert paper.groups() == (b"594", b"841")  # A4, in points


def test_on_paper_no_table_leaves_a_line_or_two_alone(
    page: Page, live_server: Any, witness: Witness
) -> None:
    page.goto(live_server.url + DEPARTEMENT)
    page.emulate_media(media="print")

    rules = page.locator("#documents tbody tr").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line))"
        ".map(style => [style.breakBefore, style.breakAfter])"
    )

    assert len(rules) > 6
    assert [after for _, after in rules[:3]] == ["avoid", "avoid", "auto"]
    assert [before for before, _ in rules[-3:]] == ["auto", "avoid", "avoid"]


@pytest.mark.browser
def test_without_script_the_page_filters_and_shows_its_numbers(
    browser: Any, live_server: Any, owner: User, sign_in: SignIn
) -> None:
    world.lay()
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, owner)
    page.goto(live_server.url + DEPARTEMENT)

    page.locator("#id_secteur").select_option("PA")
    page.get_by_role("button", name="Afficher").click()

    assert "secteur=PA" in page.url
    assert page.locator("#documents .mes-chart__message").inner_text() != ""
    assert page.locator("#documents table").is_visible()
    assert not page.locator("#documents .mes-plot").is_visible()
    context.close()
