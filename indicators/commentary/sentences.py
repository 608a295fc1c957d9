"""What a paragraph is made of: sentences that carry their facts.

A `Line` is the only way to write a number: each of its methods keeps the fact under a French name
and gives back the words, so that a text cannot state what its facts do not hold. The name tells
the unit: `fact_text` writes any fact again from its name and value alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from indicators.commentary.words import GROUPS, typeset
from reference import french
from reference.months import in_french, iso, parse_month

Fact = float | str | None


@dataclass(frozen=True)
class Sentence:
    """One sentence, its facts by French name, and the query of the list of the ESMS behind it.

    `opens`: whether a new block of the paragraph begins with it.
    """

    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    esms: Mapping[str, str] = field(default_factory=dict)
    opens: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Sentences in their order."""

    sentences: tuple[Sentence, ...]

    @property
    def blocks(self) -> tuple[tuple[Sentence, ...], ...]:
        """The sentences by block of text, as pages show them."""
        return tuple(tuple(block) for block in self._blocks())

    @property
    def text(self) -> str:
        """The words alone; blocks are separated by an empty line."""
        return "\n\n".join(" ".join(s.text for s in block) for block in self._blocks())

    @property
    def facts(self) -> dict[str, Fact]:
        """Every fact of every sentence; the same name is always the same fact."""
        return {name: value for s in self.sentences for name, value in s.facts.items()}

    def _blocks(self) -> Iterator[list[Sentence]]:
        block: list[Sentence] = []
        for sentence in self.sentences:
            if sentence.opens and block:
                yield block
                block = []
            block.append(sentence)
        if block:
            yield block


class Line:
    """Collects the facts of one sentence while it is being written."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}

    def keep(self, name: str, value: Fact) -> None:
        """Keep a fact that the words tell without a number, or a word."""
        self.facts[name] = value

    def say(self, name: str, value: float) -> str:
        """Keep a number, and write it in the unit of its name."""
        self.facts[name] = value
        return fact_text(name, value)

    def count(self, name: str, value: float, singular: str, plural: str | None = None) -> str:
        """Keep a count, and write it with its noun."""
        self.facts[name] = value
        return french.count(value, singular, plural)

    def month(self, name: str, value: dt.date) -> str:
        """Keep a month, and write it: "avril 2025"."""
        self.facts[name] = iso(value)
        return in_french(value)

    def quote(self, name: str, value: str) -> str:
        """Keep the name of a thing, and write it between quotes."""
        self.facts[name] = value
        inside = typeset(value).replace("«\u202f", "“").replace("\u202f»", "”")
        return french.quoted(inside)

    def end(
        self, text: str, esms: Mapping[str, str] | None = None, *, opens: bool = False
    ) -> Sentence:
        """The sentence, with a capital and a full stop."""
        return Sentence(french.sentence(typeset(text)), dict(self.facts), dict(esms or {}), opens)


def percentage(fraction: float) -> str:
    """A share as people read it: whole from 10 % on, one decimal under, never a false 0 or 100."""
    if fraction <= 0 or fraction >= 1:
        return french.percent(fraction, 0)
    tenths = round(fraction * 1000)
    return french.percent(fraction, 1 if tenths < 100 or tenths > 990 else 0)


#: What the name of a fact begins with, and how its number is written. Anything else is a count.
WRITERS: tuple[tuple[tuple[str, ...], Callable[[float], str]], ...] = (
    (("part", "taux"), percentage),
    (("évolution",), lambda change: french.growth(change + 1)),
    (("écart",), french.points),
    (("rapport", "diversité"), french.decimal),
)
#: A fact whose name begins so is a month, "2025-04".
MONTH = "mois"
#: The code of a département, after the colon of the name of a fact of its région.
DEPARTEMENT = re.compile(r"\d[\dAB]\d?")


def fact_label(name: str) -> str:
    """The name of a fact for readers: its key after the colon is a group, or a département."""
    what, _, key = name.partition(" : ")
    if key in GROUPS:
        return f"{what}, {GROUPS[key]}"
    return f"{what}, département {key}" if DEPARTEMENT.fullmatch(key) else typeset(name)


def fact_text(name: str, value: Fact) -> str:
    """A fact as sentences write it, from its name and value alone."""
    if value is None:
        return french.NOT_AVAILABLE
    if isinstance(value, str):
        return in_french(parse_month(value)) if name.startswith(MONTH) else value
    write = next((write for names, write in WRITERS if name.startswith(names)), french.integer)
    return write(value)
