"""What surrounds every page, and the pages of what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import RegionGrant, Role, User
from reference.models import Region
from tests.html import assert_no_inline, inline_code

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

OPEN_TO_ALL = {
    "login",
    "logout",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "accessibility",
    "personal_data",
}
#: The signed link of a letter; a key of the data service, and the description of what it opens.
OPENED_BY_A_SECRET = {"unsubscribe", "data", "data_document"}
PUBLIC_PAGES = [
    "/connexion/",
    "/mot-de-passe-oublie/",
    "/mot-de-passe-oublie/envoye/",
    "/mot-de-passe-oublie/MQ/abc-def/",
    "/accessibilite/",
    "/donnees-personnelles/",
    "/nulle-part/",
]
PAGES = ["/", "/mot-de-passe/", "/refuse/", "/hide/", "/accessibilite/"]
BANNER = "établissements, chiffres et répartition par secteur sont inventés"


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def named_views(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from named_views(pattern.url_patterns)
        else:
            yield pattern


def test_nothing_is_open_to_all_but_what_the_law_wants_or_another_secret_opens() -> None:
    site = get_resolver("mes_dashboard.urls").url_patterns

    opened = {
        view.name
        for view in named_views(site)
        if not getattr(view.callback, "login_required", True)
    }

    assert opened == OPEN_TO_ALL | OPENED_BY_A_SECRET


@pytest.mark.parametrize("path", ["/", "/mot-de-passe/", "/fichiers-mensuels/"])
def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, path: str) -> None:
    response = client.get(path)

    assert response["Location"] == f"/connexion/?next={path}"


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_public_page_shows_nothing_of_the_inside(client: Client, path: str) -> None:
    shown = page(client, path)

    assert "Version des données" not in shown
    assert "Se déconnecter" not in shown
    assert "Bourgogne" not in shown
    assert_no_inline(shown)


@pytest.mark.parametrize("path", PAGES)
def test_pages_carry_no_code_and_forbid_any(client: Client, national: User, path: str) -> None:
    client.force_login(national)

    response = client.get(path)

    assert_no_inline(response.content.decode())
    policy = response["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self';" in policy + ";"
    assert "nonce" not in policy
    assert "unsafe" not in policy


def test_inline_code_is_seen_when_there_is_some() -> None:
    html = (
        '<style>p {}</style><p style="color: red" onclick="x()">'
        '<a href=" JavaScript:x()"></a><script>x()</script>'
        '<script type="application/json">{}</script><script src="x.js"></script>'
    )

    assert inline_code(html) == [
        "line 1: <style>",
        "line 1: <p style>",
        "line 1: <p onclick>",
        "line 1: <a href> runs a script",
        "line 1: <script> without src",
    ]


def test_every_public_page_has_its_own_title(client: Client) -> None:
    titles = [page(client, path).split("<title>")[1].split("</title>")[0] for path in PUBLIC_PAGES]

    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("demo", [True, False])
def test_the_demonstration_says_on_each_page_that_it_is_one(
    client: Client, settings: Settings, demo: bool
) -> None:
    settings.MES_DEMO = demo

    assert (BANNER in page(client, "/connexion/")) is demo


@pytest.mark.parametrize("official", [True, False])
def test_the_mark_of_the_state_is_for_state_bodies(
    client: Client, settings: Settings, official: bool
) -> None:
    settings.MES_OFFICIAL_BRAND = official

    shown = page(client, "/connexion/")

    assert ("République" in shown) is official
    assert ('data-mes-brand="state"' in shown) is official


def test_a_reader_finds_their_region_and_nothing_to_administer(
    client: Client, reader: User
) -> None:
    client.force_login(reader)

    shown = page(client, "/")

    assert 'href="/regions/bourgogne-franche-comte/"' in shown
    assert "Bretagne" not in shown
    assert "Fichiers mensuels" not in shown
    assert 'href="/admin/"' not in shown
    assert "lectrice@exemple.fr" in shown
    assert '<form method="post" action="/deconnexion/">' in shown


def test_an_administrator_finds_the_monthly_files(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert 'href="/fichiers-mensuels/"' in page(client, "/")


def test_under_monthly_files_the_nearest_page_alone_is_current(client: Client, owner: User) -> None:
    client.force_login(owner)

    there = page(client, "/fichiers-mensuels/")

    assert '<summary class="fr-nav__btn" aria-current="true">Fichiers mensuels</summary>' in there
    assert there.count('href="/fichiers-mensuels/" aria-current="page"') == 1


def test_a_national_administrator_finds_every_region_and_the_administration(
    client: Client, national: User
) -> None:
    client.force_login(national)

    shown = page(client, "/regions/bretagne/")

    assert shown.count('href="/regions/') == 18
    assert 'href="/admin/"' in shown
    assert '<summary class="fr-nav__btn" aria-current="true">Régions</summary>' in shown


def test_the_menu_says_where_one_is(client: Client, reader: User) -> None:
    client.force_login(reader)

    there = page(client, "/regions/bourgogne-franche-comte/")
    elsewhere = page(client, "/mot-de-passe/")

    assert 'href="/regions/bourgogne-franche-comte/" aria-current="page"' in there
    assert 'aria-current="page"' not in elsewhere


def test_someone_without_any_region_still_gets_a_page(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("nouvelle@exemple.fr", "x"))

    assert "<h1>Page vide</h1>" in page(client, "/")


def test_what_surrounds_a_page_costs_four_queries_at_most(
    client: Client,
    reader: User,
    bretagne: Region,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    RegionGrant.objects.create(user=reader, region=bretagne, role=Role.ADMINISTRATOR)
    client.force_login(reader)

    with django_assert_num_queries(4):  # session, user, their régions, data version
        client.get("/")


def test_sign_in_reads_nothing_from_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get("/connexion/")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nulle-part/", 404, "Page introuvable"),
        ("/hide/", 404, "un territoire qui ne vous est pas ouvert"),
        ("/refuse/", 403, "Votre profil ne permet pas cette action"),
        ("/fail/", 500, "Une erreur est survenue"),
    ],
)
def test_what_goes_wrong_is_said_in_the_same_look(
    reader: User, path: str, status: int, words: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(reader)

    response = client.get(path)

    assert response.status_code == status
    assert words in response.content.decode()
    assert "css/site" in response.content.decode()


def test_the_page_of_a_failure_needs_neither_database_nor_request(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        shown = get_template("500.html").render()

    assert "Une erreur est survenue" in shown
    assert_no_inline(shown)


def test_a_host_that_is_not_ours_is_refused_in_the_same_look(client: Client) -> None:
    response = client.get("/connexion/", headers={"host": "pirate.exemple.fr"})

    assert response.status_code == 400
    assert "Le serveur n’a pas compris la demande" in response.content.decode()


def test_a_stale_form_says_how_to_go_on(reader: User) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/connexion/", {"username": reader.email, "password": "x"})

    assert response.status_code == 403
    assert "Ce formulaire n’est plus valable" in response.content.decode()
