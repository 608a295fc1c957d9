"""Who may open and change what: every address, every kind of person, in one table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import tasks as account_tasks
from accounts.models import RegionGrant, Role, User
from accounts.refusals import REFUSED
from ingestion import tasks
from ingestion.models import HeaderMapping, Kind, Source
from reference.models import Region
from tests import places
from tests.places import Places

pytestmark = pytest.mark.django_db

#: Everybody, in the order of the columns of the table.
PEOPLE = ("owner", "national", "reader", "both", "colleague", "nobody", "stranger")
Statuses = tuple[int, ...]

# What a GET answers to each of PEOPLE. "both" reads here and administers another région.
PUBLIC = (200, 200, 200, 200, 200, 200, 200)
SIGNED_IN = (200, 200, 200, 200, 200, 200, 302)
#: Pages of a région or département, for all its users.
REGION = (200, 200, 200, 200, 404, 404, 302)
#: Pages of a région for its administrators.
ADMINISTERED = (200, 200, 403, 403, 404, 404, 302)
#: Pages for whoever administers a région, each showing their own.
ADMINISTRATORS = (200, 200, 403, 200, 200, 404, 302)
#: Objects of a région, which exist for its administrators only.
OBJECT = (200, 200, 403, 404, 404, 404, 302)
#: What is its author's alone, whose refusal is remembered.
OWN = (200, 404, 404, 404, 404, 404, 302)
#: What its author shares with the users of a région, and sees at another address.
SHARED = (302, 200, 200, 200, 404, 404, 302)
#: Objects of the nation.
NATIONAL = (404, 200, 403, 404, 404, 404, 302)
#: Nobody may, whoever signed in.
NEVER = (405, 405, 405, 405, 405, 405, 302)


@dataclass(frozen=True)
class Row:
    """What GET and POST answer. `done`: to those who may POST `data`, instead of 200."""

    get: Statuses
    post: Statuses = NEVER
    done: int = 302
    data: dict[str, Any] = field(default_factory=dict)

    def expected(self, method: str) -> Statuses:
        if method == "get" or self.post == NEVER:
            return self.get if method == "get" else self.post
        return tuple(self.done if status == 200 else status for status in self.post)


def acted(data: dict[str, Any] | None = None) -> Row:
    """A page that asks before an act on a file of the région."""
    return Row(OBJECT, OBJECT, data=data or {})


TABLE = {
    "accounts:login": Row((302, 302, 302, 302, 302, 302, 200), (302,) * 6 + (200,), 200),
    "accounts:logout": Row((405,) * 7, PUBLIC),
    "accounts:password_change": Row(SIGNED_IN, SIGNED_IN, 200),
    "accounts:password_reset": Row(PUBLIC, PUBLIC, data={"email": "personne@example.fr"}),
    "accounts:password_reset_done": Row(PUBLIC, (405,) * 7),
    "accounts:password_reset_confirm": Row(PUBLIC, PUBLIC, 200),
    "accounts:accessibility": Row(PUBLIC, (405,) * 7),
    "accounts:personal_data": Row(PUBLIC, (405,) * 7),
    "accounts:keys": Row(SIGNED_IN, SIGNED_IN, 400),
    "accounts:key_revoke": Row(NEVER, (302, *(404,) * 5, 302)),
    "accounts:journal": Row(ADMINISTRATORS),
    "accounts:journal_csv": Row(ADMINISTRATORS),
    "dashboard:home": Row((302, 200, 302, 200, 302, 200, 302)),
    "dashboard:method": Row(SIGNED_IN),
    "dashboard:data_help": Row(SIGNED_IN),
    # A key opens the data, not a session.
    "dashboard:data": Row((401,) * 7, (405,) * 7),
    "dashboard:data_document": Row(PUBLIC, (405,) * 7),
    "dashboard:subscriptions": Row(SIGNED_IN, SIGNED_IN),
    "dashboard:unsubscribe": Row(PUBLIC, PUBLIC, 200),
    "dashboard:region": Row(REGION),
    "dashboard:region_table": Row(REGION),
    "dashboard:region_chart": Row(REGION),
    "dashboard:typed_figures": Row(ADMINISTERED, ADMINISTERED, 400),
    "dashboard:typed_figure": Row(ADMINISTERED, ADMINISTERED, 400),
    "dashboard:typed_figure_remove": Row(NEVER, ADMINISTERED),
    "dashboard:freshness": Row(REGION),
    "dashboard:departement": Row(REGION),
    "dashboard:departement_chart": Row(REGION),
    "dashboard:departement_facilities": Row(ADMINISTERED),
    "dashboard:region_facilities": Row(ADMINISTERED),
    "dashboard:texts": Row(REGION),
    "dashboard:region_text": Row(ADMINISTERED, ADMINISTERED, data={"body": "Un texte."}),
    "dashboard:departement_text": Row(ADMINISTERED, ADMINISTERED, data={"body": "Un texte."}),
    "dashboard:editions": Row(
        REGION, ADMINISTERED, data={"title": "Comité", "committee_on": "2026-01-26"}
    ),
    "dashboard:edition": Row(REGION),
    "dashboard:edition_export": Row(NEVER, REGION),
    "dashboard:exports": Row((200, 200, 200, 200, 200, 404, 302)),
    "dashboard:export": Row(OWN, OWN, data={"action": "prevenir"}),
    "dashboard:export_file": Row(OWN),
    "dashboard:slides": Row(REGION, REGION),
    "dashboard:slide_add": Row(NEVER, REGION, data={"territory": "R27", "code": "carte"}),
    "dashboard:shared_slides": Row(SHARED, SHARED, data={"action": "copier"}),
    "dashboard:deck_templates": Row(ADMINISTERED, ADMINISTERED, 400),
    "dashboard:deck_template_model": Row(ADMINISTERED),
    "dashboard:deck_template_file": Row(ADMINISTERED),
    "dashboard:deck_template_remove": Row(ADMINISTERED, ADMINISTERED),
    "dashboard:region_export": Row(NEVER, REGION, data={"kind": "deck"}),
    "dashboard:departement_export": Row(NEVER, REGION, data={"kind": "autre"}),
    "dashboard:perimeter": Row(REGION, ADMINISTERED, 409, {"action": "appliquer"}),
    "dashboard:goals": Row(REGION),
    "dashboard:goals_file": Row(REGION),
    "dashboard:goals_import": Row(ADMINISTERED, ADMINISTERED, 400),
    "dashboard:goal_add": Row(
        ADMINISTERED, ADMINISTERED, data={"label": "Projet", "month": "2025-02"}
    ),
    "dashboard:goal": Row(ADMINISTERED, ADMINISTERED, data={"label": "Autre", "month": "2025-02"}),
    "dashboard:goal_delete": Row(ADMINISTERED, ADMINISTERED),
    "dashboard:programmes": Row(REGION),
    "dashboard:programme": Row(REGION),
    "dashboard:programme_file": Row(REGION),
    "dashboard:departement_programme": Row(REGION),
    "dashboard:departement_programme_file": Row(REGION),
    "dashboard:programme_add": Row(
        ADMINISTERED, ADMINISTERED, data={"name": "Pilote", "code": "pilote"}
    ),
    "ingestion:upload": Row(ADMINISTRATORS, ADMINISTRATORS, 400),
    "ingestion:settings": Row(ADMINISTRATORS, ADMINISTRATORS, data={"closed_after": "9"}),
    "ingestion:models": Row(ADMINISTRATORS),
    "ingestion:history": Row(ADMINISTRATORS),
    "ingestion:sources": Row(ADMINISTRATORS),
    "ingestion:source_add": Row(ADMINISTRATORS, ADMINISTRATORS, 400),
    "ingestion:quarantine": Row(ADMINISTRATORS),
    "ingestion:extract": Row(OBJECT),
    "ingestion:correction": Row(OBJECT),
    "ingestion:publish": Row(NEVER, OBJECT),
    "ingestion:refresh_preview": Row(NEVER, OBJECT),
    "ingestion:mode": Row(NEVER, OBJECT, data={"mode": "complete"}),
    "ingestion:confirm": Row(NEVER, OBJECT, data={"cell": "2025-02:39"}),
    "ingestion:foretell": Row(NEVER, OBJECT, data={"absent": "remove"}),
    "ingestion:mapping": acted({"column_0": "finess", "column_1": "type", "column_2": "documents"}),
    "ingestion:withdraw": acted(),
    "ingestion:republish": acted(),
    "ingestion:reread": acted(),
    "ingestion:purge": Row(OBJECT, OBJECT, 302, {"reason": "essai"}),
    "ingestion:source": acted({"name": "Autre", "counting": "monthly", "repeats": "refuse"}),
    "ingestion:mapping_edit": acted(
        {"column_0": "finess", "column_1": "type", "column_2": "documents"}
    ),
    "ingestion:mapping_forget": Row(NEVER, OBJECT),
    "ingestion:month": Row(ADMINISTERED),
    "ingestion:difference": Row(ADMINISTERED),
    "ingestion:withdraw_month": Row(ADMINISTERED, ADMINISTERED),
    "ingestion:arbitrate": Row(ADMINISTERED, ADMINISTERED, data={"choice": "set_aside"}),
    "ingestion:forget_decision": Row(NEVER, ADMINISTERED),
}
#: Those whose object may belong to the nation, by what it then is.
OF_THE_NATION = {
    "national": [
        "extract", "correction", "publish", "refresh_preview", "mode", "confirm", "mapping",
        "withdraw", "republish", "reread", "purge", "foretell",
    ],
    "national_mapping": ["mapping_edit", "mapping_forget"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here: what is asked of them is not done."""
    import_module("mes_dashboard.urls")  # a view imported after the patch would keep it
    monkeypatch.setattr(tasks, "safely", lambda *_: True)
    monkeypatch.setattr(account_tasks.send_reset_link, "delay", lambda *_, **__: None)


@pytest.fixture
def people(owner: User, colleague: User, make_user: Any, region: Region) -> dict[str, User | None]:
    both = make_user("both@example.fr", Role.READER, region)
    RegionGrant.objects.create(
        user=both, region=Region.objects.get(pk="53"), role=Role.ADMINISTRATOR
    )
    return {
        "owner": owner,
        "national": User.objects.create_superuser("national@example.fr", "x"),
        "reader": make_user("reader@example.fr", Role.READER, region),
        "both": both,
        "colleague": colleague,
        "nobody": make_user("nobody@example.fr", Role.READER),
        "stranger": None,
    }


@pytest.fixture
def world(owner: User) -> Places:
    return places.build(owner)


def client_of(user: User | None, **options: Any) -> Client:
    client = Client(**options)
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def everything() -> str:
    """A fingerprint of all that is stored, but for sessions and for what was refused."""
    told = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != "django_session":
                name = connection.ops.quote_name(table)
                but = f" WHERE action <> '{REFUSED}'" if table == "accounts_auditentry" else ""
                cursor.execute(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t{but}"
                )
                told.append((table, cursor.fetchone()))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(TABLE) == places.names()


def test_a_get_answers_as_told_and_changes_nothing(
    people: dict[str, User | None], world: Places
) -> None:
    clients = {person: client_of(user) for person, user in people.items()}
    before = everything()

    found = {
        name: answers(clients, partial(asked, "get", at, None))
        for name, at in places.addresses(world).items()
    }

    assert found == {name: row.expected("get") for name, row in TABLE.items()}
    assert everything() == before


def test_a_post_answers_as_told_and_changes_nothing_for_those_who_may_not(
    people: dict[str, User | None], world: Places
) -> None:
    clients = {person: client_of(user) for person, user in people.items()}
    before = everything()
    found = {}
    for name, at in places.addresses(world).items():
        found[name] = answers(clients, partial(undone, at, TABLE[name]))

    assert found == {name: row.expected("post") for name, row in TABLE.items()}
    assert everything() == before


def test_what_belongs_to_the_nation_exists_for_its_administrators_only(
    people: dict[str, User | None], world: Places
) -> None:
    clients = {person: client_of(people[person]) for person in PEOPLE if person != "national"}
    before = everything()

    for kind, pages in OF_THE_NATION.items():
        for page in pages:
            at = reverse(f"ingestion:{page}", args=[getattr(world, kind).pk])
            row = TABLE[f"ingestion:{page}"]
            found = answers(clients, partial(asked, "get", at, None))
            done = answers(clients, partial(asked, "post", at, row.data))
            for told, wanted in ((found, row.get), (done, row.post)):
                assert told == without_national(NEVER if wanted == NEVER else NATIONAL), page

    assert everything() == before


def test_a_national_source_is_shown_to_all_and_changed_by_the_nation_alone(
    people: dict[str, User | None], world: Places
) -> None:
    at = reverse("ingestion:source", args=[world.national_source.pk])
    data = {"name": "Autre", "counting": "cumulative", "repeats": "add_up", "confirm": "on"}
    owner, before = client_of(people["owner"]), everything()

    assert owner.get(at).status_code == 200
    assert owner.post(at, data).status_code == 403
    assert everything() == before
    assert client_of(people["national"]).post(at, data).status_code == 302
    assert Source.objects.get(pk=world.national_source.pk).counting == "cumulative"


def test_every_post_wants_its_csrf_token(people: dict[str, User | None], world: Places) -> None:
    client, before = client_of(people["national"], enforce_csrf_checks=True), everything()

    found = {
        name: client.post(at, TABLE[name].data).status_code
        for name, at in places.addresses(world).items()
    }

    # The link of a letter is a secret by itself, and mail programs post there.
    assert found.pop("dashboard:unsubscribe") == 200
    assert set(found.values()) == {403}, found
    assert everything() == before


@pytest.mark.parametrize(
    ("choice", "value"), [("region", "53"), ("region", ""), ("source", "theirs")]
)
def test_a_file_is_brought_to_a_region_that_one_administers_with_a_source_of_it(
    choice: str, value: str, owner: User, region: Region, tmp_path: Any
) -> None:
    theirs = Source.objects.create(name="D’ailleurs", region=Region.objects.get(pk="53"))
    given = {
        "kind": Kind.MONTHLY,
        "region": region.pk,
        choice: value.replace("theirs", f"{theirs.pk}"),
    }
    file = tmp_path / "a.csv"
    file.write_text("Mois;FINESS ET;Type de document;Nombre de documents\n")
    client, before = client_of(owner), everything()

    with file.open("rb") as content:
        answer = client.post(reverse("ingestion:upload"), given | {"file": content})

    assert answer.status_code == 400
    assert everything() == before


@pytest.mark.parametrize(
    "next_page", ["https://ailleurs.example/", "//ailleurs.example", "javascript:x"]
)
def test_no_address_leads_out_of_the_site(next_page: str, owner: User) -> None:
    data = {"username": owner.email, "password": "correct horse battery staple"}

    entered = Client().post(reverse("accounts:login"), data | {"next": next_page})
    left = client_of(owner).post(reverse("accounts:logout"), {"next": next_page})
    passed = client_of(owner).get(reverse("accounts:login"), {"next": next_page})

    assert [entered["Location"], left["Location"], passed["Location"]] == ["/", "/connexion/", "/"]


def test_a_mapping_of_the_nation_is_not_shown_to_a_region(
    people: dict[str, User | None], world: Places
) -> None:
    at = reverse("ingestion:source", args=[world.national_source.pk])
    told = reverse("ingestion:mapping_edit", args=[world.national_mapping.pk])

    assert told not in client_of(people["owner"]).get(at).text
    assert told in client_of(people["national"]).get(at).text
    assert HeaderMapping.objects.count() == 2


def asked(method: str, at: str, data: Any, client: Client) -> Any:
    return getattr(client, method)(at, data)


def undone(at: str, row: Row, client: Client) -> Any:
    """The answer to a POST; what it was allowed to do is undone, for the others to find."""
    session = SimpleCookie(client.cookies.output(header="", sep=";"))
    with transaction.atomic():
        answer = client.post(at, row.data)
        if answer.status_code == row.done:
            transaction.set_rollback(True)
    client.cookies = session
    return answer


def test_the_files_of_others_with_the_same_bytes_are_not_told_before_a_purge(
    owner: User, world: Places
) -> None:
    world.national.sha256 = world.ready.sha256
    world.national.save()
    at = reverse("ingestion:purge", args=[world.ready.pk])

    assert world.national.original_name not in client_of(owner).get(at).text


def answers(clients: dict[str, Client], ask: Callable[[Client], Any]) -> Statuses:
    """The status that each person gets, in the order of PEOPLE."""
    found = []
    for person in PEOPLE:
        if person in clients:
            answer = ask(clients[person])
            if answer.streaming:
                answer.getvalue()  # to its end, where its file is closed
            found.append(answer.status_code)
    return tuple(found)


def without_national(statuses: Statuses) -> Statuses:
    return tuple(each for i, each in enumerate(statuses) if PEOPLE[i] != "national")
