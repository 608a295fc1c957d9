"""The inbox, killed between two steps: each file is received once all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion import inbox, tasks, trail
from ingestion.models import Extract, InboxFile
from tests.ingestion.inbox.common import A1, Watch, dropped, names
from tests.ingestion.world import content, line

pytestmark = pytest.mark.django_db


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
