"""What a purge leaves of a file, and when it may not be."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage

from ingestion.history.acts import (
    RefusedActError,
    can_be_republished,
    reread,
    withdraw,
)
from ingestion.history.purge import delete_purged_files, purge, same_bytes
from ingestion.models import Extract, State
from tests.ingestion.world import (
    brought,
    build,
    facility,
    line,
    published,
)

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def kept_names(extract: Extract) -> list[str]:
    storage = extract.file.storage
    folder = str(extract.file.name).rsplit("/", 1)[0]
    return sorted(storage.listdir(folder)[1])


def test_a_purged_file_leaves_its_line_and_nothing_of_its_content(
    django_capture_on_commit_callbacks: Any,
) -> None:
    extract = brought([line(A1, 5), line("Madame Dupont", 3)], name="janvier.csv")
    withdraw(extract, actor=None)

    with django_capture_on_commit_callbacks(execute=True):
        purge(extract, actor=None, reason="des noms de personnes")

    line_kept = Extract.objects.get()
    assert kept_names(extract) == []
    assert (line_kept.state, line_kept.original_name) == (State.PURGED, "janvier.csv")
    assert (line_kept.file.name, line_kept.records.name, line_kept.preview) == ("", "", {})
    assert line_kept.counts["read"] == 2
    assert not line_kept.line_reports.exists()
    assert not can_be_republished(line_kept)


def test_what_a_killed_process_left_of_a_purged_file_is_deleted_by_the_sweep() -> None:
    extract = brought([line(A1, 5)])
    purge(extract, actor=None, reason="essai")  # the test's transaction never commits
    left = kept_names(extract)

    assert len(left) >= 2  # the file and its records, at least
    assert (delete_purged_files(), delete_purged_files()) == (1, 0)
    assert kept_names(extract) == []


def test_a_storage_that_does_not_answer_leaves_the_files_to_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = brought([line(A1, 5)])
    purge(extract, actor=None, reason="essai")

    def down(*_args: object) -> None:
        raise OSError("no route")

    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "delete", down)
        assert delete_purged_files() == 0
    assert delete_purged_files() == 1


def test_a_file_whose_folder_is_gone_is_purged_all_the_same() -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(file="extracts/nowhere/a.csv", records="")

    purge(Extract.objects.get(), actor=None, reason="essai")

    assert delete_purged_files() == 1
    assert extract.file.storage.exists(str(extract.file.name))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.PUBLISHED, "retirez-le d’abord"),
        (State.PUBLISHING, "en cours de traitement"),
        (State.PURGED, "déjà purgé"),
    ],
)
def test_what_is_in_force_busy_or_purged_cannot_be_purged(state: str, said: str) -> None:
    extract = brought([line(A1, 5)])
    Extract.objects.update(state=state)

    with pytest.raises(RefusedActError, match=said):
        purge(extract, actor=None, reason="essai")


def test_a_purge_says_why() -> None:
    with pytest.raises(RefusedActError, match="motif"):
        purge(brought([line(A1, 5)]), actor=None, reason="  ")


def test_the_other_files_with_the_same_bytes_are_told() -> None:
    first = published([line(A1, 5)])
    other = reread(first, actor=None)
    purged = reread(first, actor=None)
    purge(purged, actor=None, reason="essai")

    assert same_bytes(first) == [other]
