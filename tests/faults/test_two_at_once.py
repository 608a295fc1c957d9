"""Two people, or two processes, at the same moment; and a page read in between."""

from __future__ import annotations

import pytest

from indicators.snapshot import snapshot
from ingestion.models import Layer, State
from ingestion.publishing.publish import publish
from reference.models import lock_data_version
from tests.faults.machinery import held, in_threads, state_of, wait_for, waiting_sessions
from tests.ingestion.world import brought, build, facility, fed, line, published

pytestmark = pytest.mark.django_db(transaction=True)

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def test_two_publications_of_one_month_at_once_leave_one_of_them() -> None:
    first = brought([line(A1, 1), line(B1, 2)])
    second = brought([line(A2, 10), line(B1, 20)])

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(lambda: publish(first), lambda: publish(second))
        wait_for(lambda: waiting_sessions() == 2)
    for thread in threads:
        thread.join(60)

    assert sorted([state_of(first), state_of(second)]) == [State.PUBLISHED, State.SUPERSEDED]
    if state_of(first) == State.PUBLISHED:
        assert fed() == {("2025-01", A1, "SYNTH"): 1, ("2025-01", B1, "SYNTH"): 2}
    else:
        assert fed() == {("2025-01", A2, "SYNTH"): 10, ("2025-01", B1, "SYNTH"): 20}


def test_one_extract_published_twice_at_once_is_published_once() -> None:
    extract = brought([line(A1, 1)])

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(lambda: publish(extract), lambda: publish(extract))
        wait_for(lambda: waiting_sessions() == 2)
    for thread in threads:
        thread.join(60)

    assert state_of(extract) == State.PUBLISHED
    assert Layer.objects.count() == 1
    assert fed() == {("2025-01", A1, "SYNTH"): 1}


def test_a_page_read_around_a_publication_shows_one_state() -> None:
    published([line(A1, 1), line(B1, 2)])
    extract = brought([line(A1, 10), line(B1, 20)])

    with snapshot() as number:
        before = fed()
        (thread,) = in_threads(lambda: publish(extract))
        thread.join(60)
        around = fed()

    assert before == around == {("2025-01", A1, "SYNTH"): 1, ("2025-01", B1, "SYNTH"): 2}
    with snapshot() as later:
        assert fed() == {("2025-01", A1, "SYNTH"): 10, ("2025-01", B1, "SYNTH"): 20}
    assert later > number


def test_the_version_row_is_locked_inside_transactions_only() -> None:
    with pytest.raises(Exception, match="transaction"):
        lock_data_version()
