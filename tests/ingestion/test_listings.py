"""The files of the tables of the pages of files: what each holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from ingestion import tasks
from ingestion.listings import HEAVY
from ingestion.models import Extract
from ingestion.previewing.preview_page import NOTHING
from ingestion.process import process
from reference.models import LegalEntity, Region
from tests import places
from tests.ingestion.world import brought, build, entity, facility, line, number, published

pytestmark = pytest.mark.django_db

A1, A2, A3 = (facility("21", rank) for rank in (1, 2, 3))
B1, J1 = facility("25", 1), facility("39", 1)
MONTH = f"/fichiers-mensuels/historique/{places.SLUG}/2025-01/"


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks, "safely", lambda *_: True)


def lines(client: Client, at: str, table: str, query: str = "") -> list[list[str]]:
    """The lines of the file of a table, its headers first."""
    answer = client.get(f"{at}?{query}&format=csv&tableau={table}")
    assert answer.status_code == 200
    assert f'filename="{table}_' in answer["Content-Disposition"]
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def page_of(extract: Extract) -> str:
    return f"/fichiers-mensuels/{extract.pk}/"


def test_a_comparison_is_in_numbers(owner_client: Client) -> None:
    published([line(A1, 5000), line(A2, 10), line(B1, 30)])
    at = page_of(brought([line(A1, 4000), line(A3, 30), line(B1, 30)]))

    assert lines(owner_client, at, "par-departement") == [
        [
            "Département",
            *(f"Documents, {side}" for side in ("publié", "après", "écart")),
            *(f"ESMS qui alimentent, {side}" for side in ("publié", "après", "écart")),
        ],
        ["Côte-d’Or", "5010", "4030", "-980", "2", "2", "0"],
        ["Doubs", "30", "30", "0", "1", "1", "0"],
        ["Total", "5040", "4060", "-980", "3", "3", "0"],
    ]
    assert lines(owner_client, at, "par-type")[1] == ["SYNTH Synthèse", "5040", "4060", "-980"]
    assert lines(owner_client, at, "esms-disparus")[1:] == [[A2, "EHPAD fictif 21-2", "10"]]
    assert lines(owner_client, at, "esms-nouveaux")[1:] == [[A3, "EHPAD fictif 21-3", "30"]]
    assert lines(owner_client, at, "decompte")[1:3] == [["lus", "3"], ["acceptés", "3"]]


def test_what_has_nothing_to_be_compared_with_is_not_available(owner_client: Client) -> None:
    published([line(A1, 50, month="2024-12"), line(J1, 9, month="2024-12")])
    at = page_of(brought([line(A1, 60), line(B1, 5), line(J1, 9)]))

    rows = lines(owner_client, at, "par-departement")

    assert rows[0][1] == "Documents, décembre 2024"
    assert rows[2] == ["Doubs", *[NOTHING, "5", NOTHING], *[NOTHING, "1", NOTHING]]
    assert rows[-2] == ["Total comparable", "59", "69", "10", "2", "2", "0"]
    assert rows[-1] == ["Total du fichier", NOTHING, "74", NOTHING, NOTHING, "3", NOTHING]


def test_facilities_that_are_not_named_are_counted(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.previewing.preview.MAX_NAMED", 1)
    published([line(A1, 5)])
    at = page_of(brought([line(A1, 5), line(A2, 3), line(A3, 9)]))

    assert lines(owner_client, at, "esms-nouveaux")[1:] == [
        [A3, "EHPAD fictif 21-3", "9"],
        ["", "… et 1 autre", ""],
    ]


def test_every_departement_of_a_file_is_told_even_those_that_the_page_leaves_out(
    owner: User, owner_client: Client
) -> None:
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    published([line(B1, 4)])
    kept = brought([line(A1, 5), line(entity("21", 3), 7), line("abc", 2)], region=None)
    kept.confirmed_cells = [["2025-01", "39"]]
    kept.save()

    rows = lines(owner_client, page_of(process(kept)), "mois-et-departements")

    assert rows[0] == ["Code", "Département", "janvier 2025"]
    told = {code: cell for code, _, cell in rows[1:]}
    assert (told["21"], told["25"], told["39"], told["2A"]) == (
        "2", "absent, publié", "zéro", "non reçu"
    )  # fmt: skip
    assert len(told) > 100


def test_anomalies_and_the_remarks_that_are_chosen_are_files(owner_client: Client) -> None:
    published([line(A1, 5), line(B1, 4)])
    at = page_of(brought([line(A1, 5000), line(number("21", 77), 3), line(A2, -1)]))

    assert {row[0] for row in lines(owner_client, at, "anomalies")[1:]} <= {"Anomalie", "À voir"}
    assert len(lines(owner_client, at, "remarques")) == 3
    refused = lines(owner_client, at, "remarques", "sort=refused")
    assert [row[:5] for row in refused[1:]] == [
        ["4", A2, "Nombre de documents", "'-1", "refusée"]
    ]  # fmt: skip


def test_a_month_says_where_each_departement_comes_from(owner_client: Client) -> None:
    first = published([line(A1, 5), line(B1, 2)], name="un.csv")
    second = published([line(A1, 7)], name="deux.csv")

    rows = lines(owner_client, MONTH, "departements")

    assert ["21", "Côte-d’Or", "1", str(second.pk), "deux.csv", "remplace"] in rows
    assert ["39", "Jura", "", "", "non reçu"] in rows
    current = lines(owner_client, MONTH, "en-vigueur")[1:]
    assert [row[:5] for row in current] == [
        [str(second.pk), "deux.csv", "publié", "Côte-d’Or", ""],
        [str(first.pk), "un.csv", "publié", "Doubs", "Côte-d’Or"],
    ]
    assert len(lines(owner_client, MONTH, "anterieurs")) == 1
    withdrawn = lines(owner_client, f"{page_of(second)}retirer/", "retrait")
    assert withdrawn[1] == ["janvier 2025", "Côte-d’Or", "non reçu"]


def test_two_versions_are_compared_whole(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.views.history.CARRIERS_PER_PAGE", 1)
    LegalEntity.objects.filter(finess=entity("21", 2)).update(name="=OG")
    first = published([line(A1, 1500), line(entity("21", 2), 30)])
    published([line(A1, 10)])
    asked = f"before={first.pk}&after=publie"

    sides = lines(owner_client, f"{MONTH}difference/", "par-departement", asked)
    every = lines(owner_client, f"{MONTH}difference/", "etablissements", f"{asked}&page=2")

    assert sides[1] == ["Côte-d’Or", "1530", "10", "-1520", "1", "1"]
    assert lines(owner_client, f"{MONTH}difference/", "par-type", asked)[1][1] == "1530"
    assert [row[:2] for row in every[1:]] == [
        ["EHPAD fictif 21-1", A1],
        ["'=OG", entity("21", 2)],
    ]


@pytest.mark.parametrize(
    ("at", "table"),
    [
        ("/fichiers-mensuels/", "fichiers"),
        ("/fichiers-mensuels/historique/", "fichiers"),
        ("/fichiers-mensuels/a-rattacher/", "finess-a-rattacher"),
        ("of the file", "remarques"),
    ],
)
def test_a_list_that_may_be_long_is_read_while_it_is_sent(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch, at: str, table: str
) -> None:
    monkeypatch.setattr("reference.spreadsheets.LINES_PER_CHUNK", 1)
    extract = published([line(number("21", 77), 3), line(number("21", 78), 2), line(A1, 1)])
    at = page_of(extract) if at == "of the file" else at

    answer = owner_client.get(f"{at}?format=csv&tableau={table}")

    assert answer.streaming
    assert len(list(answer)) > 1
    assert len(list(owner_client.head(f"{at}?format=csv&tableau={table}"))) == 0


def test_a_list_that_cannot_be_read_is_an_error_and_no_file_cut_short(
    owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Iterator[tuple[str]]:
        yield ("N°",)
        raise RuntimeError

    monkeypatch.setattr("ingestion.views.files.files", broken)
    owner_client.raise_request_exception = False

    assert owner_client.get("/fichiers-mensuels/?format=csv").status_code == 500


@pytest.mark.parametrize("at", ["/fichiers-mensuels/", "/fichiers-mensuels/historique/"])
def test_the_list_of_files_is_one_light_query_however_many_they_are(
    owner_client: Client, at: str
) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert owner_client.get(f"{at}?format=csv").getvalue()
            page = [query["sql"] for query in queries]
        with CaptureQueriesContext(connection) as queries:
            assert owner_client.get(at).status_code == 200
            return page + [query["sql"] for query in queries]

    first = published([line(A1, 5)])
    alone = asked()
    for rank in range(3):
        first.pk, first.original_name = None, f"{rank}.csv"
        first.save()
    several = asked()

    assert len(several) == len(alone)
    for column in HEAVY:
        assert not [sql for sql in several if f'"ingestion_extract"."{column}"' in sql]


def test_the_list_of_files_keeps_its_filter(owner_client: Client, region: Region) -> None:
    published([line(A1, 5)], name="un.csv")
    brought([line(B1, 5)], name="deux.csv")
    history = "/fichiers-mensuels/historique/"

    every = lines(owner_client, "/fichiers-mensuels/", "fichiers")
    ready = lines(owner_client, history, "fichiers", "state=ready")

    assert [row[1] for row in every[1:]] == ["deux.csv", "un.csv"]
    assert [row[1:10] for row in ready[1:]] == [
        ["deux.csv", "fichier mensuel", "remplace", "prêt à publier", region.name, "janvier 2025",
         "1", "1", "0"]
    ]  # fmt: skip
