"""Sources: who may change how one counts, what that does to figures, what they remember."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from ingestion.forms import source as source_form
from ingestion.models import Counting, HeaderMapping, Repeats, Source, default_source
from reference.models import DataVersion, Region
from tests.conftest import MakeUser
from tests.ingestion.world import build, facility, line, published

pytestmark = pytest.mark.django_db

SOURCES = "/fichiers-mensuels/sources/"
ADD = f"{SOURCES}ajouter/"


def page_of(source: Source) -> str:
    return f"{SOURCES}{source.pk}/"


def answers(**changes: str) -> dict[str, str]:
    """What the form sends."""
    return {"name": "Éditeur", "counting": "monthly", "repeats": "refuse"} | changes


@pytest.fixture
def own(region: Region) -> Source:
    """A source of the région."""
    return Source.objects.create(name="Éditeur", region=region)


@pytest.fixture
def national_client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("national@exemple.fr"))
    return client


def mapping(source: Source, region: str | None = "27") -> HeaderMapping:
    return HeaderMapping.objects.create(
        source=source,
        region_id=region,
        signature="s",
        headers=[["identifiant", "Identifiant"], ["combien", "Combien"], ["papier", "Papier"]],
        columns={"fields": {"finess": "identifiant", "documents": "combien", "type": "papier"}},
    )


# --- Who -------------------------------------------------------------------------------------


def test_pages_are_for_the_administrators_of_the_region(
    own: Source,
    colleague_client: Client,
    stranger_client: Client,
    make_user: MakeUser,
    region: Region,
) -> None:
    reader = Client()
    reader.force_login(make_user("l@exemple.fr", Role.READER, region))
    kept = mapping(own)
    pages = [page_of(own), f"{SOURCES}colonnes/{kept.pk}/"]

    for page in pages:
        clients = (colleague_client, stranger_client, reader)
        assert [client.get(page).status_code for client in clients] == [404, 302, 403]
    for page in (SOURCES, ADD):
        assert [client.get(page).status_code for client in (stranger_client, reader)] == [302, 403]
    assert "Éditeur" not in colleague_client.get(SOURCES).content.decode()
    forget = f"{SOURCES}colonnes/{kept.pk}/oublier/"
    assert [c.post(forget).status_code for c in (colleague_client, reader)] == [404, 403]


def test_a_national_source_is_shown_to_a_region_and_changed_by_the_nation(
    owner_client: Client, national_client: Client
) -> None:
    page = page_of(default_source())

    shown = owner_client.get(page).content.decode()
    owner_client.post(page, answers(counting="cumulative"))
    assert default_source().counting == Counting.MONTHLY
    national_client.post(page, answers(name=default_source().name, repeats="add_up"))

    assert "les administrateurs nationaux les modifient" in shown
    assert "Enregistrer" not in shown
    assert default_source().repeats == Repeats.ADD_UP


def test_a_source_for_every_region_is_added_by_the_nation(
    owner_client: Client, national_client: Client
) -> None:
    refused = owner_client.post(ADD, answers(region=""))
    added = national_client.post(ADD, answers(region=""))

    assert [refused.status_code, added.status_code] == [400, 302]
    assert Source.objects.get(name="Éditeur").region is None


# --- Adding and changing ---------------------------------------------------------------------


def test_a_source_is_added_to_a_region_and_audited(owner_client: Client, owner: User) -> None:
    page = owner_client.post(ADD, answers(region="27", counting="cumulative"), follow=True)

    added = Source.objects.get(name="Éditeur")
    assert (added.region_id, added.counting) == ("27", Counting.CUMULATIVE)
    assert "est ajoutée" in page.content.decode()
    entry = AuditEntry.objects.get(action="source ajoutée")
    assert (entry.actor, entry.region_id) == (owner, "27")
    assert entry.details == {
        "counting": Counting.CUMULATIVE.label,
        "repeats": Repeats.REFUSE.label,
        "recomputed": False,
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Donnez un nom"),
        ({"name": "éditeur"}, "Une source porte déjà ce nom."),
        ({"region": "53"}, "Vous n’administrez pas cette région."),
        ({"counting": "au poids"}, "Choisissez ce que comptent les nombres."),
        ({"repeats": ""}, "Choisissez ce que deviennent ces lignes."),
    ],
)
def test_a_wrong_answer_is_told(
    owner_client: Client, own: Source, changes: dict[str, str], message: str
) -> None:
    answer = owner_client.post(ADD, answers(name="Autre", region="27") | changes)

    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert Source.objects.filter(region="27").count() == 1


def test_of_two_who_add_the_same_name_at_once_the_second_is_told(
    owner_client: Client, own: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the first had come between the check and the insertion.
    monkeypatch.setattr(source_form.SourceForm, "clean", lambda form: form.cleaned_data)
    monkeypatch.setattr(source_form.SourceForm, "validate_unique", lambda _form: None)
    monkeypatch.setattr(Source, "validate_constraints", lambda *_args, **_options: None)

    answer = owner_client.post(ADD, answers(region="27"))

    assert answer.status_code == 400
    assert "Une source porte déjà ce nom." in answer.content.decode()


def test_a_source_that_nothing_published_came_from_changes_at_once(
    owner_client: Client, own: Source
) -> None:
    ground = DataVersion.objects.get().ground

    owner_client.post(page_of(own), answers(name="Logiciel", counting="cumulative"))

    own.refresh_from_db()
    assert (own.name, own.counting) == ("Logiciel", Counting.CUMULATIVE)
    assert DataVersion.objects.get().ground == ground


@pytest.mark.parametrize("change", [{"counting": "cumulative"}, {"repeats": "add_up"}])
def test_what_published_numbers_mean_changes_only_when_confirmed_and_recomputes(
    owner_client: Client, own: Source, change: dict[str, str]
) -> None:
    build()
    published([line(facility("21", 1), 5)], source=own)
    ground = DataVersion.objects.get().ground

    asked = owner_client.post(page_of(own), answers(**change))
    assert DataVersion.objects.get().ground == ground
    assert AuditEntry.objects.filter(action="source modifiée").count() == 0
    owner_client.post(page_of(own), answers(**change, confirm="on"))

    assert asked.status_code == 400
    assert "leurs mois seront recalculés" in asked.content.decode()
    own.refresh_from_db()
    assert {name: getattr(own, name) for name in change} == change
    assert DataVersion.objects.get().ground == ground + 1
    assert AuditEntry.objects.get(action="source modifiée").details["recomputed"] is True


def test_a_new_name_recomputes_nothing(owner_client: Client, own: Source) -> None:
    build()
    published([line(facility("21", 1), 5)], source=own)
    ground = DataVersion.objects.get().ground

    answer = owner_client.post(page_of(own), answers(name="Logiciel"))

    assert answer.status_code == 302
    assert DataVersion.objects.get().ground == ground


# --- What is remembered of columns -----------------------------------------------------------


def test_a_source_shows_what_was_said_of_its_columns(owner_client: Client, own: Source) -> None:
    mapping(own)
    HeaderMapping.objects.create(source=own, region_id="53", signature="s", headers=[["x", "Là"]])

    page = owner_client.get(page_of(own)).content.decode()

    assert "«\u202fIdentifiant\u202f»\u202f: FINESS ET" in page
    assert "Là" not in page  # another région's
    assert ">1</td>" in owner_client.get(SOURCES).content.decode()


def test_remembered_columns_are_changed(owner_client: Client, owner: User, own: Source) -> None:
    kept = mapping(own)
    address = f"{SOURCES}colonnes/{kept.pk}/"
    roles = {"column_0": "finess", "column_1": "documents"}

    page = owner_client.get(address).content.decode()
    refused = owner_client.post(address, roles)
    owner_client.post(address, {"column_0": "type", "column_1": "documents", "column_2": "finess"})

    assert page.count(" selected>") == 3
    assert refused.status_code == 400
    kept.refresh_from_db()
    assert kept.columns["fields"] == {
        "finess": "papier",
        "type": "identifiant",
        "documents": "combien",
    }
    assert AuditEntry.objects.get(action="colonnes d’une source modifiées").actor == owner


def test_remembered_columns_are_forgotten(owner_client: Client, own: Source) -> None:
    kept = mapping(own)
    address = f"{SOURCES}colonnes/{kept.pk}/oublier/"

    assert owner_client.get(address).status_code == 405
    owner_client.post(address)

    assert not HeaderMapping.objects.exists()
    entry = AuditEntry.objects.get(action="colonnes d’une source oubliées")
    assert entry.details["columns"]["fields"]["finess"] == "identifiant"


def test_what_was_said_for_the_country_is_the_nations(
    owner_client: Client, national_client: Client, own: Source
) -> None:
    kept = mapping(default_source(), region=None)
    address = f"{SOURCES}colonnes/{kept.pk}/"

    assert owner_client.get(address).status_code == 404
    assert national_client.get(address).status_code == 200


def test_pages_cost_as_much_whatever_they_list(
    owner_client: Client, own: Source, region: Region, django_assert_max_num_queries: Any
) -> None:
    for rank in range(20):
        Source.objects.create(name=f"Source {rank}", region=region)
        HeaderMapping.objects.create(source=own, region=region, signature=str(rank))

    with django_assert_max_num_queries(8):
        owner_client.get(SOURCES)
    with django_assert_max_num_queries(8):
        owner_client.get(page_of(own))
