"""Texts: how they are written and published, and how nothing written is lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Role, User
from dashboard.drafts import drafts
from dashboard.models import TextVersion
from dashboard.writing import StaleTextError
from reference.models import DataVersion, Departement, Region, current_data_version
from tests.dashboard.texts.common import (
    GENERATED,
    LIST,
    PAGE,
    REGION_TEXT,
    html_of,
    last,
    pen,
    plain,
    shown,
)
from tests.html import assert_no_inline
from tests.people import signed_in

pytestmark = pytest.mark.django_db


# --- Writing --------------------------------------------------------------------------------------


def test_the_page_shows_the_generated_text_beside_and_what_was_made_of_it(
    received: None, owner_client: Client, region: Region
) -> None:
    generated = drafts(region, current_data_version())
    assert generated is not None
    words = plain(generated.of(Departement.objects.get(pk="21"))["documents"].text)

    fresh = html_of(owner_client, PAGE)
    assert words.split(".")[0] in fresh
    assert "Proposition automatique" in fresh
    assert "Personne n’a encore modifié la proposition." in fresh
    assert_no_inline(fresh)

    owner_client.post(PAGE, {"body": "Tout autre.", "version": "0", "action": "publier"})
    written = html_of(owner_client, PAGE)
    assert "Tout autre.</textarea>" in written
    assert "<ins>" in written
    assert "<del>" in written
    assert "owner@example.fr" in written


def test_each_act_is_in_the_trail_and_only_what_readers_see_moves_the_version(
    place: Departement, analyst: User
) -> None:
    before = DataVersion.objects.get().number

    pen(place, analyst).save("Un brouillon.")
    assert DataVersion.objects.get().number == before
    pen(place, analyst, last().pk).publish("Un brouillon.")
    assert DataVersion.objects.get().number == before + 1
    pen(place, analyst, last().pk).unpublish("Un brouillon.")
    assert DataVersion.objects.get().number == before + 2

    trail = AuditEntry.objects.order_by("pk")
    assert [(entry.action, entry.target) for entry in trail] == [
        (action, "Nombre de documents alimentés, Côte-d’Or")
        for action in ("texte enregistré", "texte publié", "texte retiré de la publication")
    ]
    assert {entry.actor for entry in trail} == {analyst}
    assert {entry.region_id for entry in trail} == {"27"}


def test_saving_or_publishing_the_same_words_twice_does_nothing_more(
    place: Departement, analyst: User
) -> None:
    assert pen(place, analyst).save(GENERATED.text) == 0
    assert pen(place, analyst).save("Un.") == 1
    assert pen(place, analyst, last().pk).save("Un.") == 0
    assert pen(place, analyst, last().pk).publish("Un.")
    assert not pen(place, analyst, last().pk).publish("Un.")
    assert pen(place, analyst, last().pk).unpublish("Un.")
    assert not pen(place, analyst, last().pk).unpublish("Un.")
    assert TextVersion.objects.count() == 1
    assert AuditEntry.objects.count() == 3


def test_the_second_of_two_authors_writes_nothing_before_having_seen_the_first(
    place: Departement, people: dict[Role, User]
) -> None:
    first, second = people[Role.ANALYST], people[Role.ADMINISTRATOR]
    pen(place, first).save("Le premier.")

    for act in ("save", "publish", "unpublish"):
        with pytest.raises(StaleTextError):
            getattr(pen(place, second), act)("Le second.")

    assert [version.body for version in TextVersion.objects.all()] == ["Le premier."]
    pen(place, second, last().pk).save("Le second.")
    assert [v.body for v in TextVersion.objects.order_by("pk")] == ["Le premier.", "Le second."]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_told(
    place: Departement, people: dict[Role, User]
) -> None:
    together = Barrier(2)

    def save(role: Role) -> str:
        try:
            mine = pen(place, people[role])
            together.wait(timeout=30)
            mine.save(f"Les mots de {role}.")
        except StaleTextError:
            return "told"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as both:
        said = list(both.map(save, (Role.ANALYST, Role.ADMINISTRATOR)))

    assert sorted(said) == ["saved", "told"]
    assert TextVersion.objects.count() == 1


def test_the_second_is_told_keeps_their_words_and_sees_both_compared(
    received: None, people: dict[Role, User], owner_client: Client
) -> None:
    first = signed_in(people[Role.ANALYST])
    sent = {"version": "0", "action": "publier"}
    assert first.post(PAGE, {**sent, "body": "Le mot du premier."}).status_code == 302

    answer = owner_client.post(PAGE, {**sent, "body": "Le mot du second."})

    html = plain(answer.content)
    assert answer.status_code == 409
    assert "Ce texte a changé pendant que vous écriviez" in html
    assert f"{people[Role.ANALYST].email} en a enregistré une autre version" in html
    assert "Le mot du second.</textarea>" in html
    assert "premier.<span" in html
    assert f'name="version" value="{last().pk}"' in html
    again = owner_client.post(PAGE, {"body": "Le mot du second.", "version": str(last().pk)})
    assert again.status_code == 302
    assert TextVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"body": " \n "}, "Écrivez un texte"),
        ({"body": "a" * 20_001}, "trop long"),
        ({"body": "a\0b"}, "Le texte n’a pas été enregistré"),
        ({"body": "Un.", "version": "x"}, "Le texte n’a pas été enregistré"),
        ({"body": "Un.", "version": "9" * 40}, "Le texte n’a pas été enregistré"),
    ],
)
def test_what_cannot_be_saved_is_told(
    sent: dict[str, str], said: str, received: None, owner_client: Client
) -> None:
    answer = owner_client.post(PAGE, sent)

    assert answer.status_code == 400
    assert said in plain(answer.content)
    assert not TextVersion.objects.exists()


def test_line_ends_and_trailing_spaces_of_a_browser_are_no_words(
    received: None, owner_client: Client
) -> None:
    owner_client.post(PAGE, {"body": " Un.  \r\n\r\nDeux.\r\n", "version": "0"})

    assert last().body == "Un.\n\nDeux."


def test_taking_the_proposal_or_an_older_version_keeps_what_was_typed(
    received: None, owner_client: Client
) -> None:
    owner_client.post(PAGE, {"body": "Un.", "version": "0"})
    one = last()
    owner_client.post(PAGE, {"body": "Deux.", "version": str(one.pk), "action": "reprendre"})
    proposal = last()
    assert proposal.body == proposal.generated
    act = {"version": str(proposal.pk), "action": f"restaurer-{one.pk}"}
    owner_client.post(PAGE, {"body": "Trois.", **act})

    bodies = [version.body for version in TextVersion.objects.order_by("pk")]
    assert bodies == ["Un.", "Deux.", proposal.body, "Trois.", "Un."]


@pytest.mark.parametrize("number", ["", "x", "0", "²", "9" * 30])
def test_a_version_that_is_not_of_this_text_is_a_404(
    number: str, received: None, owner_client: Client
) -> None:
    answer = owner_client.post(PAGE, {"body": "Un.", "action": f"restaurer-{number}"})

    assert answer.status_code == 404
    assert not TextVersion.objects.exists()


def test_what_is_withdrawn_goes_back_to_the_generated_text_and_stays_a_draft(
    received: None, owner_client: Client, place: Departement, owner: User
) -> None:
    owner_client.post(PAGE, {"body": "Un.", "version": "0", "action": "publier"})
    assert not shown(place, owner).automatic
    owner_client.post(PAGE, {"body": "Un.", "version": str(last().pk), "action": "retirer"})

    assert shown(place, owner).automatic
    assert "Brouillon" in html_of(owner_client, PAGE)
    assert "Un.</textarea>" in html_of(owner_client, PAGE)


def test_the_list_says_where_each_text_stands(
    received: None, owner_client: Client, place: Departement
) -> None:
    states: list[str] = []

    def look() -> None:
        row = html_of(owner_client, LIST).split("Nombre de documents alimentés</th>")[1]
        states.append(row.split("</span>")[0].rpartition(">")[2])

    look()
    for version, body, action in (
        (False, "Un.", "enregistrer"),
        (True, "Un.", "publier"),
        (True, "Deux.", "enregistrer"),
    ):
        seen = last().pk if version else 0
        owner_client.post(PAGE, {"body": body, "version": str(seen), "action": action})
        look()
    TextVersion.objects.update(month=dt.date(2025, 6, 1))
    look()

    assert states == [
        "Proposition automatique",
        "Brouillon",
        "Publié",
        "Publié, brouillon en cours",
        "À relire",
    ]
    file = owner_client.get(f"{LIST}?format=csv").text
    assert re.search(r"Côte-d’Or;Nombre de documents alimentés;À relire;\d\d/\d\d/\d{4};", file)
    assert "Ce texte a été publié sur les données jusqu’à juin 2025" in html_of(owner_client, PAGE)


# --- History and cost -----------------------------------------------------------------------------


def test_the_history_says_who_changed_what_ten_versions_at_a_time(
    received: None, owner_client: Client
) -> None:
    seen = 0
    for number in range(12):
        owner_client.post(PAGE, {"body": f"Texte {number}.", "version": str(seen)})
        seen = last().pk

    html = html_of(owner_client, PAGE).partition('id="historique"')[2]
    assert html.count('<li class="mes-history__line">') == 10
    assert "10.<span" in html
    older = html.partition("?avant=")[2].partition("#")[0]
    rest = html_of(owner_client, f"{PAGE}?avant={older}").partition('id="historique"')[2]
    assert rest.count('<li class="mes-history__line">') == 2
    for strange in ("x", "9" * 30, "-1"):
        assert owner_client.get(f"{PAGE}?avant={strange}").status_code == 200


@pytest.mark.parametrize(("address", "queries"), [(LIST, 11), (PAGE, 11), (REGION_TEXT, 11)])
def test_what_a_page_of_texts_costs_once_the_region_was_read(
    address: str,
    queries: int,
    received: None,
    owner_client: Client,
    django_assert_max_num_queries: Callable[[int], DjangoAssertNumQueries],
) -> None:
    owner_client.post(PAGE, {"body": "Un.", "version": "0"})
    owner_client.get(address)

    with django_assert_max_num_queries(queries):  # type: ignore[attr-defined]  # a context manager
        html_of(owner_client, address)
