"""Digests are written once and sent once, to those who asked, whatever comes and goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import RegionGrant, Role, User
from dashboard import tasks
from dashboard.digest.sending import QUIET, read, write_due
from dashboard.exporting import scheduled
from dashboard.fingerprints import figures
from dashboard.letters import key_of, post
from dashboard.models import (
    Export,
    ExportKind,
    ExportState,
    Frequency,
    Letter,
    Mailing,
    Subscription,
)
from indicators.models import CoveredMonth, FacilityMonth, MonthlyReach, MonthlyVolume
from reference.models import DataVersion, FacilityPeriod, Region, raise_data_version
from tests.conftest import MakeUser
from tests.dashboard import world

pytestmark = pytest.mark.django_db

DECEMBER = dt.date(2025, 12, 1)


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01")


def plain(text: object) -> str:
    return str(text).replace("\u202f", " ").replace("\u00a0", " ")


FIRST = dt.date(2025, 7, 1)


@pytest.fixture
def reader(make_user: MakeUser, region: Region) -> User:
    return make_user("reader@example.fr", Role.READER, region)


@pytest.fixture
def received(db: None, settings: Any) -> None:
    settings.MES_SITE_URL = "https://mes.example.fr"
    world.lay(first=FIRST, departements=("21", "39"))
    settle()


def settle() -> None:
    """Leave the figures of the région alone for long enough: its slides show them."""
    show(Region.objects.get(pk="27"), timezone.now() - QUIET)


def show(region: Region, at: dt.datetime) -> None:
    """Ask for the slides of a région, as if it were made after a publication."""
    asked = {
        "kind": ExportKind.DECK,
        "data_version": raise_data_version("essai"),
        "asked_at": at,
        "state": ExportState.READY,
    }
    Export.objects.update_or_create(region=region, figures=figures(region), defaults=asked)


def subscribe(user: User, region: Region, **told: Any) -> Subscription:
    return Subscription.objects.create(user=user, letter=Letter.DIGEST, region=region, **told)


def withdraw(one: dt.date, *, code: str | None = None) -> list[CoveredMonth]:
    """Take a month away, as if it had not been received yet; gives what brings it back."""
    where = {"month": one} | ({"departement_id": code} if code else {})
    kept = list(CoveredMonth.objects.filter(**where))
    for model in (CoveredMonth, MonthlyReach, MonthlyVolume):
        model._default_manager.filter(**where).delete()
    settle()
    return kept


def bring_back(cells: Sequence[CoveredMonth]) -> None:
    CoveredMonth.objects.bulk_create(cells)
    settle()


def test_a_reader_is_sent_one_letter_of_their_territories_and_links_they_may_open(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, departement_id="21", told=month("2025-11"))
    subscribe(reader, region, told=month("2025-11"))
    subscribe(reader, region, departement_id="39", told=DECEMBER)

    assert tasks.send_letters() == 1
    assert tasks.send_letters() == 0

    (message,) = mail.outbox
    body = plain(message.body)
    assert message.to == ["reader@example.fr"]
    assert plain(message.subject).endswith(": Bourgogne-Franche-Comté, décembre 2025")
    assert body.index("BOURGOGNE-FRANCHE-COMTÉ") < body.index("CÔTE-D’OR")
    assert "JURA" not in body
    assert "https://mes.example.fr/departements/21/\n" in body
    assert "/esms/" not in body
    assert "ESMS 1" not in body
    assert [str(each.key) for each in Mailing.objects.all()] == ["R27:2025-12:R27,D21"]


def test_a_referent_is_led_to_the_list_of_those_counted_and_a_reader_is_not(
    received: None, reader: User, make_user: MakeUser, region: Region, client: Client
) -> None:
    referent = make_user("referent@example.fr", Role.REFERENT, region)
    for user in (reader, referent):
        for code in ("21", None):
            subscribe(user, region, departement_id=code, told=month("2025-11"))
    FacilityPeriod.objects.update(category_id="500")
    one = FacilityMonth.objects.filter(departement="21", month=month("2025-09"))[0].facility_id
    FacilityMonth.objects.filter(facility=one, month__gt=month("2025-09")).delete()

    tasks.send_letters()

    without, message = mail.outbox
    query = "?parmi=interrompus&de=2025-10&a=2025-12&tri=dernier"
    said = "1 ESMS qui alimentait n’a rien déposé depuis 3 mois reçus ; dernier dépôt en septembre"
    assert said in plain(message.body)
    assert said in plain(without.body)
    assert "/esms/" not in without.body
    for place in ("departements/21", "regions/bourgogne-franche-comte"):
        assert f"\n  https://mes.example.fr/{place}/esms/{query}\n" in message.body
        client.force_login(referent, "django.contrib.auth.backends.ModelBackend")
        assert "<strong>1</strong> ESMS." in client.get(f"/{place}/esms/{query}").content.decode()


def test_a_late_correction_or_a_month_that_comes_back_sends_nothing(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    gone = withdraw(month("2025-10"))
    assert write_due() == 1
    bring_back(gone)
    assert write_due() == 0
    gone = withdraw(DECEMBER)
    assert write_due() == 0
    bring_back(gone)
    assert write_due() == 0


def test_a_departement_that_comes_later_is_told_later_and_the_region_once(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    subscribe(reader, region, departement_id="39", told=month("2025-11"))
    gone = withdraw(DECEMBER, code="39")
    assert write_due() == 1
    bring_back(gone)
    assert write_due() == 1

    assert [each.key for each in Mailing.objects.order_by("pk")] == [
        "R27:2025-12:R27",
        "R27:2025-12:D39",
    ]
    first = plain(Mailing.objects.earliest("pk").body)
    assert "décembre 2025 (1 département sur 8) et 1 autre." in first


def test_both_frequencies_are_two_letters(received: None, reader: User, region: Region) -> None:
    subscribe(reader, region, departement_id="21", told=month("2025-11"))
    subscribe(
        reader, region, departement_id="39", told=month("2025-11"), frequency=Frequency.QUARTERLY
    )

    assert write_due() == 2
    assert {each.key for each in Mailing.objects.all()} == {
        "R27:2025-12:D21",
        "R27:2025-T4:D39",
    }


def test_a_reader_without_the_right_or_the_account_is_not_written_to(
    received: None, reader: User, region: Region
) -> None:
    one = subscribe(reader, region, told=month("2025-11"))
    RegionGrant.objects.all().delete()
    assert write_due() == 0
    User.objects.update(is_active=False)
    assert write_due() == 0

    one.refresh_from_db()
    assert one.told == month("2025-11")


def test_a_month_out_of_sight_is_not_told(received: None, reader: User, region: Region) -> None:
    """The Jura’s first file comes, of a month that no page opens on any more."""
    withdraw_all = CoveredMonth.objects.filter(departement="39")
    old = withdraw_all.earliest("month")
    withdraw_all.exclude(pk=old.pk).delete()
    CoveredMonth.objects.filter(pk=old.pk).update(month=month("2020-01"))
    settle()
    world_before = subscribe(reader, region, departement_id="39")

    assert write_due() == 0
    world_before.refresh_from_db()
    assert world_before.told == month("2020-01")


def correct() -> None:
    """Change a count of the région, as another file of the same month does."""
    MonthlyVolume.objects.filter(month=DECEMBER).update(documents=F("documents") + 1)
    raise_data_version("publication")


def test_a_digest_waits_until_the_figures_of_its_region_are_left_alone(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    correct()
    now = timezone.now()
    assert write_due(now + QUIET) == 0  # its slides are not asked for yet
    show(region, now)
    assert write_due(now + QUIET - dt.timedelta(seconds=1)) == 0

    assert write_due(now + QUIET) == 1


def test_what_changes_elsewhere_delays_no_digest(
    received: None, reader: User, region: Region
) -> None:
    """Another région publishes, somebody edits a text: the version is raised all day long."""
    subscribe(reader, region, told=month("2025-11"))
    show(Region.objects.get(pk="53"), timezone.now())
    raise_data_version("texte publié")

    assert write_due() == 1


def test_slides_that_cannot_be_made_and_are_asked_for_again_delay_no_digest(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    Export.objects.update(state=ExportState.FAILED)
    now = timezone.now() + scheduled.QUIET

    assert len(scheduled.schedule(now)) == 1
    assert write_due() == 1


def test_a_digest_waits_until_facts_are_read_through_the_ground_as_it_is(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    DataVersion.objects.update(ground=2, folded_ground=1)
    assert write_due() == 0
    DataVersion.objects.update(folded_ground=2)

    assert write_due() == 1


def test_a_digest_that_cannot_be_written_holds_no_other_letter_back(
    received: None, reader: User, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(reader, region, told=month("2025-11"))
    post(reader, Letter.DECK, key_of(region, "deck:1"), "Diapositives", "Prêtes.")

    def broken(_region: Region) -> None:
        raise LookupError

    monkeypatch.setattr("dashboard.digest.sending.read", broken)
    with pytest.raises(ExceptionGroup):
        tasks.send_letters()

    assert [message.subject for message in mail.outbox] == ["Diapositives"]


def test_nothing_due_costs_two_queries(
    received: None,
    reader: User,
    region: Region,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    subscribe(reader, region, told=DECEMBER)

    with django_assert_num_queries(2):
        assert write_due() == 0


def test_nobody_subscribed_costs_one_query(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert write_due() == 0


def test_a_region_without_any_month_sends_nothing(reader: User, region: Region) -> None:
    subscribe(reader, region)

    assert write_due() == 0
    assert read(region) is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_a_digest_once(
    received: None, reader: User, region: Region
) -> None:
    subscribe(reader, region, departement_id="21", told=month("2025-11"))
    together = Barrier(2)

    def work() -> int:
        try:
            together.wait()
            return write_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        wrote = [each.result() for each in (workers.submit(work), workers.submit(work))]

    assert sum(wrote) == Mailing.objects.count() == 1
