"""The upload page: who may come, and what becomes of the files that they bring."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError as BrokerDown

from accounts.models import AuditEntry, Role
from ingestion import tasks
from ingestion.models import Extract, State
from tests.ingestion.uploading.common import A1, UPLOAD, asked, csv, signed_in
from tests.ingestion.world import brought, line, published

pytestmark = pytest.mark.django_db


# --- Who -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [UPLOAD, f"{UPLOAD}1/"])
def test_a_visitor_signs_in_first(address: str) -> None:
    answer = Client().get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:login"))


@pytest.mark.parametrize("role", [Role.READER, Role.REFERENT, Role.ANALYST])
def test_only_administrators_bring_files(role: str) -> None:
    client = signed_in(role)
    extract = brought([line(A1, 5)])

    assert client.get(UPLOAD).status_code == 403
    assert client.post(UPLOAD, asked()).status_code == 403
    assert client.get(f"{UPLOAD}{extract.pk}/").status_code == 403
    assert client.post(f"{UPLOAD}{extract.pk}/publier/").status_code == 403
    assert Extract.objects.count() == 1


def test_who_has_no_region_finds_no_page() -> None:
    assert signed_in(None).get(UPLOAD).status_code == 404


def test_the_files_of_another_region_do_not_exist() -> None:
    client = signed_in(Role.ADMINISTRATOR, "53")
    extract = brought([line(A1, 5)])

    page = client.get(UPLOAD)

    assert "extrait.csv" not in page.content.decode()
    assert client.get(f"{UPLOAD}{extract.pk}/").status_code == 404
    assert client.post(f"{UPLOAD}{extract.pk}/publier/").status_code == 404


def test_a_file_cannot_be_brought_for_another_region(sent: list[int]) -> None:
    answer = signed_in(Role.ADMINISTRATOR, "53").post(UPLOAD, asked())

    assert answer.status_code == 400
    assert "Vous n’administrez pas cette région." in answer.content.decode()
    assert sent == []


def test_national_files_are_for_national_administrators(
    national: Client, administrator: Client, sent: list[int]
) -> None:
    national.post(UPLOAD, asked(region=""))

    extract = Extract.objects.get()
    assert extract.region is None
    assert "France entière" in national.get(f"{UPLOAD}{extract.pk}/").content.decode()
    assert administrator.get(f"{UPLOAD}{extract.pk}/").status_code == 404
    assert administrator.post(UPLOAD, asked(region="")).status_code == 400


# --- Bringing a file -------------------------------------------------------------------------


def test_a_file_is_received_and_handed_to_the_workers(
    administrator: Client, sent: list[int]
) -> None:
    answer = administrator.post(UPLOAD, asked(month="2025-01", publish="on"), follow=True)

    extract = Extract.objects.get()
    assert sent == [extract.pk]
    assert (extract.state, extract.publish_when_ready) == (State.RECEIVED, True)
    assert f"{extract.asked_month:%Y-%m}" == "2025-01"
    assert str(extract.author) == "administrateur.27@exemple.fr"
    assert "fr-alert--success" not in answer.content.decode()  # it would stay above a refusal
    assert "data-mes-follow" in answer.content.decode()
    assert AuditEntry.objects.get(action="fichier reçu").actor == extract.author


def test_a_file_is_kept_while_the_broker_is_down(
    administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_pk: int) -> None:
        raise BrokerDown("connection refused")

    monkeypatch.setattr(tasks.process_extract, "delay", down)

    answer = administrator.post(UPLOAD, asked(), follow=True)

    assert "sans que vous ayez à rien renvoyer" in answer.content.decode()
    assert Extract.objects.get().state == State.RECEIVED


def test_the_same_file_again_leads_to_the_one_in_force(
    administrator: Client, sent: list[int]
) -> None:
    first = published([line(A1, 5)])

    answer = administrator.post(UPLOAD, asked(), follow=True)

    assert answer.redirect_chain == [(f"{UPLOAD}{first.pk}/", 302)]
    assert "déjà en vigueur" in answer.content.decode()
    assert sent == []


def test_several_files_become_one_extract_each(administrator: Client, sent: list[int]) -> None:
    files = [csv("janvier.csv"), csv("fevrier.csv", [line(A1, 6, month="2025-02")])]

    answer = administrator.post(UPLOAD, asked(file=files), follow=True)

    assert answer.redirect_chain == [(UPLOAD, 302)]
    extracts = list(Extract.objects.order_by("pk"))
    assert [each.original_name for each in extracts] == ["janvier.csv", "fevrier.csv"]
    assert sent == [each.pk for each in extracts]
    page = answer.content.decode()
    assert "2 fichiers reçus" in page
    assert page.index(f'"{UPLOAD}{extracts[1].pk}/"') < page.index(f'"{UPLOAD}{extracts[0].pk}/"')


def test_a_bad_file_does_not_stop_the_others_and_has_its_own_line(
    administrator: Client, sent: list[int]
) -> None:
    files = [csv("janvier.csv"), csv("photo.png"), SimpleUploadedFile("vide.csv", b"")]

    page = administrator.post(UPLOAD, asked(file=files), follow=True).content.decode()

    assert Extract.objects.get().original_name == "janvier.csv"
    assert "1 fichier reçu" in page
    assert "«\u202fphoto.png\u202f»\u202f: Ce type de fichier n’est pas lu." in page
    assert "«\u202fvide.csv\u202f»\u202f: Ce fichier est vide." in page


def test_files_that_are_all_bad_are_each_told_in_the_form(
    administrator: Client, sent: list[int]
) -> None:
    files = [csv("photo.png"), SimpleUploadedFile("vide.csv", b"")]

    answer = administrator.post(UPLOAD, asked(file=files))

    assert answer.status_code == 400
    assert answer.content.decode().count("«\u202fphoto.png\u202f»") == 2  # above, and by the field
    assert "«\u202fvide.csv\u202f»" in answer.content.decode()
    assert not Extract.objects.exists()


def test_too_many_files_are_refused_together(administrator: Client, settings: Any) -> None:
    settings.MES_UPLOAD_MAX_FILES = 2

    answer = administrator.post(UPLOAD, asked(file=[csv(f"{rank}.csv") for rank in range(3)]))

    assert "déposez-en 2 au plus à la fois" in answer.content.decode()
    assert not Extract.objects.exists()


def test_of_several_files_the_one_already_in_force_is_named(
    administrator: Client, sent: list[int]
) -> None:
    published([line(A1, 5)])
    files = [csv("extrait.csv"), csv("autre.csv", [line(A1, 6)])]

    page = administrator.post(UPLOAD, asked(file=files), follow=True).content.decode()

    assert "«\u202fextrait.csv\u202f»\u202f: Ce fichier est déjà en vigueur" in page
    assert len(sent) == 1


class NoRoomFor(FileSystemStorage):
    """A disk that is full for the files whose names hold a word, after their first bytes."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        if not name or self.word not in name:
            return super().save(name, content, max_length)
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read(7))
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_for_its_file_and_spares_the_others(
    administrator: Client, sent: list[int], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(Extract._meta.get_field("file"), "storage", NoRoomFor("fevrier"))
    files = [csv("janvier.csv"), csv("fevrier.csv", [line(A1, 6, month="2025-02")])]

    page = administrator.post(UPLOAD, asked(file=files), follow=True).content.decode()

    assert Extract.objects.get().original_name == "janvier.csv"
    assert "«\u202ffevrier.csv\u202f»\u202f: Le fichier n’a pas pu être enregistré" in page
    kept = [each for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file()]
    assert [each.name.endswith("-janvier.csv") for each in kept] == [True]


def test_a_full_disk_is_told_in_the_form_when_nothing_could_be_kept(
    administrator: Client, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Extract._meta.get_field("file"), "storage", NoRoomFor("extrait"))

    answer = administrator.post(UPLOAD, asked())

    assert answer.status_code == 400
    assert "l’espace de stockage est plein" in answer.content.decode()
    assert not Extract.objects.exists()
