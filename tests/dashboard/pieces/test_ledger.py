"""What may be told of cells: no sum that is one ESMS's, when it is little."""

from __future__ import annotations

import pytest

from dashboard.pieces.ledger import Fed, Ledger, space_of

ONE, OTHER = 1, 2


def ledger(*months: Fed) -> Ledger:
    """That of a département where one sector fed, month after month."""
    return Ledger(space_of({("21", "PA", rank): fed for rank, fed in enumerate(months)}))


def tells(book: Ledger, *months: int) -> bool:
    """Whether the documents of some months together may be told."""
    return book.add([book.space.amount("D21", None, months)])


@pytest.mark.parametrize(
    ("fed", "told"),
    [
        (Fed(4, 4, ONE), False),
        (Fed(4, 4, None), True),
        (Fed(40, 40, ONE), True),
        (Fed(40, 4, ONE), False),  # few of a type
    ],
)
def test_a_month_is_told_unless_one_esms_made_little_of_it(fed: Fed, *, told: bool) -> None:
    assert tells(ledger(fed), 0) == told


@pytest.mark.parametrize(
    ("second", "told"),
    [(Fed(5, 5, ONE), False), (Fed(5, 5, OTHER), True), (Fed(50, 5, ONE), True)],
)
def test_the_sum_of_months_is_told_unless_it_is_little_and_of_one_esms(
    second: Fed, *, told: bool
) -> None:
    assert tells(ledger(Fed(4, 4, ONE), second), 0, 1) == told


def test_what_would_follow_is_not_told_and_leaves_no_trace() -> None:
    book = ledger(Fed(4, 4, ONE), Fed(40, 40, None), Fed(30, 30, None))

    assert tells(book, 0, 1)
    assert not tells(book, 1)
    assert tells(book, 1, 2)
    assert tells(book, 0, 1)
    assert not tells(book, 0, 2)  # half of a + b, minus b + c, plus a + c, is a


def test_nothing_is_told_of_a_region_without_documents() -> None:
    book = ledger()

    assert tells(book, 0)
