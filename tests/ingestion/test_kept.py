"""What is kept of a check: its report, and what it brings to cells, so as not to check again."""

from __future__ import annotations

import pandas as pd
import pytest

from ingestion.checking.report import held_key, write_report
from ingestion.models import Extract, LineReport, Repeats
from ingestion.publishing import rebuild
from ingestion.publishing.publish import publish, rebuild_stale
from ingestion.storage import load_held
from reference.models import raise_data_version
from tests.ingestion.world import add_facility, brought, build, facility, fed, line, published

pytestmark = pytest.mark.django_db

A1, NEWCOMER = facility("21", 1), facility("25", 9)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def refuse_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_how: object) -> None:
        raise AssertionError("checked again")

    monkeypatch.setattr(rebuild, "check", fail)


def test_publishing_does_not_check_again_what_was_checked_through_today_s_register(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extract = brought([line(A1, 5)])
    refuse_to_check(monkeypatch)

    publish(extract)

    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_what_was_kept_through_another_register_is_not_used() -> None:
    extract = brought([line(A1, 5), line(NEWCOMER, 3)])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    publish(extract)

    assert len(fed()) == 2


@pytest.mark.parametrize("damage", [b"", b"PAR1 and nothing else"])
def test_what_was_kept_and_is_damaged_or_lost_is_made_again(damage: bytes) -> None:
    extract = brought([line(A1, 5)])
    storage = extract.records.storage
    (name,) = [f"{extract.file.name}.{extract.pk}.held.parquet"]
    storage.delete(name)
    if damage:
        with storage.open(name, "wb") as file:
            file.write(damage)

    publish(extract)

    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_what_was_kept_is_not_used_once_the_source_adds_up() -> None:
    extract = brought([line(A1, 5)])
    assert extract.checked_ground is not None
    key = held_key(extract, extract.checked_ground)
    assert extract.source is not None
    extract.source.repeats = Repeats.ADD_UP

    assert load_held(extract, key) is not None
    assert load_held(extract, held_key(extract, extract.checked_ground)) is None


def test_remarks_are_kept_with_the_number_month_and_documents_of_their_line() -> None:
    extract = brought([line(A1, 5), line(NEWCOMER, 7), line(A1, "n.c.", kind="11488-4")])

    waiting, refused = LineReport.objects.filter(extract=extract).order_by("line")
    assert (waiting.finess, waiting.documents, waiting.outcome) == (NEWCOMER, 7, "quarantined")
    assert f"{waiting.month:%Y-%m}" == "2025-01"
    assert (refused.finess, refused.documents, refused.code) == (A1, None, "count_unreadable")
    assert refused.column == "Nombre de documents"


def test_empty_texts_are_kept_as_such_and_long_ones_cut() -> None:
    brought([line(A1, 5, kind="x" * 400), line("", 3)])

    long, empty = LineReport.objects.order_by("line")
    assert len(long.value) == 250
    assert (empty.finess, empty.value) == ("", "")


def test_a_report_takes_as_many_queries_whatever_its_length(
    django_assert_max_num_queries: object,
) -> None:
    extract = published(
        [line(facility("25", 20 + rank), rank) for rank in range(40)] + [line(A1, 1)]
    )
    checked = rebuild.Readings(1).checked(extract)

    with django_assert_max_num_queries(6):  # type: ignore[operator]  # a pytest-django fixture
        write_report(extract, checked, 1)

    assert extract.line_reports.count() == 40


def test_a_register_that_takes_waiting_lines_is_remembered_and_told() -> None:
    extract = published([line(A1, 5), line(NEWCOMER, 3), line(facility("39", 9), 3)])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    rebuilt = rebuild_stale()

    after = Extract.objects.get(pk=extract.pk)
    (replay,) = after.replays
    assert {**replay, "on": ""} == {"on": "", "lines": 1, "accepted": 1, "still": 1}
    assert [(each.pk, lines) for each, lines in rebuilt.replays] == [(extract.pk, 1)]


def test_a_register_that_takes_no_waiting_line_is_not_told() -> None:
    extract = published([line(A1, 5), line(NEWCOMER, 3)])
    raise_data_version("registre", ground=True)

    rebuilt = rebuild_stale()

    assert rebuilt
    assert rebuilt.replays == []
    assert Extract.objects.get(pk=extract.pk).replays == []


def test_months_come_back_as_they_were_kept() -> None:
    extract = brought([line(A1, 5)])
    assert extract.checked_ground is not None

    held = load_held(extract, held_key(extract, extract.checked_ground))

    assert held is not None
    assert held["month"].tolist() == [pd.Timestamp("2025-01-01")]
    assert held["departement"].tolist() == ["21"]
