"""Columns of texts in which each different text is kept once, and computed once.

An extract of a million lines holds a few dozen types and some thousands of FINESS numbers: read
this way it takes 4 bytes per cell, and what is done to a text is done once per different one.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd

Codes = np.ndarray[tuple[int], np.dtype[np.int32]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


class Coder:
    """Gathers the rows of a table, column by column; short rows are filled up with blanks."""

    def __init__(self) -> None:
        self._codes: list[array[int]] = []
        self._seen: list[dict[Any, int]] = []
        self.lines = array("q")

    def add(self, lines: Sequence[int], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of hashable values and the line of each. Cheapest by thousands."""
        before = len(self.lines)
        self.lines.extend(lines)
        for position, cells in enumerate(zip_longest(*rows, fillvalue="")):
            if position == len(self._codes):
                self._codes.append(array("i", bytes(4 * before)))
                self._seen.append({"": 0})
            seen = self._seen[position]
            self._codes[position].extend([seen.setdefault(cell, len(seen)) for cell in cells])
        for codes in self._codes:
            codes.extend([0] * (len(self.lines) - len(codes)))

    @property
    def width(self) -> int:
        """The number of columns so far."""
        return len(self._codes)

    def frame(self, clean: Callable[[Any], str] = str) -> pd.DataFrame:
        """One category column per column (0, 1, …), indexed by line, of what `clean` makes."""
        index = pd.Index(np.array(self.lines, dtype="int64"), name="line")
        columns = {
            position: coded(np.array(codes, dtype="int32"), list(map(clean, seen)))
            for position, (codes, seen) in enumerate(zip(self._codes, self._seen, strict=True))
        }
        return pd.DataFrame(columns, index=index)


def coded(codes: Codes, texts: Sequence[str]) -> pd.Categorical:
    """The texts that codes stand for, as a categorical without a text that no row has.

    `texts` may hold the same one twice.
    """
    used = np.flatnonzero(np.bincount(codes, minlength=len(texts)))
    where, kept = pd.factorize(np.array(texts, dtype=object)[used])
    if len(kept) < len(texts):
        place = np.zeros(len(texts), dtype="int32")
        place[used] = where
        codes = place[codes]
    return pd.Categorical.from_codes(codes, pd.Index(kept, dtype="str"))


def constant(text: str, length: int) -> pd.Categorical:
    """The same text so many times."""
    texts = pd.Index([text] if length else [], dtype="str")
    return pd.Categorical.from_codes(np.zeros(length, dtype="int8"), texts)


def each(texts: pd.Categorical, read: Callable[[str], str]) -> pd.Categorical:
    """What `read` makes of each text, computed once per different text."""
    return coded(codes_of(texts), [read(text) for text in different(texts)])


def holds(texts: pd.Categorical, test: Callable[[str], object]) -> Mask:
    """Whether each text passes a test, done once per different text."""
    answers = np.array([bool(test(text)) for text in different(texts)], dtype="bool")
    passed: Mask = answers[codes_of(texts)]
    return passed


def different(texts: pd.Categorical) -> list[str]:
    """The different texts, by their code, as Python's own: much faster to go through."""
    return list(texts.categories.to_numpy(dtype=object))


def texts_of(cells: pd.DataFrame, position: int) -> pd.Categorical:
    """A column of `Coder.frame`."""
    return pd.Categorical(cells[position])


def codes_of(texts: pd.Categorical) -> Codes:
    """The position of each row's text among the categories."""
    codes: Codes = np.asarray(texts.codes, dtype="int32")
    return codes
