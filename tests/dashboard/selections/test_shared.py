"""A selection that its author shares: who sees it, what they take of it, what the trail keeps."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from accounts.refusals import REFUSED
from dashboard.models import DeckTemplate, Export, SlidePick, SlideSelection
from dashboard.selections import MAX_PICKS, changing
from reference.models import Region
from tests.dashboard.selections.common import PAGE, act, add, codes, picks, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(owner_client: Client, owner: User) -> str:
    """Of two slides, one of them with a title of its own, the other unticked."""
    add(owner_client, "D21", "esms", "de=2025-01")
    add(owner_client, code="carte")
    SlidePick.objects.filter(code="esms").update(title="À retenir")
    SlidePick.objects.filter(code="carte").update(kept=False)
    act(owner_client, "partager")
    return f"/diapositives/{SlideSelection.objects.get(user=owner).key}/"


def last_acts(count: int) -> list[tuple[str, User | None]]:
    entries = AuditEntry.objects.order_by("-pk")[:count]
    return [(entry.action, entry.actor) for entry in reversed(entries)]


def test_whoever_sees_the_region_sees_what_is_shared_and_copies_it(
    link: str, owner: User, reader: User, reader_client: Client
) -> None:
    html = text(reader_client.get(link))

    assert "Partagée par owner@example.fr" in html
    assert "À retenir" in html
    assert "Côte-d’Or · à partir de janv. 2025" in html
    assert "Non cochée" in html
    assert 'name="titre' not in html

    add(reader_client, code="carte")
    copied = reader_client.post(link, {"action": "copier"}, follow=True)
    assert "1 diapositive ajoutée à votre sélection" in text(copied)
    assert codes(reader) == ["carte", "esms"]
    assert picks(reader)[1].title == "À retenir"
    assert codes(owner) == ["esms", "carte"]
    assert last_acts(1) == [("sélection copiée", reader)]


def test_a_file_of_the_ticked_slides_is_made_in_ones_own_name(
    link: str,
    owner: User,
    reader: User,
    reader_client: Client,
    region: Region,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template = DeckTemplate.objects.create(region=region, name="Le nôtre", file="a.pptx")
    SlideSelection.objects.filter(user=owner).update(template=template)
    asked = []

    def ask(**given: object) -> Export:
        asked.append(given)
        return Export.objects.create(region=region, author=reader, kind="deck")

    monkeypatch.setattr("dashboard.views.selections.ask_export", ask)

    answer = reader_client.post(link, {"action": "diapositives", "version": "travail"})

    assert answer["Location"] == f"/exports/{Export.objects.get().pk}/"
    [call] = asked
    assert [piece.title for piece in call["pieces"]] == ["À retenir"]  # type: ignore[attr-defined]  # pieces
    assert (call["author"], call["working"], call["template"]) == (reader, False, template)


def test_who_does_not_see_the_region_is_refused_and_the_trail_keeps_it(
    link: str, owner: User, colleague: User, colleague_client: Client, stranger_client: Client
) -> None:
    for method in (colleague_client.get, colleague_client.post):
        before = AuditEntry.objects.count()
        assert method(link).status_code == 404
        entry = AuditEntry.objects.latest("pk")
        assert AuditEntry.objects.count() == before + 1
        assert (entry.action, entry.actor, entry.region_id) == (REFUSED, colleague, "27")
    assert stranger_client.get(link)["Location"] == f"/connexion/?next={link}"
    assert codes(owner) == ["esms", "carte"]


def test_a_link_that_was_closed_never_opens_again(
    link: str, owner: User, owner_client: Client, reader_client: Client
) -> None:
    assert link in text(owner_client.get(PAGE))
    act(owner_client, "partager")  # from a page opened before: nothing more happens
    act(owner_client, "ne-plus-partager")
    assert link not in text(owner_client.get(PAGE))

    assert reader_client.get(link).status_code == 404
    other = f"/diapositives/{SlideSelection.objects.get(user=owner).key}/"
    assert reader_client.get(other).status_code == 404
    assert last_acts(1)[0][0] == REFUSED
    act(owner_client, "partager")
    assert reader_client.get(link).status_code == 404
    assert reader_client.get(other).status_code == 200
    assert [act for act, _ in last_acts(3)] == [
        "sélection plus partagée", REFUSED, "sélection partagée"
    ]  # fmt: skip


def test_an_unknown_link_is_nothing_and_ones_own_leads_home(
    link: str, owner_client: Client
) -> None:
    before = AuditEntry.objects.count()
    assert owner_client.get(f"/diapositives/{uuid.uuid4()}/").status_code == 404
    assert AuditEntry.objects.count() == before
    assert owner_client.get(link)["Location"] == PAGE


def test_what_cannot_be_taken_is_said(
    link: str, reader: User, reader_client: Client, region: Region
) -> None:
    with changing(reader, region) as basket:
        basket.picks = [
            SlidePick(selection=basket.selection, territory="R27", code=f"{n}")
            for n in range(MAX_PICKS)
        ]
    refused = reader_client.post(link, {"action": "copier"}, follow=True)
    assert "diapositives au plus" in text(refused)
    assert len(picks(reader)) == MAX_PICKS

    assert reader_client.post(link, {"action": "autre"})["Location"] == link
    SlidePick.objects.filter(selection__shared=True).update(kept=False)
    nothing = reader_client.post(link, {"action": "diapositives"}, follow=True)
    assert "Cochez au moins une diapositive" in text(nothing)
    SlidePick.objects.filter(selection__shared=True).delete()
    assert "Cette sélection est vide." in text(reader_client.get(link))


def test_the_page_costs_the_same_whatever_is_shared(
    link: str,
    owner_client: Client,
    reader_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(8) as few:
        reader_client.get(link)
    act(owner_client, "standard", jeu="R27")
    with django_assert_max_num_queries(8) as many:
        reader_client.get(link)
    assert len(few) == len(many)
