"""The slides made after publications: of which figures, when, for whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dashboard.exporting import make, scheduled
from dashboard.fingerprints import figures as figures_of
from dashboard.models import (
    Export,
    ExportState,
    Letter,
    Mailing,
    Subscription,
    TypedFigure,
)
from indicators.models import CoveredMonth
from reference.models import (
    DataVersion,
    Region,
    raise_data_version,
)
from tests.dashboard.exporting.common import correct
from tests.dashboard.makers import Maker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("received")]


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
