"""Texts: who writes and reads them, what readers see, what asks to be read again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from dashboard.models import Subject, Text, TextVersion
from dashboard.texts import Facts, changed_facts, is_stale, shown_texts
from indicators.commentary import Paragraph, Sentence
from reference.models import Departement
from tests.dashboard.texts.common import (
    DECEMBER,
    FIRST,
    GENERATED,
    JANUARY,
    LIST,
    PAGE,
    PLACE,
    REGION_TEXT,
    html_of,
    last,
    pen,
    plain,
    shown,
)
from tests.people import signed_in

pytestmark = pytest.mark.django_db


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PAGE, REGION_TEXT])
def test_only_analysts_and_administrators_of_the_region_write(
    address: str,
    received: None,
    people: dict[Role, User],
    colleague_client: Client,
    stranger_client: Client,
) -> None:
    may = {role: signed_in(user).get(address).status_code for role, user in people.items()}

    assert may == {
        Role.READER: 403,
        Role.REFERENT: 403,
        Role.ANALYST: 200,
        Role.ADMINISTRATOR: 200,
    }
    assert colleague_client.get(address).status_code == 404
    assert stranger_client.get(address).headers["Location"] == f"/connexion/?next={address}"
    for client, status in (
        (signed_in(people[Role.READER]), 403),
        (colleague_client, 404),
        (stranger_client, 302),
    ):
        assert client.post(address, {"body": "À moi.", "action": "publier"}).status_code == status
    assert not Text.objects.exists()


def test_every_user_of_the_region_reads_the_list_and_only_analysts_see_drafts(
    received: None,
    people: dict[Role, User],
    place: Departement,
    colleague_client: Client,
    stranger_client: Client,
) -> None:
    pen(place, people[Role.ANALYST]).save("Un brouillon.")

    reader = html_of(signed_in(people[Role.READER]), LIST)
    analyst = html_of(signed_in(people[Role.ANALYST]), LIST)

    assert "Brouillon" in analyst
    assert PAGE in analyst
    assert "Brouillon" not in reader
    assert PAGE not in reader
    assert colleague_client.get(LIST).status_code == 404
    assert stranger_client.get(LIST).status_code == 302


@pytest.mark.parametrize(
    "address", ["/departements/21/textes/region/", "/departements/21/textes/rien/"]
)
def test_a_subject_that_a_place_does_not_have_is_a_404(address: str, owner_client: Client) -> None:
    assert owner_client.get(address).status_code == 404


def test_before_any_month_there_is_nothing_to_write(owner_client: Client) -> None:
    for address in (LIST, PAGE, REGION_TEXT):
        assert "Aucun mois n’est encore reçu" in html_of(owner_client, address)
    assert owner_client.post(PAGE, {"body": "Déjà."}).status_code == 200
    assert not Text.objects.exists()


# --- What readers see -----------------------------------------------------------------------------


def test_until_somebody_publishes_the_generated_text_is_shown_as_such(
    place: Departement, people: dict[Role, User]
) -> None:
    pen(place, people[Role.ANALYST]).save("Un brouillon.")

    seen = shown(place, people[Role.READER])

    assert seen.automatic
    assert seen.paragraphs == (GENERATED.text,)
    assert (seen.edit_url, seen.sources) == ("", ())
    html = plain(render_to_string("dashboard/_text.html", {"text": seen}))
    assert "Proposition automatique, non relue" in html


def test_published_words_replace_it_and_say_when_and_by_whom(
    place: Departement, people: dict[Role, User]
) -> None:
    analyst = people[Role.ANALYST]
    pen(place, analyst).publish("Un mot.\n\nPuis un autre.")

    seen = shown(place, people[Role.READER])

    assert not seen.automatic
    assert seen.paragraphs == ("Un mot.", "Puis un autre.")
    assert (seen.published_by, seen.stale) == (str(analyst), False)
    other = shown_texts(
        Departement.objects.select_related("region").get(pk="25"),
        {"documents": GENERATED},
        analyst,
        DECEMBER,
    )
    assert other["documents"].automatic


def test_a_sentence_leads_to_its_esms_for_those_who_call_them_as_long_as_it_is_kept(
    place: Departement, people: dict[Role, User]
) -> None:
    expected = {
        Role.READER: 0,
        Role.REFERENT: 1,
        Role.ANALYST: 1,
        Role.ADMINISTRATOR: 1,
    }
    links = {role: shown(place, user).sources for role, user in people.items()}
    assert {role: len(found) for role, found in links.items()} == expected
    assert links[Role.REFERENT][0].esms == f"{PLACE}esms/?de=2025-01&og=21"

    pen(place, people[Role.ANALYST]).publish(f"{FIRST.text} J’ajoute ceci.")
    assert shown(place, people[Role.REFERENT]).sources == links[Role.REFERENT]

    pen(place, people[Role.ANALYST], last().pk).publish("Tout autre chose.")
    assert shown(place, people[Role.REFERENT]).sources == ()


def test_the_texts_of_a_page_cost_one_query_when_the_role_is_known(
    place: Departement, analyst: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    generated = {subject.value: GENERATED for subject in Subject if subject != Subject.REGION}
    pen(place, analyst).publish("Un mot.")

    with django_assert_num_queries(1):
        found = shown_texts(place, generated, analyst, DECEMBER, role=Role.ANALYST)
    with django_assert_num_queries(2):
        shown_texts(place, generated, analyst, DECEMBER)

    assert [text.automatic for text in found.values()] == [False, True, True]


def test_what_an_analyst_types_is_text_and_never_markup(place: Departement, analyst: User) -> None:
    pen(place, analyst).publish("<script>alert(1)</script> & co")

    html = render_to_string("dashboard/_text.html", {"text": shown(place, analyst)})

    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html


# --- To be read again -----------------------------------------------------------------------------


def test_a_new_month_or_another_fact_asks_to_read_a_published_text_again(
    place: Departement, analyst: User
) -> None:
    pen(place, analyst).publish("Un mot.")
    version = last()

    assert not is_stale(version, GENERATED.facts, DECEMBER)
    assert is_stale(version, GENERATED.facts, JANUARY)
    assert is_stale(version, {**GENERATED.facts, "documents": 241}, DECEMBER)
    # Half a document in a million is the same as it is written.
    assert not is_stale(version, {**GENERATED.facts, "documents": 240.0001}, DECEMBER)


def test_what_changed_is_told_by_fact_as_it_is_written() -> None:
    before: Facts = {"part PA": 0.5, "documents": 240, "mois du pic": "2025-04", "perdu : ppa": 1}
    after: Facts = {"part PA": 0.52, "documents": 240, "mois du pic": "2025-05", "venu : 2A": None}

    found = [(each.name, each.before, each.after) for each in changed_facts(before, after)]

    assert found == [
        ("part PA", "50\u202f%", "52\u202f%"),
        ("mois du pic", "avril 2025", "mai 2025"),
        ("perdu, projets personnalisés d’accompagnement", "1", "n’est plus dit"),
        ("venu, département 2A", "n’était pas dit", "n.\u00a0d."),
    ]


def test_everybody_is_told_of_other_figures_since_and_analysts_which(
    place: Departement, people: dict[Role, User]
) -> None:
    pen(place, people[Role.ANALYST], month=dt.date(2025, 11, 1)).publish("Un mot.")
    moved = Paragraph((Sentence("Les volumes triplent.", {"documents": 360}),))

    analyst, reader = (
        plain(render_to_string("dashboard/_text.html", {"text": shown(place, user, moved)}))
        for user in (people[Role.ANALYST], people[Role.READER])
    )

    assert "À relire" in analyst
    assert "documents : <del><span" in analyst
    assert "360</ins>" in analyst
    assert "triplent." in analyst
    for html in (analyst, reader):
        assert "Texte publié sur des chiffres qui ont changé depuis." in html
    assert "À relire" not in reader
    assert "triplent" not in reader
    assert "sur les données jusqu’à novembre 2025" in reader


def test_publishing_again_the_same_words_says_that_they_were_read(
    place: Departement, analyst: User
) -> None:
    pen(place, analyst).publish("Un mot.")
    moved = Paragraph((Sentence("Les volumes triplent.", {"documents": 360}),))

    assert shown(place, analyst, moved).stale
    assert pen(place, analyst, last().pk, paragraph=moved).publish("Un mot.")

    again = shown(place, analyst, moved)
    assert not again.stale
    assert "changé depuis" not in render_to_string("dashboard/_text.html", {"text": again})
    assert TextVersion.objects.count() == 2
