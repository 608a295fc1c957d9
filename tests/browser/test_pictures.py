"""Each drawing is kept as a picture at the size of a slide, which says what it shows."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from accounts.models import User
from reference.models import Event, Region, Target
from tests.dashboard import world

SignIn = Callable[[Page, User], None]
REGION = "/regions/bourgogne-franche-comte/"
DRAWN = "document.querySelectorAll('[data-drawn]').length === 4"
MARCH = dt.date(2025, 3, 1)
pytestmark = pytest.mark.django_db(transaction=True)


def kept(page: Page, section: Locator, label: str) -> tuple[str, bytes]:
    """The name and the bytes of the picture that a button makes."""
    button = section.get_by_role("button", name=label)
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def assert_png(content: bytes) -> None:
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (3840, 2160)
    assert len(content) > 60_000  # what is blank weighs less


def test_each_drawing_is_kept_as_a_picture(
    page: Page,
    live_server: Any,
    owner: User,
    sign_in: SignIn,
    region: Region,
    complaints: list[str],
) -> None:
    world.lay(departements=("21", "25"))
    Event.objects.create(region=region, month=MARCH, label="Cibles nationales")
    Target.objects.create(
        region=region, departement_id="21", indicator="rate", month=MARCH, value=0.1
    )
    sign_in(page, owner)

    page.goto(f"{live_server.url}/departements/21/")
    page.wait_for_function(DRAWN)
    chart = page.locator("#esms")
    name, vector = kept(page, chart, "Image SVG – ")
    said = vector.decode()
    assert name.startswith("esms_D21_2024-01_2025-12_v")
    assert name.endswith(".svg")
    for told in (".mes-chart__message", ".mes-chart__subtitle"):
        assert chart.locator(told).inner_text().split("\u202f")[0][:30] in said
    for told in ("Source\u202f: fichiers mensuels", "données arrêtées au", "Cibles nationales",
                 "Cible 10,0", "Bourgogne-Franche-Comté"):  # fmt: skip
        assert told in said, told
    assert_png(kept(page, chart, "Image PNG – ")[1])

    page.goto(live_server.url + REGION)
    page.wait_for_function(DRAWN)
    assert_png(kept(page, page.locator("#carte"), "Image PNG")[1])
    name, panels = kept(page, page.locator("#cote-a-cote"), "Image SVG")
    assert name.startswith("cote-a-cote_R27_2024-01_2025-12_v")
    assert "Doubs" in panels.decode()
    assert "données arrêtées au" in panels.decode()
    assert "class=" not in panels.decode()  # it says by itself how it looks
    assert complaints == []
