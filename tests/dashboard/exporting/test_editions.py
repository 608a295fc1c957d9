"""The slides of editions: of their own figures, kept for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from dashboard.editions import freeze
from dashboard.exporting import keeping, make, making
from dashboard.exporting.editions import ask_deck
from dashboard.fingerprints import FINGERPRINT, shown
from dashboard.fingerprints import figures as figures_of
from dashboard.models import (
    Edition,
    Export,
    ExportKind,
    ExportState,
    Subject,
    Text,
    TextVersion,
    TypedFigure,
)
from indicators.models import CoveredMonth, FacilityMonth
from reference.models import (
    DocumentGroup,
    DocumentType,
    Event,
    PerimeterChoice,
    Region,
    Target,
    current_data_version,
    raise_data_version,
)
from tests.dashboard.exporting.common import correct
from tests.dashboard.makers import Maker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("received")]

EDITIONS = "/regions/bourgogne-franche-comte/editions/"
SENT = {"title": "Comité stratégique", "committee_on": "2026-01-26"}


@pytest.fixture
def frozen(owner_client: Client) -> Export:
    """The slides asked for by freezing an edition."""
    owner_client.post(EDITIONS, SENT)
    return Export.objects.get()


def page(client: Client, edition: Edition) -> str:
    answer = client.get(f"{EDITIONS}{edition.pk}/")
    assert answer.status_code == 200
    return unescape(answer.text)


def edition_of(export: Export) -> Edition:
    assert export.edition is not None
    return export.edition


def test_freezing_has_the_slides_made_and_its_page_offers_them(
    frozen: Export, owner_client: Client, maker: Maker
) -> None:
    edition = edition_of(frozen)
    assert "sont en préparation" in page(owner_client, edition)

    make(frozen.pk)

    frozen.refresh_from_db()
    html = page(owner_client, edition)
    assert f'href="/exports/{frozen.pk}/fichier/">Télécharger ses diapositives' in html
    (order,) = maker.orders
    codes = {piece.code for piece in order.pieces}
    assert "comite" not in codes  # no committee before
    assert {"synthese", "documents", "methode"} <= codes
    assert order.title == "Comité stratégique, comité du 26/01/2026"
    assert order.version == edition.data_version != current_data_version()
    assert not order.working


def test_the_slides_of_an_edition_compare_with_the_committee_before(
    region: Region, owner: User, owner_client: Client, maker: Maker
) -> None:
    freeze(region, "Comité d’avant", dt.date(2025, 9, 15), actor=owner)
    owner_client.post(EDITIONS, SENT)

    make(Export.objects.get().pk)

    (order,) = maker.orders
    assert "comite" in {piece.code for piece in order.pieces}
    assert order.before == dt.date(2026, 1, 26)


def test_the_slides_of_an_edition_are_kept_for_ever(frozen: Export, owner: User) -> None:
    make(frozen.pk)
    keeping.purge(timezone.now() + dt.timedelta(days=3650))
    owner.delete()

    frozen.refresh_from_db()
    assert (frozen.state, frozen.expires_at) == (ExportState.READY, None)
    with frozen.file.open() as file:
        assert file.read() == b"PK"


def test_every_user_of_the_region_has_them_and_nobody_else(
    frozen: Export, make_user: Any, region: Region, colleague_client: Client
) -> None:
    make(frozen.pk)
    reader = Client()
    reader.force_login(
        make_user("lecteur@example.fr", Role.READER, region),
        "django.contrib.auth.backends.ModelBackend",
    )
    at = f"/exports/{frozen.pk}/fichier/"

    answer = reader.get(at)
    assert b"".join(answer.streaming_content) == b"PK"  # type: ignore[attr-defined]  # streamed
    assert colleague_client.get(at).status_code == 404
    assert reader.post(f"/exports/{frozen.pk}/", {"action": "relancer"}).status_code == 403


def test_slides_that_come_too_late_are_not_made_and_the_page_says_why(
    frozen: Export, owner_client: Client, maker: Maker
) -> None:
    correct()
    make(frozen.pk)

    frozen.refresh_from_db()
    assert (frozen.state, maker.orders) == (ExportState.FAILED, [])
    assert "Les données ou les textes de la région ont changé" in frozen.problem
    assert "elles montreraient d’autres chiffres" in page(owner_client, edition_of(frozen))


def test_what_happens_in_another_region_keeps_no_slides_from_being_made(
    frozen: Export, region: Region, owner: User, owner_client: Client
) -> None:
    elsewhere = Region.objects.get(pk="53")
    Event.objects.create(region=elsewhere, month=dt.date(2025, 12, 1), label="Ailleurs")
    CoveredMonth.objects.create(
        month=dt.date(2025, 12, 1), departement_id="35", received_on=dt.date(2026, 1, 5)
    )
    TypedFigure.objects.create(
        region=region, label="Financés", value="3", source="ARS", on=dt.date(2026, 1, 1)
    )
    for reason in ("texte d’ailleurs", "mois d’ailleurs"):
        raise_data_version(reason)
    later, _ = freeze(region, "Autre comité", dt.date(2026, 2, 1), actor=owner)
    raise_data_version("cible d’ailleurs")
    assert "Préparer ses diapositives" in page(owner_client, later)

    make(frozen.pk)

    frozen.refresh_from_db()
    assert (frozen.state, frozen.problem) == (ExportState.READY, "")


def changes(region: Region) -> dict[str, Callable[[], object]]:
    """What the slides of a région show besides counts, changed."""
    december = {"region": region, "month": dt.date(2025, 12, 1)}

    def publish() -> None:
        text = Text.objects.create(region=region, subject=Subject.REGION)
        text.published = TextVersion.objects.create(text=text, body="Relu", data_version=1)
        text.save()

    return {
        "event": lambda: Event.objects.create(**december, label="Cibles"),
        "target": lambda: Target.objects.create(**december, indicator="rate", value=0.5),
        "text": publish,
        "perimeter": lambda: PerimeterChoice.objects.create(
            region=region, category_id="500", sector="PA", in_perimeter=False
        ),
        "whose": lambda: FacilityMonth.objects.filter(departement="21").update(documents=11),
        "cut-off": lambda: CoveredMonth.objects.update(received_on=dt.date(2026, 3, 1)),
        "series": lambda: DocumentGroup.objects.filter(position=1).update(label="Synthèses"),
        "type": lambda: DocumentType.objects.update(label="Autre nom"),
    }


@pytest.mark.parametrize(
    "what", ["event", "target", "text", "perimeter", "whose", "cut-off", "series", "type"]
)
def test_what_slides_show_besides_counts_is_told_by_the_fingerprint_of_an_edition(
    what: str, region: Region
) -> None:
    before, figures = shown(region), figures_of(region)
    assert shown(region) == before

    changes(region)[what]()

    assert shown(region) != before
    assert figures_of(region) == figures


def test_editions_frozen_before_fingerprints_follow_the_version(
    region: Region, owner: User
) -> None:
    frozen, _ = freeze(region, "Comité", dt.date(2026, 1, 26), actor=owner)
    version = current_data_version()
    assert making.follows_freezing(frozen, version + 1)
    del frozen.content[FINGERPRINT]

    assert making.follows_freezing(frozen, version)
    assert not making.follows_freezing(frozen, version + 1)


def test_asking_for_the_slides_of_an_edition_makes_none_while_its_row_is_held(
    region: Region, owner: User, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.exporting.asking.AT_ONCE", dict.fromkeys(ExportKind, 1000))
    frozen, _ = freeze(region, "Comité", dt.date(2026, 1, 26), actor=owner)

    export = ask_deck(frozen, actor=owner, link="")

    assert (export.state, maker.orders) == (ExportState.WAITING, [])


def test_an_edition_without_slides_gets_them_at_the_first_request_and_once(
    region: Region, owner: User, owner_client: Client
) -> None:
    edition, _ = freeze(region, "Comité", dt.date(2026, 1, 26), actor=owner)
    assert "Préparer ses diapositives" in page(owner_client, edition)

    answers = [owner_client.post(f"{EDITIONS}{edition.pk}/diapositives/") for _ in range(2)]

    export = Export.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/exports/{export.pk}/"}
    assert AuditEntry.objects.get(action="export demandé").actor == owner


def test_slides_that_failed_are_asked_again_by_those_who_freeze(
    frozen: Export, maker: Maker, owner_client: Client
) -> None:
    maker.problem = RuntimeError()
    make(frozen.pk)
    assert "n’ont pas pu être préparées" in page(owner_client, edition_of(frozen))

    owner_client.post(f"/exports/{frozen.pk}/", {"action": "relancer"})

    frozen.refresh_from_db()
    assert frozen.state == ExportState.WAITING


def test_the_page_of_an_edition_changes_with_the_state_of_its_slides(
    frozen: Export, owner_client: Client
) -> None:
    at = f"{EDITIONS}{frozen.edition_id}/"
    owner_client.get(at)  # the message that it is frozen
    tag = owner_client.get(at)["ETag"]
    assert owner_client.get(at, headers={"If-None-Match": tag}).status_code == 304

    make(frozen.pk)

    assert owner_client.get(at, headers={"If-None-Match": tag}).status_code == 200
