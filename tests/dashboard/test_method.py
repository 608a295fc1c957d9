"""The method page says of every indicator what its declaration says."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.views.method import chapters, perimeter
from indicators.catalogue import INDICATORS
from indicators.dynamics import Label
from reference.models import FacilityCategory
from tests.dashboard import world
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db


def test_every_indicator_is_in_one_chapter() -> None:
    shown = [one for chapter in chapters() for one in chapter.indicators]

    assert sorted(one.code for one in shown) == sorted(one.code for one in INDICATORS)
    assert len({one.code for one in INDICATORS}) == len(INDICATORS)


def test_each_declaration_is_on_the_page(owner_client: Client) -> None:
    world.lay(departements=("21",))

    html = unescape(owner_client.get("/methode/").content.decode())

    for one in INDICATORS:
        for words in (one.title, one.numerator, one.denominator, one.why, one.caveat):
            assert words in html
    for label in Label:
        assert label.in_french in html
    assert "dernier mois reçu\u202f: décembre 2025" in html
    assert_no_inline(html)


def test_before_any_file_the_page_says_so(owner_client: Client) -> None:
    html = unescape(owner_client.get("/methode/").content.decode())

    assert "aucun n’est encore reçu" in html
    assert "aucun n’est encore importé" in html


def test_the_perimeter_counts_each_category_once() -> None:
    shown = perimeter()

    assert sum(one.inside + one.outside for one in shown) == FacilityCategory.objects.count()
    assert sum(one.inside for one in shown) == (
        FacilityCategory.objects.filter(in_perimeter=True).count()
    )


def test_the_page_costs_few_queries(
    owner_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(11):
        owner_client.get("/methode/")
