"""The inbox: a file dropped into a folder is received once, and its report stands beside it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import AuditEntry
from ingestion import inbox, tasks, trail
from ingestion import receive as reception
from ingestion.models import Extract, InboxFile, Kind, Source, State
from reference.models import Programme
from tests.ingestion.world import build, content, facility, line, published

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)
GOOD = content([line(A1, 5), line("123", 4)])


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    """An inbox with the folder of the region of the world."""
    settings.MES_INBOX = str(tmp_path / "inbox")
    settings.MES_INBOX_SETTLE = 25
    settings.MES_SITE_URL = "https://mes.example.fr"
    (tmp_path / "inbox" / "27").mkdir(parents=True)
    return tmp_path / "inbox"


class Watch:
    """Beat and a worker, by a clock that is told: each look comes 30 seconds after the last."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def look(self) -> list[Extract]:
        self.now += dt.timedelta(seconds=30)
        return inbox.look(self.now)

    def until_over(self) -> None:
        """Look until files are taken, do their work, and look once more."""
        for extract in [*self.look(), *self.look()]:
            tasks.process_extract(extract.pk)
        self.look()


@pytest.fixture
def watch() -> Watch:
    return Watch()


def dropped(folder: Path, name: str = "extrait.csv", data: bytes = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- The way of a file -----------------------------------------------------------------------


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


# --- Folders ---------------------------------------------------------------------------------


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


# --- Refusals and accidents ------------------------------------------------------------------


def test_a_file_above_the_limit_is_refused_without_an_extract(
    root: Path, watch: Watch, settings: Any
) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10
    dropped(root / "27")

    watch.until_over()

    assert not Extract.objects.exists()
    assert "taille admise" in (root / "27" / "refused" / "extrait.csv.rapport.txt").read_text()


def test_a_file_that_cannot_be_read_is_refused_with_words(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped(root / "27")
    watch.look()

    def forbidden(*_: Any) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(inbox, "_open", forbidden)  # root, who runs tests, may read all
    watch.until_over()

    report = (root / "27" / "refused" / "extrait.csv.rapport.txt").read_text()
    assert "ne peut pas être lu (Permission denied)" in report


def test_a_file_that_cannot_be_stored_waits_for_room(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dropped(root / "27")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    watch.look()
    with monkeypatch.context() as disk:
        disk.setattr("django.core.files.storage.FileSystemStorage._save", full)
        assert watch.look() == []
    assert path.exists()
    assert not Extract.objects.exists()

    watch.until_over()
    assert Extract.objects.get().state == State.READY


def test_one_file_that_fails_holds_no_other_back(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    dropped(root / "27", "a.csv")
    dropped(root / "27", "b.csv", GOOD + b"\n")
    take = inbox._take

    def picky(row: InboxFile, path: Path, place: inbox.Place) -> Extract | None:
        if path.name == "a.csv":
            raise RuntimeError("nobody foresaw it")
        return take(row, path, place)

    monkeypatch.setattr(inbox, "_take", picky)
    watch.look()

    assert [extract.original_name for extract in watch.look()] == ["b.csv"]
    assert "nobody foresaw it" in caplog.text


def test_a_database_that_fails_stops_the_look(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped(root / "27")

    def gone(*_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(inbox, "_treat", gone)
    with pytest.raises(OperationalError):
        watch.look()


def test_the_same_file_as_one_in_force_is_put_away_with_its_number(
    root: Path, watch: Watch
) -> None:
    twin = published([line(A1, 5), line("123", 4)])
    dropped(root / "27")

    watch.until_over()

    assert Extract.objects.get() == twin
    report = (root / "27" / "done" / "extrait.csv.rapport.txt").read_text()
    assert f"déjà en vigueur\u202f: n° {twin.pk}" in report


def test_names_already_taken_get_a_number(root: Path, watch: Watch) -> None:
    for data in (GOOD, GOOD + b"\n", GOOD + b"\n\n"):
        dropped(root / "27", "extrait.csv.gz.csv", data)
        watch.until_over()

    assert names(root / "27" / "done") == sorted(
        f"extrait{number}.csv.gz.csv{end}"
        for number in ("", "-2", "-3")
        for end in ("", ".rapport.txt")
    )


@pytest.mark.parametrize("name", ["é" * 125 + ".csv", "a" + ".csv" * 63, "x" * 255])
def test_the_longest_names_leave_room_for_their_report(root: Path, watch: Watch, name: str) -> None:
    dropped(root / "27", name)

    watch.until_over()

    assert len(names(root / "27" / "done")) == 2


def test_a_name_that_is_no_text_is_written_out(root: Path, watch: Watch) -> None:
    dropped(root / "27", os.fsdecode(b"extrait\xff.csv"))

    watch.until_over()

    assert Extract.objects.get().original_name == "extrait\ufffd.csv"


# --- Killed between two steps ----------------------------------------------------------------


class Killed(BaseException):
    """Stands for `kill -9`: nothing of ours catches it."""


def killed(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.parametrize("step", ["fichier reçu", "fichier reçu par la boîte de dépôt"])
def test_killed_while_receiving_it_is_received_by_the_next_look(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    record = trail.record

    def killed_there(action: str, *args: Any, **details: Any) -> None:
        if action == step:
            raise Killed
        record(action, *args, **details)

    dropped(root / "27")
    watch.look()
    with monkeypatch.context() as fault:
        fault.setattr(trail, "record", killed_there)
        with pytest.raises(Killed):
            watch.look()
    assert not Extract.objects.exists()

    assert len(watch.look()) == 1


def test_killed_before_the_file_is_sent_the_sweep_sends_it(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks.process_extract, "delay", sent.append)
    dropped(root / "27")
    watch.look()
    watch.look()  # received; its task is never sent

    tasks.sweep()

    assert sent == [Extract.objects.get().pk]
    assert watch.look() == []


@pytest.mark.parametrize("step", ["pathlib.Path.rename", "ingestion.models.InboxFile.delete"])
def test_killed_around_the_move_it_is_moved_once_and_received_once(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    dropped(root / "27")
    for extract in [*watch.look(), *watch.look()]:
        tasks.process_extract(extract.pk)
    with monkeypatch.context() as fault:
        fault.setattr(step, killed)
        with pytest.raises(Killed):
            watch.look()

    watch.until_over()

    assert Extract.objects.count() == 1
    assert names(root / "27" / "done") == ["extrait.csv", "extrait.csv.rapport.txt"]


def test_a_row_whose_file_was_moved_is_forgotten_after_a_while(root: Path, watch: Watch) -> None:
    path = dropped(root / "27")
    watch.look()
    watch.look()
    path.unlink()

    watch.look()
    assert InboxFile.objects.count() == 1
    watch.now += inbox.KEPT
    watch.look()
    assert not InboxFile.objects.exists()


def test_another_file_of_the_same_name_is_received_too(root: Path, watch: Watch) -> None:
    dropped(root / "27")
    for extract in [*watch.look(), *watch.look()]:
        dropped(root / "27", data=content([line(A1, 50)]))
        tasks.process_extract(extract.pk)
    watch.look()
    assert names(root / "27" / "done") == ["extrait.csv.rapport.txt"]

    watch.until_over()

    assert Extract.objects.count() == 2
    assert "extrait.csv" in names(root / "27" / "done")


def test_a_folder_that_cannot_be_written_keeps_the_file_and_receives_it_once(
    root: Path, watch: Watch, tmp_path: Path
) -> None:
    (root / "27" / "done").symlink_to(tmp_path)
    path = dropped(root / "27")

    watch.until_over()
    watch.look()

    assert path.exists()
    assert Extract.objects.count() == 1
    assert not list(tmp_path.glob("*.rapport.txt"))


# --- The task --------------------------------------------------------------------------------


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
