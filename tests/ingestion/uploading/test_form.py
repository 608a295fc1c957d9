"""The form of the upload page: kinds of files, sources, and what a wrong answer gets."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from ingestion.forms import UploadForm
from ingestion.models import Extract, Kind, Source, default_source
from reference.models import Programme
from tests.ingestion.uploading.common import A1, UPLOAD, asked, csv
from tests.ingestion.world import brought, line

pytestmark = pytest.mark.django_db


def test_a_register_is_brought_for_a_region_by_its_administrator(
    administrator: Client, sent: list[int]
) -> None:
    administrator.post(
        UPLOAD, asked(kind="register", file=csv("finess.json"), month="2025-01", mode="complete")
    )

    extract = Extract.objects.get()
    assert (extract.kind, extract.region_id, extract.source) == (Kind.REGISTER, "27", None)
    assert (extract.asked_month, extract.asked_mode) == (None, "")  # nothing that months need


def test_only_a_register_may_be_json(administrator: Client) -> None:
    answer = administrator.post(UPLOAD, asked(file=csv("finess.json")))

    assert "Ce type de fichier n’est pas lu" in answer.content.decode()


def test_members_are_brought_for_a_programme(administrator: Client, sent: list[int]) -> None:
    programme = Programme.objects.create(code="pilotes", name="Pilotes")

    administrator.post(UPLOAD, asked(kind="programme", programme=programme.pk))

    extract = Extract.objects.get()
    assert (extract.kind, extract.programme, extract.source) == (Kind.PROGRAMME, programme, None)


def test_without_any_programme_the_form_says_where_to_make_one(administrator: Client) -> None:
    nowhere = administrator.get(UPLOAD).content.decode()
    Programme.objects.create(code="pilotes", name="Pilotes")
    somewhere = administrator.get(UPLOAD).content.decode()

    assert "Créez d’abord le programme" in nowhere
    assert "Créez d’abord le programme" not in somewhere
    assert "/programmes/nouveau/" in nowhere
    assert "/programmes/nouveau/" in somewhere


def test_a_file_is_of_the_default_source_and_automatic_unless_told(
    administrator: Client, sent: list[int]
) -> None:
    administrator.post(UPLOAD, asked(mode=""))

    extract = Extract.objects.get()
    assert extract.source == default_source()
    assert extract.asked_mode == ""


def test_the_sources_of_other_regions_are_not_offered(
    administrator: Client, national: Client, sent: list[int]
) -> None:
    own = Source.objects.create(name="Éditeur", region_id="27")
    other = Source.objects.create(name="Voisine", region_id="53")

    page = administrator.get(UPLOAD).content.decode()
    refused = administrator.post(UPLOAD, asked(source=other.pk))
    misplaced = national.post(UPLOAD, asked(source=other.pk))
    administrator.post(UPLOAD, asked(source=own.pk))

    assert "Éditeur (Bourgogne-Franche-Comté)" in page
    assert "Voisine" not in page
    assert [refused.status_code, misplaced.status_code] == [400, 400]
    assert "n’est pas proposée à la région choisie" in misplaced.content.decode()
    assert Extract.objects.get().source == own


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"file": ""}, "Choisissez un fichier."),
        ({"file": SimpleUploadedFile("vide.csv", b"")}, "Ce fichier est vide"),
        ({"file": SimpleUploadedFile("photo.png", b"x")}, "Ce type de fichier n’est pas lu"),
        ({"region": ""}, "Choisissez une région."),
        ({"month": "janvier"}, "sous la forme AAAA-MM"),
        ({"month": "2025-13"}, "sous la forme AAAA-MM"),
        ({"mode": "effacer"}, "Choisissez ce que devient"),
        ({"kind": ""}, "Choisissez la nature"),
        ({"source": "0"}, "n’est pas proposée"),
        ({"kind": "programme"}, "Choisissez le programme"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field(
    administrator: Client, sent: list[int], changes: dict[str, Any], message: str
) -> None:
    answer = administrator.post(UPLOAD, asked(**changes))

    assert answer.status_code == 400
    assert message in answer.content.decode().replace("&#x27;", "'")
    assert not Extract.objects.exists()


def test_a_file_above_the_limit_is_told(administrator: Client, settings: Any) -> None:
    settings.MES_UPLOAD_MAX_BYTES = 10

    answer = administrator.post(UPLOAD, asked())

    assert answer.status_code == 400
    assert "taille admise" in answer.content.decode()


def test_a_form_sent_without_any_field_is_told(administrator: Client) -> None:
    answer = administrator.post(UPLOAD, {})

    assert answer.status_code == 400


@pytest.mark.parametrize("address", [UPLOAD, f"{UPLOAD}{{pk}}/"])
def test_pages_that_hold_numbers_and_names_are_kept_nowhere(
    administrator: Client, address: str
) -> None:
    extract = brought([line(A1, 5)])

    answer = administrator.get(address.format(pk=extract.pk))

    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def form_of(user: User, *files: SimpleUploadedFile) -> UploadForm:
    return UploadForm(asked(), MultiValueDict({"file": list(files)}), user=user)


def cut_short(name: str, size: int) -> SimpleUploadedFile:
    """A file of which the upload handler wrote one byte of so many."""
    file = SimpleUploadedFile(name, b"x")
    file.size = size
    return file


def test_a_file_that_the_temporary_disk_cut_short_is_told(owner: User) -> None:
    form = form_of(owner, cut_short("extrait.csv", 8))

    assert "l’espace de stockage est plein" in str(form.errors["file"])


def test_what_exceeds_the_limit_of_all_files_is_told_of_the_last_ones(
    owner: User, settings: Any
) -> None:
    settings.MES_UPLOAD_MAX_REQUEST_BYTES = 3 << 20
    form = form_of(owner, csv("un.csv"), cut_short("deux.csv", 4 << 20))

    assert form.is_valid()
    first, second = form.cleaned_data["file"]
    assert first.fault is None
    assert "Les fichiers déposés ensemble dépassent 3\u202fMo." in second.refusal(alone=True)
