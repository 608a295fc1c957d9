"""What each page says, to whom, and at what cost."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import RegionGrant, Role, User
from dashboard.freshness import answer, code_digest
from dashboard.reading import NEAR, prepare
from dashboard.templatetags.plotly import plotly_guard, style_guard
from reference.models import Region, raise_data_version
from tests.dashboard import world
from tests.html import assert_no_inline
from tests.people import signed_in

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
REGION = "/regions/bourgogne-franche-comte/"
DEPARTEMENT = "/departements/21/"
MARCH, DECEMBER = dt.date(2025, 3, 1), dt.date(2025, 12, 1)


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


# --- Who sees what ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [REGION, DEPARTEMENT, f"{REGION}departements.csv", f"{DEPARTEMENT}esms.csv"],
)
def test_only_the_regions_granted_exist(
    address: str, owner_client: Client, colleague_client: Client, stranger_client: Client
) -> None:
    world.lay(first=DECEMBER, departements=("21",))

    assert owner_client.get(address).status_code == 200
    assert colleague_client.get(address).status_code == 404
    anonymous = stranger_client.get(address)
    assert (anonymous.status_code, anonymous.headers["Location"].split("?")[0]) == (
        302,
        "/connexion/",
    )


@pytest.mark.parametrize("address", ["/regions/nulle-part/", "/departements/99/"])
def test_what_does_not_exist_is_a_404(address: str, owner_client: Client) -> None:
    assert owner_client.get(address).status_code == 404


def test_home_goes_to_the_only_region(owner_client: Client) -> None:
    assert owner_client.get("/").headers["Location"] == REGION


def test_home_lists_several_regions(owner: User, owner_client: Client) -> None:
    RegionGrant.objects.create(user=owner, region=Region.objects.get(pk="53"), role=Role.READER)

    html = html_of(owner_client, "/")

    assert REGION in html
    assert "/regions/bretagne/" in html


def test_home_without_any_region_says_what_to_do(make_user: MakeUser, settings: Settings) -> None:
    settings.MES_SUPPORT_EMAIL = "aide@example.fr"

    html = html_of(signed_in(make_user("seul@example.fr", Role.READER)), "/")

    assert "Aucune région ne vous est encore ouverte" in html
    assert "aide@example.fr" in html


# --- What they say ----------------------------------------------------------------------------


def test_a_department_shows_tiles_charts_and_what_lies_behind(owner_client: Client) -> None:
    world.lay()

    html = html_of(owner_client, DEPARTEMENT)

    assert "<h1>Alimentation en Côte-d’Or</h1>" in html
    assert html.count('class="mes-tile mes-keep"') == 4
    assert re.findall(r'class="mes-chart__heading" id="[^"]*">([^<]*)', html) == [
        "Nombre de documents alimentés",
        "Part des ESMS alimentant Mon espace santé",
        "Secteurs alimentant Mon espace santé",
        "Taux d’alimentation par secteur",
        "Qualité du typage et diversité des documents",
        "Contenu de la catégorie « Autres »",
        "Intensité et régularité des dépôts",
        "Concentration par organisme gestionnaire",
        "D’où vient l’évolution des documents",
    ]
    assert "12,6 % des ESMS alimentent Mon espace santé en décembre 2025" in html
    assert_no_inline(html)


def test_without_script_every_number_is_in_a_table(owner_client: Client) -> None:
    world.lay()

    html = html_of(owner_client, DEPARTEMENT)

    assert html.count('class="mes-data" open') == 4
    assert '<th scope="row">déc. 2025 (provisoire)</th>' in html
    drawn = json.loads(
        re.findall(r'id="figure-esms" type="application/json">(.*?)</script>', html)[0]
    )
    for text in drawn["data"][0]["customdata"]:
        cell = text.replace("\u202f", " ")
        assert f'<td class="mes-number">{cell}</td>' in html
    # Each cell has its sign, which its title therefore has not.
    assert re.search(r'<th scope="col" class="mes-number">Part[^<]*</th>', html)
    assert not re.search(r"<th [^>]*>[^<]*\((?:%|points)\)</th>", html)


def test_period_and_sector_go_from_the_region_to_its_departments(owner_client: Client) -> None:
    world.lay()

    html = html_of(owner_client, f"{REGION}?de=2025-01&secteur=PH&tri=taux")

    assert "/departements/21/?de=2025-01&secteur=PH" in html


def test_switches_and_filters_are_plain_links_and_one_form(owner_client: Client) -> None:
    world.lay()

    html = html_of(owner_client, f"{DEPARTEMENT}?documents=parts&esms=nombre&secteur=PA&de=2025-01")

    assert "Part de chaque type dans les documents par mois" in html
    assert "Nombre d’ESMS alimentant Mon espace santé" in html
    assert "secteur PA (personnes âgées)" in html
    assert '<input type="hidden" name="documents" value="parts">' in html
    assert '<option value="2025-01" selected>janv. 2025</option>' in html
    assert 'href="?de=2025-01&secteur=PA&esms=nombre#documents"' in html


def test_the_charts_by_sector_keep_every_sector_under_a_filter(owner_client: Client) -> None:
    world.lay()

    html = html_of(owner_client, f"{DEPARTEMENT}?secteur=PH")

    assert "Le secteur PA porte" in html


def test_bad_parameters_are_said_and_never_an_error(owner_client: Client) -> None:
    world.lay(first=DECEMBER, departements=("21",))

    for address in (REGION, DEPARTEMENT):
        html = html_of(owner_client, f"{address}?de=<script>&a=%00&secteur=ZZ&tri=x&documents=y")
        assert html.count('role="alert"') == 5


def test_a_missing_month_is_a_gap_and_the_year_says_so(owner_client: Client) -> None:
    world.lay(missing=[("21", MARCH)])

    html = html_of(owner_client, DEPARTEMENT)

    assert "11 mois reçus sur 12" in html
    assert '<th scope="row">mars 2025 (non reçu)</th>' in html
    assert "Région partielle en mars 2025 : 7 départements sur 8" in html


def test_a_department_that_is_late_shows_its_own_last_month(owner_client: Client) -> None:
    world.lay(missing=[("90", DECEMBER)])

    html = html_of(owner_client, "/departements/90/")

    assert "alimentent Mon espace santé en novembre 2025" in html
    assert '<th scope="row">déc. 2025 (non reçu)</th>' in html
    assert "Mois partiel : déc. 2025, 7 départements sur 8" in html_of(owner_client, REGION)


def test_a_department_never_received_is_said(owner_client: Client) -> None:
    world.lay(first=DECEMBER, departements=("21",))

    html = html_of(owner_client, "/departements/39/")

    assert "Aucun mois reçu dans le Jura sur la période" in html
    assert "Rien à dessiner" in html


def test_before_any_file_the_page_says_what_to_do(
    owner_client: Client, make_user: MakeUser, region: Region
) -> None:
    reader = signed_in(make_user("lecteur@example.fr", Role.READER, region))

    for address in (REGION, DEPARTEMENT):
        assert "Déposez-le sur la page" in html_of(owner_client, address)
        assert "vous n’avez rien à faire" in html_of(reader, address)
        assert owner_client.get(address + "departements.csv").status_code == 404


# --- Files ------------------------------------------------------------------------------------


def test_each_chart_has_its_file(owner_client: Client) -> None:
    world.lay()
    page = html_of(owner_client, f"{DEPARTEMENT}?secteur=PA")

    links = re.findall(r'href="(/departements/21/[^"]*\.csv[^"]*)"', page)

    assert len(links) == len(set(links)) > 4
    for link in links:
        response = owner_client.get(link)
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert re.search(
            r'filename="[a-z-]+_D21_2024-01_2025-12_PA_v\d+\.csv"',
            response.headers["Content-Disposition"],
        )
        assert (
            "http://testserver/departements/21/?de=2024-01&a=2025-12&secteur=PA"
            in response.content.decode()
        )


def test_a_file_that_does_not_exist_is_a_404(owner_client: Client) -> None:
    world.lay(first=DECEMBER, departements=("21",))

    assert owner_client.get(f"{DEPARTEMENT}autre.csv").status_code == 404


# --- Cost and freshness -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (DEPARTEMENT, 5),
        (f"{DEPARTEMENT}?secteur=PA", 5),
        (f"{DEPARTEMENT}?de=2025-01", 5),
    ],
)
def test_a_page_costs_the_same_queries_whatever_it_shows(
    address: str,
    queries: int,
    owner_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    world.lay()
    owner_client.get(address)  # what the process keeps of this state of the figures

    with django_assert_num_queries(queries):
        owner_client.get(address)


@pytest.mark.parametrize(
    "query", ["", "?secteur=PA", "?de=2024-02&a=2025-03", "?de=2024-02&a=2025-03&secteur=PA"]
)
def test_the_first_page_after_a_publication_finds_what_it_tells_prepared(
    query: str,
    region: Region,
    owner_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    """Be it a period that no worker prepares: it is cut from what one prepared."""
    world.lay()
    prepare(region)
    caches[NEAR].clear()  # in another process

    with django_assert_max_num_queries(11):
        owner_client.get(f"{DEPARTEMENT}{query}")


def test_a_page_that_did_not_change_is_not_computed_again(
    owner_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.lay()
    tag = owner_client.get(DEPARTEMENT).headers["ETag"]

    with django_assert_max_num_queries(7):
        again = owner_client.get(DEPARTEMENT, headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert again.headers["ETag"] == tag
    assert "private" in again.headers["Cache-Control"]
    assert "no-cache" in again.headers["Cache-Control"]


def test_a_page_is_new_for_new_data_another_release_session_or_scope(
    owner: User, owner_client: Client, settings: Settings
) -> None:
    world.lay(first=DECEMBER, departements=("21",))

    def tag(client: Client = owner_client) -> str:
        return client.get(DEPARTEMENT).headers["ETag"].removeprefix("W/")

    tags = [tag()]
    assert tag() == tags[0]
    raise_data_version("essai")
    tags.append(tag())
    settings.MES_RELEASE = "autre"
    tags.append(tag())
    RegionGrant.objects.filter(user=owner).update(role=Role.READER)
    tags.append(tag())
    tags.append(tag(signed_in(owner)))
    assert len(set(tags)) == 5


def test_code_is_named_by_its_templates_and_modules_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    page, notes = tmp_path / "templates" / "page.html", tmp_path / "templates" / "notes.txt"
    digests = []
    for text in ("avant", "après"):
        page.write_text(text, encoding="utf-8")
        for remark in ("une", "autre"):
            notes.write_text(remark, encoding="utf-8")
            code_digest.cache_clear()
            digests.append(code_digest(tmp_path))
    code_digest.cache_clear()

    assert digests[0] == digests[1] != digests[2] == digests[3]


def test_a_page_with_a_message_is_never_kept(owner: User) -> None:
    request = RequestFactory().get("/")
    request.user = owner
    request.session = signed_in(owner).session
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]  # as the middleware
    messages.info(request, "Publié.")

    response = answer(request, lambda version: HttpResponse(str(version)))

    assert "ETag" not in response.headers
    assert "no-cache" in response.headers["Cache-Control"]


# --- plotly.js --------------------------------------------------------------------------------


def test_the_guard_of_the_bundle_served_is_in_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "plotly.min.js"
    guard = "ab" * 32
    bundle.write_text(f'(function(){{if(!document.getElementById("{guard}")){{}}}})')
    monkeypatch.setattr("dashboard.templatetags.plotly.finders.find", lambda _: str(bundle))
    style_guard.cache_clear()

    assert plotly_guard() == f'<meta name="plotly-maps" id="{guard}">'
    style_guard.cache_clear()


def test_a_bundle_without_guard_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.templatetags.plotly.finders.find", lambda _: None)

    assert plotly_guard() == ""
