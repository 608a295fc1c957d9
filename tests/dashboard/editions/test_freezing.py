"""Editions: frozen whole, never changed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import AuditEntry, Role, User
from dashboard.editions import NothingReceivedError, freeze
from dashboard.editions_page import edition_page, figures
from dashboard.models import Edition, NeverChangedError, TextVersion, TypedFigure
from dashboard.synthesis import UNALLOCATED
from indicators.models import MonthlyVolume
from reference.models import DataVersion, Event, Region, raise_data_version
from tests.dashboard import world
from tests.dashboard.editions.common import COMMITTEE, LIST, SENT, MakeUser, html_of, plain
from tests.dashboard.owned import own_all
from tests.html import assert_no_inline
from tests.people import signed_in
from tests.spreadsheet_files import lines_of

pytestmark = pytest.mark.django_db


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
    assert page.rows[0].cells[5] == "1er sur 5"


def test_a_growth_says_on_how_many_months_it_is_unless_the_edition_did_not_keep_them(
    edition: Edition,
) -> None:
    one = edition.content["summary"]["D21"]
    assert one["comparable"] == 0  # a single year was received
    one |= {"growth": 1.5, "comparable": 11}

    assert edition_page(edition).rows[0].cells[1] == "+50\u202f%, 11 mois sur 12"
    assert (150 - 100, 11) in [line[2:4] for line in figures(edition) if len(line) > 4]

    del one["comparable"]
    assert edition_page(edition).rows[0].cells[1] == "+50\u202f%"


def test_documents_without_a_departement_are_frozen_and_have_a_line_of_their_own(
    region: Region, owner: User, owner_client: Client
) -> None:
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "39"), unallocated=1234)
    own_all()
    edition = freeze(region, "Comité stratégique", COMMITTEE, actor=owner)[0]
    MonthlyVolume.objects.filter(departement=None).delete()
    raise_data_version("un autre mois")
    kept = edition.content["summary"]

    html = " ".join(html_of(owner_client, f"{LIST}{edition.pk}/").split())
    lines = lines_of(owner_client.get(f"{LIST}{edition.pk}/?format=csv"))

    name = "Non ventilé (porté par l’OG)"
    assert f'<th scope="row">{name}</th> <td class="mes-number">1 234</td>' in html
    assert [line for line in lines if line and line[0] == name] == [
        [name, "1234", *[""] * 8],
        *([name, f"01/{month:02}/2025", "0", "", "", ""] for month in range(1, 12)),
        [name, "01/12/2025", "1234", "", "", ""],
    ]
    assert kept["D21"]["documents"] + kept["D39"]["documents"] + 1234 == kept["R27"]["documents"]


def test_an_edition_that_kept_no_total_of_them_has_no_such_line(edition: Edition) -> None:
    del edition.content["summary"]["R27"]["unallocated"]

    assert edition_page(edition).unallocated is None
    assert not [line for line in figures(edition) if line and line[0] == UNALLOCATED]


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
