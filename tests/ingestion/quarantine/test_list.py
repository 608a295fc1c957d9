"""« FINESS à rattacher » : what waits, what to do about it, and decisions that are remembered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import RegionGrant, Role, User
from ingestion.models import EntityDecision
from reference.models import LegalEntity, Region, raise_data_version
from tests.ingestion import world
from tests.ingestion.quarantine.common import HOME, LIST, OWNER, PAGE, UNKNOWN
from tests.ingestion.world import brought, facility, line, published
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db


# --- The list --------------------------------------------------------------------------------


def test_the_page_shows_the_numbers_that_wait_with_what_they_hold(
    owner_client: Client, waiting: Any
) -> None:
    page = owner_client.get(LIST).text

    row = page[page.index(f'<th scope="row">{UNKNOWN}') :].partition("</tr>")[0]
    assert "Côte-d’Or" in row
    assert "janvier 2025" in row
    assert "<td>7</td>" in row
    assert f'href="/fichiers-mensuels/{waiting.pk}/"' in row
    assert "Établissement fermé avant le registre" in page
    assert 'href="/fichiers-mensuels/?kind=register"' in page


@pytest.mark.parametrize(("asked", "kind"), [("register", "register"), ("n’importe", "monthly")])
def test_the_upload_page_offers_the_kind_of_file_that_was_asked(
    owner_client: Client, asked: str, kind: str
) -> None:
    form = owner_client.get("/fichiers-mensuels/", {"kind": asked}).context["form"]

    assert form["kind"].value() == kind


def test_the_page_shows_the_legal_entities_to_arbitrate_by_name(
    owner_client: Client, waiting: Any
) -> None:
    page = owner_client.get(LIST).text

    row = page[page.index(f'<th scope="row">{OWNER}') :].partition("</tr>")[0]
    assert "ASSOCIATION X" in row
    assert "<td>11</td>" in row
    assert PAGE in row


def test_all_that_waits_is_in_a_file_where_no_name_runs(owner_client: Client, waiting: Any) -> None:
    LegalEntity.objects.filter(finess=OWNER).update(name='=HYPERLINK("https://evil.example")')

    header, unknown, undecided = lines_of(owner_client.get(LIST, {"format": "csv"}))

    assert header[:3] == ["FINESS", "Attend", "Organisme"]
    assert unknown[0] == UNKNOWN
    assert unknown[3:7] == ["Côte-d’Or", "janvier 2025", "1", "7"]
    assert undecided[:3] == [OWNER, "une décision", '\'=HYPERLINK("https://evil.example")']


def test_decisions_and_sites_are_files_too(owner_client: Client, waiting: Any) -> None:
    sites = lines_of(owner_client.get(PAGE, {"format": "csv"}))
    owner_client.post(PAGE, {"choice": "set_aside"})
    decisions = lines_of(owner_client.get(LIST, {"format": "csv", "tableau": "decisions"}))

    assert [site[2:4] for site in sites[1:]] == [
        ["21", "Côte-d’Or"],
        ["25", "Doubs"],
        ["35", "Ille-et-Vilaine"],
    ]
    assert decisions[1][:2] == [OWNER, "ASSOCIATION X"]
    assert decisions[1][4] == "owner@example.fr"


def test_lines_of_one_number_in_several_files_are_one_row(owner_client: Client) -> None:
    one = published([line(HOME, 5), line(UNKNOWN, 7)])
    two = brought([line(HOME, 5, month="2025-02"), line(UNKNOWN, 8, month="2025-02")])

    page = owner_client.get(LIST).text

    assert page.count(f'<th scope="row">{UNKNOWN}') == 1
    assert "février 2025, janvier 2025" in page or "janvier 2025, février 2025" in page
    assert all(f'href="/fichiers-mensuels/{each.pk}/"' in page for each in (one, two))
    assert "<td>15</td>" in page


def test_a_number_that_the_register_has_come_to_know_waits_no_more(
    owner_client: Client, waiting: Any
) -> None:
    world.add_facility("21", 9)
    raise_data_version("un registre", ground=True)

    assert f'<th scope="row">{UNKNOWN}' not in owner_client.get(LIST).text


def test_without_any_waiting_line_the_page_says_so(owner_client: Client) -> None:
    page = owner_client.get(LIST).text

    assert "le registre connaît tous les numéros bien formés" in page
    assert "Recalcul en cours" not in page


def test_numbers_come_page_by_page_and_keep_their_region(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.waiting.NUMBERS_PER_PAGE", 1)
    published([line(HOME, 5), line(UNKNOWN, 7), line(facility("21", 8), 6)])

    first = owner_client.get(f"{LIST}?region=bourgogne-franche-comte").text
    second = owner_client.get(f"{LIST}?region=bourgogne-franche-comte&page=2").text

    assert "Page 1 sur 2" in first
    assert "?region=bourgogne-franche-comte&amp;page=2" in first
    assert f'<th scope="row">{UNKNOWN}' in first
    assert f'<th scope="row">{facility("21", 8)}' in second
    assert "?region=bourgogne-franche-comte&amp;page=1" in second


def test_an_administrator_of_several_regions_chooses_one(
    owner: User, owner_client: Client, waiting: Any
) -> None:
    bretagne = Region.objects.get(slug="bretagne")
    RegionGrant.objects.create(user=owner, region=bretagne, role=Role.ADMINISTRATOR)

    page = owner_client.get(f"{LIST}?region=bretagne").text

    assert '<option value="bretagne" selected>' in page
    assert UNKNOWN not in page


def test_a_national_administrator_finds_the_lines_of_national_files_in_their_region(
    owner: User, owner_client: Client
) -> None:
    owner.is_superuser = True
    owner.save()
    published([line(HOME, 5), line(UNKNOWN, 7), line(OWNER, 11)], region=None)

    here = owner_client.get(f"{LIST}?region=bourgogne-franche-comte").text
    elsewhere = owner_client.get(f"{LIST}?region=occitanie").text

    assert UNKNOWN in here
    assert UNKNOWN not in elsewhere
    assert OWNER not in elsewhere


def test_the_page_costs_as_many_queries_whatever_it_shows(
    owner_client: Client, waiting: Any, django_assert_max_num_queries: Any
) -> None:
    published([line(HOME, 5), *[line(facility("21", rank), 1) for rank in range(60, 80)]])

    with django_assert_max_num_queries(11):
        owner_client.get(LIST)


# --- Who ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [f"{LIST}?region=bourgogne-franche-comte", PAGE])
def test_the_pages_are_those_of_the_administrators_of_the_region(
    address: str,
    owner_client: Client,
    colleague_client: Client,
    stranger_client: Client,
    make_user: Any,
    region: Region,
    waiting: Any,
) -> None:
    reader = Client()
    reader.force_login(
        make_user("lecteur@example.fr", Role.READER, region),
        "django.contrib.auth.backends.ModelBackend",
    )

    assert owner_client.get(address).status_code == 200
    assert colleague_client.get(address).status_code == 404
    assert reader.get(address).status_code == 403
    assert stranger_client.get(address)["Location"].startswith("/connexion/")


def test_an_administrator_elsewhere_who_reads_here_may_not_decide(
    colleague: User, colleague_client: Client, region: Region, waiting: Any
) -> None:
    RegionGrant.objects.create(user=colleague, region=region, role=Role.READER)

    assert colleague_client.get(PAGE).status_code == 403
    assert colleague_client.post(PAGE, {"choice": "carry"}).status_code == 403
    assert colleague_client.post(f"{PAGE}retirer/").status_code == 403
    assert not EntityDecision.objects.exists()
