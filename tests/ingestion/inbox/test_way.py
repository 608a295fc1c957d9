"""The inbox: a file dropped into a folder is received once, and its report stands beside it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEntry
from ingestion import inbox, tasks
from ingestion import receive as reception
from ingestion.models import Extract, InboxFile, Kind, Source, State
from reference.models import Programme
from tests.ingestion.inbox.common import A1, Watch, dropped, names
from tests.ingestion.world import line

pytestmark = pytest.mark.django_db


# --- The way of a file ----------------------------------------------------------------------------


def test_a_file_is_received_read_and_moved_with_its_report(root: Path, watch: Watch) -> None:
    path = dropped(root / "27")

    watch.until_over()

    extract = Extract.objects.get()
    assert (extract.state, extract.region_id, extract.author) == (State.READY, "27", None)
    assert not path.exists()
    assert names(root / "27" / "done") == ["extrait.csv", "extrait.csv.rapport.txt"]
    report = (root / "27" / "done" / "extrait.csv.rapport.txt").read_text()
    assert "État\u202f: prêt à publier" in report
    assert "Mois\u202f: janvier 2025" in report
    assert "2 enregistrements lus = 1 accepté + " in report
    assert "- ligne 3, FINESS ET\u202f: " in report
    assert f"https://mes.example.fr/fichiers-mensuels/{extract.pk}/" in report
    assert not InboxFile.objects.exists()
    entry = AuditEntry.objects.get(action="fichier reçu par la boîte de dépôt")
    assert (entry.actor, entry.details["path"]) == (None, "27/extrait.csv")


def test_a_refused_file_goes_with_the_reasons(root: Path, watch: Watch) -> None:
    dropped(root / "27", data=b"%PDF-1.7 not a table")

    watch.until_over()

    assert Extract.objects.get().state == State.REFUSED
    assert names(root / "27" / "refused") == ["extrait.csv", "extrait.csv.rapport.txt"]
    report = (root / "27" / "refused" / "extrait.csv.rapport.txt").read_text()
    assert Extract.objects.get().message in report


def test_a_file_still_growing_waits(root: Path, watch: Watch) -> None:
    path = dropped(root / "27")
    assert watch.look() == []
    with path.open("ab") as file:
        file.write(line(A1, 6, month="2025-02").encode())

    assert watch.look() == []
    assert len(watch.look()) == 1


def test_a_file_waits_for_as_long_as_the_setting_says(
    root: Path, watch: Watch, settings: Any
) -> None:
    settings.MES_INBOX_SETTLE = 70
    dropped(root / "27")

    assert [len(watch.look()) for _ in range(4)] == [0, 0, 0, 1]


def test_a_file_that_changes_while_it_is_received_waits_and_leaves_nothing(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    path = dropped(root / "27")
    receive = reception.receive

    def slow(file: Any, **asked: Any) -> Extract:
        extract = receive(file, **asked)
        with path.open("ab") as late:
            late.write(b"\n")
        return extract

    watch.look()
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "receive", slow)
        assert watch.look() == []
    assert not Extract.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]

    watch.look()
    assert len(watch.look()) == 1


@pytest.mark.parametrize(
    "name", [".extrait.csv", "extrait.csv.part", "extrait.TMP", "extrait.csv.filepart"]
)
def test_hidden_and_unfinished_names_are_left(root: Path, watch: Watch, name: str) -> None:
    path = dropped(root / "27", name)

    watch.until_over()

    assert path.exists()
    assert not Extract.objects.exists()


def test_links_pipes_and_unknown_folders_are_left(root: Path, watch: Watch, tmp_path: Path) -> None:
    (root / "27" / "link.csv").symlink_to(dropped(tmp_path / "elsewhere"))
    os.mkfifo(root / "27" / "pipe.csv")
    dropped(root / "27" / "archives")
    (root / "53").symlink_to(tmp_path / "elsewhere")

    watch.until_over()

    assert not Extract.objects.exists()
    assert names(root / "27") == ["archives", "link.csv", "pipe.csv"]


def test_nothing_is_looked_at_without_an_inbox(root: Path, watch: Watch, settings: Any) -> None:
    dropped(root / "27")
    settings.MES_INBOX = ""

    watch.until_over()

    assert not InboxFile.objects.exists()


def test_an_inbox_that_is_not_there_is_told_in_the_log(
    settings: Any, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MES_INBOX = "/nowhere/at/all"

    assert watch.look() == []
    assert "/nowhere/at/all" in caplog.text


# --- Folders --------------------------------------------------------------------------------------


def test_the_folder_says_the_scope_the_kind_and_the_source(root: Path, watch: Watch) -> None:
    Programme.objects.create(code="esms-num", name="ESMS Numérique")
    Source.objects.create(name="Éditeur Un", region=None)
    own = Source.objects.create(name="Éditeur Un", region_id="27")
    dropped(root / "FR", "a.csv")
    dropped(root / "27" / "editeur-un", "b.csv")
    dropped(root / "27" / "registre", "c.csv")
    dropped(root / "27" / "programme-esms-num", "d.csv")
    dropped(root / "27" / "esms-num", "e.csv")

    watch.look()
    watch.look()

    found = {extract.original_name: extract for extract in Extract.objects.all()}
    assert sorted(found) == ["a.csv", "b.csv", "c.csv", "d.csv"]
    assert found["a.csv"].region is None
    assert found["b.csv"].source == own
    assert (found["c.csv"].kind, found["c.csv"].source) == (Kind.REGISTER, None)
    assert found["d.csv"].kind == Kind.PROGRAMME
    assert found["d.csv"].programme is not None


@pytest.mark.parametrize("folder", ["", "99", "Bourgogne"])
def test_a_file_in_the_folder_of_no_region_is_told_so(
    root: Path, watch: Watch, folder: str
) -> None:
    dropped(root / folder)

    watch.until_over()

    assert not Extract.objects.exists()
    report = (root / folder / "refused" / "extrait.csv.rapport.txt").read_text()
    assert "Ce dossier n’est celui d’aucune région" in report
    assert AuditEntry.objects.filter(action="fichier refusé par la boîte de dépôt").exists()


# --- The task -------------------------------------------------------------------------------------


def test_the_task_sends_what_it_received(
    root: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MES_INBOX_SETTLE = 0
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", sent.append)
    dropped(root / "27")

    tasks.look_in_inbox()
    tasks.look_in_inbox()
    tasks.look_in_inbox()

    assert sent == [Extract.objects.get().pk]
