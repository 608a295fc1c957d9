"""The templates of a région's slides: who gives them, what may be one, what becomes of the file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.test import Client
from pptx import Presentation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry, Role, User
from accounts.refusals import REFUSED
from dashboard.deck_templates import add_template, remove_template
from dashboard.exporting import ask_export
from dashboard.exports.deck import package
from dashboard.exports.deck import template as deck_template
from dashboard.models import DeckTemplate, Export, SlideSelection
from dashboard.pieces.piece import Piece
from dashboard.selections import changing
from reference.models import Region
from tests.dashboard.selections.common import MakeUser, text

pytestmark = pytest.mark.django_db

PAGE = "/regions/bourgogne-franche-comte/modeles/"


def give(client: Client, content: bytes, name: str = "ARS") -> Any:
    file = SimpleUploadedFile("modèle.pptx", content)
    return client.post(PAGE, {"name": name, "file": file}, follow=True)


@pytest.fixture(scope="module")
def model() -> bytes:
    return deck_template.model()


def files(settings: Any) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# --- Given and removed ----------------------------------------------------------------------------


def test_our_own_model_is_a_template_and_opens_with_real_layouts(
    owner_client: Client, owner: User, model: bytes
) -> None:
    answer = owner_client.get(f"{PAGE}modele.pptx")

    assert answer["Content-Disposition"].endswith('"modele_bourgogne-franche-comte.pptx"')
    assert len(Presentation(io.BytesIO(answer.content)).slide_layouts) >= 4
    assert "Modèle ajouté : ARS." in text(give(owner_client, answer.content))
    [template] = DeckTemplate.objects.all()
    assert (template.name, template.author) == ("ARS", owner)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.target) == ("modèle de diapositives déposé", "ARS")
    got = owner_client.get(f"{PAGE}{template.pk}.pptx")
    assert b"".join(got.streaming_content) == answer.content  # type: ignore[attr-defined]  # a FileResponse


def test_a_removal_is_asked_then_takes_the_file_after_the_row(
    owner_client: Client,
    owner: User,
    region: Region,
    settings: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    template = add_template(region, "ARS", b"PK", actor=owner)
    SlideSelection.objects.create(user=owner, region=region, template=template)
    address = f"{PAGE}{template.pk}/retirer/"
    assert "seront supprimés" in text(owner_client.get(address))

    with django_capture_on_commit_callbacks() as afterwards:
        answer = owner_client.post(address, follow=True)
    assert "Modèle retiré : ARS." in text(answer)
    assert len(files(settings)) == 1  # until the removal is certain
    for each in afterwards:
        each()

    assert files(settings) == []
    assert SlideSelection.objects.get().template is None
    assert AuditEntry.objects.latest("pk").action == "modèle de diapositives retiré"
    assert owner_client.post(address).status_code == 404


def test_a_template_removed_twice_is_removed_once(region: Region, owner: User) -> None:
    template = add_template(region, "ARS", b"PK", actor=owner)
    seen_by_another = DeckTemplate.objects.get()
    remove_template(template, actor=owner)

    remove_template(seen_by_another, actor=owner)

    assert AuditEntry.objects.filter(action="modèle de diapositives retiré").count() == 1


def test_a_template_removed_while_its_file_is_asked_for_is_told(
    region: Region, owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = add_template(region, "ARS", b"PK", actor=owner)
    with changing(owner, region) as basket:
        basket.add([Piece("R27", "chiffres")])
        basket.selection.template = template

    def late(**asked: Any) -> Export:
        DeckTemplate.objects.all().delete()
        return ask_export(**asked)

    monkeypatch.setattr("dashboard.views.selections.ask_export", late)
    slides = "/regions/bourgogne-franche-comte/diapositives/"

    answer = owner_client.post(slides, {"action": "diapositives"}, follow=True)

    assert "Ce modèle n’existe plus" in text(answer)
    assert not Export.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_template_is_not_removed_between_its_choice_and_the_end_of_it(
    region: Region, owner: User
) -> None:
    template = add_template(region, "ARS", b"PK", actor=owner)
    another = connection.copy()
    another.connect()
    with changing(owner, region) as basket:
        basket.selection.template = basket.templates[0]
        with another.cursor() as cursor, pytest.raises(OperationalError):
            cursor.execute("SELECT FROM dashboard_decktemplate FOR UPDATE NOWAIT")
    another.close()

    remove_template(template, actor=owner)

    assert SlideSelection.objects.get().template is None


def test_a_template_whose_row_is_not_kept_leaves_no_file(
    owner: User, region: Region, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.audit.record", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add_template(region, "ARS", b"PK", actor=owner)

    assert not DeckTemplate.objects.exists()
    assert files(settings) == []


def test_a_file_that_vanished_is_told(owner_client: Client, region: Region) -> None:
    template = DeckTemplate.objects.create(region=region, name="Perdu", file="templates/x.pptx")

    assert "Perdu" in text(owner_client.get(PAGE))
    assert owner_client.get(f"{PAGE}{template.pk}.pptx").status_code == 404


# --- What may be one ------------------------------------------------------------------------------


def test_each_point_to_mend_is_told(owner_client: Client, model: bytes) -> None:
    deck = Presentation(io.BytesIO(model))
    names = [layout.name for layout in deck.slide_layouts]
    deck.slide_layouts[0].name, deck.slide_layouts[1].name = "Autre", "Autre aussi"
    out = io.BytesIO()
    deck.save(out)

    answer = give(owner_client, out.getvalue())

    assert answer.status_code == 400
    for rank in (0, 1):
        assert f"La disposition « {names[rank]} » manque." in text(answer)
    assert "2 points à corriger" in text(answer)
    assert not DeckTemplate.objects.exists()


def test_what_is_no_presentation_is_refused_in_french(owner_client: Client, model: bytes) -> None:
    heavy = model + bytes(package.PACKED)

    for content, said in ((b"%PDF", package.NOT_ONE), (heavy, package.TOO_LARGE)):
        answer = give(owner_client, content)
        assert answer.status_code == 400
        assert said.replace("\u202f", " ") in text(answer)
    assert "20 Mo au plus" in text(answer)
    assert not DeckTemplate.objects.exists()


def test_a_file_cut_short_and_a_name_twice_are_told(
    owner_client: Client, model: bytes, settings: Any
) -> None:
    give(owner_client, model)
    assert "porte déjà ce nom" in text(give(owner_client, model))
    assert "Donnez un nom au modèle." in text(give(owner_client, model, ""))
    assert "80 caractères au plus." in text(give(owner_client, model, "x" * 500))
    assert "Choisissez un fichier." in text(owner_client.post(PAGE, {"name": "Autre"}))
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.MES_UPLOAD_MAX_BYTES = 0, 1_000
    assert "arrivé incomplet" in text(give(owner_client, model, "Autre"))
    assert DeckTemplate.objects.count() == 1


# --- Who may --------------------------------------------------------------------------------------


def test_only_administrators_of_the_region_have_its_templates(
    make_user: MakeUser,
    region: Region,
    colleague: User,
    colleague_client: Client,
    stranger_client: Client,
) -> None:
    template = DeckTemplate.objects.create(
        region=region, name="ARS", file=ContentFile(b"PK", "a.pptx")
    )
    analyst = Client()
    analyst.force_login(
        make_user("analyste@example.fr", Role.ANALYST, region),
        "django.contrib.auth.backends.ModelBackend",
    )
    for address in ("", "modele.pptx", f"{template.pk}.pptx", f"{template.pk}/retirer/"):
        assert analyst.get(PAGE + address).status_code == 403
        assert colleague_client.get(PAGE + address).status_code == 404
        assert stranger_client.get(PAGE + address)["Location"].startswith("/connexion/")

    theirs = f"/regions/bretagne/modeles/{template.pk}"
    for address in (f"{theirs}.pptx", f"{theirs}/retirer/"):
        assert colleague_client.get(address).status_code == 404
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.actor, entry.region) == (REFUSED, colleague, region)
    assert colleague_client.post(f"{theirs}/retirer/").status_code == 404
    assert DeckTemplate.objects.exists()


def test_the_page_costs_the_same_whatever_is_there(
    owner_client: Client, region: Region, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8) as few:
        owner_client.get(PAGE)
    for number in range(5):
        DeckTemplate.objects.create(region=region, name=f"{number}", file="a.pptx")
    with django_assert_max_num_queries(8) as many:
        owner_client.get(PAGE)
    assert len(few) == len(many)
