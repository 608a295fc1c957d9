"""How documents changed over a year, and on which months the two years are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from indicators.commentary.sentences import Fact, Line, Sentence
from indicators.commentary.view import SMALL_VOLUME, View

#: The months of a year.
YEAR = 12
COMPARABLE = "nombre de mois comparables"
MONTHS_OF_YEAR = "nombre de mois d’une année"
CHANGE = "évolution des documents sur un an"
GAINED = "documents gagnés en un an"
ACTIVE = "part des ESMS déjà actifs dans la hausse"
#: Facts that hold on comparable months only.
ON_COMPARABLE = frozenset({CHANGE, GAINED, ACTIVE})


def yearly(view: View, line: Line) -> str:
    """ "+224 % (×3,2)", nothing when n. d. or over too few documents."""
    growth = view.measures.growth
    if growth.change is None or growth.earlier < SMALL_VOLUME:
        return ""
    return line.say(CHANGE, growth.change)


def basis(view: View, line: Line) -> str:
    """ "à mois comparables (11 sur 12)"; nothing when every month is."""
    facts = _basis(view)
    if not facts:
        return ""
    line.facts.update(facts)
    return _words(view)


def after(words: str) -> str:
    """Words after a comma; nothing for nothing."""
    return f", {words}" if words else ""


def on_its_basis(view: View, sentences: Iterable[Sentence | None]) -> tuple[Sentence, ...]:
    """The sentences there are, the first to compare two years saying on which months.

    DOMAIN: a growth is told "à mois comparables" as soon as a month is missing.
    """
    told = [sentence for sentence in sentences if sentence is not None]
    first = next((n for n, one in enumerate(told) if not ON_COMPARABLE.isdisjoint(one.facts)), None)
    facts = _basis(view)
    if first is not None and facts and COMPARABLE not in told[first].facts:
        one = told[first]
        text = f"À {_words(view)[2:]}, {one.text[:1].lower()}{one.text[1:]}"
        told[first] = replace(one, text=text, facts={**one.facts, **facts})
    return tuple(told)


def _basis(view: View) -> dict[str, Fact]:
    months = view.measures.growth.comparable_months
    return {} if months >= YEAR else {COMPARABLE: months, MONTHS_OF_YEAR: YEAR}


def _words(view: View) -> str:
    return f"à mois comparables ({view.measures.growth.comparable_months} sur {YEAR})"
