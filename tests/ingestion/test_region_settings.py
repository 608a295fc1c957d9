"""How a region wants its files treated: who may say so, and what is remembered of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from ingestion.models import RegionSettings
from reference.models import Region
from tests.conftest import MakeUser
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

ADDRESS = "/fichiers-mensuels/reglages/"


def test_settings_are_saved_and_audited(owner_client: Client) -> None:
    sent = {"publish_automatically": "on", "closed_after": "3"}

    answer = owner_client.post(ADDRESS, sent, follow=True)

    saved = RegionSettings.objects.get(region="27")
    assert (saved.publish_automatically, saved.closed_after) == (True, 3)
    assert "Réglages enregistrés" in answer.content.decode()
    assert_no_inline(answer.content.decode())
    entry = AuditEntry.objects.get(action="réglages des fichiers changés")
    assert entry.details == {"publish_automatically": True, "closed_after": 3}
    assert entry.region_id == "27"


def test_saving_the_same_settings_again_is_no_act(owner_client: Client) -> None:
    owner_client.post(ADDRESS, {"closed_after": "6"})

    assert not AuditEntry.objects.filter(action="réglages des fichiers changés").exists()


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ("", "Indiquez un nombre de mois."),
        ("x", "Écrivez un nombre entier de mois."),
        ("0", "Un mois au moins."),
        ("61", "60 mois au plus."),
    ],
)
def test_a_wrong_number_is_told(owner_client: Client, months: str, said: str) -> None:
    answer = owner_client.post(ADDRESS, {"closed_after": months})

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not RegionSettings.objects.exists()


def test_the_administrator_of_several_regions_chooses_one(
    make_user: MakeUser, region: Region
) -> None:
    user = make_user("deux@example.fr", Role.ADMINISTRATOR, region, Region.objects.get(pk="53"))
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")

    client.post(f"{ADDRESS}?region=53", {"closed_after": "9"})

    assert RegionSettings.objects.get().region_id == "53"
    assert '<option value="53" selected>' in client.get(f"{ADDRESS}?region=53").content.decode()
    assert '<option value="27" selected>' in client.get(ADDRESS).content.decode()


def test_settings_are_for_administrators_of_the_region(
    colleague_client: Client, stranger_client: Client, make_user: MakeUser, region: Region
) -> None:
    reader: User = make_user("lecteur@example.fr", Role.READER, region)
    reader_client = Client()
    reader_client.force_login(reader, "django.contrib.auth.backends.ModelBackend")

    assert colleague_client.get(f"{ADDRESS}?region=27").status_code == 404
    assert colleague_client.post(f"{ADDRESS}?region=27", {"closed_after": "9"}).status_code == 404
    assert reader_client.get(ADDRESS).status_code == 403
    assert stranger_client.get(ADDRESS).status_code == 302
    assert not RegionSettings.objects.exists()


def test_the_page_costs_few_queries(
    owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        assert owner_client.get(ADDRESS).status_code == 200
