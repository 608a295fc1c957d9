"""The page of an edition and its files: as it was, made once."""

from __future__ import annotations

import copy
import datetime as dt

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dashboard.charts.contributors import contributors
from dashboard.charts.rates import rates
from dashboard.charts.regional import regional
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import volumes
from dashboard.edition_body import prepare_editions
from dashboard.editions import freeze
from dashboard.editions_page import EditionPage, edition_page
from dashboard.frozen import charts_of
from dashboard.kept import PAGES
from dashboard.models import Edition, Export
from dashboard.report import load_groups
from indicators.models import MonthlyVolume
from reference.models import Event, Region, Target, raise_data_version
from tests.dashboard.editions.common import COMMITTEE, LIST, SENT, html_of, today
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db


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
    assert "par mois (Côte-d’Or)" in documents.subtitle


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
    assert float(lines[5][6].replace(",", ".")) == pytest.approx(100 * whole["rate"], abs=0.005)
    assert lines[end + 1][:2] == ["Territoire", "Mois"]
    assert lines[end + 2][1] == "01/01/2025"
    assert len(lines) == end + 2 + sum(len(each["measures"]["months"]) for each in territories)
    assert compared[0][1:3] == ["Documents au comité", "Documents aujourd’hui"]
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
