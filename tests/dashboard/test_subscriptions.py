"""My subscriptions: who chooses what, kept, audited, of one's own régions only."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, RegionGrant, Role, User
from dashboard.letters import key_of, post
from dashboard.models import Frequency, Letter, Mailing, Subscription
from indicators.models import CoveredMonth
from reference.models import Departement, Region
from tests.conftest import MakeUser
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

PAGE = "/abonnements/"


def asked() -> set[tuple[str, str, str | None, str]]:
    return {
        (each.letter, each.region_id, each.departement_id, each.frequency)
        for each in Subscription.objects.all()
    }


@pytest.fixture
def received(region: Region) -> None:
    for code, month in (("21", 11), ("39", 10)):
        CoveredMonth.objects.create(
            departement_id=code,
            month=dt.date(2025, month, 1),
            received_on=dt.date(2026, 1, 2),
            source_label="a.xlsx",
        )


def test_everybody_chooses_among_their_own_territories(
    make_user: MakeUser, region: Region, colleague_client: Client, stranger_client: Client
) -> None:
    reader = Client()
    reader.force_login(make_user("reader@example.fr", Role.READER, region))

    own, other = reader.get(PAGE), colleague_client.get(PAGE)

    assert "point-D21" in own.text
    assert "point-D35" not in own.text
    assert "point-D35" in other.text
    assert "point-D21" not in other.text
    assert stranger_client.get(PAGE).headers["Location"] == f"/connexion/?next={PAGE}"
    assert_no_inline(own.text)


def test_what_is_chosen_is_kept_shown_and_in_the_trail(
    received: None, owner: User, owner_client: Client
) -> None:
    data = {"point-R27": "monthly", "point-D39": "quarterly", "diapositives-R27": "oui"}

    answer = owner_client.post(PAGE, data, follow=True)

    assert asked() == {
        (Letter.DIGEST, "27", None, Frequency.MONTHLY),
        (Letter.DIGEST, "27", "39", Frequency.QUARTERLY),
        (Letter.DECK, "27", None, Frequency.MONTHLY),
    }
    assert "Vos abonnements sont enregistrés." in answer.text
    assert '<option value="quarterly" selected>Chaque trimestre</option>' in answer.text
    assert "3 abonnements" in answer.text
    entry = AuditEntry.objects.get(action="abonnements modifiés")
    assert entry.actor == owner
    assert entry.details["asked"] == [
        "Diapositives de la région, R27",
        "Point sur l’alimentation, D39, chaque trimestre",
        "Point sur l’alimentation, R27, chaque mois",
    ]


def test_a_new_subscription_begins_with_the_next_month_of_its_territory(
    received: None, owner_client: Client
) -> None:
    owner_client.post(PAGE, dict.fromkeys(("point-R27", "point-D39", "point-D90"), "monthly"))

    told = {each.departement_id: each.told for each in Subscription.objects.all()}
    assert told == {None: dt.date(2025, 11, 1), "39": dt.date(2025, 10, 1), "90": None}


def test_another_frequency_keeps_what_was_told_and_nothing_new_writes_nothing(
    received: None, owner_client: Client
) -> None:
    owner_client.post(PAGE, {"point-R27": "monthly"})
    Subscription.objects.update(told=dt.date(2025, 12, 1))

    for _ in range(2):
        answer = owner_client.post(PAGE, {"point-R27": "quarterly"}, follow=True)

    assert "Rien n’a changé." in answer.text
    assert Subscription.objects.get().told == dt.date(2025, 12, 1)
    assert AuditEntry.objects.filter(action="abonnements modifiés").count() == 2


def test_what_is_no_more_asked_for_ends_with_the_letters_that_wait(
    owner: User, owner_client: Client, region: Region
) -> None:
    owner_client.post(PAGE, {"point-R27": "monthly", "point-D21": "monthly"})
    post(owner, Letter.DIGEST, key_of(region, "2025-12:R27"), "Objet", "Texte")
    post(owner, Letter.DECK, key_of(region, "deck:7"), "Objet", "Texte")

    owner_client.post(PAGE, {"point-R27": "monthly"})
    assert Mailing.objects.count() == 2
    owner_client.post(PAGE, {})

    assert asked() == set()
    assert [each.letter for each in Mailing.objects.all()] == [Letter.DECK]


def test_the_territory_of_another_region_is_not_subscribed_to(owner_client: Client) -> None:
    owner_client.post(PAGE, {"point-D35": "monthly", "diapositives-R53": "oui"})

    assert asked() == set()


def test_a_region_that_is_lost_is_unsubscribed_by_the_next_choice(
    owner: User, owner_client: Client
) -> None:
    owner_client.post(PAGE, {"point-R27": "monthly"})
    RegionGrant.objects.filter(user=owner).update(region="53")

    owner_client.post(PAGE, {"point-D35": "monthly"})

    assert asked() == {(Letter.DIGEST, "53", "35", Frequency.MONTHLY)}


def test_a_frequency_that_is_not_offered_is_refused_and_changes_nothing(
    owner_client: Client,
) -> None:
    owner_client.post(PAGE, {"point-R27": "monthly"})

    answer = owner_client.post(PAGE, {"point-R27": "", "point-D21": "<hourly>"})

    assert answer.status_code == 400
    assert "«\u202f&lt;hourly&gt;\u202f» n’est pas une fréquence proposée." in answer.text
    assert asked() == {(Letter.DIGEST, "27", None, Frequency.MONTHLY)}


def test_who_sees_no_region_has_nothing_to_choose(make_user: MakeUser) -> None:
    client = Client()
    client.force_login(make_user("nobody@example.fr", Role.READER))

    assert "Aucune région ne vous est encore ouverte" in client.get(PAGE).text


def test_the_page_of_the_nation_costs_as_few_queries_as_that_of_a_region(
    owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for user in (owner, User.objects.create_superuser("national@example.fr", "x" * 20)):
        client = Client()
        client.force_login(user)
        client.get(PAGE)
        with django_assert_max_num_queries(9):
            answer = client.get(PAGE)
    assert answer.text.count("<select") == Departement.objects.count() + Region.objects.count()
