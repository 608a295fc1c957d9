"""What the page of a région says, to whom, and at what cost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from accounts.models import AuditEntry, RegionGrant, Role, User
from dashboard.kept import PAGES
from dashboard.models import TypedFigure
from dashboard.reading import NEAR, prepare
from reference.models import Region, current_data_version
from tests.dashboard import world
from tests.html import assert_no_inline
from tests.people import signed_in

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
Shown = Callable[..., str]
REGION = "/regions/bourgogne-franche-comte/"
FIGURES = f"{REGION}chiffres/"
DECEMBER = dt.date(2025, 12, 1)
GIVEN = {
    "label": "ESMS financés",
    "value": "1 794",
    "source": "bilan du programme",
    "on": "2025-12-31",
}


def plain(text: str) -> str:
    return unescape(text).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, address: str = REGION) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return plain(response.content.decode())


def rows_of(html: str, name: str) -> list[list[str]]:
    """The texts of the cells of the table of a section, line by line."""
    inside = section(html, name)
    return [
        [re.sub(r"<svg.*?</svg>|<[^>]*>", "", cell, flags=re.DOTALL).strip() for cell in cells]
        for cells in (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, flags=re.DOTALL)
            for line in re.findall(r"<tr>(.*?)</tr>", inside, flags=re.DOTALL)
        )
    ]


def section(html: str, name: str) -> str:
    """The part of a page that bears a name."""
    return html.split(f'id="{name}"')[1].split("</section>", 1)[0]


@pytest.fixture
def reader_client(make_user: MakeUser, region: Region) -> Client:
    return signed_in(make_user("lecteur@example.fr", Role.READER, region))


@pytest.fixture
def analyst_client(make_user: MakeUser, region: Region) -> Client:
    return signed_in(make_user("analyste@example.fr", Role.ANALYST, region))


SORTED = "?tri=taux-12-mois&ordre=croissant"
ASKED = (
    "", SORTED, "?secteur=PA", "?de=2025-07", f"departements.csv{SORTED}", "types.csv",
    "esms-par-secteur.csv", "secteurs.csv", "taux-par-secteur.csv", "chiffres-types.csv",
    "chiffres-secteurs.csv", "croissance-origine.csv", "croissance-departements.csv",
    "croissance-secteurs.csv", "croissance-types.csv", "carte.csv", "multiples.csv", "autre.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def answers(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> dict[tuple[str, str], HttpResponse]:
    """What people are answered, by role and address: read once, for pages cost much to make."""
    with django_db_blocker.unblock(), transaction.atomic():
        world.lay(unallocated=1234)
        region = Region.objects.get(pk="27")
        found: dict[tuple[str, str], Any] = {}
        for role, addresses in ((Role.ADMINISTRATOR, ASKED), (Role.READER, ("", "types.csv"))):
            user = User.objects.create_user(f"{role}@example.fr", "correct horse battery staple")
            RegionGrant.objects.create(user=user, region=region, role=role)
            client = signed_in(user)
            found |= {(str(role), asked): client.get(REGION + asked) for asked in addresses}
        transaction.set_rollback(True)
    return found


@pytest.fixture
def shown(answers: dict[tuple[str, str], HttpResponse]) -> Callable[..., str]:
    """The page, or a file, as text."""

    def read(asked: str = "", role: Role = Role.ADMINISTRATOR) -> str:
        response = answers[str(role), asked]
        assert response.status_code == 200
        return plain(response.content.decode("utf-8-sig"))

    return read


# --- Who sees what --------------------------------------------------------------------------------


def test_a_reader_of_the_region_sees_its_page_and_its_files(shown: Shown) -> None:
    assert "Synthèse régionale" in shown("", Role.READER)
    assert shown("types.csv", Role.READER).startswith("Mois;")


def test_the_regions_of_others_do_not_exist(
    colleague_client: Client, stranger_client: Client
) -> None:
    for asked in ("", "departements.csv", "types.csv"):
        assert colleague_client.get(REGION + asked).status_code == 404
        assert stranger_client.get(REGION + asked).headers["Location"].startswith("/connexion/")


def test_no_organisation_is_named(shown: Shown) -> None:
    assert "Association 21" not in shown()


# --- What it says ---------------------------------------------------------------------------------


def test_the_page_follows_what_a_committee_reads_first(shown: Shown) -> None:
    html = shown()

    order = [html.index(f'id="{name}"') for name in (
        "chiffres-cles", "synthese", "departements", "carte", "cote-a-cote", "types",
        "esms-par-secteur", "secteurs", "taux-par-secteur", "croissance", "chiffres",
        "autres-chiffres",
    )]  # fmt: skip
    assert order == sorted(order)
    assert_no_inline(html)


def test_four_tiles_say_who_feeds_how_much_what_the_programme_brings_and_who_lasts(
    shown: Shown,
) -> None:
    assert re.findall(r'mes-tile__label">([^<]+)', shown()) == [
        "ESMS ayant alimenté sur 12 mois",
        "Documents sur 12 mois",
        "Effet d’un programme",
        "ESMS qui alimentent régulièrement",
    ]


def test_an_empty_tile_says_what_to_import_and_leads_there_who_may(shown: Shown) -> None:
    link = f'href="{reverse("ingestion:upload")}">Importer les membres d’un programme</a>'

    assert link in shown()
    assert link not in shown("", Role.READER)
    assert "reste à importer par un administrateur de la région" in shown("", Role.READER)


def test_the_generated_text_names_every_departement(shown: Shown) -> None:
    text = section(shown(), "synthese")

    for name in ("Côte-d’Or", "Doubs", "Jura", "Nièvre", "Haute-Saône", "Yonne", "Belfort"):
        assert name in text
    assert "Proposition automatique, non relue" in text


def test_the_map_prints_its_values_and_leads_to_each_departement(shown: Shown) -> None:
    drawing = section(shown("?secteur=PA"), "carte")

    links = re.findall(r'<a class="mes-map__link" href="([^"]+)" aria-label="([^"]+)"', drawing)
    assert len(links) == 8
    assert links[0][0] == "/departements/21/?secteur=PA"
    assert re.fullmatch(r"Côte-d’Or : \d+,\d %, \d+ ESMS sur 60", links[0][1])
    assert len(re.findall(r'<text class="mes-map__text', drawing)) == 8
    assert "https://creativecommons.org/licenses/by/4.0/" in drawing


def test_small_multiples_share_one_scale_and_show_the_region(shown: Shown) -> None:
    panels = section(shown(), "cote-a-cote")

    assert panels.count("mes-multiples__line--region") == 8
    assert panels.count("mes-multiples__line--own") == 8
    assert "sur une même échelle de 0 à 15 %" in panels
    assert "Part des ESMS qui alimentent : de" in panels


def test_the_file_of_the_table_equals_the_page_in_its_order(shown: Shown) -> None:
    html = shown(SORTED)

    lines = shown(f"departements.csv{SORTED}").split("\r\n")

    assert "departements.csv?de=2024-01&a=2025-12&tri=taux-12-mois" in html
    listed = [row for row in rows_of(html, "departements") if row][1:]
    written = [line.split(";") for line in lines[1 : len(listed) + 1]]
    assert [row[0].replace("'", "’") for row in written] == [row[0] for row in listed]
    assert listed[-2][0] == "Non ventilé (porté par l’OG)"
    for row, line in zip(listed, written, strict=True):
        assert line[1] == row[1].replace(" ", "")  # documents
        assert line[7:9] == row[7:9]  # words


def test_the_headers_sort_the_table_and_say_so(shown: Shown) -> None:
    usual, ascending = section(shown(), "departements"), section(shown(SORTED), "departements")

    assert re.search(r'aria-sort="ascending">\s*<a href="\?ordre=decroissant#', usual)
    assert 'href="?tri=taux-12-mois&ordre=decroissant#departements"' in usual
    assert 'href="?tri=rang#departements"' in usual
    assert ascending.count("aria-sort") == 1
    codes = re.findall(r"/departements/(\d\d)/", ascending)
    assert codes[0] == "90"
    assert codes[-1] == "21"


def test_where_growth_comes_from_adds_up_to_the_same_change(shown: Shown) -> None:
    tables = re.findall(r"<tbody>(.*?)</tbody>", section(shown(), "croissance"), flags=re.DOTALL)

    sums = [
        sum(
            int(number.replace(" ", "").replace("−", "-"))
            for number in re.findall(r'<td class="mes-number">([^<]+)</td>', table)
        )
        for table in tables
    ]
    assert len(sums) == 4  # by contributor the world of this test has other numbers
    assert sums[1] == sums[2] == sums[3] != 0


def test_a_shorter_period_is_drawn_shorter_and_the_year_stays(shown: Shown) -> None:
    html = shown("?de=2025-07")

    assert "De juil. 2025 à déc. 2025, sur une même échelle" in html
    assert len(rows_of(html, "types")) == 1 + 6
    assert "par rapport aux 12 mois précédents" in section(html, "chiffres-cles")
    assert "Texte écrit sur la période de janvier 2024 à décembre 2025" in html


def test_every_chart_and_table_has_its_file(
    answers: dict[tuple[str, str], HttpResponse], shown: Shown
) -> None:
    codes = [asked.removesuffix(".csv") for asked in ASKED if re.fullmatch(r"[a-z-]+\.csv", asked)]

    for code in codes[:-1]:
        headers = answers[str(Role.ADMINISTRATOR), f"{code}.csv"].headers
        assert f'filename="{code}_R27_2024-01_2025-12_v' in headers["Content-Disposition"]
        assert f"{REGION}{code}.csv?de=2024-01&a=2025-12" in shown()
    assert answers[str(Role.ADMINISTRATOR), "autre.csv"].status_code == 404


def test_without_a_year_to_compare_with_the_page_says_no_origin(owner_client: Client) -> None:
    world.lay(first=dt.date(2025, 10, 1), departements=("21", "39"))

    html = html_of(owner_client)

    assert 'id="croissance"' not in html
    assert 'id="chiffres"' in html


def test_bad_parameters_are_said_and_never_an_error(owner_client: Client) -> None:
    assert owner_client.get(f"{REGION}types.csv").status_code == 404
    world.lay(first=DECEMBER, departements=("21",))

    html = html_of(owner_client, f"{REGION}?de=<script>&secteur=ZZ&tri=x")

    assert html.count('role="alert"') == 3


# --- Cost -----------------------------------------------------------------------------------------


def test_a_page_costs_less_than_twelve_queries(
    owner_client: Client, region: Region, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.lay(departements=("21", "39"), unallocated=1234)
    TypedFigure.objects.create(region=region, **{**GIVEN, "on": DECEMBER})
    prepare(region)

    of_no_worker = f"{REGION}?de=2024-02&a=2025-03&secteur=PA"  # cut from what was prepared
    for address in (REGION, f"{REGION}?de=2025-07", of_no_worker, f"{REGION}departements.csv"):
        for kept in (NEAR, PAGES):
            caches[kept].clear()  # another process prepared the reading
        with django_assert_max_num_queries(11):
            assert owner_client.get(address).status_code == 200
    owner_client.get(REGION)
    with django_assert_max_num_queries(4):  # this one showed it before
        assert owner_client.get(REGION).status_code == 200


# --- Figures typed in -----------------------------------------------------------------------------


def test_a_figure_typed_in_is_shown_to_all_with_its_source_and_date(
    analyst_client: Client, reader_client: Client
) -> None:
    world.lay(first=DECEMBER, departements=("21",))
    version = current_data_version()

    answer = analyst_client.post(FIGURES, GIVEN, follow=True)

    assert "« ESMS financés » est enregistré." in plain(answer.content.decode())
    html = html_of(reader_client)
    assert '<strong class="mes-typed__value">1 794</strong>' in html
    assert "Source : bilan du programme, 31 décembre 2025" in html
    assert "Saisir ou modifier" not in html
    assert current_data_version() > version
    entry = AuditEntry.objects.get(action="chiffre saisi")
    assert (entry.target, entry.details["value"]) == ("ESMS financés", "1 794")


def test_a_figure_is_changed_then_removed_and_the_trail_keeps_it(analyst_client: Client) -> None:
    analyst_client.post(FIGURES, GIVEN)
    figure = TypedFigure.objects.get()

    assert 'value="1 794"' in html_of(analyst_client, f"{FIGURES}{figure.pk}/")
    analyst_client.post(f"{FIGURES}{figure.pk}/", {**GIVEN, "value": "1 800"})
    figure.refresh_from_db()
    assert figure.value == "1 800"

    analyst_client.post(f"{FIGURES}{figure.pk}/retirer/")
    assert not TypedFigure.objects.exists()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-3:] == ["chiffre saisi", "chiffre modifié", "chiffre retiré"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("on", "31 février", "Saisissez une date, par exemple 31/12/2025."),
        ("on", "2999-01-01", "Cette date est à venir."),
        ("source", "", "obligatoire"),
        ("value", "9" * 41, "40"),
    ],
)
def test_a_wrong_figure_is_refused_in_french(
    field: str, value: str, said: str, analyst_client: Client
) -> None:
    answer = analyst_client.post(FIGURES, {**GIVEN, field: value})

    assert answer.status_code == 400
    assert said in plain(answer.content.decode())
    assert not TypedFigure.objects.exists()


def test_only_analysts_of_the_region_type_figures_in(
    reader_client: Client,
    colleague_client: Client,
    stranger_client: Client,
    analyst_client: Client,
    region: Region,
) -> None:
    fields: dict[str, Any] = {**GIVEN, "on": DECEMBER}
    figure = TypedFigure.objects.create(region=region, **fields)
    other = TypedFigure.objects.create(region=Region.objects.get(pk="53"), **fields)

    for address in (FIGURES, f"{FIGURES}{figure.pk}/"):
        assert reader_client.get(address).status_code == 403
        assert colleague_client.get(address).status_code == 404
        assert stranger_client.get(address).status_code == 302
        assert analyst_client.get(address).status_code == 200
    assert analyst_client.get(f"{FIGURES}{other.pk}/").status_code == 404
    assert analyst_client.post(f"{FIGURES}{other.pk}/retirer/").status_code == 404
