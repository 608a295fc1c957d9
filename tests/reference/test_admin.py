"""The ground in the administration: what is edited there is figures' business."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reference.models import (
    DataVersion,
    Departement,
    DocumentGroup,
    DocumentType,
    DocumentTypeAlias,
    Event,
    Facility,
    FacilityCategory,
    LegalEntity,
    Programme,
    Region,
    RegisterImport,
)

pytestmark = pytest.mark.django_db

MODELS = [
    "region",
    "departement",
    "facilitycategory",
    "legalentity",
    "facility",
    "documentgroup",
    "documenttype",
    "documenttypealias",
    "programme",
    "event",
    "target",
    "registerimport",
    "dataversion",
]


@pytest.fixture
def national(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("nationale@exemple.fr", "secret"))
    return client


@pytest.fixture
def facility() -> Facility:
    known = Facility.objects.create(
        finess="210001384",
        name="EHPAD LES LILAS",
        departement=Departement.objects.get(code="21"),
        seen_on=dt.date(2021, 1, 8),
    )
    known.periods.create(
        category=FacilityCategory.objects.get(code="500"),
        legal_entity=LegalEntity.objects.create(finess="210985735"),
    )
    return known


def ground() -> tuple[int, int]:
    version = DataVersion.objects.get()
    return version.number, version.ground


def change(client: Client, model: str, key: object, data: dict[str, Any]) -> None:
    response = client.post(reverse(f"admin:reference_{model}_change", args=[key]), data)
    assert response.status_code == 302, response.context["errors"]


@pytest.mark.parametrize("model", MODELS)
def test_every_reference_table_has_its_list(
    national: Client, facility: Facility, model: str
) -> None:
    RegisterImport.objects.create(
        file_name="registre.csv", sha256="0" * 64, layout="etalab", register_date=facility.seen_on
    )

    response = national.get(reverse(f"admin:reference_{model}_changelist"), {"q": ""})

    assert response.status_code == 200


@pytest.mark.parametrize("model", ["registerimport", "dataversion"])
def test_a_history_is_not_written_by_hand(national: Client, model: str) -> None:
    assert national.get(reverse(f"admin:reference_{model}_add")).status_code == 403


def test_the_perimeter_is_shown_with_what_it_weighs(national: Client, facility: Facility) -> None:
    page = national.get(reverse("admin:reference_facilitycategory_changelist"), {"q": "500"})

    (category,) = page.context["cl"].result_list
    assert category.open_count == 1
    assert "ESMS ouverts" in page.content.decode()


def test_a_perimeter_edited_in_the_list_raises_the_ground_and_is_logged(national: Client) -> None:
    number, ground_number = ground()
    url = reverse("admin:reference_facilitycategory_changelist") + "?q=500"

    national.post(
        url,
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-code": "500",
            "form-0-sector": "PH",
            "_save": "Enregistrer",
        },
    )

    edited = FacilityCategory.objects.get(code="500")
    assert (edited.sector, edited.in_perimeter) == ("PH", False)
    assert ground() == (number + 1, ground_number + 1)
    assert LogEntry.objects.get().object_id == "500"


def test_a_sector_imposed_on_a_facility_raises_the_ground_and_is_logged(
    national: Client, facility: Facility
) -> None:
    number, ground_number = ground()
    period = facility.periods.get()

    change(
        national,
        "facility",
        facility.pk,
        {
            "finess": facility.finess,
            "name": facility.name,
            "departement": "21",
            "commune": "",
            "sector_override": "PH",
            "seen_on": "08/01/2021",
            "periods-TOTAL_FORMS": "1",
            "periods-INITIAL_FORMS": "1",
            "periods-0-id": period.pk,
            "periods-0-facility": facility.pk,
            "periods-0-ends_on": "31/12/2021",
            "periods-0-category": "500",
            "periods-0-legal_entity": period.legal_entity_id,
        },
    )

    facility.refresh_from_db()
    period.refresh_from_db()
    assert (facility.sector_override, period.ends_on) == ("PH", dt.date(2021, 12, 31))
    assert ground() == (number + 1, ground_number + 1)
    assert LogEntry.objects.get().object_repr == "210001384 EHPAD LES LILAS"


def test_what_a_facility_is_filed_under_is_given_once(national: Client, facility: Facility) -> None:
    given = ('name="finess"', 'name="departement"')
    new = national.get(reverse("admin:reference_facility_add")).content.decode()
    known = national.get(reverse("admin:reference_facility_change", args=[facility.pk]))

    assert [field in new for field in given] == [True, True]
    assert [field in known.content.decode() for field in given] == [False, False]

    change(
        national,
        "facility",
        facility.pk,
        {
            "finess": "210985735",
            "departement": "25",
            "name": "EHPAD DES LILAS",
            "seen_on": "08/01/2021",
            "periods-TOTAL_FORMS": "0",
            "periods-INITIAL_FORMS": "0",
        },
    )

    facility.refresh_from_db()
    assert (facility.finess, facility.departement_id) == ("210001384", "21")
    assert facility.name == "EHPAD DES LILAS"


def test_an_alias_is_kept_normalised_and_raises_the_ground(national: Client) -> None:
    number, _ = ground()
    kind = DocumentType.objects.get(code="74207-2")

    response = national.post(
        reverse("admin:reference_documenttypealias_add"),
        {"document_type": kind.pk, "label": "  Fiche D’URGENCE (liaison) "},
    )

    assert response.status_code == 302
    assert DocumentTypeAlias.objects.get(label="fiche d urgence liaison").document_type == kind
    assert ground()[0] == number + 1


def test_an_alias_without_letter_or_digit_is_refused(national: Client) -> None:
    kind = DocumentType.objects.get(code="74207-2")

    response = national.post(
        reverse("admin:reference_documenttypealias_add"), {"document_type": kind.pk, "label": "—"}
    )

    assert "ni lettre ni chiffre" in response.content.decode()


def test_deleting_one_raises_the_ground(national: Client) -> None:
    number, _ = ground()
    alias = DocumentTypeAlias.objects.get(label="ppa")

    national.post(
        reverse("admin:reference_documenttypealias_delete", args=[alias.pk]), {"post": "yes"}
    )

    assert not DocumentTypeAlias.objects.filter(label="ppa").exists()
    assert ground()[0] == number + 1


def test_deleting_many_raises_the_ground(national: Client) -> None:
    number, _ = ground()
    chosen = DocumentTypeAlias.objects.filter(label__in=["ppa", "autres"])

    national.post(
        reverse("admin:reference_documenttypealias_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": list(chosen.values_list("pk", flat=True)),
            "post": "yes",
        },
    )

    assert not chosen.exists()
    assert ground()[0] == number + 1
    assert LogEntry.objects.count() == 2


def test_a_refused_edit_raises_nothing(national: Client) -> None:
    before = ground()
    group = DocumentGroup.objects.get(code="ppa")

    national.post(
        reverse("admin:reference_documentgroup_change", args=[group.pk]),
        {"code": "ppa", "label": "", "short_label": "PPA", "position": 6, "color": "#000000"},
    )

    assert ground() == before


def members_form(*facilities: Facility) -> dict[str, Any]:
    """The form of a programme and its members."""
    management = {"TOTAL_FORMS": len(facilities), "INITIAL_FORMS": 0}
    form = {"code": "numerique", "name": "ESMS Numérique", "description": ""}
    form |= {f"memberships-{key}": str(value) for key, value in management.items()}
    for rank, each in enumerate(facilities):
        form[f"memberships-{rank}-facility"] = str(each.pk)
    return form


def test_a_programme_and_its_members_raise_the_version_but_not_the_ground(
    national: Client, facility: Facility
) -> None:
    number, before = ground()

    response = national.post(reverse("admin:reference_programme_add"), members_form(facility))

    assert response.status_code == 302, response.context["errors"]
    assert Programme.objects.get().memberships.get().facility == facility
    assert ground() == (number + 1, before)
    national.post(
        reverse("admin:reference_programme_delete", args=[Programme.objects.get().pk]),
        {"post": "yes"},
    )
    assert ground() == (number + 2, before)


def test_the_members_of_a_large_programme_are_not_edited_one_by_one(
    national: Client, facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = Programme.objects.create(code="numerique", name="ESMS Numérique")
    programme.memberships.create(facility=facility)
    address = reverse("admin:reference_programme_change", args=[programme.pk])
    assert "memberships-0-facility" in national.get(address).text

    monkeypatch.setattr("reference.admin.FEW_MEMBERS", 0)

    assert "memberships-0-facility" not in national.get(address).text


def test_a_facility_and_its_owner_are_closed_never_deleted(
    national: Client, facility: Facility
) -> None:
    owner = facility.periods.get().legal_entity
    kept = [("facility", facility.pk), ("legalentity", owner.pk)]

    answers = [
        national.post(reverse(f"admin:reference_{model}_delete", args=[pk]), {"post": "yes"})
        for model, pk in kept
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Facility.objects.filter(pk=facility.pk).exists()


def test_an_event_of_the_administration_raises_the_version_and_stays_in_its_region(
    national: Client,
) -> None:
    number, ground_number = ground()
    typed = {
        "region": Region.objects.get(code="27").pk,
        "departement": "69",
        "month": "01/04/2025",
        "label": "Cibles du programme",
    }

    refused = national.post(reverse("admin:reference_event_add"), typed)
    national.post(reverse("admin:reference_event_add"), {**typed, "departement": "21"})

    assert "Ce département n’est pas de cette région." in refused.content.decode()
    assert [event.departement_id for event in Event.objects.all()] == ["21"]
    assert ground() == (number + 1, ground_number)
