"""Standard sets of slides, and the files made of those that were chosen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dashboard.models import Export, ExportKind, SlidePick
from dashboard.pieces.piece import standard
from dashboard.selections import MAX_PICKS, changing
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.selections.common import (
    PAGE,
    act,
    add,
    codes,
    picks,
    shown,
    text,
)

pytestmark = pytest.mark.django_db


def test_a_standard_set_is_added_whole_and_once(
    owner_client: Client, owner: User, region: Region
) -> None:
    add(owner_client, "D21", "esms")

    added = act(owner_client, "standard", jeu="D21")
    assert codes(owner) == [
        "esms", "chiffres", "documents", "secteurs", "taux-par-secteur", "methode"
    ]  # fmt: skip
    assert "5 diapositives ajoutées" in text(added)
    assert "déjà toutes" in text(act(owner_client, "standard", jeu="D21"))
    act(owner_client, "standard", jeu="R27")
    assert len(picks(owner)) == len(standard(region)) + 1  # but for the figures of one département
    for wrong in ("D29", "R53", "", "D21\0"):
        assert "Choisissez la région" in text(act(owner_client, "standard", jeu=wrong))


def test_a_selection_has_an_end(owner_client: Client, owner: User, region: Region) -> None:
    with changing(owner, region) as basket:
        basket.picks = [
            SlidePick(selection=basket.selection, territory="R27", code=f"{n}")
            for n in range(MAX_PICKS)
        ]

    assert f"{MAX_PICKS} diapositives au plus" in text(
        owner_client.get(add(owner_client)["Location"])
    )
    assert f"{MAX_PICKS} diapositives, le plus" in text(owner_client.get(PAGE))
    assert len(picks(owner)) == MAX_PICKS


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, region: Region) -> list[dict[str, Any]]:
    """What is asked of the makers of files, which are not run."""
    calls: list[dict[str, Any]] = []

    def ask(**given: Any) -> Export:
        calls.append(given)
        return Export.objects.create(region=region, author=given["author"], kind=given["kind"])

    monkeypatch.setattr("dashboard.views.selections.ask_export", ask)
    return calls


@pytest.mark.usefixtures("three")
def test_the_ticked_slides_become_a_file_with_names_for_who_may_read_them(
    owner_client: Client, owner: User, region: Region, asked: list[dict[str, Any]]
) -> None:
    sent = shown(owner_client) | {"titre": "Comité", "version": "travail"}
    second = picks(owner)[1].pk
    del sent[f"garder-{second}"]

    answer = owner_client.post(PAGE, sent | {"action": "diapositives"})

    assert answer["Location"] == f"/exports/{Export.objects.get().pk}/"
    [call] = asked
    assert [piece.code for piece in call.pop("pieces")] == ["carte", "synthese"]
    assert call == {
        "region": region, "author": owner, "kind": ExportKind.DECK, "working": True,
        "title": "Comité", "template": None, "link": "http://testserver", "notify": False,
    }  # fmt: skip
    owner_client.post(PAGE, shown(owner_client) | {"action": "classeur", "prevenir": "on"})
    assert (asked[1]["kind"], asked[1]["working"], asked[1]["notify"]) == (
        ExportKind.WORKBOOK, False, True
    )  # fmt: skip


@pytest.mark.usefixtures("three")
def test_no_file_is_made_of_nothing_or_of_what_was_typed_wrong(
    owner_client: Client, owner: User, asked: list[dict[str, Any]]
) -> None:
    first = picks(owner)[0].pk
    act(owner_client, "diapositives", **{f"titre-{first}": "x" * 500})
    sent = {name: value for name, value in shown(owner_client).items() if "garder" not in name}
    answer = owner_client.post(PAGE, sent | {"action": "classeur"}, follow=True)

    assert asked == []
    assert "Cochez au moins une diapositive" in text(answer)


def test_a_slide_that_pages_no_longer_have_is_told(owner_client: Client, owner: User) -> None:
    world.lay(departements=("21",))
    add(owner_client)
    SlidePick.objects.filter(selection__user=owner).update(code="ancien")

    assert "ancien" in text(owner_client.get(f"{PAGE}?titres=oui"))
    answer = act(owner_client, "diapositives")
    assert "« ancien » n’est pas un graphique de cette page. Retirez" in text(answer)
    assert not Export.objects.exists()


def test_a_reader_has_no_working_version(
    reader_client: Client, asked: list[dict[str, Any]]
) -> None:
    add(reader_client)

    assert "Document de travail" not in text(reader_client.get(PAGE))
    act(reader_client, "diapositives", version="travail")
    assert [call["working"] for call in asked] == [False]


def test_titles_of_charts_are_read_when_asked_for(owner_client: Client) -> None:
    add(owner_client, "D21", "esms")
    assert "Titre du graphique" not in text(owner_client.get(f"{PAGE}?titres=oui"))
    world.lay(departements=("21",))

    assert "% des ESMS" in text(owner_client.get(f"{PAGE}?titres=oui"))
    assert "Titre du graphique" not in text(owner_client.get(PAGE))


def test_the_list_says_what_each_slide_shows(owner_client: Client) -> None:
    add(owner_client, "D21", "esms", "de=2025-01&a=2025-06&secteur=PA&esms=nombre")
    add(owner_client, "D21", "documents", "a=2025-06&documents=parts")
    add(owner_client, "D21", "premiers-organismes", "de=2025-02")
    add(owner_client)
    add(owner_client, code="methode")

    html = text(owner_client.get(PAGE))
    for words in (
        "Côte-d’Or · janv. 2025 à juin 2025, Personnes âgées, en nombre",
        "Côte-d’Or · jusqu’à juin 2025, en parts",
        "Côte-d’Or · à partir de févr. 2025",
        "Version de travail seulement",
        "Bourgogne-Franche-Comté · 24 derniers mois reçus",
        'href="/methode/"',
    ):
        assert words in html


def test_the_page_costs_the_same_whatever_is_chosen(
    owner_client: Client,
    owner: User,
    region: Region,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    add(owner_client)
    owner_client.get(PAGE)  # the messages are read
    with django_assert_max_num_queries(9) as few:
        owner_client.get(PAGE)
    act(owner_client, "standard", jeu="R27")
    with django_assert_max_num_queries(9) as many:
        assert len(owner_client.get(PAGE).context["rows"]) > 40
    assert len(few) == len(many)
    with django_assert_max_num_queries(20) as changed:
        owner_client.post(PAGE, {"action": "vider"})
    assert changed
