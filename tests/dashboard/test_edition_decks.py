"""The slides of editions and those made after publications: of which figures, when, for whom."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Role, User
from dashboard.editions import freeze
from dashboard.exporting import keeping, make, making, scheduled
from dashboard.exporting.editions import ask_deck
from dashboard.exporting.makers import MAKERS
from dashboard.fingerprints import FINGERPRINT, shown
from dashboard.fingerprints import figures as figures_of
from dashboard.models import (
    Edition,
    Export,
    ExportKind,
    ExportState,
    Letter,
    Mailing,
    Subject,
    Subscription,
    Text,
    TextVersion,
    TypedFigure,
)
from dashboard.pieces.order import Order
from indicators.models import CoveredMonth, FacilityMonth, MonthlyVolume
from reference.models import (
    DataVersion,
    Departement,
    DocumentGroup,
    Event,
    PerimeterChoice,
    Region,
    Target,
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


def correct() -> None:
    """Change a count of the région, as another file of the same month does."""
    MonthlyVolume.objects.filter(month=dt.date(2025, 12, 1)).update(documents=F("documents") + 1)
    raise_data_version("correction")


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
    }


@pytest.mark.parametrize(
    "what", ["event", "target", "text", "perimeter", "whose", "cut-off", "series"]
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
    (export,) = scheduled.schedule(quiet())
    make(export.pk)
    correct()

    assert len(scheduled.schedule(quiet())) == 1


def test_slides_that_nobody_began_are_of_the_last_figures(region: Region, maker: Maker) -> None:
    (export,) = scheduled.schedule(quiet())
    correct()

    assert scheduled.schedule(quiet()) == []
    export.refresh_from_db()
    assert export.figures == figures_of(region)


def test_what_changes_elsewhere_postpones_no_slides_and_is_looked_at_once(
    region: Region, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    then = timezone.now()
    DataVersion.objects.update(raised_at=then)
    assert scheduled.schedule(then + dt.timedelta(seconds=50)) == []
    raise_data_version("texte d’ailleurs")
    DataVersion.objects.update(raised_at=then + dt.timedelta(seconds=55))

    (export,) = scheduled.schedule(then + scheduled.QUIET)

    assert export.region == region
    with django_assert_num_queries(2):
        scheduled.schedule(then + scheduled.QUIET)


def test_slides_made_later_than_asked_are_of_the_figures_that_they_show(
    region: Region, owner: User
) -> None:
    subscribe(owner, region)
    (export,) = scheduled.schedule(quiet())
    published()
    make(export.pk)

    assert scheduled.schedule(quiet()) == []
    export.refresh_from_db()
    assert export.figures == figures_of(region)
    assert Mailing.objects.get().key == f"R27:deck:{export.figures}"


def test_slides_that_show_what_others_were_asked_for_are_not_told_of_twice(
    region: Region, owner: User
) -> None:
    subscribe(owner, region)
    (first,) = scheduled.schedule(quiet())
    Export.objects.update(state=ExportState.MAKING)
    published()
    (second,) = scheduled.schedule(quiet())

    make(first.pk)
    assert not Mailing.objects.exists()
    make(second.pk)

    assert Mailing.objects.count() == 1
    assert set(Export.objects.values_list("state", flat=True)) == {ExportState.READY}
    assert scheduled.latest(region) == second


def test_figures_that_are_back_have_their_slides_made_again(region: Region) -> None:
    (first,) = scheduled.schedule(quiet())
    make(first.pk)
    published()
    (second,) = scheduled.schedule(quiet())
    make(second.pk)
    CoveredMonth.objects.filter(month=dt.date(2026, 1, 1)).delete()
    raise_data_version("retrait")

    assert scheduled.schedule(quiet()) == [first]
    first.refresh_from_db()
    assert (first.state, first.file.name) == (ExportState.WAITING, "")
    assert scheduled.latest(region) == first


def test_slides_of_a_publication_that_failed_are_asked_for_again_at_the_next_version(
    region: Region, maker: Maker
) -> None:
    maker.problem = RuntimeError()
    (export,) = scheduled.schedule(quiet())
    make(export.pk)
    assert scheduled.schedule(quiet()) == []
    raise_data_version("texte d’ailleurs")

    assert scheduled.schedule(quiet()) == [export]


def test_slides_wait_until_facts_are_read_through_the_new_register(region: Region) -> None:
    raise_data_version("registre", ground=True)

    assert scheduled.schedule(quiet()) == []


def test_a_region_that_two_schedulers_see_at_once_is_asked_for_once(region: Region) -> None:
    digest = figures_of(region)

    asked = [scheduled._ask(region, 7, digest) for _ in range(2)]  # the second waits for the first

    assert [each is None for each in asked] == [False, True]


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
