"""What becomes of exports: asked for again, sent again, deleted, told of."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from accounts.models import AuditEntry, User
from dashboard import letters, tasks
from dashboard.exporting import ask_again, ask_export, keeping, make, making
from dashboard.exporting.asking import hand_over
from dashboard.exporting.locks import export_lock
from dashboard.models import Export, ExportKind, ExportState, Mailing
from dashboard.pieces.order import Made, Order
from reference.models import Region, current_data_version
from tests.dashboard.exporting.common import OnCommit, state, stored_of
from tests.dashboard.makers import Maker

pytestmark = pytest.mark.django_db


# --- Again, lost, deleted -------------------------------------------------------------------------


def test_what_failed_is_asked_again(
    waiting: Export, maker: Maker, author: User, sent: list[UUID],
    django_capture_on_commit_callbacks: OnCommit,
) -> None:  # fmt: skip
    maker.problem = RuntimeError()
    make(waiting.pk)
    maker.problem = None

    with django_capture_on_commit_callbacks(execute=True):
        assert ask_again(waiting, actor=author)
    assert (state(waiting), waiting.problem, sent) == (ExportState.WAITING, "", [waiting.pk])
    assert not ask_again(waiting, actor=author)
    make(waiting.pk)

    assert state(waiting) == ExportState.READY
    assert AuditEntry.objects.filter(action="export demandé").count() == 2


def test_the_sweep_sends_what_was_never_sent_what_was_cut_and_what_is_late(
    waiting: Export, sent: list[UUID]
) -> None:
    keeping.send_lost()
    assert sent.pop() == waiting.pk  # the broker was down
    keeping.send_lost()
    assert sent == []  # it is on its way
    keeping.send_lost(restarted=True)
    assert sent.pop() == waiting.pk
    Export.objects.update(state=ExportState.MAKING)
    keeping.send_lost()
    assert sent.pop() == waiting.pk  # nobody holds its lock
    with export_lock(waiting.pk):
        keeping.send_lost(restarted=True)
    assert sent == []
    Export.objects.update(state=ExportState.WAITING, queued_at=timezone.now() - keeping.IN_QUEUE)
    keeping.send_lost()
    assert sent == [waiting.pk]


def test_a_file_is_deleted_after_seven_days_and_its_export_stays(
    waiting: Export, django_capture_on_commit_callbacks: OnCommit
) -> None:
    make(waiting.pk)
    stored = stored_of(waiting)
    assert waiting.expires_at is not None
    almost = waiting.expires_at

    with django_capture_on_commit_callbacks(execute=True):
        assert keeping.purge(almost) == 0
        assert stored.exists()
        assert keeping.purge(almost + dt.timedelta(seconds=1)) == 1

    assert not stored.exists()
    assert (state(waiting), waiting.file.name, waiting.size) == (ExportState.EXPIRED, "", None)


def test_files_that_no_export_names_are_deleted_once_nobody_can_be_storing_them(
    waiting: Export, author: User
) -> None:
    make(waiting.pk)
    stored = stored_of(waiting)
    author.delete()

    keeping.purge()
    assert stored.exists()
    keeping.purge(timezone.now() + keeping.FORGOTTEN + dt.timedelta(minutes=1))
    assert not stored.exists()


@pytest.mark.parametrize("ended", [ExportState.EXPIRED, ExportState.FAILED])
def test_what_has_no_file_any_more_is_forgotten_after_a_year(
    ended: ExportState, waiting: Export, author: User, region: Region
) -> None:
    ready = ask_export(region=region, author=author, kind=ExportKind.WORKBOOK)
    make(ready.pk)
    Export.objects.filter(pk=ready.pk).update(expires_at=None)
    asked = {"region": region, "kind": ExportKind.DECK, "state": ended}
    of_publications = [
        Export.objects.create(**asked, figures=f"{days}", asked_at=days_ago(days))
        for days in (500, 400)
    ]
    Export.objects.filter(author=author).update(asked_at=days_ago(366))
    Export.objects.filter(pk=waiting.pk).update(state=ended)
    mine = Export.objects.filter(author=author)

    keeping.purge(timezone.now() - dt.timedelta(days=2))
    assert set(mine.all()) == {waiting, ready}
    keeping.purge()

    assert set(mine.all()) == {ready}
    # By the last one of a région, no other is made of the same figures.
    assert set(Export.objects.filter(author=None)) == {of_publications[-1]}


def days_ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def test_a_purge_before_any_export_does_nothing() -> None:
    assert keeping.purge() == 0


def test_a_file_that_cannot_be_deleted_is_told_in_the_log(
    waiting: Export, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: OnCommit,
) -> None:  # fmt: skip
    make(waiting.pk)

    def refused(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(FileSystemStorage, "delete", refused)
    with django_capture_on_commit_callbacks(execute=True):
        keeping.purge(timezone.now() + dt.timedelta(days=8))

    assert state(waiting) == ExportState.EXPIRED
    assert "could not be deleted" in caplog.text


# --- Workers --------------------------------------------------------------------------------------


def test_the_tasks_of_workers_make_sweep_purge_and_schedule(
    waiting: Export, sent: list[UUID]
) -> None:
    tasks.sweep_exports(restarted=True)
    assert sent == [waiting.pk]
    tasks.make_export(str(waiting.pk))
    assert state(waiting) == ExportState.READY
    Export.objects.update(expires_at=timezone.now())
    tasks.purge_exports()
    assert state(waiting) == ExportState.EXPIRED
    tasks.schedule_decks()
    assert Export.objects.count() == 1


def test_a_worker_sweeps_as_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []
    monkeypatch.setattr(tasks.sweep_exports, "delay", lambda **how: asked.append(how))
    tasks.sweep_exports_at_start()

    assert asked == [{"restarted": True}]


def test_an_export_is_handed_to_the_queue_of_exports_unless_the_broker_is_down(
    waiting: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda *task: told.append(task))
    assert hand_over(waiting.pk)
    assert told == [(tasks.make_export.name, [str(waiting.pk)])]
    assert current_app.amqp.router.route({}, tasks.make_export.name)["queue"].name == "exports"

    def down(*_: Any) -> None:
        raise BrokerDown

    monkeypatch.setattr(current_app, "send_task", down)
    assert not hand_over(waiting.pk)


# --- Telling --------------------------------------------------------------------------------------


def test_who_asked_to_be_told_is_told_once_with_a_link_and_no_name(
    author: User, region: Region, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.MES_SITE_URL = "https://mes.example.fr"
    export = ask_export(
        region=region, author=author, kind=ExportKind.DECK, notify=True, title="EHPAD Les Lilas"
    )
    make(export.pk)
    make(export.pk)

    assert [letters.send_due(), letters.send_due()] == [1, 0]
    (message,) = mailoutbox
    assert message.to == [author.email]
    assert f"https://mes.example.fr/exports/{export.pk}/" in message.body
    assert "Votre fichier est prêt" in message.body
    assert "abonné" not in message.body
    assert "Lilas" not in message.body


def test_who_waits_is_told_of_a_failure_too_and_again_when_it_is_asked_again(
    author: User, region: Region, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ask_export(region=region, author=author, kind=ExportKind.DECK, notify=True)
    maker.problem = RuntimeError()
    make(export.pk)
    maker.problem = None
    later = timezone.now() + dt.timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    ask_again(export, actor=author)
    make(export.pk)

    subjects = Mailing.objects.order_by("pk").values_list("subject", flat=True)
    assert [subject.partition("\u202f: ")[2] for subject in subjects] == [
        "votre fichier n’a pas pu être préparé",
        "votre fichier est prêt",
    ]


def test_who_asks_to_be_told_while_the_file_is_made_is_told(
    waiting: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def maker(_order: Order, _progress: object) -> Made:
        Export.objects.filter(pk=waiting.pk).update(notify=True)  # as the page does
        return Made(b"PK", current_data_version())

    monkeypatch.setattr(making, "MAKERS", {ExportKind.DECK: maker})
    make(waiting.pk)

    assert "votre fichier est prêt" in Mailing.objects.get().subject


def test_the_same_thing_asked_again_to_be_told_of_is_told(author: User, region: Region) -> None:
    export = ask_export(region=region, author=author, kind=ExportKind.DECK)
    again = ask_export(region=region, author=author, kind=ExportKind.DECK, notify=True)
    make(export.pk)

    assert again == export
    assert "votre fichier est prêt" in Mailing.objects.get().subject


def test_who_did_not_ask_is_told_nothing(waiting: Export) -> None:
    make(waiting.pk)

    assert not Mailing.objects.exists()
