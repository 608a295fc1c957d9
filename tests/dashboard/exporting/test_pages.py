"""The pages of exports: asked for from a territory, followed, downloaded, by whom."""

from __future__ import annotations

import datetime as dt
import uuid
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, RegionGrant, Role, User
from accounts.refusals import REFUSED
from dashboard.exporting import asking, make
from dashboard.exporting.page import weight
from dashboard.models import Export, ExportKind, ExportState
from dashboard.pieces.piece import Piece
from indicators.models import CoveredMonth
from reference.models import Region
from tests.dashboard import world
from tests.dashboard.makers import Maker
from tests.html import assert_no_inline

pytestmark = pytest.mark.django_db

REGION = "/regions/bourgogne-franche-comte/"
DEPARTEMENT = "/departements/21/"
DECK = {"kind": "deck"}


@pytest.fixture(autouse=True)
def month(db: None) -> CoveredMonth:
    """A month was received: there is something to show."""
    return CoveredMonth.objects.create(
        month=world.LAST, departement_id="21", received_on=world.LAST
    )


@pytest.fixture
def reader_client(make_user: Any, region: Region) -> Client:
    client = Client()
    client.force_login(
        make_user("lecteur@example.fr", Role.READER, region),
        "django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def export(owner_client: Client) -> Export:
    """The slides of the région, which wait."""
    owner_client.post(f"{REGION}exports/", DECK)
    return Export.objects.get()


def page_of(export: Export) -> str:
    return f"/exports/{export.pk}/"


def html_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.text).replace("\u202f", " ")


def test_where_no_month_was_received_nothing_is_asked_for(
    month: CoveredMonth, owner_client: Client
) -> None:
    month.delete()

    answer = owner_client.post(f"{DEPARTEMENT}exports/", DECK, follow=True)

    assert answer.redirect_chain == [(DEPARTEMENT, 302)]
    assert "Aucun mois n’est encore reçu pour cette région" in unescape(answer.text)
    assert not Export.objects.exists()


# --- Who ------------------------------------------------------------------------------------------


def test_an_export_is_its_author_s_alone_and_others_are_remembered(
    export: Export,
    owner_client: Client,
    reader_client: Client,
    colleague_client: Client,
    colleague: User,
    stranger_client: Client,
    region: Region,
) -> None:
    make(export.pk)
    at, file = page_of(export), f"{page_of(export)}fichier/"

    for address in (at, file):
        answer: Any = owner_client.get(address)
        assert answer.status_code == 200
        if answer.streaming:
            answer.getvalue()  # to its end, where its file is closed
        assert reader_client.get(address).status_code == 404
        assert colleague_client.get(address).status_code == 404
        assert stranger_client.get(address)["Location"] == f"/connexion/?next={address}"
    assert colleague_client.post(at, {"action": "relancer"}).status_code == 404

    refused = AuditEntry.objects.filter(action=REFUSED)
    assert refused.count() == 5
    last = refused.first()
    assert last is not None
    assert (last.actor, last.region) == (colleague, region)
    assert last.details == {"kind": "export", "address": at}


def test_an_address_of_no_export_is_a_404_and_no_trace(owner_client: Client) -> None:
    assert owner_client.get(f"/exports/{uuid.uuid4()}/").status_code == 404
    assert not AuditEntry.objects.filter(action=REFUSED).exists()


def test_files_are_asked_for_by_the_users_of_a_region(
    owner_client: Client,
    reader_client: Client,
    colleague_client: Client,
    stranger_client: Client,
) -> None:
    for address in (f"{REGION}exports/", f"{DEPARTEMENT}exports/"):
        assert owner_client.post(address, DECK).status_code == 302
        assert reader_client.post(address, DECK).status_code == 302
        assert reader_client.post(address, DECK | {"working": "1"}).status_code == 403
        assert colleague_client.post(address, DECK).status_code == 404
        assert stranger_client.post(address, DECK)["Location"].startswith("/connexion/")
        assert owner_client.get(address).status_code == 405
    assert Export.objects.count() == 4


def test_a_working_document_is_shown_as_long_as_its_author_may_see_names(
    owner: User, owner_client: Client
) -> None:
    owner_client.post(f"{DEPARTEMENT}exports/", DECK | {"working": "1"})
    export = Export.objects.get()
    assert "ne le diffusez pas" in html_of(owner_client, page_of(export))
    assert "document de travail" in html_of(owner_client, "/exports/")

    RegionGrant.objects.filter(user=owner).update(role=Role.READER)

    assert owner_client.get(f"{page_of(export)}fichier/").status_code == 404
    assert "document de travail" not in html_of(owner_client, "/exports/")


def test_who_sees_no_region_has_no_exports(make_user: Any, client: Client) -> None:
    client.force_login(make_user("seul@example.fr", Role.READER))
    assert client.get("/exports/").status_code == 404


# --- Asking ---------------------------------------------------------------------------------------


def test_a_small_file_is_ready_on_its_page(owner_client: Client, maker: Maker) -> None:
    answer = owner_client.post(f"{DEPARTEMENT}exports/", DECK, follow=True)

    html = unescape(answer.content.decode())
    assert "Diapositives, Côte-d’Or" in html
    assert "Télécharger (1\u202fKo)" in html
    assert "n’y nomme aucun ESMS ni organisme" in html
    assert maker.orders[0].link == "http://testserver"


def test_the_file_keeps_the_period_and_the_sector_of_the_page(
    owner_client: Client, maker: Maker
) -> None:
    query = "de=2025-01&a=2025-12&secteur=PA"
    owner_client.post(f"{DEPARTEMENT}exports/", DECK | {"query": query})

    pieces = maker.orders[0].pieces
    assert Piece("D21", "documents", query) in pieces
    assert {piece.query for piece in pieces} == {query}


@pytest.mark.parametrize("asked", [{}, {"kind": "pdf"}, DECK | {"query": "x" * 301}])
def test_what_no_page_offers_is_told_and_makes_nothing(
    asked: dict[str, str], owner_client: Client
) -> None:
    for address, back in ((f"{REGION}exports/", REGION), (f"{DEPARTEMENT}exports/", DEPARTEMENT)):
        assert owner_client.post(address, asked)["Location"] == back
    assert not Export.objects.exists()


def test_pages_offer_their_files_and_names_to_those_who_may(
    region: Region, owner_client: Client, reader_client: Client
) -> None:
    CoveredMonth.objects.all().delete()
    world.lay(first=dt.date(2025, 9, 1), departements=("21",))
    for at in (REGION, DEPARTEMENT):
        html = html_of(owner_client, at)
        assert f'action="{at}exports/"' in html
        assert "Diapositives (PowerPoint)" in html
        assert "Document de travail" in html
        assert "Document de travail" not in html_of(reader_client, at)
    html = html_of(owner_client, f"{DEPARTEMENT}?secteur=PA")
    assert 'name="query" value="' in html
    assert "secteur=PA" in html.partition('name="query" value="')[2].partition('"')[0]


# --- Following ------------------------------------------------------------------------------------


def test_the_page_says_how_far_the_file_is(export: Export, owner_client: Client) -> None:
    at = page_of(export)
    html = html_of(owner_client, at)
    assert "ne répond pas pour le moment" in html  # nobody was told: on_commit did not run
    assert "data-mes-follow" in html
    assert_no_inline(html)
    Export.objects.update(queued_at=timezone.now())
    assert "attend son tour" in html_of(owner_client, at)
    Export.objects.update(state=ExportState.MAKING)
    assert "Lecture des données" in html_of(owner_client, at)
    Export.objects.update(done=12, total=45)
    html = html_of(owner_client, at)
    assert "12 sur 45" in html
    assert '<progress class="mes-export__progress" max="45" value="12"' in html


def test_a_broker_that_is_down_is_told_and_the_export_waits(
    owner_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(asking, "hand_over", lambda _: False)
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner_client.post(f"{REGION}exports/", DECK)

    assert "votre demande est gardée" in html_of(owner_client, answer["Location"])
    assert Export.objects.get().state == ExportState.WAITING


def test_the_author_asks_to_be_told_while_it_waits(export: Export, owner_client: Client) -> None:
    at = page_of(export)
    assert "Me prévenir par courriel" in html_of(owner_client, at)
    owner_client.post(at, {"action": "prevenir"})
    assert "Un courriel vous préviendra" in html_of(owner_client, at)

    Export.objects.update(notify=False)
    make(export.pk)
    owner_client.post(at, {"action": "prevenir"})

    export.refresh_from_db()
    assert not export.notify


def test_what_failed_says_why_and_is_asked_again(
    export: Export, owner_client: Client, maker: Maker
) -> None:
    maker.problem = RuntimeError()
    make(export.pk)
    at = page_of(export)
    html = html_of(owner_client, at)
    assert "Le fichier n’a pas pu être préparé" in html
    assert "Erreur interne" in html

    owner_client.post(at, {"action": "relancer"})
    assert "En attente" in html_of(owner_client, at)
    again = owner_client.post(at, {"action": "relancer"}, follow=True)
    assert "déjà prêt ou en préparation" in unescape(again.content.decode())
    other = owner_client.post(at, {"action": "autre"}, follow=True)
    assert "Cette action n’existe pas" in unescape(other.content.decode())


def test_what_was_deleted_says_so_and_can_be_made_again(
    export: Export, owner_client: Client
) -> None:
    make(export.pk)
    Export.objects.update(state=ExportState.EXPIRED, file="", size=None)
    html = html_of(owner_client, page_of(export))

    assert "a été supprimé le" in html
    assert "Préparer à nouveau" in html
    assert owner_client.get(f"{page_of(export)}fichier/")["Location"] == page_of(export)


# --- Downloading ----------------------------------------------------------------------------------


def test_a_file_is_downloaded_under_a_name_that_says_what_it_is(
    export: Export, owner_client: Client
) -> None:
    make(export.pk)
    answer = owner_client.get(f"{page_of(export)}fichier/")

    assert b"".join(answer.streaming_content) == b"PK"  # type: ignore[attr-defined]  # streamed
    assert answer["Content-Type"].endswith("presentationml.presentation")
    assert (
        'filename="diapositives-bourgogne-franche-comte-version-' in answer["Content-Disposition"]
    )
    assert "no-store" in answer["Cache-Control"]


def test_a_file_that_was_just_deleted_leads_to_its_page(
    export: Export, owner_client: Client
) -> None:
    make(export.pk)
    export.refresh_from_db()
    export.file.storage.delete(str(export.file))

    assert owner_client.get(f"{page_of(export)}fichier/")["Location"] == page_of(export)


# --- The list -------------------------------------------------------------------------------------


def test_the_list_shows_one_s_own_and_those_of_one_s_regions(
    export: Export, owner_client: Client, reader_client: Client, region: Region
) -> None:
    for one in (export, Export.objects.create(region=region, kind=ExportKind.DECK, figures="x")):
        make(one.pk)
    mine, theirs = html_of(owner_client, "/exports/"), html_of(reader_client, "/exports/")

    assert f'href="{page_of(export)}"' in mine
    assert f'href="{page_of(export)}"' not in theirs
    assert "Vous n’avez encore rien demandé" in theirs
    for html in (mine, theirs):
        assert "Diapositives préparées après chaque publication" in html


def test_slides_made_after_a_publication_are_everybody_s_in_the_region(
    region: Region, reader_client: Client, colleague_client: Client
) -> None:
    made = Export.objects.create(region=region, kind=ExportKind.DECK, figures="x")
    make(made.pk)

    assert "préparé après une publication" in html_of(reader_client, page_of(made))
    assert reader_client.post(page_of(made), {"action": "relancer"}).status_code == 403
    assert colleague_client.get(page_of(made)).status_code == 404


def test_the_list_and_a_page_cost_few_queries_however_many_exports(
    owner_client: Client,
    region: Region,
    owner: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        Export.objects.create(
            region=region, author=owner, kind=ExportKind.DECK, title=f"Export {number}"
        )
    with django_assert_max_num_queries(7):
        html = html_of(owner_client, "/exports/")
    assert "Page 1 sur 2" in html
    one = Export.objects.get(title="Export 3")
    with django_assert_max_num_queries(5):
        owner_client.get(page_of(one))


@pytest.mark.parametrize(
    ("size", "words"),
    [(None, ""), (2, "1\u202fKo"), (86_400, "86\u202fKo"), (1_240_000, "1,2\u202fMo")],
)
def test_sizes_are_french(size: int | None, words: str) -> None:
    assert weight(size) == words
