"""The pages of the history: who may come, what they say before an act, what the act does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from ingestion import tasks
from ingestion.history.acts import republish, withdraw
from ingestion.history.purge import purge
from ingestion.models import Extract, Source, State
from ingestion.publishing.publish import publish
from reference.models import Region
from tests.ingestion.world import brought, build, covered, entity, facility, line, published

pytestmark = pytest.mark.django_db

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)
FILES = "/fichiers-mensuels/"
HISTORY = f"{FILES}historique/"
MONTH = f"{HISTORY}bourgogne-franche-comte/2025-01/"
PAGES = [HISTORY, MONTH, f"{MONTH}difference/", f"{MONTH}retirer/"]
ACTS = ["retirer", "republier", "relire", "purger"]


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("&#x27;", "'")


# --- Who -------------------------------------------------------------------------------------


@pytest.fixture
def addresses() -> list[str]:
    extract = published([line(A1, 5)], name="janvier.csv")
    return [*PAGES, *(f"{FILES}{extract.pk}/{act}/" for act in ACTS)]


def test_the_administrator_of_the_region_opens_every_page(
    owner_client: Client, addresses: list[str]
) -> None:
    answers = {address: owner_client.get(address) for address in addresses}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert all("no-store" in answer["Cache-Control"] for answer in answers.values())


def test_the_pages_of_a_month_belong_to_one_entry_of_the_menu(owner_client: Client) -> None:
    menu = text(owner_client.get(MONTH)).partition('id="navigation"')[2].partition("</nav>")[0]

    assert 'aria-current="true">Fichiers mensuels' in menu
    assert 'aria-current="true">Historique' in menu
    assert menu.count("aria-current") == 2


def test_for_the_administrator_of_another_region_nothing_of_it_exists(
    colleague_client: Client, addresses: list[str]
) -> None:
    assert "janvier.csv" not in text(colleague_client.get(HISTORY))
    for address in addresses[1:]:
        assert colleague_client.get(address).status_code == 404
        if address != f"{MONTH}difference/":
            expected = 405 if address == MONTH else 404
            assert colleague_client.post(address, {"reason": "x"}).status_code == expected
    assert covered() == {("2025-01", "21")}


def test_a_visitor_signs_in_first(stranger_client: Client, addresses: list[str]) -> None:
    for address in addresses:
        assert stranger_client.get(address)["Location"].startswith(reverse("accounts:login"))


def test_a_reader_of_the_region_may_not(
    make_user: Callable[..., User], region: Region, addresses: list[str]
) -> None:
    client = Client()
    client.force_login(make_user("lecteur@example.fr", Role.READER, region))

    for address in addresses:
        assert client.get(address).status_code == 403
    assert client.post(f"{MONTH}retirer/").status_code == 403
    assert covered() == {("2025-01", "21")}


@pytest.mark.parametrize("month", ["2025-13", "1025-01", "janvier", "2025-1"])
def test_what_is_not_a_month_is_not_a_page(owner_client: Client, month: str) -> None:
    assert owner_client.get(MONTH.replace("2025-01", month)).status_code == 404


# --- Lists -----------------------------------------------------------------------------------


def test_the_history_is_filtered_by_state_month_and_kind(owner_client: Client) -> None:
    published([line(A1, 5)], name="janvier.csv")
    published([line(A1, 5, month="2025-02")], name="fevrier.csv")
    brought([line(B1, 5)], name="attente.csv")

    def named(query: str) -> set[str]:
        page = text(owner_client.get(f"{HISTORY}?{query}"))
        return {n for n in ("janvier.csv", "fevrier.csv", "attente.csv") if n in page}

    assert named("state=published") == {"janvier.csv", "fevrier.csv"}
    assert named("month=2025-02") == {"fevrier.csv"}
    assert named("kind=register") == set()
    assert named("region=27&state=ready") == {"attente.csv"}
    assert len(named("state=nimporte")) == 3


def test_a_wrong_month_is_told_and_filters_nothing(owner_client: Client) -> None:
    published([line(A1, 5)], name="janvier.csv")

    page = text(owner_client.get(f"{HISTORY}?month=janvier"))

    assert "sous la forme AAAA-MM" in page
    assert "janvier.csv" in page


def test_the_history_leads_to_the_month_that_is_asked(owner_client: Client) -> None:
    assert MONTH in text(owner_client.get(f"{HISTORY}?month=2025-01"))


def test_a_file_of_many_months_is_said_in_one_span(owner_client: Client) -> None:
    published([line(A1, 1, month=f"2025-{month:02}") for month in range(1, 6)])

    assert "janvier 2025 à mai 2025 (5 mois)" in text(owner_client.get(HISTORY))


def test_the_cost_of_pages_does_not_grow_with_what_they_hold(
    owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    region = Region.objects.get(code="27")
    Extract.objects.bulk_create(
        Extract(file="x.csv", original_name=f"{rank}.csv", sha256="0", size=1, region=region)
        for rank in range(60)
    )
    for documents in range(6):
        published([line(A1, documents), line(B1, documents)])
    last = published([line(A2, 1)], mode="complete")

    with django_assert_max_num_queries(12):
        assert "Page 1 sur 3" in text(owner_client.get(HISTORY))
    with django_assert_max_num_queries(15):
        owner_client.get(MONTH)
    with django_assert_max_num_queries(25):
        owner_client.get(f"{MONTH}difference/?before={last.pk}&after=publie")
    with django_assert_max_num_queries(15):
        owner_client.get(f"{FILES}{last.pk}/retirer/")


# --- A month ---------------------------------------------------------------------------------


def test_a_month_says_from_which_files_each_cell_comes_in_order(owner_client: Client) -> None:
    first = published([line(A1, 5), line(B1, 1)], name="premier.csv")
    published([line(A1, 6)], name="second.csv")
    published([line(A2, 7)], name="complement.csv", mode="complete")
    gone = withdraw(published([line(A1, 1, month="2025-02")]), actor=None)

    page = text(owner_client.get(MONTH))

    cell = page.split("Côte-d’Or")[1].split("</tr>")[0]
    assert cell.index("second.csv") < cell.index("complement.csv")
    assert "non reçu" in page.split(">Jura<")[1].split("</tr>")[0]
    assert f"{FILES}{first.pk}/republier/" in page  # replaced in one of its départements
    assert f"n° {gone.pk}," not in page


def test_versions_no_longer_in_force_can_be_republished_or_purged(owner_client: Client) -> None:
    first = published([line(A1, 5)], name="premier.csv")
    published([line(A1, 6)])

    page = text(owner_client.get(MONTH))

    assert "Versions qui ne sont plus en vigueur" in page
    assert f"{FILES}{first.pk}/republier/" in page
    assert f"{FILES}{first.pk}/purger/" in page


def test_a_national_file_is_named_without_a_link_to_who_administers_a_region(
    owner_client: Client,
) -> None:
    extract = published([line(A1, 5)], region=None, name="national.csv")

    page = text(owner_client.get(MONTH))

    assert "national.csv" in page
    assert f"{FILES}{extract.pk}/" not in page


def test_a_national_administrator_opens_the_files_of_the_country() -> None:
    extract = published([line(A1, 5)], region=None, name="national.csv")
    client = Client()
    client.force_login(User.objects.create_superuser("national@exemple.fr"))

    assert f"{FILES}{extract.pk}/retirer/" in text(client.get(MONTH))
    client.post(f"{FILES}{extract.pk}/retirer/")

    assert covered() == set()


# --- Difference ------------------------------------------------------------------------------


def test_two_versions_are_compared_by_departement_type_and_facility(owner_client: Client) -> None:
    first = published([line(A1, 1500), line(A2, 5), line(B1, 2)])
    published([line(A1, 10), line(facility("21", 3), 4)])

    page = text(owner_client.get(f"{MONTH}difference/?before={first.pk}&after=publie"))

    rows = page.split("</tr>")
    by_departement = next(row for row in rows if "Côte-d’Or" in row)
    assert "1\u202f505" in by_departement
    assert "−1\u202f491" in by_departement
    sites = page.split('id="etablissements"')[1]
    assert sites.index(A1) < sites.index(A2)
    assert B1 not in sites
    assert "1 nouveau, 1 disparu, 1 changé" in sites


def test_documents_carried_by_an_entity_are_compared_under_its_name(owner_client: Client) -> None:
    first = published([line(A1, 1), line(entity("21", 2), 30)])
    published([line(A1, 1)])

    page = text(owner_client.get(f"{MONTH}difference/?before={first.pk}&after=publie"))

    assert "OG 2 (porté par l’OG)" in page
    assert "0 nouveau, 1 disparu, 0 changé" in page


def test_a_version_that_says_the_same_differs_in_nothing(owner_client: Client) -> None:
    extract = published([line(A1, 5), line(entity("21", 2), 30)])

    page = text(owner_client.get(f"{MONTH}difference/?before={extract.pk}&after=publie"))

    assert "les deux versions disent la même chose" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("before=publie&after=publie", "Choisissez deux versions différentes."),
        ("before=999999&after=publie", "Cette version n’existe pas"),
        ("before=publie", "Choisissez une version."),
        ("before={cumul}&after=publie", "ne se comparent pas"),
        ("before={lost}&after=publie", "plus dans l’espace de stockage"),
    ],
)
def test_versions_that_cannot_be_compared_are_told(
    owner_client: Client, query: str, said: str
) -> None:
    source = Source.objects.create(name="Cumul", counting="cumulative")
    cumulative = brought([line(A1, 5)], source=source)
    lost = brought([line(A2, 5)])
    lost.records.storage.delete(str(lost.records.name))

    asked = query.format(cumul=cumulative.pk, lost=lost.pk)
    answer = owner_client.get(f"{MONTH}difference/?{asked}")

    assert answer.status_code == 400
    assert said in text(answer)


def test_the_history_of_acts_is_told_in_states(owner_client: Client) -> None:
    first = published([line(A1, 5)])
    second = published([line(A1, 6)])
    publish(republish(first, actor=None))
    purge(second, actor=None, reason="essai")

    page = text(owner_client.get(HISTORY))

    assert "purgé" in page
    assert "publié" in page


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.PUBLISHED, {"retirer", "relire"}),
        (State.SUPERSEDED, {"republier", "relire", "purger"}),
        (State.WITHDRAWN, {"republier", "relire", "purger"}),
        (State.REFUSED, {"relire", "purger"}),
        (State.PURGED, set()),
    ],
)
def test_the_page_of_a_file_leads_to_the_acts_that_its_state_allows(
    owner_client: Client, state: str, offered: set[str]
) -> None:
    extract = published([line(A1, 5)])
    Extract.objects.update(state=state)

    page = text(owner_client.get(f"{FILES}{extract.pk}/"))

    links = {act for act in ACTS if f'href="{FILES}{extract.pk}/{act}/"' in page}
    assert links == offered
