"""Files made beside the pages: asked for, made once whatever happens meanwhile, named."""

from __future__ import annotations

import datetime as dt
import errno
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import AuditEntry, RegionGrant, Role, User
from dashboard.exporting import ask_export, keeping, make, making
from dashboard.exporting.locks import key_of, locked_keys
from dashboard.exporting.progress import Progress
from dashboard.exporting.words import file_name, name_of
from dashboard.models import DeckTemplate, Export, ExportKind, ExportState
from dashboard.pieces.order import NothingReceivedError, Order
from dashboard.pieces.piece import Piece, UnknownPieceError
from indicators.snapshot import snapshot
from reference.models import Departement, Region, current_data_version
from tests.dashboard.exporting.common import OnCommit, state
from tests.dashboard.makers import Maker

pytestmark = pytest.mark.django_db


# --- Asking ---------------------------------------------------------------------------------------


def test_a_small_file_is_made_at_once(
    author: User, region: Region, departement: Departement, maker: Maker, sent: list[UUID]
) -> None:
    export = ask_export(
        region=region, author=author, kind=ExportKind.DECK, departement=departement,
        link="https://mes.example.fr",
    )  # fmt: skip

    assert (export.state, export.size, sent) == (ExportState.READY, 2, [])
    assert Path(export.file.path).read_bytes() == b"PK"
    assert maker.orders == [
        Order(region, departement=departement, link="https://mes.example.fr"),
    ]
    assert export.data_version == current_data_version()
    assert export.made_at is not None
    assert export.expires_at == export.made_at + dt.timedelta(days=7)


def test_a_large_file_waits_for_a_worker_that_is_told_once_it_is_written_down(
    author: User, region: Region, sent: list[UUID], django_capture_on_commit_callbacks: OnCommit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        export = ask_export(region=region, author=author, kind=ExportKind.DECK)

    assert state(export) == ExportState.WAITING
    assert sent == [export.pk]
    assert export.queued_at is not None


def test_pieces_title_and_template_are_those_that_were_chosen(
    author: User, region: Region, maker: Maker
) -> None:
    template = DeckTemplate.objects.create(
        region=region, name="Charte", file=ContentFile(b"modele", "charte.pptx")
    )
    pieces = (Piece("R27", "chiffres"), Piece("D21", "esms", "de=2025-01", "Mon titre"))

    export = ask_export(
        region=region, author=author, kind=ExportKind.DECK, pieces=pieces, title="Comité",
        template=template, working=True,
    )  # fmt: skip

    assert maker.orders == [
        Order(region, pieces, title="Comité", working=True, template=b"modele"),
    ]
    assert name_of(export) == "Comité"


def test_few_parts_of_many_periods_wait_for_a_worker(
    author: User, region: Region, maker: Maker
) -> None:
    def state_of(periods: int) -> str:
        queries = [f"de=2025-0{month}" for month in range(1, periods + 1)]
        pieces = [Piece("R27", "chiffres", query) for query in queries]
        asked = ask_export(region=region, author=author, kind=ExportKind.DECK, pieces=pieces)
        return asked.state

    assert [state_of(2), state_of(3)] == [ExportState.READY, ExportState.WAITING]
    assert len(maker.orders) == 1


def test_a_piece_of_another_region_is_refused_before_anything_is_written(
    author: User, region: Region
) -> None:
    with pytest.raises(UnknownPieceError, match="D35"):
        ask_export(
            region=region, author=author, kind=ExportKind.DECK, pieces=[Piece("D35", "esms")]
        )

    assert not Export.objects.exists()


@pytest.mark.parametrize(("working", "role"), [(True, Role.READER), (False, None)])
def test_a_file_is_asked_for_by_those_who_may_see_what_it_holds(
    working: bool, role: Role | None, colleague: User, region: Region
) -> None:
    if role is not None:
        RegionGrant.objects.create(user=colleague, region=region, role=role)

    with pytest.raises(PermissionDenied):
        ask_export(region=region, author=colleague, kind=ExportKind.DECK, working=working)

    assert not Export.objects.exists()


def test_the_same_thing_asked_while_it_waits_is_one_export(
    waiting: Export, author: User, region: Region
) -> None:
    again = ask_export(region=region, author=author, kind=ExportKind.DECK)
    other = ask_export(region=region, author=author, kind=ExportKind.WORKBOOK)

    assert again == waiting
    assert other != waiting


def test_what_was_asked_for_is_in_the_trail(waiting: Export, author: User, region: Region) -> None:
    entry = AuditEntry.objects.get(action="export demandé")

    assert (entry.actor, entry.region) == (author, region)
    assert entry.target == "Diapositives, Bourgogne-Franche-Comté"
    assert entry.details == {"kind": "deck", "working": False}


# --- Making ---------------------------------------------------------------------------------------


def test_made_twice_is_made_once(waiting: Export, maker: Maker) -> None:
    make(waiting.pk)
    make(waiting.pk)

    assert state(waiting) == ExportState.READY
    assert len(maker.orders) == 1


def test_what_another_process_makes_is_left_to_it(waiting: Export, maker: Maker) -> None:
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [0x4D4558, key_of(waiting.pk)])
        make(waiting.pk)
        assert locked_keys() == {key_of(waiting.pk)}
    other.close()

    assert (state(waiting), maker.orders) == (ExportState.WAITING, [])


def test_a_region_without_any_month_fails_with_words(waiting: Export, maker: Maker) -> None:
    maker.problem = NothingReceivedError()
    make(waiting.pk)

    assert state(waiting) == ExportState.FAILED
    assert "Aucun mois n’est encore reçu" in waiting.problem


def test_a_piece_that_is_no_more_fails_with_its_words(waiting: Export, maker: Maker) -> None:
    maker.problem = UnknownPieceError("Ce graphique n’existe plus.")
    make(waiting.pk)

    assert (state(waiting), waiting.problem) == (ExportState.FAILED, "Ce graphique n’existe plus.")


def test_an_unexpected_error_fails_under_a_reference_that_is_in_the_log(
    waiting: Export, maker: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    maker.problem = RuntimeError("une bogue")
    make(waiting.pk)

    assert state(waiting) == ExportState.FAILED
    reference = waiting.problem.partition("référence ")[2][:8]
    assert reference in caplog.text
    assert "bogue" not in waiting.problem


def test_an_error_of_the_database_leaves_the_export_to_the_sweep(
    waiting: Export, maker: Maker
) -> None:
    maker.problem = OperationalError()
    with pytest.raises(OperationalError):
        make(waiting.pk)

    assert state(waiting) == ExportState.MAKING
    assert locked_keys() == set()


def test_who_lost_the_right_to_names_meanwhile_gets_none(
    author: User, region: Region, maker: Maker
) -> None:
    export = ask_export(region=region, author=author, kind=ExportKind.DECK, working=True)
    RegionGrant.objects.filter(user=author).update(role=Role.READER)
    make(export.pk)

    assert (state(export), maker.orders) == (ExportState.FAILED, [])
    assert "Vos droits ont changé" in export.problem


def test_an_export_that_kills_its_workers_is_given_up_with_words(
    waiting: Export, maker: Maker
) -> None:
    maker.problem = KeyboardInterrupt()  # as `kill -9`: nothing of ours is told
    for _ in range(making.MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            make(waiting.pk)
    make(waiting.pk)

    assert state(waiting) == ExportState.FAILED
    assert "interrompue 3 fois" in waiting.problem
    assert len(maker.orders) == 3


def test_a_full_disk_makes_an_export_wait_and_say_so(
    waiting: Export, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(FileSystemStorage, "_save", full)
        for _ in range(making.MAX_ATTEMPTS + 2):  # however long it lasts
            make(waiting.pk)
            assert (state(waiting), waiting.attempts) == (ExportState.WAITING, 0)
    assert "L’espace de stockage est plein" in waiting.problem

    keeping.send_lost()
    assert sent == []  # it would be made in vain
    later = timezone.now() + making.ROOM_WAIT + keeping.IN_QUEUE + dt.timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    keeping.send_lost()
    assert sent == [waiting.pk]
    make(waiting.pk)
    assert (state(waiting), waiting.problem) == (ExportState.READY, "")


def test_another_error_of_the_storage_is_an_error(
    waiting: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> str:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(FileSystemStorage, "_save", refused)
    make(waiting.pk)

    assert state(waiting) == ExportState.FAILED


def test_a_file_left_by_a_worker_that_was_killed_is_replaced(
    waiting: Export, settings: Any
) -> None:
    left = Path(settings.MEDIA_ROOT) / "exports" / f"{waiting.pk}.pptx"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    make(waiting.pk)

    waiting.refresh_from_db()
    assert left.read_bytes() == b"PK"
    assert waiting.file.name == f"exports/{waiting.pk}.pptx"


# --- Names and progress ---------------------------------------------------------------------------


def test_a_file_is_named_after_what_it_holds(
    author: User, region: Region, departement: Departement
) -> None:
    export = Export(
        region=region, departement=departement, kind=ExportKind.WORKBOOK, working=True,
        data_version=12,
    )  # fmt: skip

    assert name_of(export) == "Classeur, Côte-d’Or (document de travail)"
    assert file_name(export) == "classeur-cote-d-or-document-de-travail-version-12.xlsx"
    export.title = "«\u202f!\u202f»"
    assert file_name(export) == "export-version-12.xlsx"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("dashboard.exporting.progress.time.monotonic", lambda: now[0])
    return now


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_progress_is_seen_by_others_while_figures_are_read(
    waiting: Export, clock: list[float]
) -> None:

    other = connection.copy()
    other.connect()

    def seen() -> tuple[int, int]:
        with other.cursor() as cursor:
            cursor.execute("SELECT done, total FROM dashboard_export")
            row: tuple[int, int] = cursor.fetchone()
            return row

    with snapshot(), Progress(waiting.pk) as progress:
        progress(1, 40)
        assert seen() == (1, 40)
        progress(2, 40)
        assert seen() == (1, 40)  # too soon to be written again
        clock[0] += 1
        progress(20, 40)
        assert seen() == (20, 40)
        progress(40, 40)
        assert seen() == (40, 40)
    other.close()
