"""The pages of programmes: who sees the names, and who creates one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role
from indicators.models import CoveredMonth
from indicators.programme_comparison import Comparison, compare
from indicators.selection import Selection
from reference.models import LegalEntity, Programme, ProgrammeMembership, Region
from reference.models.version import current_data_version
from reference.months import span
from tests.dashboard.programmes.common import (
    ADD,
    FIRST,
    HERE,
    LAST,
    NEW,
    ONE,
    PAGE,
    facility,
    rows,
    text,
)

pytestmark = pytest.mark.django_db


# --- Who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "named"), [(Role.READER, False), (Role.REFERENT, True), (Role.ADMINISTRATOR, True)]
)
def test_the_members_that_do_not_feed_are_named_from_referents_on(
    role: Role, named: bool, world: Programme, client_as: Callable[[Role], Client]
) -> None:
    client = client_as(role)

    assert ("ESMS 20" in text(client.get(ONE))) == named
    assert ("ESMS 20" in text(client.get(HERE))) == named
    assert client.get(f"{HERE}sans-depot.csv").status_code == (200 if named else 403)
    file = client.get(f"{ONE}sans-depot.csv")
    assert file.status_code == (200 if named else 403)
    if named:
        table = rows(file)
        assert table[0][1:] == [
            "ESMS", "Département", "Secteur", "Porteur", "Millésime", "Éditeur du DUI",
            "Date cible", "Dernier dépôt",
        ]  # fmt: skip
        assert len([row for row in table if row and row[0].startswith(("2199", "3999"))]) == 15
        assert table[1][-1] == "jamais"
        assert "Document de travail" in file.content.decode()


def test_a_long_list_is_in_pages(world: Programme, owner_client: Client) -> None:
    entity = LegalEntity.objects.get()
    ProgrammeMembership.objects.bulk_create(
        ProgrammeMembership(programme=world, facility=facility(rank, "21", "500", entity))
        for rank in range(100, 150)
    )

    assert "Page 1 sur 2" in text(owner_client.get(ONE))
    assert "ESMS 31" in text(owner_client.get(f"{ONE}?page=2"))


@pytest.mark.parametrize(
    "address", [PAGE, ONE, f"{ONE}par-mois.csv", HERE, f"{HERE}par-mois.csv", ADD]
)
def test_for_others_the_page_does_not_exist(
    address: str, world: Programme, colleague_client: Client, stranger_client: Client
) -> None:
    assert colleague_client.get(address).status_code == 404
    assert stranger_client.get(address)["Location"].startswith("/connexion/")


@pytest.mark.parametrize("role", [Role.READER, Role.REFERENT, Role.ANALYST])
def test_only_administrators_create_a_programme(
    role: Role, client_as: Callable[[Role], Client]
) -> None:
    client = client_as(role)

    assert client.get(ADD).status_code == client.post(ADD, NEW).status_code == 403
    assert "Créer un programme" not in text(client.get(PAGE))
    assert not Programme.objects.exists()


def test_what_does_not_exist_is_not_found(world: Programme, owner_client: Client) -> None:
    elsewhere = ("/departements/21/programmes/autre/", f"{HERE}autre.csv")
    for address in (f"{PAGE}autre/", f"{PAGE}autre/par-mois.csv", f"{ONE}autre.csv", *elsewhere):
        assert owner_client.get(address).status_code == 404


def test_before_any_month_the_page_says_what_to_bring(
    owner_client: Client, stranger_client: Client
) -> None:
    Programme.objects.create(code="pilote", name="Pilote")

    assert "Aucun mois reçu" in text(owner_client.get(ONE))
    assert owner_client.get(f"{ONE}par-mois.csv").status_code == 404
    assert "Pilote" in text(owner_client.get(PAGE))


def test_pages_stay_under_twelve_queries_and_are_kept_while_nothing_changes(
    world: Programme, owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    for address in (PAGE, ONE, f"{ONE}sans-depot.csv", HERE):
        with django_assert_max_num_queries(11):
            first = owner_client.get(address)
        again = owner_client.get(address, headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304


def test_what_is_compared_is_read_once_whatever_the_address_says_besides(
    world: Programme, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Selection] = []

    def counted(selection: Selection, *given: Any) -> Comparison | None:
        read.append(selection)
        return compare(selection, *given)

    monkeypatch.setattr("dashboard.programme_reading.compare", counted)

    for address in ("", "?page=2", "?tri=rang", "?de=x", "?secteur=PA", "?secteur=PA&page=2"):
        text(owner_client.get(f"{ONE}{address}"))
    rows(owner_client.get(f"{ONE}par-mois.csv"))

    assert [selection.sector for selection in read] == [None, "PA"]
    assert "«\u202fx\u202f»" in owner_client.get(f"{ONE}?de=x").text


# --- A new one ------------------------------------------------------------------------------------


def test_an_administrator_creates_a_programme_which_the_trail_tells(
    owner_client: Client, region: Region
) -> None:
    version = current_data_version()

    answer = owner_client.post(ADD, NEW | {"name": " ESMS  Numérique "})

    assert answer["Location"] == "/fichiers-mensuels/"
    made = Programme.objects.get()
    assert (made.name, made.code) == ("ESMS Numérique", "esms-numerique")
    assert current_data_version() == version + 1
    entry = AuditEntry.objects.get(action="programme créé")
    assert (entry.target, entry.region) == (made.name, region)
    assert entry.details == {"code": made.code}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Donnez un nom au programme."),
        ({"code": ""}, "Donnez un code au programme."),
        ({"code": "ESMS Numérique"}, "en minuscules sans accent"),
        ({"code": "a\n"}, "existe déjà"),
        ({"code": "nouveau"}, "Ce code est réservé"),
        ({"code": "a"}, "Le programme « Pilote » existe déjà, pour toutes les régions"),
        ({"name": "PILOTE"}, "Le programme « Pilote » existe déjà, pour toutes les régions"),
    ],
)
def test_what_cannot_be_a_programme_is_told(
    change: dict[str, str], said: str, owner_client: Client
) -> None:
    Programme.objects.create(code="a", name="Pilote")

    answer = owner_client.post(ADD, NEW | change)

    assert answer.status_code == 400
    assert said in text(answer)
    assert Programme.objects.count() == 1


def test_two_regions_share_one_programme_and_see_their_own_members(
    world: Programme, owner_client: Client, colleague_client: Client
) -> None:
    theirs = f"{PAGE}pilote/".replace("bourgogne-franche-comte", "bretagne")
    assert "existe déjà" in text(colleague_client.post(
        ADD.replace("bourgogne-franche-comte", "bretagne"), NEW | {"code": "pilote"}
    ))  # fmt: skip
    entity = LegalEntity.objects.get()
    member = facility(200, "35", "500", entity)
    ProgrammeMembership.objects.create(programme=world, facility=member)
    CoveredMonth.objects.bulk_create(
        CoveredMonth(month=month, departement_id="35", received_on=LAST, source_label="b.csv")
        for month in span(FIRST, LAST)
    )

    assert "1 sur 1 membres" in text(colleague_client.get(theirs))
    assert "15 sur 27 membres" in text(owner_client.get(ONE))
