"""What the inbox refuses, and what goes wrong there: told in words, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from ingestion import inbox
from ingestion.models import Extract, InboxFile, State
from tests.ingestion.inbox.common import A1, GOOD, Watch, dropped, names
from tests.ingestion.world import line, published

pytestmark = pytest.mark.django_db


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
