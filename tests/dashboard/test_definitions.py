"""Each chart quotes the declarations of what it shows."""

from __future__ import annotations

import pytest
from django.test import Client

from dashboard.charts.definitions import SHOWN, declared, definition
from indicators.catalogue import INDICATORS
from tests.dashboard import world

pytestmark = pytest.mark.django_db


def test_what_charts_show_is_declared() -> None:
    codes = {each.code for each in INDICATORS}

    assert all(codes.issuperset(shown) for shown in SHOWN.values())
    assert [one.code for one in declared("esms")] == ["rate", "contributors"]
    assert declared("inconnu") == ()


def test_a_declaration_is_one_sentence() -> None:
    count, ratio = declared("documents")[0], declared("esms")[0]

    assert definition(count) == f"{count.title}\u202f: {count.numerator}."
    assert definition(ratio) == f"{ratio.title}\u202f: {ratio.numerator} ÷ {ratio.denominator}."


@pytest.mark.parametrize("page", ["/regions/bourgogne-franche-comte/", "/departements/21/"])
def test_every_chart_of_a_page_says_how_it_is_counted(page: str, owner_client: Client) -> None:
    world.lay()

    shown = owner_client.get(page)

    html = shown.content.decode()
    for picture in shown.context["pictures"]:
        part = html.split(f'id="{picture.chart.code}"')[1].split("</section>")[0]
        assert declared(picture.chart.code)
        for one in declared(picture.chart.code):
            assert one.caveat.split("’")[0] in part
            assert f"/methode/#indicateur-{one.code}" in part
