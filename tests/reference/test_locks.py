"""Locks of a session: one process at a time, none left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from reference.locks import advisory_lock, locked_keys

pytestmark = pytest.mark.django_db

OURS, THEIRS = 0x54455354, 0x54455355
LOWEST, HIGHEST = -(1 << 31), (1 << 31) - 1


@contextmanager
def other_session(key: int) -> Iterator[None]:
    """Another session, which holds a lock of ours."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [OURS, key])
    try:
        yield
    finally:
        other.close()


def test_a_lock_is_held_for_the_block_alone() -> None:
    with advisory_lock(OURS, 1) as held:
        assert held
        assert locked_keys(OURS) == {1}
    assert locked_keys(OURS) == set()


def test_what_another_session_holds_is_not_obtained_and_dies_with_it() -> None:
    with other_session(1):
        with advisory_lock(OURS, 1) as held:
            assert not held
        assert locked_keys(OURS) == {1}  # not given back by who never had it
    with connection.cursor() as cursor:  # a session takes a moment to die
        cursor.execute("SET LOCAL lock_timeout = 10000")
    with advisory_lock(OURS, 1, wait=True) as held:
        assert held


def test_a_lock_may_be_waited_for() -> None:
    with other_session(1), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 50")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            advisory_lock(OURS, 1, wait=True).__enter__()
    with advisory_lock(OURS, 1, wait=True) as held:
        assert held


def test_each_namespace_has_its_own_keys() -> None:
    with advisory_lock(OURS, 1), advisory_lock(THEIRS, 1) as held, advisory_lock(THEIRS, 2):
        assert held
        assert (locked_keys(OURS), locked_keys(THEIRS)) == ({1}, {1, 2})


def test_keys_keep_their_sign() -> None:
    with advisory_lock(OURS, LOWEST), advisory_lock(OURS, -1), advisory_lock(OURS, HIGHEST):
        assert locked_keys(OURS) == {LOWEST, -1, HIGHEST}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_first_error_is_the_one_seen_when_the_session_dies() -> None:
    def fail() -> None:
        with advisory_lock(OURS, 1):
            connection.connection.close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    connection.close()
    assert locked_keys(OURS) == set()
