"""Who may call the data service, and what a key opens."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AccessToken, AuditEntry, RegionGrant, Role, User
from reference.models import Region
from tests.conftest import MakeUser
from tests.dashboard.data_service.common import DATA, EVERY, Caller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", EVERY)
def test_without_a_valid_key_nothing_is_told_whoever_signed_in(
    address: str, owner_client: Client
) -> None:
    for headers in ({}, {"authorization": "Bearer mes_inventee"}):
        answer = owner_client.get(f"{DATA}{address}?territoire=R27", headers=headers)

        assert answer.status_code == 401
        assert 'Basic realm="donnees"' in answer["WWW-Authenticate"]
        assert "Bearer" in answer["WWW-Authenticate"]
        assert "clé d’accès" in answer.json()["erreur"]


@pytest.mark.parametrize("basic", [False, True])
def test_a_key_opens_the_regions_of_its_user_as_they_are_today(
    received: None, owner: User, basic: bool
) -> None:
    caller = Caller(owner, basic=basic)
    places = caller.lines("territoires.csv")
    assert [line["territoire"] for line in places][:2] == ["R27", "D21"]
    assert places[1]["nom"] == "Côte-d’Or"  # as in departements.csv and in workbooks

    RegionGrant.objects.filter(user=owner).update(region="53")

    assert [line["territoire"] for line in caller.lines("territoires.csv")] == [
        "R53", "D22", "D29", "D35", "D56",
    ]  # fmt: skip
    assert caller.get("indicateurs.csv?territoire=R27").status_code == 404
    User.objects.update(is_active=False)
    assert caller.get("territoires.csv").status_code == 401


@pytest.mark.parametrize("territory", ["R53", "D35"])
def test_the_territory_of_another_region_does_not_exist_and_the_trail_knows(
    received: None, caller: Caller, owner: User, territory: str
) -> None:
    unknown = caller.get("indicateurs.csv?territoire=R99")
    answer = caller.get(f"indicateurs.csv?territoire={territory}")

    assert (answer.status_code, answer.json()) == (404, unknown.json())
    entry = AuditEntry.objects.get(action="accès refusé")
    assert (entry.actor, entry.target) == (owner, territory)
    assert entry.region_id == "53"


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.READER, 403), (Role.REFERENT, 200), (Role.ANALYST, 200), (Role.ADMINISTRATOR, 200)],
)
def test_the_names_of_esms_are_for_those_who_see_them_on_the_pages(
    received: None, make_user: MakeUser, region: Region, role: Role, status: int
) -> None:
    caller = Caller(make_user("one@example.fr", role, region))

    assert caller.get("esms.csv?territoire=D21").status_code == status
    assert caller.get("indicateurs.csv?territoire=D21").status_code == 200


def test_each_call_says_when_the_key_was_used(received: None, caller: Caller) -> None:
    caller.get("territoires.csv")

    assert AccessToken.objects.get().used_at is not None
