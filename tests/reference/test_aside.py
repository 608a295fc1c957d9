"""What is computed while something else is waited for."""

from __future__ import annotations

import threading

import pytest

from reference.aside import aside


def test_both_go_on_at_once_and_the_block_gets_what_was_computed() -> None:
    met = threading.Barrier(2, timeout=10)

    def act() -> str:
        met.wait()
        return "made"

    with aside(act) as made:
        met.wait()  # would break if one waited for the end of the other
        assert made() == "made"


def test_what_was_raised_aside_is_raised_even_when_nobody_asks() -> None:
    def act() -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"), aside(act):
        pass


def test_a_block_that_fails_says_its_own_fault_once_the_other_has_ended() -> None:
    ended: list[bool] = []
    going = threading.Event()

    def act() -> None:
        going.wait(10)
        ended.append(True)

    def fail() -> None:
        with aside(act):
            going.set()
            raise ValueError("own")

    with pytest.raises(ValueError, match="own"):
        fail()
    assert ended
