"""The pages that ask before an act on a file or a month, and do it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from ingestion import tasks
from ingestion.history.purge import purge
from ingestion.models import Extract, State
from tests.ingestion.world import brought, build, covered, facility, fed, line, published

pytestmark = pytest.mark.django_db

A1, B1 = facility("21", 1), facility("25", 1)
FILES = "/fichiers-mensuels/"
HISTORY = f"{FILES}historique/"
MONTH = f"{HISTORY}bourgogne-franche-comte/2025-01/"


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setattr(tasks.process_extract, "delay", lambda _pk: None)


def text(answer: Any) -> str:
    return str(answer.content.decode()).replace("&#x27;", "'")


def test_withdrawing_says_what_each_cell_becomes_then_shows_the_month(
    owner_client: Client,
) -> None:
    published([line(A1, 4), line(B1, 1)], name="ancien.csv")
    published([line(A1, 5)], name="socle.csv")
    extract = published([line(A1, 6), line(facility("39", 1), 2)], mode="complete")
    address = f"{FILES}{extract.pk}/retirer/"

    asked = text(owner_client.get(address))
    done = owner_client.post(address, follow=True)

    assert "socle.csv" in asked.split("Côte-d’Or")[1].split("</tr>")[0]
    assert "non reçu" in asked.split("Jura")[1].split("</tr>")[0]
    assert "ancien.csv" in asked.split("republier ensuite")[1]
    assert done.redirect_chain[0][0] == MONTH
    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 1}


def test_withdrawing_what_waits_changes_nothing_in_pages(owner_client: Client) -> None:
    extract = brought([line(A1, 6)])
    address = f"{FILES}{extract.pk}/retirer/"

    assert "ne change rien dans les pages" in text(owner_client.get(address))
    owner_client.post(address)

    extract.refresh_from_db()
    assert extract.state == State.WITHDRAWN
    assert "rien à retirer" in text(owner_client.get(address))


def test_an_act_that_is_no_longer_possible_says_why(owner_client: Client) -> None:
    extract = brought([line(A1, 6)])
    Extract.objects.update(state=State.READING)

    for act in ("retirer", "republier", "purger"):
        answer = owner_client.post(f"{FILES}{extract.pk}/{act}/", {"reason": "x"}, follow=True)
        assert answer.status_code == 200
        assert "fr-alert--error" in text(answer)
    assert Extract.objects.get().state == State.READING


def test_a_month_is_withdrawn_once_asked(owner_client: Client) -> None:
    published([line(A1, 5)], name="seul.csv")
    published([line(B1, 5), line(B1, 5, month="2025-02")], name="deux.csv")
    asked = text(owner_client.get(f"{MONTH}retirer/"))

    done = text(owner_client.post(f"{MONTH}retirer/", follow=True))
    again = text(owner_client.post(f"{MONTH}retirer/", follow=True))

    assert "retiré" in asked.split("seul.csv")[1].split("</li>")[0]
    assert "reste en vigueur" in asked.split("deux.csv")[1].split("</li>")[0]
    assert "n’est plus reçu" in done
    assert "Rien n’est publié pour janvier 2025" in again
    assert "il n’y a rien à retirer" in text(owner_client.get(f"{MONTH}retirer/"))
    assert covered() == {("2025-02", "25")}


def test_a_version_is_republished_by_the_workers(owner_client: Client) -> None:
    first = published([line(A1, 5)], name="premier.csv")
    published([line(A1, 6)])
    address = f"{FILES}{first.pk}/republier/"

    asked = text(owner_client.get(address))
    done = owner_client.post(address, follow=True)

    assert "remplacera" in asked
    assert "janvier 2025\u202f: Côte-d’Or" in asked
    assert "Publication demandée." in text(done)
    tasks.process_extract(first.pk)
    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert "ne peut pas être republié" in text(owner_client.get(address))


def test_what_completes_says_so_before_it_is_republished(owner_client: Client) -> None:
    first = published([line(A1, 5)], mode="complete")
    published([line(A1, 6)])

    assert "complétera" in text(owner_client.get(f"{FILES}{first.pk}/republier/"))


def test_a_file_is_read_again_as_a_new_one(owner_client: Client, owner: User) -> None:
    first = published([line(A1, 5)])

    done = owner_client.post(f"{FILES}{first.pk}/relire/", follow=True)

    made = Extract.objects.latest("pk")
    assert done.redirect_chain[0][0] == f"{FILES}{made.pk}/"
    assert (made.forced, made.author, made.state) == (True, owner, State.RECEIVED)


def test_a_purged_file_is_not_read_again(owner_client: Client) -> None:
    extract = brought([line(A1, 5)])
    purge(extract, actor=None, reason="essai")
    Extract.objects.update(file="", records="")

    assert "a été purgé" in text(owner_client.get(f"{FILES}{extract.pk}/relire/"))
    answer = owner_client.post(f"{FILES}{extract.pk}/relire/", follow=True)
    assert "a été purgé" in text(answer)
    assert "déjà purgé" in text(owner_client.get(f"{FILES}{extract.pk}/purger/"))


def test_a_file_in_force_is_to_be_withdrawn_before_it_is_purged(owner_client: Client) -> None:
    extract = published([line(A1, 5)])

    page = text(owner_client.get(f"{FILES}{extract.pk}/purger/"))

    assert f'href="{FILES}{extract.pk}/retirer/"' in page
    assert "Purger définitivement" not in page


def test_a_purge_asks_for_a_reason(owner_client: Client) -> None:
    extract = brought([line(A1, 5)], name="noms.csv")
    address = f"{FILES}{extract.pk}/purger/"

    refused = owner_client.post(address, {"reason": " "})
    done = owner_client.post(address, {"reason": "noms de personnes"}, follow=True)

    assert (refused.status_code, done.status_code) == (400, 200)
    assert "Indiquez le motif" in text(refused)
    extract.refresh_from_db()
    assert extract.state == State.PURGED


def test_the_same_content_kept_elsewhere_is_told_before_a_purge(owner_client: Client) -> None:
    brought([line(A1, 5)], name="jumeau.csv")
    extract = brought([line(A1, 5)], name="autre.csv")

    page = text(owner_client.get(f"{FILES}{extract.pk}/purger/"))

    assert "jumeau.csv" in page
