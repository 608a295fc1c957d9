"""Texts: who writes them, what readers see, how nothing written is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Role, User
from dashboard.drafts import drafts
from dashboard.models import Subject, Text, TextVersion
from dashboard.texts import Facts, ShownText, Topic, changed_facts, is_stale, shown_texts
from dashboard.writing import Pen, StaleTextError
from indicators.commentary import Paragraph, Sentence
from reference.models import DataVersion, Departement, Region, current_data_version
from tests.dashboard import world
from tests.dashboard.owned import own_all
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
LIST = "/regions/bourgogne-franche-comte/textes/"
REGION_TEXT = f"{LIST}synthese/"
PAGE = "/departements/21/textes/documents/"
PLACE = "/departements/21/"
DECEMBER, JANUARY = dt.date(2025, 12, 1), dt.date(2026, 1, 1)
#: A generated text of two sentences, the first with a list of ESMS behind it.
FIRST = Sentence(
    "Les volumes doublent\u202f: 240 documents.", {"documents": 240}, {"de": "2025-01", "og": "21"}
)
GENERATED = Paragraph((FIRST, Sentence("Rien d’autre.", {"part PA": 0.5})))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def plain(content: bytes | str) -> str:
    html = content.decode() if isinstance(content, bytes) else content
    return unescape(html).replace("\u202f", " ").replace("\u00a0", " ")


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return plain(response.content)


@pytest.fixture
def place(region: Region) -> Departement:
    return Departement.objects.select_related("region").get(pk="21")


@pytest.fixture
def received(region: Region) -> None:
    """Two départements received from January 2025 on."""
    world.lay(first=dt.date(2025, 1, 1), departements=("21", "25"))
    own_all()


@pytest.fixture
def people(make_user: MakeUser, region: Region) -> dict[Role, User]:
    return {role: make_user(f"{role}@example.fr", role, region) for role in Role}


@pytest.fixture
def analyst(people: dict[Role, User]) -> User:
    return people[Role.ANALYST]


def topic(place: Departement, paragraph: Paragraph = GENERATED, month: dt.date = DECEMBER) -> Topic:
    return Topic(place, Subject.DOCUMENTS, paragraph, month, current_data_version())


def pen(place: Departement, actor: User, seen: int = 0, **more: object) -> Pen:
    return Pen(topic(place, **more), seen, actor)  # type: ignore[arg-type]  # of `topic`


def shown(place: Departement, user: User, paragraph: Paragraph = GENERATED) -> ShownText:
    return shown_texts(place, {"documents": paragraph}, user, DECEMBER)["documents"]


def last() -> TextVersion:
    return TextVersion.objects.order_by("-pk")[0]


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
    before: Facts = {"part PA": 0.5, "documents": 240, "mois du pic": "2025-04", "perdu": 1}
    after: Facts = {"part PA": 0.52, "documents": 240, "mois du pic": "2025-05", "venu": None}

    found = [(each.name, each.before, each.after) for each in changed_facts(before, after)]

    assert found == [
        ("part PA", "50\u202f%", "52\u202f%"),
        ("mois du pic", "avril 2025", "mai 2025"),
        ("perdu", "1", "–"),
        ("venu", "–", "n.\u00a0d."),
    ]


def test_analysts_see_what_changed_and_readers_over_which_months_it_was_written(
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

    assert not shown(place, analyst, moved).stale
    assert TextVersion.objects.count() == 2


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
