"""`load_demo`: the committee's story, brought through the real pipeline into an empty database."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import AuditEntry, RegionGrant, Role, User
from indicators.dynamics import classify
from indicators.measures import measure, measure_all
from indicators.selection import Selection, region_territory
from indicators.series import Measures
from ingestion.demo import load
from ingestion.demo.accounts import DOMAIN, PEOPLE, administrator
from ingestion.demo.files import file_name
from ingestion.demo.story import FIRST_MONTH, LAST_MONTH, NEXT_MONTH
from ingestion.locks import DEMO, NAMESPACE, work_lock
from ingestion.models import Extract, Layer, LineReport, State
from ingestion.process import process
from ingestion.publishing.publish import publish
from ingestion.receive import receive
from reference.models import (
    Departement,
    Event,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    Programme,
    Region,
    current_data_version,
)
from reference.months import iso
from tests.ingestion.demo_facts import (
    DYNAMICS,
    GROWTH,
    PARC,
    PERIODS,
    RATES,
    SHARE_FEEDING,
    SHARES,
)


@dataclass(frozen=True)
class Loaded:
    """The demonstration, loaded in two goes: the first was interrupted."""

    folder: Path
    first_go: list[str]
    second_go: list[str]


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Loaded]:
    data = tmp_path_factory.mktemp("demo")
    first_go: list[str] = []
    second_go: list[str] = []

    def cut(line: str) -> None:
        first_go.append(line)
        if line.startswith("Mars 2024"):
            raise KeyboardInterrupt

    with (
        django_db_blocker.unblock(),
        override_settings(MES_DATA_DIR=data, MEDIA_ROOT=data / "media"),
        transaction.atomic(),
    ):
        with pytest.raises(KeyboardInterrupt):
            load.load_demo(cut)
        load.load_demo(second_go.append)
        yield Loaded(data / "demo", first_go, second_go)
        transaction.set_rollback(True)


@pytest.fixture
def undone(loaded: Loaded) -> Iterator[Loaded]:
    """What the test writes is undone, passwords too; the files of the load are at hand."""
    media, passwords = loaded.folder.parent / "media", loaded.folder / load.ACCOUNTS_FILE
    written = passwords.read_bytes()
    with override_settings(MEDIA_ROOT=media), transaction.atomic():
        yield loaded
        transaction.set_rollback(True)
    passwords.write_bytes(written)


@pytest.fixture(scope="module")
def region_measures(loaded: Loaded) -> Measures:
    return measure(whole_period())


@pytest.fixture(scope="module")
def measures(loaded: Loaded) -> dict[str, Measures]:
    return measure_all(whole_period())[1]


def whole_period() -> Selection:
    return Selection(region_territory(Region.objects.get(code="27")), FIRST_MONTH, LAST_MONTH)


# --- What the pages then show ----------------------------------------------------------------


def test_the_region_feeds_as_the_committee_said(region_measures: Measures) -> None:
    parc, share = region_measures.parc.iloc[-1], region_measures.rate_12m.iloc[-1]
    change = region_measures.growth.change

    assert PARC[0] <= parc <= PARC[1]
    assert SHARE_FEEDING[0] <= 100 * share <= SHARE_FEEDING[1]
    assert change is not None
    assert GROWTH[0] <= 100 * change <= GROWTH[1]


def test_growth_is_carried_by_the_personnes_agees(region_measures: Measures) -> None:
    by_sector = region_measures.sector_documents
    personnes_agees, everyone = by_sector["PA"].to_numpy(), by_sector.to_numpy().sum(axis=1)

    change = [series[12:].sum() - series[:12].sum() for series in (personnes_agees, everyone)]

    assert change[0] > change[1] / 2


@pytest.mark.parametrize(("departement", "period", "least", "most"), RATES)
def test_monthly_rates_are_those_of_the_committee(
    measures: dict[str, Measures], departement: str, period: str, least: float, most: float
) -> None:
    first, last = PERIODS[period]

    rates = 100 * measures[departement].rate.iloc[first : last + 1]

    assert rates.notna().all()
    assert rates.between(least, most).all()


@pytest.mark.parametrize(("departement", "sector", "least", "most"), SHARES)
def test_sector_shares_are_those_of_the_committee(
    measures: dict[str, Measures], departement: str, sector: str, least: float, most: float
) -> None:
    share = next(s.share for s in measures[departement].sectors if s.sector == sector)

    assert share is not None
    assert least <= 100 * share <= most


@pytest.mark.parametrize(("departement", "series", "word"), DYNAMICS)
def test_series_move_as_the_committee_said(
    measures: dict[str, Measures], departement: str, series: str, word: str
) -> None:
    shown = measures[departement]

    found = classify(shown.total_documents if series == "documents" else shown.rate).label

    assert found.in_french == word


# --- How it came there -----------------------------------------------------------------------


def test_each_month_was_published_from_its_own_file_in_the_name_of_the_administrator(
    loaded: Loaded,
) -> None:
    extracts = Extract.objects.order_by("months")

    assert [extract.months for extract in extracts] == [[iso(m)] for m in whole_period().months]
    assert {extract.state for extract in extracts} == {State.PUBLISHED}
    assert {extract.author for extract in extracts} == {administrator()}
    assert all("fictive" in extract.original_name for extract in extracts)


def test_the_published_files_hold_nothing_to_correct(loaded: Loaded) -> None:
    wrong = [e.counts["refused"] + e.counts["quarantined"] for e in Extract.objects.all()]

    codes = set(LineReport.objects.values_list("code", flat=True))

    assert sum(wrong) == 0
    assert codes == {
        "carried_by_entity",
        "entity_incomplete",
        "outside_perimeter",
        "type_unrecognised",
    }


def test_some_documents_are_carried_by_a_legal_entity_of_two_departements(
    region_measures: Measures,
) -> None:
    assert (region_measures.unallocated > 0).all()


def test_the_causes_that_the_story_tells_are_events(loaded: Loaded) -> None:
    told = Event.objects.filter(region="27").values_list("departement", "month", "last_month")

    assert list(told.order_by("month")) == [
        ("58", date(2024, 1, 1), date(2024, 2, 1)),
        (None, date(2025, 4, 1), None),
    ]


def test_an_event_that_people_remove_stays_removed(undone: Loaded) -> None:
    Event.objects.filter(departement="58").delete()

    load.load_demo(str)

    assert Event.objects.count() == 1


def test_an_interrupted_load_is_finished_by_the_next_one(loaded: Loaded) -> None:
    assert loaded.first_go[-1] == "Mars 2024 publié."
    assert loaded.second_go[0] == "Avril 2024 publié."
    assert len(loaded.second_go) == 21


def test_an_extract_left_half_way_is_taken_up_again(undone: Loaded) -> None:
    last = Extract.objects.get(months=[iso(LAST_MONTH)])
    Layer.objects.filter(extract=last).delete()
    Extract.objects.filter(pk=last.pk).update(state=State.READING)
    said: list[str] = []

    load.load_demo(said.append)

    last.refresh_from_db()
    assert said == ["Décembre 2025 publié."]
    assert last.state == State.PUBLISHED


def test_a_file_that_cannot_be_published_is_said(
    undone: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    Extract.objects.filter(months=[iso(LAST_MONTH)]).update(state=State.REFUSED)
    monkeypatch.setattr(load, "_month_file", lambda _month: b"rien d'utile")

    with pytest.raises(load.DemoRefused, match="décembre 2025"):
        load.load_demo(str)


def test_a_second_load_changes_nothing(undone: Loaded) -> None:
    version, extracts = current_data_version(), Extract.objects.count()
    held = (undone.folder / load.ACCOUNTS_FILE).read_bytes()
    output = io.StringIO()

    call_command("load_demo", stdout=output)

    assert "déjà chargée" in output.getvalue()
    assert (current_data_version(), Extract.objects.count()) == (version, extracts)
    assert (undone.folder / load.ACCOUNTS_FILE).read_bytes() == held


def test_a_second_load_waits_for_the_first_one(undone: Loaded) -> None:
    order: list[str] = []
    taken = threading.Event()

    def first() -> None:
        with work_lock(DEMO):
            taken.set()
            deadline = time.monotonic() + 10
            while not somebody_waits() and time.monotonic() < deadline:
                time.sleep(0.02)
            order.append("first")
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    taken.wait(10)
    load.load_demo(str)
    order.append("second")
    thread.join()

    assert order == ["first", "second"]


def somebody_waits() -> bool:
    """Whether a session waits for one of our locks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND classid = %s",
            [NAMESPACE],
        )
        return bool(cursor.fetchone()[0])


# --- The register ----------------------------------------------------------------------------


def test_every_name_says_that_it_is_fictitious(loaded: Loaded) -> None:
    assert not Facility.objects.exclude(name__icontains="ficti").exists()
    assert not LegalEntity.objects.exclude(name__startswith="OG fictif n° ").exists()


def test_facilities_opened_and_closed_during_the_two_years(loaded: Loaded) -> None:
    ended = FacilityPeriod.objects.filter(ends_on__range=(FIRST_MONTH, LAST_MONTH))
    begun = FacilityPeriod.objects.filter(starts_on__range=(FIRST_MONTH, LAST_MONTH))

    assert ended.count() == begun.count() == 21


def test_legal_entities_are_small_large_and_spread_over_departements(loaded: Loaded) -> None:
    sites: dict[int, list[str]] = {}
    for entity, departement in FacilityPeriod.objects.values_list(
        "legal_entity_id", "facility__departement_id"
    ):
        sites.setdefault(entity, []).append(departement)

    assert sum(len(held) <= 5 for held in sites.values()) > 300
    assert max(len(held) for held in sites.values()) > 10
    assert [set(held) for held in sites.values() if len(set(held)) > 1] == [{"25", "39"}]


# --- The people ------------------------------------------------------------------------------


def test_there_is_one_person_of_each_role_and_a_national_administrator(loaded: Loaded) -> None:
    accounts = json.loads((loaded.folder / load.ACCOUNTS_FILE).read_text())
    roles = dict(RegionGrant.objects.values_list("user__email", "role"))

    assert {account["role"] for account in accounts} == {*Role.values, "national"}
    assert {f"{name}@{DOMAIN}" for name in PEOPLE} == {account["email"] for account in accounts}
    assert User.objects.get(email=f"national@{DOMAIN}").is_superuser
    assert {account["email"]: account["role"] for account in accounts[:4]} == roles


def test_passwords_are_drawn_and_kept_from_others(loaded: Loaded) -> None:
    path = loaded.folder / load.ACCOUNTS_FILE
    accounts = json.loads(path.read_text())

    assert path.stat().st_mode & 0o777 == 0o600
    assert len({account["password"] for account in accounts}) == len(accounts)
    assert all(
        User.objects.get(email=account["email"]).check_password(account["password"])
        for account in accounts
    )


def test_lost_passwords_are_drawn_again(undone: Loaded) -> None:
    path = undone.folder / load.ACCOUNTS_FILE
    before = json.loads(path.read_text())
    path.unlink()

    load.load_demo(str)

    after = json.loads(path.read_text())
    assert [account["email"] for account in after] == [account["email"] for account in before]
    assert after[0]["password"] != before[0]["password"]
    assert User.objects.get(email=after[0]["email"]).check_password(after[0]["password"])


def test_a_password_that_its_owner_changed_is_not_told_any_more(undone: Loaded) -> None:
    path = undone.folder / load.ACCOUNTS_FILE
    before = json.loads(path.read_text())
    changed = User.objects.get(email=before[2]["email"])
    changed.set_password("une phrase toute nouvelle")
    changed.save()

    load.load_demo(str)

    after = json.loads(path.read_text())
    assert after[2] == {**before[2], "password": "(mot de passe changé)"}
    assert after[:2] + after[3:] == before[:2] + before[3:]


# --- What is left to the newcomer ------------------------------------------------------------


def test_the_next_month_is_left_as_a_file_whose_mistakes_its_report_explains(
    undone: Loaded,
) -> None:
    path = undone.folder / file_name(NEXT_MONTH)
    with path.open("rb") as file:
        extract = receive(
            file, name=path.name, region=Region.objects.get(code="27"), author=administrator()
        )

    extract = publish(process(extract))

    counts = extract.counts
    codes = set(extract.line_reports.values_list("code", flat=True))
    assert extract.state == State.PUBLISHED
    assert counts["accepted"] > 0.98 * counts["read"]
    assert (counts["duplicates"], counts["quarantined"], counts["refused"]) == (1, 2, 7)
    assert codes == {
        *("duplicate", "conflict", "count_unreadable", "count_negative", "count_fractional"),
        *("finess_wrong_key", "finess_scientific", "finess_repaired", "finess_unknown"),
        *("other_region", "outside_perimeter", "entity_to_arbitrate", "type_unrecognised"),
        *("dmp_above_documents", "carried_by_entity", "entity_incomplete"),
    }


def test_the_members_of_the_programme_are_left_as_a_file(loaded: Loaded) -> None:
    text = (loaded.folder / load.PROGRAMME_FILE).read_text(encoding="utf-8-sig")

    header, *lines = text.splitlines()

    assert header.startswith("FINESS ET;")
    assert len(lines) == 1794
    assert Programme.objects.get().code == load.PROGRAMME


# --- Where it may not be loaded --------------------------------------------------------------


def test_a_database_with_real_facilities_refuses_the_demonstration(db: None) -> None:
    real = Facility.objects.create(
        finess="210000014",
        name="Établissement du registre",
        departement=Departement.objects.get(code="21"),
        seen_on=date(2025, 1, 1),
    )
    category = FacilityCategory.objects.get(code="500")
    entity = LegalEntity.objects.create(finess="210780581")
    FacilityPeriod.objects.create(facility=real, category=category, legal_entity=entity)

    with pytest.raises(CommandError, match="établissements réels"):
        call_command("load_demo")

    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not (Path(settings.MES_DATA_DIR) / "demo").exists()
