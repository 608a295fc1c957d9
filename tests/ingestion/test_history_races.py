"""Two administrators at once: what one withdraws while the other publishes or purges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.history.acts import RefusedActError, republish, withdraw, withdraw_month
from ingestion.history.purge import purge
from ingestion.locks import work_lock
from ingestion.models import Extract, Layer, State
from ingestion.publishing.publish import publish
from reference.models import Region
from tests.faults.machinery import held, in_threads, state_of, wait_for, waiting_sessions
from tests.ingestion.world import MONTH, brought, build, covered, facility, fed, line, published

pytestmark = pytest.mark.django_db(transaction=True)

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def at_once(*acts: Callable[[], Any]) -> list[RefusedActError]:
    """Do acts at the same time, each in a session of its own; the refusals, as people see them."""
    refused: list[RefusedActError] = []

    def told(act: Callable[[], Any]) -> None:
        try:
            act()
        except RefusedActError as refusal:
            refused.append(refusal)

    with held("SELECT 1 FROM reference_dataversion FOR UPDATE"):
        threads = in_threads(*(lambda act=act: told(act) for act in acts))
        wait_for(lambda: waiting_sessions() == len(acts))
    for thread in threads:
        thread.join(60)
    return refused


def test_a_withdrawal_and_a_publication_of_one_month_at_once_follow_each_other() -> None:
    standing = published([line(A1, 1), line(B1, 2)])
    coming = brought([line(A1, 10)])

    refused = at_once(lambda: withdraw(standing, actor=None), lambda: publish(coming))

    assert refused == []
    assert (state_of(standing), state_of(coming)) == (State.WITHDRAWN, State.PUBLISHED)
    assert fed() == {("2025-01", A1, "SYNTH"): 10}


def test_two_withdrawals_of_one_month_at_once_are_one_and_a_message() -> None:
    extract = published([line(A1, 1)])
    region = Region.objects.get(code="27")

    refused = at_once(
        lambda: withdraw(extract, actor=None), lambda: withdraw_month(region, MONTH, actor=None)
    )

    assert len(refused) == 1
    assert state_of(extract) == State.WITHDRAWN
    assert covered() == set()


def test_a_file_withdrawn_while_a_month_is_withdrawn_and_published_leaves_facts_of_layers() -> None:
    first = published([line(A1, 1), line(B1, 2)])
    second = brought([line(A1, 5), line(A2, 6)], mode="complete")
    region = Region.objects.get(code="27")

    at_once(
        lambda: withdraw(first, actor=None),
        lambda: publish(second),
        lambda: withdraw_month(region, MONTH, actor=None),
    )

    speaking = set(Layer.objects.filter(in_force=True).values_list("extract", flat=True))
    assert speaking in (set(), {second.pk})
    assert bool(fed()) == bool(speaking)
    assert {state_of(first), state_of(second)} <= {State.WITHDRAWN, State.PUBLISHED}


def test_a_file_that_a_worker_has_is_left_alone() -> None:
    extract = brought([line(A1, 1)])
    refused: list[str] = []

    def act(do: Callable[[], Any]) -> None:
        try:
            do()
        except RefusedActError as refusal:
            refused.append(str(refusal))

    with work_lock(extract.pk):
        threads = in_threads(
            lambda: act(lambda: withdraw(extract, actor=None)),
            lambda: act(lambda: purge(extract, actor=None, reason="essai")),
            lambda: act(lambda: republish(extract, actor=None)),
        )
        for thread in threads:
            thread.join(60)

    assert len(refused) == 3
    assert all("en cours de traitement" in text for text in refused)
    assert Extract.objects.get().state == State.READY
