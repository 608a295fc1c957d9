"""Editions: frozen whole, never changed, compared with today."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Role, User
from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.regional import regional
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import volumes
from dashboard.committees import head_of
from dashboard.drafts import drafts
from dashboard.edition_body import prepare_editions
from dashboard.editions import NothingReceivedError, freeze, summary
from dashboard.editions_page import EditionPage, edition_page
from dashboard.frozen import charts_of
from dashboard.kept import PAGES
from dashboard.models import Edition, Export, NeverChangedError, TextVersion, TypedFigure
from dashboard.report import load_groups
from dashboard.since import Since, compare, since
from indicators.evidence import RegionEvidence
from indicators.models import MonthlyReach, MonthlyVolume
from reference.models import (
    DataVersion,
    Event,
    Region,
    Target,
    current_data_version,
    raise_data_version,
)
from tests.dashboard import world
from tests.dashboard.owned import own_all
from tests.html import assert_no_inline
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
LIST = "/regions/bourgogne-franche-comte/editions/"
COMMITTEE = dt.date(2026, 1, 26)
SENT = {"title": "Comité stratégique", "committee_on": "2026-01-26"}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def plain(text: str) -> str:
    return unescape(text).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return plain(response.content.decode())


@pytest.fixture
def received(region: Region) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "25", "39", "58", "70"))
    own_all()


@pytest.fixture
def edition(received: None, region: Region, owner: User) -> Edition:
    return freeze(region, "Comité stratégique", COMMITTEE, actor=owner)[0]


def today(region: Region) -> RegionEvidence:
    found = drafts(region, current_data_version())
    assert found is not None
    return found.evidence


# --- Who ------------------------------------------------------------------------------------------


def test_every_user_of_the_region_reads_editions_and_analysts_freeze_them(
    edition: Edition,
    make_user: MakeUser,
    region: Region,
    colleague_client: Client,
    stranger_client: Client,
) -> None:
    one = f"{LIST}{edition.pk}/"
    clients = {
        role: signed_in(make_user(f"{role}@example.fr", role, region))
        for role in (Role.READER, Role.REFERENT, Role.ANALYST)
    }

    assert [client.get(LIST).status_code for client in clients.values()] == [200] * 3
    assert [client.get(one).status_code for client in clients.values()] == [200] * 3
    assert "Figer l’édition du comité" not in html_of(clients[Role.READER], LIST)
    assert "Figer l’édition du comité" in html_of(clients[Role.ANALYST], LIST)
    assert [colleague_client.get(at).status_code for at in (LIST, one)] == [404, 404]
    assert stranger_client.get(one).headers["Location"] == f"/connexion/?next={one}"
    sent = {**SENT, "title": "Autre"}
    answers = [client.post(LIST, sent).status_code for client in clients.values()]
    assert answers == [403, 403, 302]
    assert colleague_client.post(LIST, sent).status_code == 404
    assert stranger_client.post(LIST, sent).status_code == 302
    assert Edition.objects.count() == 2


def test_an_edition_of_another_region_is_a_404(edition: Edition, colleague_client: Client) -> None:
    assert colleague_client.get(f"/regions/bretagne/editions/{edition.pk}/").status_code == 404


# --- Freezing -------------------------------------------------------------------------------------


def test_freezing_keeps_the_figures_the_words_and_the_version_of_that_day(
    received: None, region: Region, owner: User, owner_client: Client
) -> None:
    TypedFigure.objects.create(
        region=region, label="Financés", value="1 794", source="ARS", on=COMMITTEE, author=owner
    )
    Event.objects.create(region=region, month=dt.date(2025, 4, 1), label="Cibles ESMS Numérique")
    page = "/departements/21/textes/documents/"
    owner_client.post(page, {"body": "Mot d’analyste.", "version": "0", "action": "publier"})
    version = DataVersion.objects.get().number

    answer = owner_client.post(LIST, SENT)

    edition = Edition.objects.get()
    assert answer.headers["Location"] == f"{LIST}{edition.pk}/"
    assert (edition.data_version, edition.month) == (version, dt.date(2025, 12, 1))
    assert (edition.committee_on, edition.author) == (COMMITTEE, owner)
    html = html_of(owner_client, answer.headers["Location"])
    for words in (
        "Comité du 26 janvier 2026",
        "jusqu’à décembre 2025",
        "Mot d’analyste.",
        "Proposition automatique, non relue",
        "Financés : 1 794 (ARS, 26/01/2026)",
        "Cibles ESMS Numérique, avril 2025",
    ):
        assert words in html
    assert_no_inline(html)
    entry = AuditEntry.objects.get(action="édition figée")
    assert (entry.actor, entry.target, entry.region) == (owner, "Comité stratégique", region)
    assert DataVersion.objects.get().number == version + 1


def test_the_region_comes_first_and_totals_the_table(edition: Edition) -> None:
    page = edition_page(Edition.objects.get())

    assert page.total.name == "Bourgogne-Franche-Comté"
    assert page.places[0].texts[0].subject == "Synthèse régionale"
    assert [row.name for row in page.rows][:3] == ["Côte-d’Or", "Doubs", "Jura"]
    assert [place.code for place in page.places][:3] == ["R27", "D21", "D25"]
    assert page.rows[0].cells[5] == "1er"


def test_what_comes_later_changes_nothing_in_it(edition: Edition, owner_client: Client) -> None:
    at = f"{LIST}{edition.pk}/"
    main = html_of(owner_client, at).partition("<main")[2].partition("</main>")[0]

    MonthlyVolume.objects.update(documents=1)
    TextVersion.objects.all().delete()
    raise_data_version("un autre mois")

    again = html_of(owner_client, at).partition("<main")[2].partition("</main>")[0]
    assert "L’édition est figée" not in main
    # All but the line of its slides, which are made of the figures of that day or never.
    assert again.partition("<section")[2] == main.partition("<section")[2] != ""


def test_a_second_click_freezes_nothing_more_until_something_changed(
    edition: Edition, owner_client: Client
) -> None:
    owner_client.post(LIST, SENT)
    assert Edition.objects.count() == 1
    raise_data_version("un autre mois")

    owner_client.post(LIST, SENT)

    assert Edition.objects.count() == 2


def test_before_any_month_there_is_nothing_to_freeze(
    region: Region, owner: User, owner_client: Client
) -> None:
    answer = owner_client.post(LIST, SENT)

    assert answer.status_code == 400
    assert "il n’y a rien à figer" in plain(answer.content.decode())
    with pytest.raises(NothingReceivedError):
        freeze(region, "Comité", COMMITTEE, actor=owner)
    assert not Edition.objects.exists()


@pytest.mark.parametrize("sent", [{"title": ""}, {"committee_on": "32/01/2026"}, {"title": "a\0b"}])
def test_a_form_that_is_not_understood_is_told(
    sent: dict[str, str], received: None, owner_client: Client
) -> None:
    answer = owner_client.post(LIST, {**SENT, **sent})

    assert answer.status_code == 400
    assert "L’édition n’a pas été figée" in plain(answer.content.decode())
    assert not Edition.objects.exists()


# --- For ever -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dashboard_edition SET title = 'autre'",
        "UPDATE dashboard_edition SET content = '{}'",
        "UPDATE dashboard_edition SET author_id = author_id + 1",
        "DELETE FROM dashboard_edition",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_edition(
    statement: str, edition: Edition
) -> None:
    with (
        pytest.raises(DatabaseError, match="kept for ever"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Edition.objects.get().content == edition.content


def test_an_author_is_forgotten_only_when_deleted(edition: Edition, owner: User) -> None:
    forget = "UPDATE dashboard_edition SET author_id = NULL; SET CONSTRAINTS ALL IMMEDIATE"
    with (
        pytest.raises(DatabaseError, match="forgets deleted users only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(forget)
    with pytest.raises(NeverChangedError):
        Edition.objects.update(title="autre")

    owner.delete()

    assert Edition.objects.get().author is None


# --- Since the committee --------------------------------------------------------------------------


def moved(edition: Edition, **changes: dict[str, Any]) -> dict[str, Any]:
    """The summary of an edition, some figures of some territories being others then."""
    before: dict[str, Any] = copy.deepcopy(edition.content["summary"])
    for code, figures in changes.items():
        before[code].update(figures)
    return before


def compared(edition: Edition, before: dict[str, Any], month: dt.date | None = None) -> Since:
    region = edition.region
    head = replace(head_of(edition), month=month or edition.month)
    return compare(head, before, today(region))


def test_without_an_edition_there_is_nothing_to_compare(received: None, region: Region) -> None:
    assert since(region, today(region)) is None


def test_the_latest_committee_is_compared_in_one_query(
    edition: Edition, region: Region, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    freeze(region, "Plus ancien", dt.date(2025, 6, 1), actor=owner)
    evidence = today(region)

    with django_assert_num_queries(1):
        found = since(region, evidence)

    assert found is not None
    assert (found.title, found.committee_on) == ("Comité stratégique", COMMITTEE)
    assert found.url == f"{LIST}{edition.pk}/"


def test_when_nothing_changed_the_paragraph_says_so(edition: Edition) -> None:
    found = compared(edition, edition.content["summary"])

    assert plain(found.paragraph.text) == (
        "Depuis le comité du 26 janvier 2026, les données vont toujours jusqu’à décembre 2025. "
        "Les chiffres de la région et de ses départements sont les mêmes."
    )
    assert {row.documents.change for row in found.rows} == {"0,0\u202f%", "–"}


def test_each_figure_that_moved_is_in_the_table_and_in_the_paragraph(edition: Edition) -> None:
    now = edition.content["summary"]
    before = moved(
        edition,
        R27={
            "documents": now["R27"]["documents"] / 2,
            "rate": now["R27"]["rate"] - 0.02,
            "parc": now["R27"]["parc"] - 3,
        },
        D21={"rate": now["D21"]["rate"] - 0.031},
        D25={"rate": now["D25"]["rate"] + 0.011},
        D39={"documents": now["D39"]["documents"] * 2},
    )

    found = compared(edition, before, dt.date(2025, 10, 1))

    text = plain(found.paragraph.text)
    for words in (
        "qui lisait les données jusqu’à octobre 2025, 2 mois de plus ont été reçus",
        "(+100 %) et la part des ESMS qui ont alimenté passe de",
        "(+2,0 points)",
        "ESMS ouverts, contre",
        "progresse en Côte-d’Or (+3,1 points).",
        "recule dans le Doubs (−1,1 point).",
        "reculent le plus dans le Jura (−50 %).",
        "du 5e au 1er rang en Côte-d’Or, du 1er au 2e rang dans le Doubs",
    ):
        assert words in text
    jura = next(row for row in found.rows if row.name == "Jura")
    assert plain(jura.documents.change) == "−50 %"
    assert plain(next(row for row in found.rows if row.name == "Côte-d’Or").rank.change) == "+4"
    assert found.total.url == ""
    assert found.paragraph.facts["mois reçus depuis"] == 2


def test_beyond_three_the_places_that_moved_are_counted(edition: Edition) -> None:
    now = edition.content["summary"]
    steps = {"D21": 0.04, "D25": 0.03, "D39": 0.02, "D58": 0.01, "D70": 0.01}
    rates = {code: {"rate": now[code]["rate"] - step} for code, step in steps.items()}

    text = plain(compared(edition, moved(edition, **rates)).paragraph.text)

    assert (
        "progresse en Côte-d’Or (+4,0 points), dans le Doubs (+3,0 points), dans le Jura "
        "(+2,0 points) et dans 2 autres départements." in text
    )


def test_what_one_of_the_dates_does_not_know_is_not_compared(edition: Edition) -> None:
    nothing = dict.fromkeys(("documents", "growth", "contributors", "parc", "rate", "rank"))
    before = moved(edition, D21=nothing)
    del before["D25"]

    found = compared(edition, before)

    row = next(row for row in found.rows if row.name == "Côte-d’Or")
    assert plain(row.documents.before) == "n. d."
    assert (row.rate.change, row.rank.before, row.documents.change) == ("–", "–", "–")


def test_too_few_esms_are_counted_and_never_make_a_percentage(edition: Edition) -> None:
    before = moved(edition, D21={"parc": 12.0, "contributors": 3.0, "rate": 0.25, "rank": 3})

    found = compared(edition, before)

    row = next(row for row in found.rows if row.name == "Côte-d’Or")
    assert row.rate.before == "3 sur 12"
    assert row.rate.change == "–"
    assert "Côte-d’Or" not in found.paragraph.text


def test_equal_rates_share_a_rank_and_no_rate_has_none(edition: Edition, region: Region) -> None:
    found = summary(today(region))

    rates = {code: each["rate"] for code, each in found.items() if code != "R27"}
    known = sorted((rate for rate in rates.values() if rate is not None), reverse=True)
    assert found["R27"]["rank"] is None
    for code, rate in rates.items():
        assert found[code]["rank"] == (None if rate is None else known.index(rate) + 1)


def test_the_page_of_an_edition_compares_with_today_when_asked(
    edition: Edition, owner_client: Client
) -> None:
    at = f"{LIST}{edition.pk}/"

    assert "Depuis le comité du 26/01/2026" not in html_of(owner_client, at)
    assert "Depuis le comité du 26/01/2026" in html_of(owner_client, f"{at}?aujourdhui=1")


def test_before_its_committee_an_edition_is_called_by_the_day_on_which_it_was_frozen(
    received: None, region: Region, owner: User, owner_client: Client
) -> None:
    freeze(region, "Prochain comité", dt.date(2100, 1, 26), actor=owner)
    day = f"{timezone.localdate():%d/%m/%Y}"

    html = html_of(owner_client, "/regions/bourgogne-franche-comte/")

    assert f"Depuis l’édition figée le {day} pour le comité du 26/01/2100" in html
    assert "Documents à l’édition" in html
    assert "Depuis le comité" not in html


def test_too_few_esms_have_no_rank_and_rank_nobody(
    edition: Edition, region: Region, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = today(region)
    parc = {code: each.measures.parc_12m.iloc[-1] for code, each in evidence.departements.items()}
    monkeypatch.setattr("dashboard.charts.contributors.SMALL_BASE", max(parc.values()))

    found = summary(evidence)

    largest = {code for code, base in parc.items() if base == max(parc.values())}
    assert {code for code in parc if found[f"D{code}"]["rank"]} == largest
    assert len(largest) < len(parc)


def test_an_edition_that_ranked_too_few_esms_is_ranked_again_as_today(
    received: None, region: Region, owner: User
) -> None:
    """The first editions did: a change of rule is no change of rank."""
    few = MonthlyReach.objects.filter(departement="21")
    few.exclude(sector="PH").delete()
    few.update(parc=12, contributors=3, contributors_12m=11)
    edition = freeze(region, "Comité stratégique", COMMITTEE, actor=owner)[0]
    now = edition.content["summary"]
    order = sorted(
        (code for code in now if code != "R27" and now[code]["rate"] is not None),
        key=lambda code: -now[code]["rate"],
    )
    before = moved(edition, **{code: {"rank": order.index(code) + 1} for code in order})

    found = compared(edition, before)

    assert order[0] == "D21"  # 11 of 12, which ranked first
    ranks = {row.rank.before: (row.rank.after, row.rank.change) for row in found.rows}
    assert ranks == {rank: (rank, "–") for rank in ("–", "1er", "2e", "3e", "4e")}
    assert "rang" not in found.paragraph.text


def test_an_edition_has_the_charts_of_that_day_and_their_files(
    edition: Edition, region: Region, owner_client: Client
) -> None:
    evidence = today(region)
    groups = load_groups()
    whole, here = evidence.region.measures, evidence.departements["21"].measures

    found = charts_of(Edition.objects.get().content)

    assert list(found)[:2] == ["R27", "D21"]
    wanted = (volumes(here, groups, whole), contributors(here, whole), sectors(here, whole),
              rates(here, whole))  # fmt: skip
    assert tuple(each.chart for each in found["D21"]) == wanted
    assert tuple(each.chart for each in found["R27"]) == regional(whole, groups)
    html = html_of(owner_client, f"{LIST}{edition.pk}/")
    for code, charts in found.items():
        for each in charts:
            assert f'id="{each.chart.code}-{code.lower()}"' in html
    MonthlyVolume.objects.update(documents=1)
    raise_data_version("autre chose")
    file = lines_of(owner_client.get(f"{LIST}{edition.pk}/?format=csv&tableau=documents-d21"))
    assert file[0][1:] == [column.label for column in wanted[0].table.columns]
    assert file[1][-2] == str(round(here.total_documents.iloc[0]))
    assert [line for line in file if line][-2] == ["Version des données", str(edition.data_version)]
    unknown = f"{LIST}{edition.pk}/?format=csv&tableau=autre-d21"
    assert owner_client.get(unknown).status_code == 404


def test_events_and_targets_are_drawn_as_they_were(
    received: None, region: Region, owner: User, owner_client: Client
) -> None:
    whole = Event.objects.create(region=region, month=dt.date(2025, 4, 1), label="Cibles")
    Event.objects.create(
        region=region, departement_id="21", month=dt.date(2025, 5, 1), label="Projet"
    )
    Target.objects.create(
        region=region, departement_id="21", indicator="rate", month=dt.date(2025, 6, 1), value=0.3
    )
    edition = freeze(region, "Comité", COMMITTEE, actor=owner)[0]
    whole.delete()
    Target.objects.all().delete()

    drawn = charts_of(edition.content)
    here, there = drawn["D21"][1].chart, drawn["R27"][0].chart

    assert [event.text.replace("\u202f", " ") for event in here.events] == [
        "avril 2025 : Cibles (région).", "mai 2025 : Projet."
    ]  # fmt: skip
    assert [target.label.replace("\u202f", " ") for target in here.targets] == ["Cible 30,0 %"]
    assert [len(there.events), len(there.targets)] == [1, 0]


def test_editions_of_the_first_shape_are_drawn_without_series_of_documents(
    edition: Edition,
) -> None:
    content = copy.deepcopy(edition.content)
    del content["groups"]
    for each in content["territories"]:
        for name in ("targets", "locative", "of"):
            del each[name]

    documents = charts_of(content)["D21"][0].chart

    assert documents.legend[0].label == "Documents"
    assert documents.table.columns[0].values == documents.table.named("total").values
    assert "par mois (Côte-d'Or)" in documents.subtitle


def test_a_worker_makes_the_page_of_an_edition_before_anybody_asks(
    edition: Edition, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_editions()
    caches[PAGES].clear()
    monkeypatch.setattr("dashboard.edition_body.edition_page", None)

    assert "Chiffres clés" in html_of(owner_client, f"{LIST}{edition.pk}/")
    prepare_editions()


def test_an_edition_that_cannot_be_made_ready_is_logged_and_holds_no_other_back(
    edition: Edition,
    region: Region,
    owner: User,
    owner_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = freeze(region, "Autre", COMMITTEE, actor=owner)[0]

    def page(asked: Edition) -> EditionPage:
        if asked == broken:
            raise KeyError("series")
        return edition_page(asked)

    monkeypatch.setattr("dashboard.edition_body.edition_page", page)

    prepare_editions()

    (told,) = caplog.records
    assert str(broken.pk) in told.getMessage()
    monkeypatch.setattr("dashboard.edition_body.edition_page", None)
    assert "Chiffres clés" in html_of(owner_client, f"{LIST}{edition.pk}/")


def test_an_edition_that_cannot_be_made_ready_is_frozen_and_its_slides_asked_for_first(
    received: None, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def page(frozen: Edition) -> EditionPage:
        asked.append(Export.objects.filter(edition=frozen).exists())
        raise KeyError("series")

    monkeypatch.setattr("dashboard.edition_body.edition_page", page)

    answer = owner_client.post(LIST, SENT)

    assert answer.headers["Location"] == f"{LIST}{Edition.objects.get().pk}/"
    assert asked == [True]


def test_frozen_figures_are_in_a_file_and_those_compared_in_another(
    edition: Edition, owner_client: Client
) -> None:
    lines = lines_of(owner_client.get(f"{LIST}{edition.pk}/?format=csv"))
    compared = lines_of(owner_client.get("/regions/bourgogne-franche-comte/comite.csv"))

    territories = edition.content["territories"]
    end = 5 + len(territories)
    assert lines[:2] == [["Édition", "Comité stratégique"], ["Comité du", "26/01/2026"]]
    assert [line[0] for line in lines[5:end]] == [each["name"] for each in territories]
    whole = edition.content["summary"][territories[0]["code"]]
    assert lines[5][1] == str(round(whole["documents"]))
    assert float(lines[5][5].replace(",", ".")) == pytest.approx(100 * whole["rate"], abs=0.005)
    assert lines[end + 1][:2] == ["Territoire", "Mois"]
    assert lines[end + 2][1] == "01/01/2025"
    assert len(lines) == end + 2 + sum(len(each["measures"]["months"]) for each in territories)
    assert compared[0][1] == "Documents au 26 janvier 2026"
    assert compared[1][0] == "Côte-d’Or"
    today = owner_client.get(f"{LIST}{edition.pk}/?aujourdhui=1&format=csv&tableau=comparaison")
    assert lines_of(today) == compared[: len(territories) + 1]
    listed = lines_of(owner_client.get(f"{LIST}?format=csv&tableau=editions"))
    assert listed[1][:3] == ["26/01/2026", "Comité stratégique", "01/12/2025"]
    assert owner_client.get(f"{LIST}?format=csv&tableau=autre").status_code == 404


@pytest.mark.parametrize(("query", "queries"), [(None, 9), ("", 9), ("?aujourdhui=1", 11)])
def test_what_a_page_of_editions_costs_once_the_region_was_read(
    query: str | None,
    queries: int,
    edition: Edition,
    owner_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    address = LIST if query is None else f"{LIST}{edition.pk}/{query}"
    owner_client.get(address)

    with django_assert_max_num_queries(queries):
        html_of(owner_client, address)


def test_a_kept_page_of_an_edition_is_not_sent_again(
    edition: Edition, owner_client: Client
) -> None:
    first = owner_client.get(f"{LIST}{edition.pk}/")
    cache.clear()

    again = owner_client.get(f"{LIST}{edition.pk}/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304


def test_neither_a_kept_page_nor_a_file_makes_the_page_of_an_edition(
    edition: Edition, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{LIST}{edition.pk}/"
    tag = owner_client.get(address)["ETag"]
    caches[PAGES].clear()
    monkeypatch.setattr("dashboard.edition_body.edition_page", None)

    answers = (
        owner_client.get(address, headers={"If-None-Match": tag}),
        owner_client.get(f"{address}?format=csv"),
        owner_client.get(f"{address}?format=csv&tableau=documents-d21"),
    )

    assert [answer.status_code for answer in answers] == [304, 200, 200]
