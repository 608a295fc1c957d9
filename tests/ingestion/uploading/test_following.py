"""The page and the list of the files that were brought, until they are published."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry
from ingestion import tasks
from ingestion.models import Extract, LineReport, Outcome, State
from ingestion.publishing.publish import hand_back, publish
from reference.models import Region
from tests.ingestion.uploading.common import A1, B1, UPLOAD
from tests.ingestion.world import brought, line, published

pytestmark = pytest.mark.django_db


def shown_text(page: str) -> str:
    """The texts of a page, its tags left out."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_a_ready_file_shows_its_account_its_remarks_and_what_publishing_does(
    administrator: Client,
) -> None:
    extract = brought([line(A1, 5), line(B1, -1)])

    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()

    assert "2 enregistrements lus = 1 accepté + 0 doublon" in shown_text(page)
    assert "est négatif" in page
    assert "janvier 2025" in page
    assert "Publier remplacera" in page
    assert "data-mes-follow" not in page


def test_what_a_file_leaves_out_is_told_before_and_after_it_is_published(
    administrator: Client,
) -> None:
    published([line(A1, 5), line(B1, 4)])
    extract = brought([line(A1, 6)])
    before = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()
    publish(extract)

    after = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()

    assert "À vérifier avant de publier" in before
    assert "Le fichier ne contient rien dans le Doubs en janvier 2025" in before
    assert "Le fichier ne contient rien dans le Doubs en janvier 2025" in after


def test_a_failed_publication_is_told_beside_what_the_file_leaves_out(
    administrator: Client,
) -> None:
    published([line(A1, 5), line(B1, 4)])
    extract = hand_back(brought([line(A1, 6)]), "Erreur interne.")

    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()

    assert page.index("Fichier non publié") < page.index("Erreur interne.")
    assert page.index("Erreur interne.") < page.index("À vérifier avant de publier")


def test_a_file_that_completes_says_so(administrator: Client) -> None:
    extract = brought([line(A1, 5)], mode="complete")

    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()

    assert "Publier complétera" in page
    assert "toutes les lignes ont été lues sans réserve" in page


def test_publishing_is_asked_of_the_workers_and_audited(
    administrator: Client, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    extract = brought([line(A1, 5)])

    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(f"{UPLOAD}{extract.pk}/publier/")

    assert answer.status_code == 302
    extract.refresh_from_db()
    assert (extract.state, sent) == (State.PUBLISHING, [extract.pk])
    assert AuditEntry.objects.get(action="publication demandée").details == {"extract": extract.pk}
    tasks.process_extract(extract.pk)
    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()
    assert "Côte-d’Or" in page


def test_asking_twice_sends_once(
    administrator: Client, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    extract = brought([line(A1, 5)])

    with django_capture_on_commit_callbacks(execute=True):
        administrator.post(f"{UPLOAD}{extract.pk}/publier/")
        answer = administrator.post(f"{UPLOAD}{extract.pk}/publier/", follow=True)

    assert len(sent) == 1
    assert "son état vient de changer" in answer.content.decode()


def test_what_changed_while_the_page_was_shown_is_looked_at_before_publishing(
    administrator: Client, sent: list[int]
) -> None:
    extract = brought([line(A1, 5)])
    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    published([line(A1, 7)], name="entretemps.csv")

    answer = administrator.post(f"{UPLOAD}{extract.pk}/publier/", {"seen": seen[1]}, follow=True)

    extract.refresh_from_db()
    assert (extract.state, sent) == (State.READY, [])
    assert "rien n’a été publié" in answer.content.decode()


def test_publishing_is_never_a_link(administrator: Client) -> None:
    extract = brought([line(A1, 5)])

    assert administrator.get(f"{UPLOAD}{extract.pk}/publier/").status_code == 405


def test_a_refused_file_says_why(administrator: Client) -> None:
    extract = brought([line(B1, -1)])

    page = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()

    assert "Fichier refusé" in page
    assert "Aucun enregistrement accepté" in page
    assert '<button type="submit" class="fr-btn">Publier' not in page


def test_a_replaced_file_says_where(administrator: Client) -> None:
    first = published([line(A1, 5), line(B1, 4)])
    published([line(A1, 6)])

    page = administrator.get(f"{UPLOAD}{first.pk}/").content.decode()

    assert "Remplacé depuis" in page
    assert page.index("Doubs") < page.index("Côte-d’Or")


def test_unallocated_documents_are_named(administrator: Client) -> None:
    extract = published([line(A1, 5)])
    extract.layers.create(
        month="2025-01-01", region_id="27", departement=None, mode="replace", rank=1
    )

    assert "Non ventilé" in administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()


def test_remarks_come_by_the_hundred(administrator: Client) -> None:
    extract = brought([line(A1, 5)])
    LineReport.objects.bulk_create(
        LineReport(extract=extract, line=rank, outcome=Outcome.REFUSED, code="x", reason="fautive")
        for rank in range(1, 1235)
    )

    first = administrator.get(f"{UPLOAD}{extract.pk}/").content.decode()
    last = administrator.get(f"{UPLOAD}{extract.pk}/?page=25").content.decode()

    assert first.count("fautive") == 50
    assert "Page 1 sur 25" in first
    assert "1\u202f234" in last


def test_names_and_values_of_files_are_shown_as_text(administrator: Client) -> None:
    brought([line(A1, 5), line("<b>x</b>", 3)], name="<script>.csv")

    page = administrator.get(f"{UPLOAD}{Extract.objects.get().pk}/").content.decode()

    assert "<script>.csv" not in page
    assert "<b>x</b>" not in page


def test_the_list_costs_the_same_whatever_it_holds(
    administrator: Client, django_assert_max_num_queries: Any
) -> None:
    region = Region.objects.get(code="27")
    Extract.objects.bulk_create(
        Extract(file="x.csv", original_name=f"{rank}.csv", sha256="0", size=1, region=region)
        for rank in range(60)
    )

    with django_assert_max_num_queries(9):
        page = administrator.get(UPLOAD)

    assert "Page 1 sur 3" in page.content.decode()


def test_an_empty_list_says_so(administrator: Client) -> None:
    assert "Aucun fichier n’a encore été déposé." in administrator.get(UPLOAD).content.decode()


def test_the_administration_shows_files_without_changing_them(national: Client) -> None:
    extract = published([line(A1, 5)])

    assert national.get("/admin/ingestion/extract/").status_code == 200
    page = national.get(f"/admin/ingestion/extract/{extract.pk}/change/")
    assert 'name="_save"' not in page.content.decode()
    assert national.get("/admin/ingestion/extract/add/").status_code == 403
    assert national.post(f"/admin/ingestion/extract/{extract.pk}/delete/").status_code == 403
    assert national.get("/admin/ingestion/layer/").status_code == 200
