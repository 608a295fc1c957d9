"""What each page says, to whom."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.dashboard import world
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db


def test_a_department_page_shows_tiles_and_the_four_charts(owner_client: Client) -> None:
    world.lay()

    page = owner_client.get("/departements/21/")

    html = page.content.decode()
    assert "<h1>Alimentation en Côte-d&#x27;Or</h1>" in html
    assert html.count('class="mes-tile mes-keep"') == 4
    assert html.count("data-figure=") == 4
    assert_no_inline(html)


def test_region(owner_client: Client) -> None:
    world.lay()
    page = owner_client.get("/regions/bourgogne-franche-comte/")
    html = page.content.decode()
    assert_no_inline(html)
