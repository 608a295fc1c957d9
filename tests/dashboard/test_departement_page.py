"""A département's page: what was written of each chart, what lies behind, and who reads names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from accounts.models import Role, User
from reference.models import Event, Region, Target, raise_data_version
from tests.dashboard import world
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
PAGE = "/departements/21/"


@pytest.fixture
def laid() -> None:
    world.lay(departements=("21", "25"))


@pytest.fixture
def reader_client(make_user: MakeUser, region: Region) -> Client:
    client = Client()
    user = make_user("lecteur@example.fr", Role.READER, region)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def html_of(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u202f", " ")


@pytest.mark.usefixtures("laid")
def test_each_chart_of_the_committee_has_its_paragraph(owner_client: Client) -> None:
    html = html_of(owner_client)

    assert html.count('class="mes-text"') == 3
    assert html.count("Proposition automatique, non relue") == 3
    assert "Texte écrit sur la période" not in html
    assert_no_inline(html)


@pytest.mark.usefixtures("laid")
@pytest.mark.parametrize("query", ["?secteur=PH", "?de=2025-01"])
def test_texts_say_what_they_are_about_when_the_page_shows_something_else(
    query: str, owner_client: Client
) -> None:
    html = html_of(owner_client, PAGE + query)

    assert (
        "Texte écrit sur la période de janvier 2024 à décembre 2025, tous secteurs confondus."
    ) in html


@pytest.mark.usefixtures("laid")
def test_organisations_are_named_to_those_who_call_them_only(
    owner_client: Client, reader_client: Client
) -> None:
    assert "Association 21" in html_of(owner_client)
    assert "/departements/21/esms/?" in html_of(owner_client)
    assert owner_client.get(f"{PAGE}premiers-organismes.csv").status_code == 200

    assert "Association 21" not in html_of(reader_client)
    assert "/departements/21/esms/" not in html_of(reader_client)
    assert reader_client.get(f"{PAGE}premiers-organismes.csv").status_code == 404
    assert "Concentration par organisme gestionnaire" in html_of(reader_client)


@pytest.mark.usefixtures("laid")
def test_every_table_of_the_details_has_its_file(reader_client: Client) -> None:
    links = re.findall(r'href="(/departements/21/[^"]*\.csv[^"]*)"', html_of(reader_client))

    assert len(links) == len(set(links)) >= 10
    for link in links:
        text = reader_client.get(link).content.decode("utf-8-sig")
        assert "Source;fichiers mensuels" in text
        assert "Association 21" not in text


@pytest.mark.usefixtures("laid")
def test_events_and_targets_of_the_place_are_numbered_and_judged(
    owner_client: Client, region: Region
) -> None:
    march = dt.date(2025, 3, 1)
    Event.objects.create(region=region, month=march, label="Cibles nationales")
    Event.objects.create(region=region, departement_id="21", month=march, label="Ici")
    Event.objects.create(region=region, departement_id="25", month=march, label="Ailleurs")
    Target.objects.create(
        region=region, departement_id="21", indicator="rate", month=march, value=0.05
    )
    Target.objects.create(region=region, indicator="rate", month=march, value=0.99)
    raise_data_version("essai")

    html = html_of(owner_client)

    told = re.findall(r'__number">(\d)</span> ([^<]*)</li>', html)
    assert (
        told
        == [
            ("1", "mars 2025 : Cibles nationales (région)."),
            ("2", "mars 2025 : Ici."),
        ]
        * 2
    )
    assert html.count("mes-landmarks__target") == 1
    assert re.search(r">atteinte</span>\s+Part des ESMS qui alimentent dans le mois : 5,0 %", html)
    file = owner_client.get(f"{PAGE}esms.csv").content.decode()
    assert "Événement 2, mars 2025\u202f: Ici." in file
    assert "Cible atteinte, Part des ESMS" in file


@pytest.mark.usefixtures("laid")
def test_the_volumes_are_compared_with_the_region(owner_client: Client) -> None:
    assert "Bourgogne-Franche-Comté, à nombre égal d’ESMS ouverts" in html_of(owner_client)
    assert "des documents, 34 % dans la région" in html_of(owner_client, f"{PAGE}?documents=parts")
