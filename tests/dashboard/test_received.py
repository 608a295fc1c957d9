"""What was received: the grid of a région, and the strip of every page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from dashboard.received import MISSING, PROVISIONAL, RECEIVED, Covered, last_months, state
from indicators.models import CoveredMonth
from reference.models import Region
from tests.dashboard import world
from tests.html import assert_no_inline
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db

REGION = "/regions/bourgogne-franche-comte/"
GRID = f"{REGION}fraicheur/"
NOVEMBER, DECEMBER = dt.date(2025, 11, 1), dt.date(2025, 12, 1)


def html_of(client: Client, address: str = GRID) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u202f", " ")


def rows(html: str) -> dict[str, list[str]]:
    """The cells of the grid as words, by month."""
    table = html.partition('<table class="mes-grid">')[2].partition("</table>")[0]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL):
        plain = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row.split("<td")]
        found[plain[0]] = [cell.partition(">")[2].strip() for cell in plain[1:]]
    return found


# --- Who ----------------------------------------------------------------------------------------


def test_everybody_of_the_region_sees_the_grid_and_nobody_else(
    owner_client: Client,
    colleague_client: Client,
    stranger_client: Client,
    make_user: Callable[..., User],
    region: Region,
) -> None:
    world.lay(first=DECEMBER)
    reader = Client()
    reader.force_login(make_user("lecteur@example.fr", Role.READER, region))

    assert [c.get(GRID).status_code for c in (owner_client, reader, colleague_client)] == [
        200,
        200,
        404,
    ]
    assert stranger_client.get(GRID).headers["Location"] == f"/connexion/?next={GRID}"


def test_only_those_who_bring_files_find_their_history(
    owner_client: Client, make_user: Callable[..., User], region: Region
) -> None:
    world.lay(first=DECEMBER)
    reader = Client()
    reader.force_login(make_user("lecteur@example.fr", Role.READER, region))
    link = "/2025-12/"

    assert link in html_of(owner_client)
    assert link not in html_of(reader)


# --- The grid -----------------------------------------------------------------------------------


def test_each_cell_says_what_it_is_in_words() -> None:
    cells = {
        ("21", NOVEMBER): Covered(DECEMBER, "a.csv", confirmed=False),
        ("21", DECEMBER): Covered(DECEMBER, "b.csv", confirmed=False),
        ("25", DECEMBER): Covered(DECEMBER, "b.csv", confirmed=True),
    }
    latest = last_months(cells)

    told = [state(cells, latest, *key) for key in (*cells, ("25", NOVEMBER), ("39", DECEMBER))]

    assert told == [RECEIVED, PROVISIONAL, RECEIVED, MISSING, MISSING]


def test_the_grid_tells_when_and_from_which_file(owner_client: Client) -> None:
    world.lay(first=NOVEMBER, missing=[("90", DECEMBER), ("21", NOVEMBER)])

    html = html_of(owner_client)
    grid = rows(html)

    assert '<th scope="col">Côte-d’Or</th>' in html
    assert list(grid) == ["déc. 2025", "nov. 2025"]
    assert grid["déc. 2025"][0] == "provisoire 15/01/2026"
    assert grid["déc. 2025"][7:] == ["non reçu", "ALIM_DMP_ESMS_202512.xlsx"]
    assert grid["nov. 2025"][0] == "non reçu"
    assert grid["nov. 2025"][1] == "reçu 15/12/2025"
    assert "sauf\n      Territoire de Belfort (nov. 2025)" in html
    assert_no_inline(html)


def test_several_files_of_a_month_are_numbered(owner_client: Client) -> None:
    world.lay(first=DECEMBER)
    CoveredMonth.objects.filter(departement="39").update(source_label="correction.csv")

    row = rows(html_of(owner_client))["déc. 2025"]

    assert row[0] == "provisoire 15/01/2026 fichier 1"
    assert row[2] == "provisoire 15/01/2026 fichier 2"
    assert row[8] == "1. ALIM_DMP_ESMS_202512.xlsx 2. correction.csv"


def test_every_month_of_the_grid_is_in_its_file(owner_client: Client) -> None:
    world.lay(first=NOVEMBER, missing=[("21", NOVEMBER)])
    CoveredMonth.objects.filter(departement="25").update(source_label="=1+1")

    header, *lines = lines_of(owner_client.get(f"{GRID}?format=csv"))

    assert header == ["Mois", "Département", "État", "Reçu le", "Fichier"]
    assert len(lines) == 2 * 8
    assert lines[0] == ["01/12/2025", "Côte-d’Or", PROVISIONAL, "15/01/2026",
                        "ALIM_DMP_ESMS_202512.xlsx"]  # fmt: skip
    assert lines[8] == ["01/11/2025", "Côte-d’Or", MISSING, "", ""]
    assert lines[9][4] == "'=1+1"


def test_months_come_by_two_years_and_a_gap_is_a_row(owner_client: Client) -> None:
    world.lay(first=dt.date(2023, 6, 1), departements=("21",), missing=[("21", NOVEMBER)])

    first, second = rows(html_of(owner_client)), rows(html_of(owner_client, f"{GRID}?page=2"))

    assert len(first) == 24
    assert set(first["nov. 2025"]) == {"non reçu", "–"}
    assert (len(second), list(second)[-1]) == (7, "juin 2023")
    assert len(rows(html_of(owner_client, f"{GRID}?page=x"))) == 24


def test_before_any_file_the_page_says_so(owner_client: Client) -> None:
    assert "Aucun mois n’est encore reçu" in html_of(owner_client)


def test_the_grid_costs_the_same_queries_however_long_it_is(
    owner_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.lay()

    with django_assert_num_queries(7):
        owner_client.get(GRID)


# --- The strip ----------------------------------------------------------------------------------


def test_a_department_shows_its_last_twelve_months(owner_client: Client) -> None:
    world.lay(missing=[("21", NOVEMBER)])

    html = html_of(owner_client, "/departements/21/")

    assert "11 mois reçus sur 12, jusqu’à déc. 2025" in html
    marks = re.findall(r'<span class="fr-sr-only">([^<]* 2025 : [^<]*)</span>', html)
    assert len(marks) == 12
    assert marks[-2:] == ["novembre 2025 : non reçu", "décembre 2025 : provisoire"]
    assert GRID in html


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ([], "8 départements sur 8 reçus en déc. 2025"),
        ([("21", DECEMBER)], "7 départements sur 8 reçus en déc. 2025"),
        (
            [(code, DECEMBER) for code in world.DEPARTEMENTS[1:]],
            "1 département sur 8 reçu en déc. 2025",
        ),
    ],
)
def test_a_region_says_how_many_departments_its_last_month_has(
    missing: list[tuple[str, dt.date]], said: str, owner_client: Client
) -> None:
    world.lay(first=NOVEMBER, missing=missing)

    assert said in html_of(owner_client, REGION)
