"""The page on which an administrator decides of the lines of a legal entity."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from ingestion import tasks
from ingestion.arbitration import decide, sites_of
from ingestion.models import Arbitration, EntityDecision
from ingestion.publishing.publish import rebuild_stale
from reference.models import DataVersion, Facility, FacilityPeriod, LegalEntity, Region
from tests.ingestion import world
from tests.ingestion.quarantine.common import HOME, LIST, OWNER, PAGE
from tests.ingestion.world import brought, carried, facility, fed, line

pytestmark = pytest.mark.django_db


def decision() -> tuple[str, str | None]:
    (row,) = EntityDecision.objects.values_list("choice", "facility__finess")
    return row


def test_the_page_of_an_entity_shows_its_facilities_those_that_may_be_chosen_first(
    owner_client: Client, waiting: Any, region: Region, mixed_entity: LegalEntity
) -> None:
    sites = sites_of(mixed_entity, region, dt.date(2025, 1, 1))

    assert [
        (site.facility.finess, site.open, site.in_perimeter, site.eligible) for site in sites
    ] == [
        (facility("21", 50), True, True, True),
        (facility("25", 51), False, True, True),
        (facility("35", 52), True, True, False),
    ]
    page = owner_client.get(PAGE).text
    assert "ASSOCIATION X" in page
    assert "Ouvert en janvier 2025" in page
    assert "(autre région)" in page
    assert f"{facility('25', 51)} EHPAD fictif 25-51 (fermé)</option>" in page
    assert f">{facility('35', 52)} EHPAD" not in page.partition("<select")[2]


def test_attached_lines_enter_the_figures_of_the_facility(
    owner_client: Client, waiting: Any
) -> None:
    site = Facility.objects.get(finess=facility("21", 50))

    answer = owner_client.post(PAGE, {"choice": "attach", "facility": site.pk}, follow=True)

    assert "Arbitrage enregistré" in answer.text
    assert "Recalcul en cours" in answer.text
    assert decision() == ("attach", site.finess)
    rebuild_stale()
    assert fed()[("2025-01", site.finess, "SYNTH")] == 11


def test_carried_lines_enter_the_volumes_and_no_facility(
    owner_client: Client, waiting: Any
) -> None:
    owner_client.post(PAGE, {"choice": "carry", "facility": ""})
    rebuild_stale()

    assert decision() == ("carry", None)
    assert (
        sum(documents for (_, _, finess), documents in carried().items() if finess == OWNER) == 11
    )
    assert ("2025-01", facility("21", 50), "SYNTH") not in fed()


def test_lines_set_aside_count_nowhere_and_wait_no_more(owner_client: Client, waiting: Any) -> None:
    owner_client.post(PAGE, {"choice": "set_aside", "facility": ""})
    rebuild_stale()

    assert decision() == ("set_aside", None)
    assert not carried()
    waiting.refresh_from_db()
    assert (waiting.counts["quarantined"], waiting.counts["out_of_scope"]) == (1, 1)


def test_a_facility_given_with_another_choice_is_left_aside(
    owner_client: Client, waiting: Any
) -> None:
    site = Facility.objects.get(finess=facility("21", 50))

    owner_client.post(PAGE, {"choice": "carry", "facility": site.pk})

    assert decision() == ("carry", None)


def test_a_decision_is_remembered_with_its_author_shown_changed_and_taken_back(
    owner_client: Client, owner: User, waiting: Any
) -> None:
    owner_client.post(PAGE, {"choice": "carry", "facility": ""})
    listed = owner_client.get(LIST).text
    assert "compter comme portées par l’OG" in listed
    assert str(owner) in listed
    assert "Décision en place" in owner_client.get(PAGE).text

    owner_client.post(PAGE, {"choice": "set_aside", "facility": ""})
    assert decision() == ("set_aside", None)

    answer = owner_client.post(f"{PAGE}retirer/", follow=True)
    assert "attendent de nouveau" in answer.text
    assert not EntityDecision.objects.exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-3:] == [
        "arbitrage d’un organisme gestionnaire",
        "arbitrage d’un organisme gestionnaire",
        "arbitrage retiré",
    ]


def test_a_decision_raises_the_ground_once_and_the_same_again_does_not(
    owner: User, region: Region, mixed_entity: LegalEntity
) -> None:
    before = DataVersion.objects.get().ground

    assert decide(region, mixed_entity, Arbitration.CARRY, None, owner)
    assert not decide(region, mixed_entity, Arbitration.CARRY, None, owner)

    assert DataVersion.objects.get().ground == before + 1


def test_figures_follow_a_decision_at_once_and_only_a_new_one(
    owner_client: Client,
    waiting: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(tasks.rebuild, "delay", tasks.rebuild)
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(PAGE, {"choice": "carry", "facility": ""})
    assert OWNER in {finess for _, _, finess in carried()}

    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(f"{PAGE}retirer/")
    assert not carried()

    with django_capture_on_commit_callbacks(execute=True) as asked:
        owner_client.post(f"{PAGE}retirer/")
    assert not asked


def test_the_same_decision_again_says_so(owner_client: Client, waiting: Any) -> None:
    owner_client.post(PAGE, {"choice": "carry", "facility": ""})

    answer = owner_client.post(PAGE, {"choice": "carry", "facility": ""}, follow=True)

    assert "Cet arbitrage était déjà le vôtre." in answer.text


def test_taking_back_a_decision_that_is_gone_does_nothing(owner_client: Client) -> None:
    before = DataVersion.objects.get().number

    assert owner_client.post(f"{PAGE}retirer/").status_code == 302

    assert DataVersion.objects.get().number == before


def test_a_decision_outlives_the_files_and_holds_for_the_next_ones(
    owner_client: Client, waiting: Any
) -> None:
    owner_client.post(PAGE, {"choice": "carry", "facility": ""})
    rebuild_stale()

    later = brought([line(HOME, 5, month="2025-02"), line(OWNER, 4, month="2025-02")])

    assert later.counts["accepted"] == 2


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "Choisissez ce que deviennent ces lignes."),
        ({"choice": "burn", "facility": ""}, "Choisissez ce que deviennent ces lignes."),
        ({"choice": "attach", "facility": ""}, "Choisissez l’établissement"),
        ({"choice": "attach", "facility": "0"}, "Choisissez un établissement de la liste."),
        ({"choice": "attach", "facility": "x" * 300}, "Choisissez un établissement de la liste."),
    ],
)
def test_a_wrong_answer_is_explained_and_changes_nothing(
    owner_client: Client, waiting: Any, given: dict[str, str], fault: str
) -> None:
    answer = owner_client.post(PAGE, given)

    assert answer.status_code == 400
    assert fault in answer.text
    assert not EntityDecision.objects.exists()


def test_lines_are_never_attached_to_a_facility_of_another_region(
    owner_client: Client, waiting: Any
) -> None:
    far = Facility.objects.get(finess=facility("35", 52))

    assert owner_client.post(PAGE, {"choice": "attach", "facility": far.pk}).status_code == 400


def test_an_entity_without_any_site_in_the_region_is_never_attached(
    owner_client: Client, waiting: Any
) -> None:
    FacilityPeriod.objects.filter(
        legal_entity__finess=OWNER, facility__departement__in=["21", "25"]
    ).delete()

    page = owner_client.get(PAGE).text

    assert "Les rattacher à un établissement" not in page
    assert "<select" not in page


def test_an_entity_that_nothing_waits_for_has_no_page(owner_client: Client) -> None:
    assert owner_client.get(PAGE).status_code == 404
    assert owner_client.get(PAGE.replace(OWNER, "999999999")).status_code == 404


def test_the_page_of_an_entity_costs_as_many_queries_whatever_it_owns(
    owner_client: Client, waiting: Any, django_assert_max_num_queries: Any
) -> None:
    for rank in range(53, 63):
        world.add_facility("21", rank, owner=OWNER)

    with django_assert_max_num_queries(11):
        owner_client.get(PAGE)
