"""Numbers as French texts write them."""

import pytest

from reference.numbers import grouped


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1\u202f000"),
        (-1_234, "-1\u202f234"),
        (12_345_678, "12\u202f345\u202f678"),
    ],
)
def test_thousands_are_apart(number: int, written: str) -> None:
    assert grouped(number) == written


def test_decimals_follow_a_comma() -> None:
    assert grouped(1234.56, 1) == "1\u202f234,6"
