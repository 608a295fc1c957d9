"""The page of one file: what publishing would change, choices before it, remarks, every state."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import AuditEntry, Role, User
from ingestion import tasks
from ingestion.checking.messages import MESSAGES
from ingestion.models import Extract, LineReport, Outcome, RegionSettings, State
from ingestion.presentation import REASONS, in_order
from ingestion.previewing.preview_page import change
from ingestion.process import process
from ingestion.progress import Step
from ingestion.publishing.publish import publish
from reference.models import Region, raise_data_version
from tests.conftest import MakeUser
from tests.html import assert_no_inline
from tests.ingestion.world import (
    brought,
    build,
    covered,
    facility,
    fed,
    line,
    number,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2, A3 = (facility("21", rank) for rank in (1, 2, 3))
B1, B2, J1 = facility("25", 1), facility("25", 2), facility("39", 1)
CHOICES = ("publish", "refresh_preview", "mode", "confirm")


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The register, and the identifiers handed to the broker."""
    build()
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", sent.append)
    return sent


def page(client: Client, extract: Extract, query: str = "") -> str:
    """The words of the page, on one line."""
    answer = client.get(f"/fichiers-mensuels/{extract.pk}/{query}")
    assert answer.status_code == 200
    assert_no_inline(answer.content.decode())
    main = answer.content.decode().partition("<main")[2]
    text = strip_tags(main.replace("</t", " </t")).replace("&#x27;", "'")
    return re.sub(r"[ \n]+", " ", text)


def ask(client: Client, choice: str, extract: Extract, **sent: Any) -> Extract:
    """Send a choice, then work as the worker does."""
    answer = client.post(reverse(f"ingestion:{choice}", args=[extract.pk]), sent)
    assert answer.status_code == 302
    return process(Extract.objects.get(pk=extract.pk))


# --- What publishing would change ------------------------------------------------------------


def test_the_file_is_compared_with_what_its_cells_hold(owner_client: Client) -> None:
    published([line(A1, 50), line(A2, 10), line(B1, 30)])

    text = page(owner_client, brought([line(A1, 40), line(A3, 30), line(B1, 30)]))

    assert "Publier remplacera 2 départements en janvier 2025" in text
    assert "Côte-d’Or 60 70 +10 (+17\u202f%) 2 2 = Doubs 30 30 = 1 1 =" in text
    assert "Total 90 100 +10 (+11\u202f%) 3 3 =" in text
    assert "SYNTH Synthèse 90 100" in text
    assert "n’auraient plus aucun document\u202f: 1 ESMS publiés" in text
    assert f"{A2} EHPAD fictif 21-2 10" in text
    assert f"{A3} EHPAD fictif 21-3 30" in text


def test_what_will_not_be_published_is_said_beside_the_button(owner_client: Client) -> None:
    good, unknown, wrong = line(A1, 5), line(number("21", 77), 3), line(B1, -1)

    both = page(owner_client, brought([good, unknown, wrong]))
    one = page(owner_client, brought([good, unknown]))
    none = page(owner_client, brought([good]))

    assert "2 enregistrements ne seront pas publiés (1 refusé, 1 FINESS à rattacher)" in both
    assert "1 enregistrement ne sera pas publié (1 FINESS à rattacher)" in one
    assert "voir pourquoi" not in none


def test_a_new_month_is_compared_with_the_last_one_received(owner_client: Client) -> None:
    published([line(A1, 50, month="2024-12"), line(J1, 9, month="2024-12")])

    text = page(owner_client, brought([line(A1, 60), line(B1, 5), line(J1, 9)]))

    assert "comparez-le à décembre 2024" in text
    assert "Côte-d’Or 50 60 +10 (+20\u202f%)" in text
    assert "Doubs n.\u00a0d. 5 n.\u00a0d." in text
    assert "Total comparable 59 69 +10 (+17\u202f%) 2 2 =" in text
    assert "Total du fichier n.\u00a0d. 74 n.\u00a0d." in text


def test_without_anything_known_there_is_nothing_to_compare(owner_client: Client) -> None:
    text = page(owner_client, brought([line(A1, 5), line(A1, 5, month="2024-12")]))

    assert "Total n.\u00a0d. 10 n.\u00a0d." in text
    assert "décembre 2024 n.\u00a0d. 5 n.\u00a0d." in text
    assert "2 cases (mois × département) de 2 mois" in text
    assert "Aucune anomalie" in text


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (10, 10, "="),
        (0, 5, "+5"),
        (100, 104, "+4 (+4\u202f%)"),
        (1000, 1001, "+1 (+0,1\u202f%)"),
        (10, 24, "+14 (×2,4)"),
        (5, 0, "−5 (−100\u202f%)"),
        (2000, 500, "−1\u202f500 (−75\u202f%)"),
    ],
)
def test_a_difference_has_a_sign_and_a_size(before: int, after: int, said: str) -> None:
    assert change(before, after) == said


def test_how_the_file_was_read_is_told(owner_client: Client) -> None:
    text = page(owner_client, brought([line(A1, 5), "Total;;;5;"]))

    assert "FINESS ET FINESS ET" in text
    assert "Nombre de documents Nombre de documents" in text
    assert "Lignes de total 1, reconnue et non comptée" in text


def test_anomalies_come_first_and_stop_automatic_publication(owner_client: Client) -> None:
    published([line(A1, 100), line(B1, 40)])

    extract = brought([line(A1, 10)], publish=True)

    text = page(owner_client, extract)
    assert (extract.state, extract.publish_when_ready) == (State.READY, False)
    assert "À vérifier avant de publier La publication automatique attend votre accord." in text
    assert "Anomalie Le fichier ne contient rien dans le Doubs en janvier 2025" in text
    assert "10 documents contre 100 publiés aujourd’hui pour ce mois (−90\u202f%)" in text


@pytest.mark.parametrize("automatic", [True, False])
def test_a_region_may_publish_by_itself_what_has_no_anomaly(automatic: bool) -> None:
    RegionSettings.objects.create(region_id="27", publish_automatically=automatic)

    assert brought([line(A1, 10)]).publish_when_ready is automatic


# --- Choices ---------------------------------------------------------------------------------


def test_the_other_mode_can_be_chosen_and_is_compared_anew(owner_client: Client) -> None:
    published([line(A1, 50), line(A2, 10)])
    extract = brought([line(A1, 60)])
    assert "n’auraient plus aucun document\u202f: 1" in page(owner_client, extract)

    extract = ask(owner_client, "mode", extract, mode="complete")

    assert (extract.state, extract.mode) == (State.READY, "complete")
    text = page(owner_client, extract)
    assert "Publier complétera 1 département en janvier 2025" in text
    assert "Côte-d’Or 60 70 +10 (+17\u202f%)" in text
    assert AuditEntry.objects.get(action="mode changé").details["mode"] == "complete"
    publish(extract)
    assert fed() == {("2025-01", A1, "SYNTH"): 60, ("2025-01", A2, "SYNTH"): 10}


def test_a_departement_confirmed_empty_counts_zero(owner_client: Client) -> None:
    published([line(A1, 50), line(B1, 10)])
    extract = brought([line(A1, 50)])
    assert "absent, publié" in page(owner_client, extract)

    cells = ["2025-01:25", "2025-01:39", "2024-01:39", "2025-01:35", "n’importe quoi"]
    extract = ask(owner_client, "confirm", extract, cell=cells)

    assert extract.confirmed_cells == [["2025-01", "25"], ["2025-01", "39"]]
    text = page(owner_client, extract)
    assert "ne contient rien" not in text
    assert "Doubs 10 0 −10 (−100\u202f%)" in text
    publish(extract)
    assert covered() == {("2025-01", "21"), ("2025-01", "25"), ("2025-01", "39")}
    assert fed() == {("2025-01", A1, "SYNTH"): 50}


def test_what_was_confirmed_can_be_taken_back(owner_client: Client) -> None:
    extract = ask(owner_client, "confirm", brought([line(A1, 5)]), cell=["2025-01:39"])
    assert (
        'value="2025-01:39" checked'
        in owner_client.get(f"/fichiers-mensuels/{extract.pk}/").content.decode()
    )

    assert ask(owner_client, "confirm", extract).confirmed_cells == []


def test_a_stale_comparison_says_so_can_be_made_again_and_stops_nothing(
    owner_client: Client,
) -> None:
    extract = brought([line(A1, 5)])
    assert "ont changé depuis cet aperçu" not in page(owner_client, extract)
    published([line(A1, 4), line(B1, 3)])
    assert "Les données publiées ont changé depuis cet aperçu." in page(owner_client, extract)

    extract = ask(owner_client, "refresh_preview", extract)

    text = page(owner_client, extract)
    assert "ont changé depuis" not in text
    assert "ne contient rien dans le Doubs" in text
    raise_data_version("autre chose")
    assert publish(extract).state == State.PUBLISHED


def test_a_preview_made_again_is_never_published_by_itself(owner_client: Client) -> None:
    extract = brought([line(A1, 5)])
    RegionSettings.objects.create(region_id="27", publish_automatically=True)

    assert not ask(owner_client, "refresh_preview", extract).publish_when_ready


def test_each_choice_hands_the_file_to_the_workers_once(
    owner_client: Client, world: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    extract = brought([line(A1, 5)])
    address = reverse("ingestion:refresh_preview", args=[extract.pk])

    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(address)
        again = owner_client.post(address, follow=True)

    assert world == [extract.pk]
    assert "son état vient de changer" in again.content.decode()
    assert "Aperçu".lower() in page(owner_client, extract)


def test_an_unknown_mode_changes_nothing(owner_client: Client) -> None:
    extract = ask(owner_client, "mode", brought([line(A1, 5)]), mode="effacer")

    assert (extract.state, extract.mode) == (State.READY, "replace")


# --- Remarks ---------------------------------------------------------------------------------


def test_remarks_are_counted_by_reason_and_can_be_filtered(owner_client: Client) -> None:
    lines = [line(A1, 5), line(B1, -1), line(B2, "x"), line(number("21", 77), 3)]
    extract = brought([*lines, line(A2, 3, kind="inconnu")])

    whole = page(owner_client, extract)
    refused = page(owner_client, extract, "?sort=refused")
    negative = page(owner_client, extract, "?sort=refused&motif=count_negative")

    assert "Refusées, à corriger (2)" in whole
    assert "nombre négatif (1)" in whole
    assert "Acceptées, à vérifier (1)" in whole
    assert "type de document « inconnu »".replace(" ", "\u202f") in whole.replace(" ", "\u202f")
    assert "Seulement\u202f: Refusées, à corriger." in refused
    assert "est négatif" in refused
    assert "registre ne le connaît pas" not in refused
    assert "Seulement\u202f: nombre négatif." in negative
    assert "n’est pas un nombre" not in negative


def test_what_is_to_correct_comes_before_what_is_only_to_know(owner_client: Client) -> None:
    unknown = number("21", 77)
    lines = [line(A1, 5, kind="inconnu"), line(unknown, 3), line(B1, -1), line(B2, "x")]

    text = page(owner_client, brought(lines))

    told = ("est négatif", "n’est pas un nombre", "le registre ne le connaît", "compté dans")
    places = [text.index(words) for words in told]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "query", ["?sort=x", "?motif=%00", "?sort=refused&motif=x", "?page=x&sort=accepted"]
)
def test_a_filter_that_finds_nothing_says_so(owner_client: Client, query: str) -> None:
    extract = brought([line(A1, 5), line(B1, -1)])

    assert "Aucune remarque ne répond à ce choix." in page(owner_client, extract, query)


def test_pages_of_remarks_keep_the_filter(owner_client: Client) -> None:
    extract = brought([line(A1, 5)])
    LineReport.objects.bulk_create(
        LineReport(extract=extract, line=rank, outcome=Outcome.REFUSED, code="x", reason="motif")
        for rank in range(1, 202)
    )

    answer = owner_client.get(f"/fichiers-mensuels/{extract.pk}/?sort=refused&page=2")

    html = answer.content.decode()
    assert "Page 2 sur 5" in html
    assert 'href="?sort=refused&amp;page=3"' in html


def test_pages_of_all_remarks_follow_one_order_across_outcomes(owner_client: Client) -> None:
    extract = brought([line(A1, 5)])
    LineReport.objects.bulk_create(
        LineReport(extract=extract, line=rank, outcome=outcome, code="x", reason=outcome.label)
        for rank, outcome in enumerate(list(Outcome) * 24)
    )
    pages = [
        owner_client.get(f"/fichiers-mensuels/{extract.pk}/?page={number}").context["page"]
        for number in (1, 2, 3)
    ]

    shown = [remark.pk for each in pages for remark in each]
    assert shown == [each.pk for each in in_order(extract.line_reports.all())]
    assert len(shown) == 120


def test_every_reason_has_a_short_name() -> None:
    assert set(MESSAGES) <= set(REASONS)


# --- Every state -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.TO_MAP, "Il reste à dire ce que sont les colonnes"),
        (State.REFUSED, "Rien n’a changé dans les pages."),
        (State.SUPERSEDED, "parlent à sa place"),
        (State.WITHDRAWN, "Aucune page ne montre ses chiffres."),
        (State.PURGED, "ont été effacés"),
    ],
)
def test_each_state_says_what_happened(owner_client: Client, state: str, says: str) -> None:
    extract = brought([line(A1, 5), line(B1, -1)])
    Extract.objects.filter(pk=extract.pk).update(state=state)

    text = page(owner_client, extract)

    assert says in text
    assert "Publier" not in text


def test_a_published_file_says_where_it_speaks_and_what_is_left_to_correct(
    owner_client: Client,
) -> None:
    text = page(owner_client, published([line(A1, 5), line(B1, -1)]))

    assert "Fichier publié" in text
    assert "Voir la page de Bourgogne-Franche-Comté" in text
    assert "Mois et départements publiés" in text
    assert "janvier 2025 Côte-d’Or –" in text
    assert "Des lignes n’ont pas été publiées" in text


@pytest.mark.parametrize(
    ("state", "step", "lines", "says"),
    [
        (State.RECEIVED, "", None, "réception Étape 1 sur 5 Étape suivante\u202f: lecture"),
        (State.READING, "", None, "lecture Étape 2 sur 5"),
        (State.READING, Step.READING, 150_000, "150\u202f000 lignes lues · depuis 1\u202fmin"),
        (State.READING, Step.CHECKING, None, "contrôle Étape 3 sur 5"),
        (State.READING, Step.PREVIEW, None, "aperçu Étape 4 sur 5"),
        (State.PUBLISHING, Step.PREVIEW, None, "publication Étape 5 sur 5"),
    ],
)
def test_progress_is_readable_without_scripts(
    owner_client: Client, state: str, step: str, lines: int | None, says: str
) -> None:
    extract = brought([line(A1, 5)])
    began = timezone.now() - dt.timedelta(seconds=65)
    Extract.objects.filter(pk=extract.pk).update(
        state=state, step=step, progress=lines, step_at=began
    )

    text = page(owner_client, extract)

    assert says in text
    assert "Mettre à jour maintenant" in text
    assert "Publier" not in text


# --- Who, and at what cost -------------------------------------------------------------------


def test_choices_are_for_administrators_of_the_region(
    colleague_client: Client, stranger_client: Client, make_user: MakeUser, region: Region
) -> None:
    extract = brought([line(A1, 5)])
    reader = Client()
    reader.force_login(
        make_user("lecteur@example.fr", Role.READER, region),
        "django.contrib.auth.backends.ModelBackend",
    )

    for choice in CHOICES:
        address = reverse(f"ingestion:{choice}", args=[extract.pk])
        assert colleague_client.post(address, {"mode": "complete"}).status_code == 404
        assert reader.post(address, {"mode": "complete"}).status_code == 403
        assert stranger_client.post(address, {"mode": "complete"}).status_code == 302
    assert Extract.objects.get().state == State.READY


def test_a_national_file_shows_the_departements_that_miss_something(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    client = Client()
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    extract = brought([line(A1, 5), line(facility("35", 1), 4)], region=None)

    text = page(client, extract)

    assert "2 départements sans manque ne figurent pas ici." in text
    assert ask(client, "confirm", extract, cell=["2025-01:29"]).confirmed_cells == [
        ["2025-01", "29"]
    ]


def test_the_page_costs_the_same_whatever_the_file_holds(
    owner_client: Client, django_assert_max_num_queries: Any
) -> None:
    months = [f"2024-{rank:02}" for rank in range(1, 13)]
    lines = [line(site, 5, month=each) for site in (A1, A2, B1, J1) for each in months]
    published(lines)
    extract = brought([*lines, *(line(number("21", rank), 3) for rank in range(50, 90))])

    with django_assert_max_num_queries(12):
        text = page(owner_client, extract)

    assert "décembre 2024" in text
