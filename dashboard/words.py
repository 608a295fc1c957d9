"""What differs between two texts, word by word, as people read it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
#: Stands for the end of a paragraph among words, and is shown where one was added or removed.
PARAGRAPH = "¶"


@dataclass(frozen=True)
class Piece:
    """Words in a row with the same fate: `kind` is SAME, ADDED or REMOVED."""

    kind: str
    text: str


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class Differences:
    """How a text became another; `paragraphs` are those of both, their pieces in order."""

    paragraphs: tuple[Pieces, ...]

    @property
    def added(self) -> int:
        """How many passages were added."""
        return self._count(ADDED)

    @property
    def removed(self) -> int:
        """How many passages were removed."""
        return self._count(REMOVED)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def _count(self, kind: str) -> int:
        return sum(piece.kind == kind for pieces in self.paragraphs for piece in pieces)


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a plain text, apart from each other by an empty line."""
    return tuple(filter(None, (part.strip() for part in re.split(r"\n\s*\n", text))))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a plain text: each ends with a full stop before a capital."""
    return tuple(
        sentence.strip()
        for paragraph in paragraphs(text)
        for sentence in re.split(r"(?<=[.!?…])[ \n]+(?=[«A-ZÀÂÇÉÈÊËÎÏÔÙÛŒ0-9])", paragraph)
        if sentence.strip()
    )


def differences(before: str, after: str) -> Differences:
    """What makes `after` of `before`, word by word.

    Narrow spaces hold a word together ("20,1 %" is one); plain ones and line ends do not count.
    """
    pieces = _pieces(_words(before), _words(after))
    return Differences(tuple(_split(pieces)))


def changed_sentences(before: str, after: str) -> tuple[Pieces, ...]:
    """The sentences that are not the same, each with its words added and removed."""
    old, new = sentences(before), sentences(after)
    changed: list[Pieces] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            continue
        paired = min(j - i, m - k)
        changed += [
            _pieces(_words(one), _words(other))
            for one, other in zip(old[i : i + paired], new[k : k + paired], strict=True)
        ]
        changed += [(Piece(REMOVED, one),) for one in old[i + paired : j]]
        changed += [(Piece(ADDED, other),) for other in new[k + paired : m]]
    return tuple(changed)


def _words(text: str) -> list[str]:
    """Words, and a mark between paragraphs."""
    found: list[str] = []
    for paragraph in paragraphs(text):
        found += [PARAGRAPH, *re.findall(r"[^ \t\n]+", paragraph)]
    return found[1:]


def _pieces(before: Sequence[str], after: Sequence[str]) -> Pieces:
    found: list[Piece] = []

    def add(kind: str, words: Sequence[str]) -> None:
        if words:
            found.append(Piece(kind, " ".join(words)))

    # In long texts difflib starts no match on a very common word, which keeps it fast.
    for tag, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            add(SAME, before[i:j])
        else:
            add(REMOVED, before[i:j])
            add(ADDED, after[k:m])
    return tuple(found)


def _split(pieces: Pieces) -> Iterator[Pieces]:
    """The pieces of each paragraph; an end of paragraph that both have is not shown."""
    row: list[Piece] = []
    for piece in pieces:
        if piece.kind != SAME:
            row.append(piece)
            continue
        first, *others = re.split(rf" ?(?<![^ ]){PARAGRAPH}(?![^ ]) ?", piece.text)
        row += [Piece(SAME, first)] if first else []
        for other in others:
            yield tuple(row)
            row = [Piece(SAME, other)] if other else []
    if row:
        yield tuple(row)
