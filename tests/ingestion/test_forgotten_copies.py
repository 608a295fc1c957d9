"""A purge reaches what the inbox keeps, and files that no figure is read from any more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ingestion import inbox
from ingestion.history.acts import reread
from ingestion.history.purge import delete_purged_files, purge
from ingestion.models import Extract, InboxFile, Kind, State
from ingestion.receive import receive
from ingestion.tasks import process_extract
from reference.models import Programme, ProgrammeMembership, Region
from tests.ingestion.world import REGION, build, content, facility, line

pytestmark = pytest.mark.django_db

A1 = facility("21", 1)
GOOD = content([line(A1, 5), line("Madame Dupont", 4)])


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MES_INBOX, settings.MES_INBOX_SETTLE = str(tmp_path), 0
    (tmp_path / REGION).mkdir()
    return tmp_path / REGION


def brought(folder: Path, name: str = "extrait.csv", *, over: bool = True) -> Extract:
    """A file taken from the inbox, and read; put away when `over`."""
    (folder / name).write_bytes(GOOD)
    inbox.look(timezone.now())
    (extract,) = inbox.look(timezone.now())
    process_extract(extract.pk)
    if over:
        inbox.look(timezone.now())
    return extract


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_purge_deletes_what_the_inbox_put_away_and_its_report(folder: Path) -> None:
    extract = brought(folder)
    (folder / "done" / "autre.csv").write_bytes(GOOD + b"\n")

    purge(extract, actor=None, reason="un nom")
    delete_purged_files()

    assert kept(folder) == ["autre.csv"]


def test_what_another_kept_file_holds_too_stays_in_the_inbox(folder: Path) -> None:
    extract = brought(folder)
    other = reread(extract, actor=None)

    purge(extract, actor=None, reason="un nom")
    delete_purged_files()
    both = kept(folder)
    purge(other, actor=None, reason="un nom")
    delete_purged_files()

    assert both == ["extrait.csv", "extrait.csv.rapport.txt"]
    assert kept(folder) == []


def test_a_file_purged_before_it_is_put_away_leaves_the_inbox(folder: Path) -> None:
    extract = brought(folder, over=False)
    purge(extract, actor=None, reason="un nom")

    inbox.look(timezone.now())

    assert kept(folder) == []
    assert not InboxFile.objects.exists()


def test_an_inbox_that_is_not_there_is_left_to_the_next_sweep(folder: Path, settings: Any) -> None:
    extract = brought(folder)
    purge(extract, actor=None, reason="un nom")
    root, settings.MES_INBOX = settings.MES_INBOX, str(folder / "nowhere")

    assert delete_purged_files() == 0
    settings.MES_INBOX = root
    assert delete_purged_files() == 1
    assert kept(folder) == []


def test_a_list_of_members_waits_for_a_person_then_can_be_purged_and_stays_applied() -> None:
    programme = Programme.objects.create(code="essai", name="Essai")
    made = receive(
        io.BytesIO(f"FINESS;Contact\n{A1};Madame Dupont\n".encode()),
        name="membres.csv",
        region=Region.objects.get(code=REGION),
        kind=Kind.PROGRAMME,
        programme=programme,
        publish=True,
    )
    process_extract(made.pk)
    made.refresh_from_db()
    waiting = (made.state, made.publish_when_ready)

    Extract.objects.update(state=State.PUBLISHING)
    process_extract(made.pk)
    purge(made, actor=None, reason="un nom")

    assert waiting == (State.READY, False)
    assert "voyez ci-dessous ce qu’il ferait" in made.message
    assert Extract.objects.get().state == State.PURGED
    assert ProgrammeMembership.objects.get().facility.finess == A1
