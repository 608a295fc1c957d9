"""The template that an export was to have: held while it is asked for, said when it is no more."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dashboard.deck_templates import remove_template
from dashboard.exporting import ask_export, make, making
from dashboard.exporting.dressing import WITHOUT, TemplateGoneError
from dashboard.letters import send_due
from dashboard.models import DeckTemplate, Export, ExportKind, ExportState
from reference.models import Region
from tests.dashboard.exporting.common import OnCommit, state
from tests.dashboard.makers import Maker

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(region: Region) -> DeckTemplate:
    return DeckTemplate.objects.create(
        region=region, name="Charte", file=ContentFile(b"modele", "charte.pptx")
    )


@pytest.fixture
def dressed(author: User, region: Region, template: DeckTemplate) -> Export:
    """Slides that wait to be made with the template of the région."""
    return ask_export(region=region, author=author, kind=ExportKind.DECK, template=template)


def shown(client: Client, export: Export) -> str:
    return client.get(reverse("dashboard:export", args=[export.pk])).content.decode()


def test_a_template_that_was_removed_meanwhile_is_refused_before_anything_is_written(
    author: User, region: Region
) -> None:
    template = DeckTemplate.objects.create(region=region, name="Charte", file="charte.pptx")
    DeckTemplate.objects.all().delete()

    with pytest.raises(TemplateGoneError, match="Ce modèle n’existe plus"):
        ask_export(region=region, author=author, kind=ExportKind.DECK, template=template)

    assert not Export.objects.exists()


def test_a_template_whose_file_is_gone_fails_with_words(
    dressed: Export, template: DeckTemplate, maker: Maker
) -> None:
    template.file.storage.delete(str(template.file))
    make(dressed.pk)

    assert (state(dressed), maker.orders) == (ExportState.FAILED, [])
    assert "Ce modèle n’existe plus" in dressed.problem


def test_slides_whose_template_is_removed_have_ours_and_say_so(
    dressed: Export,
    template: DeckTemplate,
    author: User,
    maker: Maker,
    owner_client: Client,
    django_capture_on_commit_callbacks: OnCommit,
) -> None:
    Export.objects.update(notify=True)
    with django_capture_on_commit_callbacks(execute=True):
        remove_template(template, actor=author)
    assert WITHOUT in shown(owner_client, dressed)

    make(dressed.pk)

    assert [order.template for order in maker.orders] == [None]
    assert (state(dressed), dressed.problem) == (ExportState.READY, WITHOUT)
    assert WITHOUT in shown(owner_client, dressed)
    assert WITHOUT in owner_client.get(reverse("dashboard:exports")).content.decode()
    send_due()
    assert WITHOUT in mail.outbox[-1].body


def test_the_remark_outlives_an_attempt_that_was_cut_and_a_full_disk(
    dressed: Export, template: DeckTemplate, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    remove_template(template, actor=author)
    with monkeypatch.context() as disk:
        disk.setattr(FileSystemStorage, "_save", full)
        make(dressed.pk)
    both = f"{making.FULL} {WITHOUT}"
    assert (state(dressed), dressed.problem) == (ExportState.WAITING, both)

    make(dressed.pk)

    assert (state(dressed), dressed.problem) == (ExportState.READY, WITHOUT)


def test_a_template_removed_once_it_was_read_has_dressed_the_slides(
    dressed: Export, template: DeckTemplate, author: User, maker: Maker
) -> None:
    def removed(*asked: Any) -> Any:
        remove_template(template, actor=author)
        return maker(*asked)

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(making, "MAKERS", {ExportKind.DECK: removed})
        make(dressed.pk)

    assert [order.template for order in maker.orders] == [b"modele"]
    assert (state(dressed), dressed.problem) == (ExportState.READY, "")


def test_a_template_removed_before_it_could_be_read_is_done_without(
    dressed: Export, template: DeckTemplate, author: User, maker: Maker
) -> None:
    def removed(*_: Any, **__: Any) -> Any:
        remove_template(template, actor=author)
        raise FileNotFoundError

    with pytest.MonkeyPatch.context() as meanwhile:
        meanwhile.setattr(FileSystemStorage, "_open", removed)
        make(dressed.pk)

    assert [order.template for order in maker.orders] == [None]
    assert (state(dressed), dressed.problem) == (ExportState.READY, WITHOUT)


def test_the_page_says_which_template_slides_made_again_will_have(
    dressed: Export, template: DeckTemplate, author: User, owner_client: Client
) -> None:
    Export.objects.update(state=ExportState.FAILED)
    assert "Modèle des diapositives\u202f: «\u202fCharte\u202f»." in shown(owner_client, dressed)

    remove_template(template, actor=author)

    assert "Modèle des diapositives\u202f: celui de l’application." in shown(owner_client, dressed)


def test_a_workbook_has_no_template(author: User, region: Region, owner_client: Client) -> None:
    export = ask_export(region=region, author=author, kind=ExportKind.WORKBOOK)
    Export.objects.update(state=ExportState.FAILED)

    assert "Modèle" not in shown(owner_client, export)
