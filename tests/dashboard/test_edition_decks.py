"""The slides of editions and those made after publications: of which figures, when, for whom."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from dashboard.editions import freeze
from dashboard.exporting import keeping, make, scheduled
from dashboard.exporting.makers import MAKERS
from dashboard.models import (
    Edition,
    Export,
    ExportKind,
    ExportState,
    Letter,
    Mailing,
    Subscription,
    TypedFigure,
)
from dashboard.pieces.order import Order
from indicators.models import CoveredMonth, MonthlyVolume
from reference.models import (
    DataVersion,
    Departement,
    Region,
    current_data_version,
    raise_data_version,
)
from tests.dashboard import world
from tests.dashboard.makers import Maker, replace_makers, replace_workers

pytestmark = pytest.mark.django_db

EDITIONS = "/regions/bourgogne-franche-comte/editions/"
SENT = {"title": "Comité stratégique", "committee_on": "2026-01-26"}


@pytest.fixture(autouse=True)
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    return replace_makers(monkeypatch)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    return replace_workers(monkeypatch)


@pytest.fixture(autouse=True)
def received(region: Region) -> None:
    world.lay(first=dt.date(2025, 9, 1), departements=("21",))


@pytest.mark.parametrize("kind", ExportKind.values)
def test_each_kind_of_file_is_made_and_says_how_far_it_is(kind: str, region: Region) -> None:
    told: list[tuple[int, int]] = []
    order = Order(region, departement=Departement.objects.get(pk="21"))

    made = MAKERS[kind](order, lambda *how_far: told.append(how_far))

    assert zipfile.is_zipfile(io.BytesIO(made.content))
    assert made.data_version == current_data_version()
    done, total = told[-1]
    assert done == total > 4


# --- Editions -------------------------------------------------------------------------------------


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
    assert "comite" not in codes
    assert {"synthese", "documents", "methode"} <= codes
    assert order.title == "Comité stratégique, comité du 26/01/2026"
    assert not order.working


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
    raise_data_version("un autre mois")
    make(frozen.pk)

    frozen.refresh_from_db()
    assert (frozen.state, maker.orders) == (ExportState.FAILED, [])
    assert "Les données ont changé" in frozen.problem
    assert "elles montreraient d’autres chiffres" in page(owner_client, edition_of(frozen))


def test_figures_that_change_while_slides_are_made_make_none(
    frozen: Export, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tests.dashboard.makers.current_data_version", lambda: edition_of(frozen).data_version + 2
    )
    make(frozen.pk)

    frozen.refresh_from_db()
    assert frozen.state == ExportState.FAILED
    assert len(maker.orders) == 1


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


# --- After a publication --------------------------------------------------------------------------


def quiet() -> dt.datetime:
    """A moment at which the data were left alone for long enough."""
    return DataVersion.objects.get().raised_at + scheduled.QUIET + dt.timedelta(seconds=1)


def published() -> None:
    """A month more, as a publication leaves it."""
    CoveredMonth.objects.create(
        month=dt.date(2026, 1, 1), departement_id="21", received_on=dt.date(2026, 2, 15),
        source_label="janvier.csv",
    )  # fmt: skip
    raise_data_version("publication de janvier.csv")


def test_a_publication_makes_the_slides_of_its_region_once_the_data_are_left_alone(
    region: Region, maker: Maker
) -> None:
    assert scheduled.schedule(quiet() - dt.timedelta(seconds=2)) == []
    (export,) = scheduled.schedule(quiet())
    assert (export.region, export.author, export.working) == (region, None, False)
    assert scheduled.schedule(quiet()) == []
    make(export.pk)
    published()
    (other,) = scheduled.schedule(quiet())

    assert other.figures != export.figures
    assert [order.pieces for order in maker.orders] == [()]


def test_what_changes_no_figure_makes_no_slides(region: Region) -> None:
    scheduled.schedule(quiet())
    TypedFigure.objects.create(
        region=region, label="Financés", value="3", source="ARS", on=dt.date(2026, 1, 1)
    )
    raise_data_version("chiffre saisi")

    assert scheduled.schedule(quiet()) == []


def test_a_corrected_count_makes_slides_again(region: Region) -> None:
    scheduled.schedule(quiet())
    volume = MonthlyVolume.objects.order_by("pk").last()
    assert volume is not None
    MonthlyVolume.objects.filter(pk=volume.pk).update(documents=volume.documents + 1)
    raise_data_version("correction")

    assert len(scheduled.schedule(quiet())) == 1


def test_slides_wait_until_facts_are_read_through_the_new_register(region: Region) -> None:
    raise_data_version("registre", ground=True)

    assert scheduled.schedule(quiet()) == []


def test_a_region_that_two_schedulers_see_at_once_is_asked_for_once(region: Region) -> None:
    digest = scheduled.figures(region)

    first = scheduled._ask(region, 7, digest)  # what the second runs too
    Export.objects.update(figures="d’avant, pour le second")
    second = scheduled._ask(region, 7, digest)

    assert (first is None, second is None) == (False, True)


def subscribe(user: User, region: Region) -> Subscription:
    return Subscription.objects.create(user=user, letter=Letter.DECK, region=region)


def test_subscribers_are_told_of_each_publication_once_with_links_only(
    region: Region, owner: User, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.MES_SITE_URL = "https://mes.example.fr"
    subscribe(owner, region)
    (export,) = scheduled.schedule(quiet())
    make(export.pk)
    Export.objects.filter(pk=export.pk).update(state=ExportState.WAITING)  # as if it were lost
    make(export.pk)

    mailing = Mailing.objects.get()
    assert (mailing.user, mailing.letter) == (owner, Letter.DECK)
    assert mailing.key.startswith("R27:deck:")
    assert f"https://mes.example.fr/exports/{export.pk}/" in mailing.body
    assert mailing.subject.endswith("diapositives de Bourgogne-Franche-Comté, décembre 2025")
    export.refresh_from_db()
    assert export.expires_at is not None
    until = timezone.localtime(export.expires_at)
    assert mailing.body.endswith(f"Le fichier est gardé jusqu’au {until:%d/%m/%Y}.\n")
    assert "ESMS " not in mailing.body

    published()
    (other,) = scheduled.schedule(quiet())
    make(other.pk)
    assert Mailing.objects.count() == 2
    assert Subscription.objects.get().told == dt.date(2026, 1, 1)


def test_slides_that_fail_tell_nobody(region: Region, owner: User, maker: Maker) -> None:
    subscribe(owner, region)
    maker.problem = RuntimeError()
    (export,) = scheduled.schedule(quiet())
    make(export.pk)

    assert not Mailing.objects.exists()


def test_a_region_whose_months_were_withdrawn_meanwhile_tells_nobody(
    region: Region, owner: User
) -> None:
    subscribe(owner, region)
    (export,) = scheduled.schedule(quiet())
    CoveredMonth.objects.all().delete()
    make(export.pk)

    assert not Mailing.objects.exists()
