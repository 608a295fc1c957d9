"""The list of the ESMS behind a sentence: who may read it, what its address says, its file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from indicators.models import FacilityMonth
from reference.models import FacilityPeriod, Region
from tests.dashboard import world
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
LIST = "/departements/21/esms/"
OF_REGION = "/regions/bourgogne-franche-comte/esms/"


@pytest.fixture
def referent_client(make_user: MakeUser, region: Region) -> Client:
    client = Client()
    user = make_user("referent@example.fr", Role.REFERENT, region)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def laid() -> None:
    world.lay(departements=("21", "25"))
    FacilityPeriod.objects.update(category="500")  # in the perimeter, PA


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u202f", " ")


@pytest.mark.usefixtures("laid")
@pytest.mark.parametrize("address", [LIST, OF_REGION, f"{LIST}?format=csv"])
def test_names_are_for_referents_of_the_region_and_above(
    address: str,
    referent_client: Client,
    owner_client: Client,
    colleague_client: Client,
    stranger_client: Client,
    make_user: MakeUser,
    region: Region,
) -> None:
    reader = Client()
    reader.force_login(
        make_user("lecteur@example.fr", Role.READER, region),
        "django.contrib.auth.backends.ModelBackend",
    )

    clients = (referent_client, owner_client, reader, colleague_client, stranger_client)
    assert [client.get(address).status_code for client in clients] == [200, 200, 403, 404, 302]


@pytest.mark.usefixtures("laid")
def test_the_list_says_what_it_holds_and_how_it_is_sorted(referent_client: Client) -> None:
    fed = FacilityMonth.objects.filter(departement="21", month__year=2025)
    count = len(set(fed.values_list("facility", flat=True)))

    html = html_of(referent_client, LIST)

    assert "<h1>ESMS ayant alimenté en Côte-d’Or</h1>" in html
    assert "De janvier 2025 à décembre 2025. Au moins un document déposé" in html
    assert f"<strong>{count}</strong> ESMS." in html
    assert "Association 21 PA 0" in html
    assert "Document de travail" in html
    assert_no_inline(html)
    documents = [int(found) for found in re.findall(r'<td class="mes-number">(\d+)</td>', html)]
    assert documents[::2] == sorted(documents[::2], reverse=True)


@pytest.mark.usefixtures("laid")
@pytest.mark.parametrize("key", ["esms", "og", "secteur", "etat", "documents", "mois", "dernier"])
def test_every_header_sorts_one_way_then_the_other(key: str, referent_client: Client) -> None:
    def names(address: str) -> list[str]:
        return re.findall(r'class="mes-facility">(ESMS \d+)', html_of(referent_client, address))

    link = re.findall(rf'href="(\?[^"]*tri={key}[^"]*)#liste', html_of(referent_client, LIST))[0]
    page = html_of(referent_client, LIST + link)
    again = re.findall(rf'href="(\?[^"]*tri={key}[^"]*)#liste', page)[0]

    assert "aria-sort=" in page
    assert sorted(names(LIST + link)) == sorted(names(LIST + again))
    if key == "esms":
        assert names(LIST + link) == sorted(names(LIST + again))


@pytest.mark.usefixtures("laid")
def test_filters_of_the_address_are_said_and_kept(referent_client: Client) -> None:
    html = html_of(
        referent_client,
        f"{OF_REGION}?de=2025-10&a=2025-12&secteur=PA&og=219001030&parmi=sans-depot",
    )

    assert "<h1>ESMS ouverts sans dépôt en Bourgogne-Franche-Comté</h1>" in html
    assert "De octobre" not in html
    assert "D’octobre 2025 à décembre 2025. Secteur : PA" in html
    assert "Organisme gestionnaire : Association 21 PA 3." in html
    assert "og=219001030&secteur=PA&tri=esms" in html


@pytest.mark.usefixtures("laid")
def test_a_type_that_nobody_fed_answers_with_a_sentence(referent_client: Client) -> None:
    html = html_of(referent_client, f"{LIST}?type=80788-3")

    assert "Type de document : 80788-3." in html
    assert "Aucun ESMS ne répond à cette question." in html


@pytest.mark.usefixtures("laid")
def test_a_type_is_kept_only_where_it_means_something(referent_client: Client) -> None:
    without = html_of(referent_client, f"{LIST}?type=80788-3&parmi=sans-depot")
    new = html_of(referent_client, f"{LIST}?type=80788-3&parmi=nouveaux")

    assert "sans aucun document de ce type" in without
    assert "<strong>0</strong> ESMS." not in without
    links = re.findall(r'href="(\?[^"]*parmi=(?:nouveaux|arretes)[^"]*)"', without)
    assert links
    assert not any("type=" in found for found in links)
    assert "aucun n’y est choisi" in new
    assert "Type de document" not in new


@pytest.mark.usefixtures("laid")
def test_long_lists_have_pages_that_keep_the_question(referent_client: Client) -> None:
    address = f"{LIST}?parmi=sans-depot&tri=esms"

    first = html_of(referent_client, address)
    second = html_of(referent_client, f"{address}&page=2")

    assert "Page 1 sur" in first
    assert re.search(r'href="\?[^"]*tri=esms[^"]*page=2', first)
    assert set(re.findall(r"21\d{7}", first)) != set(re.findall(r"21\d{7}", second))


@pytest.mark.usefixtures("laid")
@pytest.mark.parametrize(
    "query",
    ["de=2025-13", "de=2025-12&a=2025-01", "a=2031-01", "secteur=ZZ", "parmi=tout", "de=%00"],
)
def test_what_the_address_says_wrongly_is_told(query: str, referent_client: Client) -> None:
    assert html_of(referent_client, f"{LIST}?{query}").count('role="alert"') == 1


@pytest.mark.usefixtures("laid")
def test_the_file_holds_the_whole_list_and_where_it_comes_from(referent_client: Client) -> None:
    response = referent_client.get(f"{LIST}?parmi=sans-depot&format=csv&secteur=PA")

    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0][:3] == ["FINESS ET", "Nom", "Commune"]
    assert len(lines[1][0]) == 9
    notes = [line for line in lines if line and line[0] == "Note"]
    assert ["Note", "Document de travail : noms d’ESMS."] in notes
    assert 'filename="esms_D21_2025-01_2025-12_PA_v' in response.headers["Content-Disposition"]
    assert lines[-1][1] == (
        "http://testserver/departements/21/esms/?de=2025-01&a=2025-12&parmi=sans-depot&secteur=PA"
    )


def test_before_any_file_the_page_says_so(referent_client: Client) -> None:
    assert "Aucun mois reçu" in html_of(referent_client, LIST)


@pytest.mark.usefixtures("laid")
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (f"{LIST}?type=SYNTH&og=219001000", 10),
        (f"{OF_REGION}?type=SYNTH&og=219001000", 10),
        (f"{OF_REGION}?parmi=sans-depot&og=219001000", 10),
    ],
)
def test_a_list_costs_the_same_queries_whatever_it_holds(
    address: str,
    queries: int,
    referent_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(queries):
        referent_client.get(address)
