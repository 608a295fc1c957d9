"""The page of the audit trail: who reads which entries, in which words, and how they leave it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import audit
from accounts.models import AuditEntry, User
from reference.models import Region
from tests.html import assert_no_inline

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]

JOURNAL = "/journal/"
FILE = "/journal/journal.csv"


def html_of(client: Client, address: str = JOURNAL) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\u202f", " ")


def body(html: str) -> str:
    return html.partition("<tbody>")[2].partition("</tbody>")[0]


def table_of(client: Client, address: str = FILE) -> list[list[str]]:
    content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]  # streamed
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.fixture
def trail(owner: User, colleague: User, region: Region, bretagne: Region) -> None:
    """One act in each région, one in none."""
    audit.record("fichier reçu", actor=owner, target="ici.csv", region=region, extract=3)
    audit.record("fichier reçu", actor=colleague, target="ailleurs.csv", region=bretagne)
    audit.record("compte créé", actor=None, target="secret@exemple.fr")
    audit.record("connexion", actor=owner, target=owner.email)


# --- Who reads what -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", [JOURNAL, FILE])
def test_only_administrators_open_the_trail(
    address: str,
    client: Client,
    reader: User,
    owner_client: Client,
    stranger_client: Client,
    make_user: Any,
) -> None:
    assert owner_client.get(address).status_code == 200
    assert stranger_client.get(address)["Location"] == f"/connexion/?next={address}"
    client.force_login(reader)
    assert client.get(address).status_code == 403
    client.force_login(make_user("seul@exemple.fr", "lecteur"))
    assert client.get(address).status_code == 404


def test_an_administrator_reads_their_region_and_their_own_acts(
    trail: None, owner_client: Client, colleague_client: Client
) -> None:
    mine, theirs = html_of(owner_client), html_of(colleague_client)

    assert "ici.csv" in mine
    assert "owner@example.fr" in body(mine)
    assert "ailleurs.csv" not in mine
    assert "secret@exemple.fr" not in mine
    assert "ailleurs.csv" in theirs
    assert "ici.csv" not in theirs
    assert "owner@example.fr" not in theirs
    assert {row[4] for row in table_of(colleague_client)[1:]} == {
        "ailleurs.csv",
        "colleague@example.fr",  # their own sign-in
    }


def test_a_national_administrator_reads_all(trail: None, client: Client, national: User) -> None:
    client.force_login(national)

    shown = body(html_of(client))

    assert all(name in shown for name in ("ici.csv", "ailleurs.csv", "secret@exemple.fr"))
    assert "Commande ou tâche planifiée" in shown


# --- In which words -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"extract": 1234}, "fichier n° : 1 234"),
        ({"counts": {"read": 10, "refused": 0}}, "décompte : lus : 10, refusés : 0"),
        ({"months": ["2025-12", "2026-01"]}, "mois : décembre 2025, janvier 2026"),
        ({"register_date": "2026-07-01"}, "date du registre : 01/07/2026"),
        ({"date": "2026-13-45", "month": "2026-99"}, "date : 2026-13-45"),
        ({"confirmed": True, "applied": False, "reason": None}, "zéros confirmés : oui"),
        ({"before": {"27": "lecteur"}}, "avant : Bourgogne-Franche-Comté : Lecteur"),
        ({"after": {}}, "après : aucun profil"),
        ({"what": [{"changed": {"fields": ["Prénom"]}}]}, "changement : Modification de Prénom"),
        ({"what": "à la main"}, "changement : à la main"),
        ({"some_thing": "x"}, "some thing : x"),
    ],
)
def test_details_are_french(
    details: dict[str, Any], words: str, owner: User, owner_client: Client
) -> None:
    audit.record("essai", actor=owner, **details)

    assert words in body(html_of(owner_client))


def test_markup_in_an_entry_is_shown_and_never_run(owner: User, owner_client: Client) -> None:
    audit.record("essai", actor=owner, target="<script>x()</script>", name="<b>")

    content = owner_client.get(JOURNAL).content.decode()

    assert "&lt;script&gt;x()" in content
    assert_no_inline(content)


# --- Filters ------------------------------------------------------------------------------------


def test_filters_by_action_and_by_person(
    trail: None, owner: User, client: Client, national: User
) -> None:
    client.force_login(national)
    audit.record("Fichier reçu", actor=national, target="ancien.csv")  # as it was once kept

    by_action = body(html_of(client, f"{JOURNAL}?action=fichier+reçu"))
    by_person = body(html_of(client, f"{JOURNAL}?par={owner.pk}"))
    by_nobody = body(html_of(client, f"{JOURNAL}?par=personne"))

    assert by_action.count("<tr>") == 3
    assert "Fichier reçu" not in html_of(client)
    assert by_person.count("<tr>") == 2
    assert "secret@exemple.fr" in by_nobody
    assert by_nobody.count("<tr>") == 1


def test_days_are_both_included_and_are_those_of_the_reader(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 23:30 in Paris on 31 December 2025.
    late = dt.datetime(2025, 12, 31, 22, 30, tzinfo=dt.UTC)
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: late)
        audit.record("essai", actor=owner, target="tard")

    def shown(query: str) -> bool:
        return "tard" in body(html_of(owner_client, f"{JOURNAL}?{query}"))

    assert shown("du=2025-12-31&au=2025-12-31")
    assert not shown("du=2026-01-01")
    assert not shown("au=2025-12-30")
    assert "31/12/2025 23:30" in html_of(owner_client)


def test_a_filter_that_means_nothing_is_said_and_filters_nothing(
    trail: None, owner_client: Client
) -> None:
    html = html_of(owner_client, f"{JOURNAL}?action=<b>&par=abc&du=hier&au=2026-02-30&page=x")

    assert html.count('<p><a href="#id_') == 4
    assert "ici.csv" in html


def test_without_an_answer_the_page_says_so(owner_client: Client) -> None:
    assert "Aucune action ne répond à ces filtres" in html_of(
        owner_client, f"{JOURNAL}?par=personne"
    )


def test_pages_keep_the_filters(owner: User, owner_client: Client) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action="essai", actor=owner, target=f"n{number:03}") for number in range(120)
    )

    first = html_of(owner_client, f"{JOURNAL}?action=essai")
    last = html_of(owner_client, f"{JOURNAL}?action=essai&page=3")

    assert "120 actions" in first
    assert 'href="?action=essai&page=2"' in first
    assert body(first).count("<tr>") == 50
    assert body(last).count("<tr>") == 20
    assert f'href="{FILE}?action=essai"' in first
    assert len(table_of(owner_client, f"{FILE}?action=essai&page=3")) == 121


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_file_is_a_formula(start: str, owner: User, owner_client: Client) -> None:
    audit.record("essai", actor=owner, target=f"{start}1+1")
    audit.record(f"{start}essai", actor=owner)

    rows = table_of(owner_client)

    assert rows[0] == ["Date", "Heure", "Par", "Action", "Objet", "Région", "Détails"]
    assert rows[2][4].startswith(f"'{start}")
    assert rows[1][3].startswith(f"'{start}")


def test_a_page_costs_the_same_queries_however_long_it_is(
    owner: User,
    region: Region,
    owner_client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(60):
        audit.record("essai", actor=owner, region=region, target=str(number))

    with django_assert_num_queries(10):
        owner_client.get(JOURNAL)
