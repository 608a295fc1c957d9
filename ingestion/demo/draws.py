"""Draws and shares that come out the same on every machine.

Only the raw output of the PCG64 generator is used, which numpy promises never to change, and
integer arithmetic: a demonstration that differs from one machine to another cannot be tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draws:
    """A stream of whole numbers that a seed fixes."""

    def __init__(self, *seed: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1, evenly (the bias of the modulo is below 2⁻⁴⁰)."""
        return int(self._bits.random_raw()) % limit

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, evenly."""
        return items[self.below(len(items))]


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number by weights, in whole parts that add up to it (largest remainders).

    Raises:
        ValueError: when no weight is positive.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing to share by: no weight is positive")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
