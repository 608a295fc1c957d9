"""When a register closes a facility, opens it again, or has nothing to say of it."""

from __future__ import annotations

import datetime as dt

import pytest

from reference.models import (
    Facility,
)
from tests.reference import registers
from tests.reference.applied import (
    BEFORE,
    LATER,
    LATEST,
    ONE,
    OPENED,
    THREE,
    TWO,
    counts,
    load,
    periods,
    spans,
)
from tests.reference.registers import document, facility, flat, line, number

pytestmark = pytest.mark.django_db


def test_what_a_full_register_no_longer_holds_is_closed_at_its_date_and_kept() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(flat(LATER, line(ONE)))

    assert counts(report) == {"read": 1, "unchanged": 1, "closed_by_absence": 1}
    assert report.covered == ["21"]
    assert spans(TWO) == [(OPENED, dt.date(2022, 1, 8))]
    assert Facility.objects.filter(finess=TWO).exists()


def test_a_facility_on_a_refused_line_is_not_absent() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(flat(LATER, line(ONE), line(TWO, opens="hier")))

    assert counts(report) == {"read": 2, "unchanged": 1, "refused": 1}
    assert spans(TWO) == [(OPENED, None)]


def test_a_file_that_holds_less_than_half_of_a_departement_closes_nothing_there() -> None:
    jura = number("3900", 1)
    load(flat(BEFORE, line(ONE), line(TWO), line(THREE), line(jura, departement="39")))

    report = load(flat(LATER, line(ONE)))

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert report.covered == []
    assert [(place.departement, place.present, place.known) for place in report.uncovered] == [
        ("21", 1, 3),
        ("39", 0, 1),
    ]


def test_a_file_that_comes_again_covers_no_more_than_the_first_time() -> None:
    load(flat(BEFORE, line(ONE)))
    partial = flat(LATER, line(TWO))
    load(partial)

    report = load(partial)

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert report.covered == []
    assert spans(ONE) == [(OPENED, None)]


def test_half_of_a_departement_is_enough_to_cover_it() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    assert load(flat(LATER, line(TWO))).closed_by_absence == 1


def test_a_facility_found_again_is_reopened_at_the_register_s_date() -> None:
    both = [line(ONE), line(TWO)]
    load(flat(BEFORE, *both))
    load(flat(LATER, line(ONE)))

    report = load(flat(LATEST, *both))

    assert counts(report) == {"read": 2, "unchanged": 1, "reopened": 1}
    assert spans(TWO) == [(OPENED, dt.date(2022, 1, 8)), (dt.date(2023, 1, 8), None)]
    assert counts(load(flat(LATEST, *both))) == {"read": 2, "unchanged": 2}


def test_a_reopening_begins_at_the_opening_date_when_that_is_later() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    load(flat(LATER, line(ONE)))

    load(flat(LATEST, line(ONE), line(TWO, opens="2023-06-01")))

    assert spans(TWO)[-1] == (dt.date(2023, 6, 1), None)


def test_two_registers_of_one_date_never_make_periods_overlap() -> None:
    both = flat(BEFORE, line(ONE), line(TWO))
    load(both)
    load(flat(BEFORE, line(ONE)))

    report = load(both)

    assert report.counts["reopened"] == 1
    assert spans(TWO) == [(OPENED, dt.date(2021, 1, 8)), (dt.date(2021, 1, 9), None)]


def test_a_row_older_than_the_last_register_changes_nothing() -> None:
    load(flat(LATEST, line(ONE, name="RÉCENT")))

    report = load(flat(BEFORE, line(ONE, name="ANCIEN", category="209")))

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert Facility.objects.get(finess=ONE).name == "RÉCENT"
    assert spans(ONE) == [(OPENED, None)]


def test_an_older_register_closes_nothing_that_a_later_one_held() -> None:
    load(flat(LATEST, line(ONE), line(TWO)))

    report = load(flat(BEFORE, line(ONE)))

    assert report.covered == ["21"]
    assert report.closed_by_absence == 0
    assert spans(TWO) == [(OPENED, None)]


def test_finess_plus_ends_the_open_period_at_the_closing_date() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(document(LATER, facility(ONE, closes="2021-06-30"), facility(TWO)))

    assert counts(report) == {"read": 2, "closed": 1, "unchanged": 1}
    assert spans(ONE) == [(OPENED, dt.date(2021, 6, 30))]
    again = load(document(LATER, facility(ONE, closes="2021-06-30"), facility(TWO)))
    assert counts(again) == {"read": 2, "unchanged": 2}


def test_a_facility_closed_before_anyone_knew_it_is_created_with_its_history() -> None:
    report = load(document(LATER, facility(ONE, opens="2001-02-03", closes="2019-03-03")))

    assert counts(report) == {"read": 1, "created": 1}
    assert spans(ONE) == [(dt.date(2001, 2, 3), dt.date(2019, 3, 3))]


def test_a_closing_before_the_period_began_leaves_one_day_and_it_is_said() -> None:
    load(flat(BEFORE, line(ONE)))
    load(flat(LATER, line(ONE, category="209")))

    report = load(document(LATEST, facility(ONE, category="209", closes="2021-12-31")))

    assert report.counts["closed"] == 1
    assert spans(ONE)[-1] == (dt.date(2022, 1, 8), dt.date(2022, 1, 8))
    assert "antérieure à la période en cours" in report.warnings[0].reason


def test_a_closed_facility_is_neither_moved_nor_closed_again() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    load(flat(LATER, line(ONE)))
    closed = facility(TWO, category="209", closes="2021-06-30")

    report = load(document(LATEST, facility(ONE), closed))

    assert counts(report) == {"read": 2, "unchanged": 2}
    assert periods(TWO) == [(OPENED, dt.date(2022, 1, 8), "500", registers.ENTITY)]


def test_a_planned_closing_may_be_set_moved_and_cancelled() -> None:
    load(document(BEFORE, facility(ONE)))
    seen = []

    for date, closes in ((LATER, "2030-01-01"), (LATER, "2031-01-01"), (LATEST, None)):
        report = load(document(date, facility(ONE, closes=closes, state="A")))
        seen.append((counts(report), spans(ONE)))

    assert seen == [
        ({"read": 1, "closed": 1}, [(OPENED, dt.date(2030, 1, 1))]),
        ({"read": 1, "closed": 1}, [(OPENED, dt.date(2031, 1, 1))]),
        ({"read": 1, "reopened": 1}, [(OPENED, None)]),
    ]


def test_a_facility_that_changes_category_before_a_planned_closing_has_both() -> None:
    load(document(BEFORE, facility(ONE)))

    load(document(LATER, facility(ONE, category="209", closes="2030-01-01", state="A")))

    assert [(starts, ends, code) for starts, ends, code, _ in periods(ONE)] == [
        (OPENED, dt.date(2022, 1, 7), "500"),
        (dt.date(2022, 1, 8), dt.date(2030, 1, 1), "209"),
    ]


def test_a_facility_to_come_that_disappears_does_not_break_order_and_closes_once() -> None:
    load(flat(BEFORE, line(ONE), line(TWO, opens="2025-01-01")))

    first = load(flat(LATER, line(ONE)))
    second = load(flat(LATER, line(ONE)))

    assert (first.closed_by_absence, second.closed_by_absence) == (1, 0)
    assert spans(TWO) == [(dt.date(2025, 1, 1), dt.date(2025, 1, 1))]
