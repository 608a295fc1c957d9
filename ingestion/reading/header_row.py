"""The header row of a table: which one it is, and what its cells look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from ingestion.reading.headers import REQUIRED, Field, field_of
from ingestion.reading.layout import header_keys, is_report, signature
from ingestion.reading.months import header_month
from reference.documents import normalise_label

HEADER_ROWS = 30

_TYPE_CODE = re.compile(r"\s*(\d{4,5}-\d|SYNTH)\b")
_OTHERS = re.compile(r"autres?(?: types?)?(?: de)?(?: documents?)?")
_SUMS = re.compile(r"\b(?:total|totaux|ensemble|somme|cumul|moyenne)\b")


@dataclass(frozen=True)
class Clues:
    """What tells headers from other cells, besides the alias table.

    `types`: normalised writings of document types. `known`: signatures of the header sets of
    which a person said the columns.
    """

    types: Collection[str] = ()
    known: Collection[str] = ()


NO_CLUES = Clues()


@dataclass(frozen=True)
class Header:
    """One row taken for a header: its index among the rows of the table, its cells."""

    row: int
    cells: tuple[str, ...]
    clues: Clues

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The key of each cell (`layout.header_keys`)."""
        return header_keys(self.cells)

    @cached_property
    def signature(self) -> str:
        """What names this header set (`layout.signature`)."""
        return signature(self.keys)

    @cached_property
    def fields(self) -> tuple[tuple[Field, int] | None, ...]:
        """What each cell names in the alias table, and how surely."""
        return tuple(
            None if is_report(key) else field_of(cell)
            for key, cell in zip(self.keys, self.cells, strict=True)
        )

    @cached_property
    def months(self) -> tuple[int, ...]:
        """The positions of the cells that are months, and no document type."""
        return tuple(
            i
            for i, cell in enumerate(self.cells)
            if header_month(cell) and i not in self.types and self.fields[i] is None
        )

    @cached_property
    def types(self) -> tuple[int, ...]:
        """The positions of the cells that name a document type; "Autres" among others only."""
        free = [i for i, cell in enumerate(self.cells) if cell.strip() and not self.fields[i]]
        named = {i for i in free if self._is_type(self.cells[i])}
        others = {i for i in free if _OTHERS.fullmatch(normalise_label(self.cells[i]))}
        return tuple(sorted(named | others)) if named else ()

    @cached_property
    def sums(self) -> frozenset[int]:
        """The positions of the cells that head totals of other columns."""
        return frozenset(
            i
            for i, cell in enumerate(self.cells)
            if i not in self.types and _SUMS.search(normalise_label(cell))
        )

    @property
    def score(self) -> int:
        """How much it names: required fields first, then kinds of counts, then other fields.

        0 when it is no header.
        """
        found = {field for field, _ in filter(None, self.fields)}
        if Field.FINESS not in found:
            return 0 if len(found) < 2 else len(found & set(REQUIRED)) * 10 + len(found)
        counts = bool(self.types) + bool(self.months)
        return (len(found & set(REQUIRED)) + counts) * 10 + len(found)

    def columns(self, field: Field) -> list[int]:
        """The columns that name a field by its surest writing; several are ambiguous."""
        ranked = [(each[1], i) for i, each in enumerate(self.fields) if each and each[0] == field]
        best = min(ranked, default=(0, 0))[0]
        return [i for rank, i in ranked if rank == best]

    def type_text(self, text: str) -> str:
        """A writing of a document type, or its code alone when the words after it are unknown."""
        code = _TYPE_CODE.match(text)
        known = self.clues.types
        if code is None or normalise_label(text) in known or normalise_label(code[1]) not in known:
            return text
        return code[1]

    def _is_type(self, cell: str) -> bool:
        return bool(_TYPE_CODE.match(cell)) or normalise_label(cell) in self.clues.types


def find_header(rows: Iterable[Sequence[str]], clues: Clues) -> Header | None:
    """The header among the first rows; None when no row looks like it.

    It is the first whose header set a person spoke of, else the one that names most columns.
    """
    first = [Header(i, tuple(row), clues) for i, row in _first(rows)]
    if clues.known:
        for header in first:
            if header.signature in clues.known:
                return header
    best = max(first, key=lambda header: header.score, default=None)
    return best if best and best.score else None


def likely_header(rows: Iterable[Sequence[str]], clues: Clues) -> Header | None:
    """The row that may be a header though it says nothing known.

    It is the first of several texts, mostly, followed by a row about as wide; None if there is
    none.
    """
    first = list(_first(rows))
    for (index, row), (_, below) in pairwise(first):
        filled = [cell for cell in row if cell.strip()]
        words = [cell for cell in filled if re.search(r"[^\W\d_]{2}", cell)]
        under = sum(bool(cell.strip()) for cell in below)
        as_wide = 2 * under >= len(filled) and 4 * len(filled) >= 3 * under
        if len(filled) >= 2 and len(words) * 2 > len(filled) and as_wide:
            return Header(index, tuple(row), clues)
    return None


def quality(rows: Sequence[Sequence[str]], clues: Clues) -> tuple[int, int, int]:
    """How well first rows make a table: their header, how many have the commonest width, it."""
    header = find_header(rows, clues)
    if header and header.signature in clues.known:
        return 1_000, 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, times = max(widths.items(), key=lambda each: (each[1], each[0]), default=(1, 0))
    return header.score if header else 0, times, width


def _first(rows: Iterable[Sequence[str]]) -> Iterable[tuple[int, Sequence[str]]]:
    return zip(range(HEADER_ROWS), rows, strict=False)
