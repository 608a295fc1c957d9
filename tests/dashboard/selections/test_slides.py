"""One's own slides: chosen on pages, put in order, named."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import User
from dashboard.models import DeckTemplate, SlidePick, SlideSelection
from dashboard.selections import MAX_PICKS, changing
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.selections.common import (
    ADD,
    DEPARTEMENT,
    PAGE,
    REGION,
    act,
    add,
    codes,
    picks,
    shown,
    text,
)

pytestmark = pytest.mark.django_db


# --- From pages -----------------------------------------------------------------------------------


def test_each_page_has_a_button_for_what_it_shows_and_comes_back_to_it(
    owner_client: Client, owner: User
) -> None:
    world.lay(departements=("21", "25"))
    for address, territory, some in (
        (REGION, "R27", ("chiffres", "synthese", "carte", "multiples", "types", "chiffres-types")),
        (DEPARTEMENT, "D21", ("chiffres", "documents", "esms", "secteurs", "typage")),
    ):
        html = text(owner_client.get(f"{address}?de=2025-01"))
        for code in some:
            assert html.count(f'id="ajouter-{code}" form="ajout-diapositives"') == 1
        assert f'name="territory" value="{territory}"' in html
        assert 'name="query" value="de=2025-01"' in html

    answer = add(owner_client, "D21", "esms", "de=2025-01&secteur=PA&esms=nombre")

    assert answer["Location"] == (f"{DEPARTEMENT}?de=2025-01&secteur=PA&esms=nombre#ajouter-esms")
    [pick] = picks(owner)
    assert (pick.territory, pick.code, pick.query) == (
        "D21", "esms", "de=2025-01&secteur=PA&esms=nombre"
    )  # fmt: skip
    back = owner_client.get(answer["Location"])
    assert "Ajouté à" in text(back)
    assert "ETag" not in back
    assert "Ajouté à" not in text(owner_client.get(DEPARTEMENT))


def test_only_what_changes_a_slide_is_kept_of_its_address(
    owner_client: Client, owner: User
) -> None:
    add(owner_client, code="carte", query="?tri=rang&de=2025-01&documents=parts&autre=x&a=hier")
    add(owner_client, code="departements", query="tri=rang&ordre=decroissant&secteur=ZZ&de=0001-01")

    assert [pick.query for pick in picks(owner)] == ["de=2025-01", "tri=rang&ordre=decroissant"]


def test_the_same_slide_is_there_once(owner_client: Client, owner: User) -> None:
    add(owner_client, query="de=2025-01")
    answer = add(owner_client, query="de=2025-01&autre=1")
    add(owner_client, query="de=2025-02")

    assert codes(owner) == ["carte", "carte"]
    assert "Déjà dans" in text(owner_client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"code": "beauté"}, "n’est pas un graphique de cette page"),
        ({"territory": "D29"}, "n’est pas un territoire de la région"),
        ({"territory": "R53"}, "n’est pas un territoire de la région"),
        ({"territory": "D2\0"}, "Ce territoire n’existe pas"),
        ({"territory": ""}, "Ce territoire n’existe pas"),
        ({"query": "x=" + "1" * 5_000}, "L’adresse de cette page est trop longue"),
    ],
)
def test_what_a_region_does_not_have_is_refused_in_french(
    given: dict[str, str], said: str, owner_client: Client, owner: User
) -> None:
    answer = owner_client.post(ADD, {"territory": "R27", "code": "carte"} | given, follow=True)

    assert answer.status_code == 200
    assert said in text(answer)
    assert picks(owner) == []


# --- Put in order ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
def test_slides_are_moved_named_unticked_and_removed(owner_client: Client, owner: User) -> None:
    first, second, third = (pick.pk for pick in picks(owner))

    moved = owner_client.post(PAGE, shown(owner_client) | {"action": f"monter-{third}"})
    assert moved["Location"] == f"{PAGE}#monter-{third}"
    assert codes(owner) == ["carte", "synthese", "departements"]
    moved = owner_client.post(PAGE, shown(owner_client) | {"action": f"descendre-{first}"})
    assert moved["Location"] == f"{PAGE}#descendre-{first}"
    assert codes(owner) == ["synthese", "carte", "departements"]
    top = owner_client.post(PAGE, shown(owner_client) | {"action": f"monter-{first}"})
    assert top["Location"] == f"{PAGE}#descendre-{first}"  # no further up: the other button
    act(owner_client, "enregistrer", **{f"place-{second}": "1", f"place-{first}": "3"})
    assert codes(owner) == ["departements", "synthese", "carte"]

    sent = shown(owner_client) | {f"titre-{third}": "  Ce qu’il faut\nretenir ", "titre": "Comité"}
    del sent[f"garder-{second}"]
    saved = owner_client.post(PAGE, sent | {"action": f"retirer-{first}"}, follow=True)

    assert codes(owner) == ["departements", "synthese"]
    assert [(pick.kept, pick.title) for pick in picks(owner)] == [
        (False, ""), (True, "Ce qu’il faut retenir")
    ]  # fmt: skip
    assert SlideSelection.objects.get().title == "Comité"
    assert "Une diapositive a été retirée." in text(saved)


@pytest.mark.usefixtures("three")
def test_what_was_removed_comes_back_where_it_was(owner_client: Client, owner: User) -> None:
    second = picks(owner)[1].pk
    act(owner_client, "enregistrer", **{f"titre-{second}": "Mon titre"})
    act(owner_client, f"retirer-{second}")

    answer = act(owner_client, "remettre")
    assert codes(owner) == ["carte", "departements", "synthese"]
    assert picks(owner)[1].title == "Mon titre"
    assert "retirée" not in text(answer)

    assert "3 diapositives ont été retirées." in text(act(owner_client, "vider"))
    assert codes(owner) == []
    add(owner_client, code="methode")
    act(owner_client, "remettre")
    assert codes(owner) == ["carte", "departements", "synthese", "methode"]
    act(owner_client, "remettre")  # nothing more to bring back
    assert len(codes(owner)) == 4

    act(owner_client, f"retirer-{picks(owner)[0].pk}")
    assert "retirée" not in text(act(owner_client, "enregistrer"))  # something else was done since


@pytest.mark.usefixtures("three")
def test_what_was_removed_can_still_come_back_after_a_refusal(
    owner_client: Client, owner: User, region: Region
) -> None:
    act(owner_client, f"retirer-{picks(owner)[1].pk}")
    with changing(owner, region) as basket:
        basket.picks += [
            SlidePick(selection=basket.selection, territory="R27", code=f"{n}")
            for n in range(MAX_PICKS - len(basket.picks))
        ]

    for refused in ("remettre", "standard"):
        answer = text(act(owner_client, refused, jeu="R27"))
        assert f"{MAX_PICKS} diapositives au plus" in answer
        assert "Une diapositive a été retirée." in answer


@pytest.mark.usefixtures("three")
def test_enter_in_a_field_saves_whatever_else_is_offered(owner_client: Client, owner: User) -> None:
    act(owner_client, f"retirer-{picks(owner)[0].pk}")

    form = text(owner_client.get(PAGE)).partition(f'action="{PAGE}"')[2]
    assert re.findall(r'name="action" value="(.*?)"', form)[:2] == ["enregistrer", "remettre"]


@pytest.mark.usefixtures("three")
def test_a_page_opened_before_undoes_nothing_of_what_another_did(
    owner_client: Client, owner: User
) -> None:
    first, second, third = picks(owner)
    old = shown(owner_client)
    add(owner_client, code="methode")
    act(owner_client, "enregistrer", **{f"titre-{second.pk}": "Titre neuf"})
    act(owner_client, f"retirer-{third.pk}")
    act(owner_client, f"descendre-{first.pk}")

    answer = owner_client.post(
        PAGE, old | {"action": "enregistrer", f"titre-{first.pk}": "Carte"}, follow=True
    )

    assert codes(owner) == ["departements", "carte", "methode"]
    assert [pick.title for pick in picks(owner)] == ["Titre neuf", "Carte", ""]
    assert "La sélection est enregistrée." in text(answer)
    for action in (f"monter-{third.pk}", "retirer-x", "monter-99999999999999"):
        gone = owner_client.post(PAGE, old | {"action": action}, follow=True)
        assert "n’est plus dans la sélection" in text(gone)
    assert codes(owner) == ["departements", "carte", "methode"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place": "500"}, "« 500 » n’est pas une place : indiquez un nombre de 1 à 3."),
        ({"place": "0"}, "n’est pas une place"),
        ({"place": "-1"}, "n’est pas une place"),
        ({"place": "²"}, "n’est pas une place"),
        ({"place": "9" * 400}, "n’est pas une place"),
        ({"titre": "x" * 500}, "Le titre d’une diapositive a 200 caractères au plus"),
        ({"titre": "a\0b"}, "La sélection est enregistrée."),
        ({"vu": "n’importe|quoi"}, "La sélection est enregistrée."),
    ],
)
def test_what_cannot_be_understood_is_told_and_changes_nothing_else(
    change: dict[str, str], said: str, owner_client: Client, owner: User
) -> None:
    one = picks(owner)[1].pk
    changes = {f"{name}-{one}": value for name, value in change.items()}

    answer = act(owner_client, "enregistrer", **changes)

    assert answer.status_code == 200
    assert said in text(answer)
    assert codes(owner) == ["carte", "departements", "synthese"]


@pytest.mark.usefixtures("three")
def test_a_selection_keeps_a_title_and_a_template_of_its_region(
    owner_client: Client, owner: User, region: Region
) -> None:
    ours = DeckTemplate.objects.create(region=region, name="Le nôtre", file="a.pptx")
    theirs = DeckTemplate.objects.create(region_id="53", name="Le leur", file="b.pptx")

    answer = act(owner_client, "enregistrer", titre="x" * 151, modele=f"{theirs.pk}")
    assert "Le titre de la sélection a 150 caractères au plus" in text(answer)
    assert "Ce modèle n’existe pas, ou plus" in text(answer)
    assert "Le leur" not in text(answer)
    act(owner_client, "enregistrer", titre="Comité", modele=f"{ours.pk}")
    selection = SlideSelection.objects.get(user=owner)
    assert (selection.title, selection.template) == ("Comité", ours)
    act(owner_client, "enregistrer", modele="", **{"vu-modele": f"{ours.pk}"})
    assert SlideSelection.objects.get(user=owner).template is None
