"""The figures of one territory at a committee and today, as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.charts.contributors import is_small
from dashboard.edition_figures import Json, rank_words
from indicators.selection import Territory
from reference import french


@dataclass(frozen=True)
class Pair:
    """A figure on both dates, and its change, as they are written.

    `numbers`: the same in their unit, None for what is written in counts or not known.
    """

    before: str
    after: str
    change: str
    numbers: tuple[float | None, float | None, float | None] = (None, None, None)


@dataclass(frozen=True)
class Both:
    """The figures of one territory then and now, as `editions.summary` has them.

    `whole`: whether its rates are over the same départements on both dates, which a région's are
    not where one is missing on either.
    """

    territory: Territory
    before: Json
    after: Json
    whole: bool = True

    def change(self, name: str) -> float | None:
        """The difference of a figure, None unless both are known."""
        before, after = self.before.get(name), self.after.get(name)
        return None if before is None or after is None else float(after - before)

    @property
    def comparable(self) -> bool:
        """Whether the documents of both dates are those of as many received months.

        None is a territory whose last month is missing: its documents are of other months. The
        first editions did not keep how many: all, unless something was missing.
        """
        received = self.after.get("received", 12)
        return received is not None and received == self.before.get("received", 12)

    @property
    def small(self) -> bool:
        """Whether the rate of either date is over too few ESMS to be a percentage."""
        return any(is_small(each.get("parc")) for each in (self.before, self.after))

    @property
    def move(self) -> float:
        """The change of the rate as both are written, 0 when it would not be."""
        before, after = self.before.get("rate"), self.after.get("rate")
        if before is None or after is None or self.small or not self.whole:
            return 0.0
        return french.apart(after, before)


def documents_pair(both: Both) -> Pair:
    """Its documents over 12 months, compared where as many months were received."""
    before, after = both.before.get("documents"), both.after.get("documents")
    change = None
    if before and after is not None and both.comparable:
        change = after / before - 1
    return Pair(
        french.integer(before),
        french.integer(after),
        "–" if change is None else french.signed_percent(change),
        (before, after, change),
    )


def rate_pair(both: Both) -> Pair:
    """Its rate over 12 months, in counts where its ESMS are too few."""
    if both.small:
        return Pair(counts(both.before), counts(both.after), "–")
    change = both.change("rate") if both.whole else None
    return Pair(
        french.percent(both.before.get("rate")),
        french.percent(both.after.get("rate")),
        "–" if change is None else french.signed_points(both.move),
        (both.before.get("rate"), both.after.get("rate"), change),
    )


def counts(figures: Json) -> str:
    """The ESMS that fed over 12 months of those open: "3 sur 12"."""
    part, whole = figures.get("contributors"), figures.get("parc")
    if part is None or whole is None:
        return french.NOT_AVAILABLE
    return f"{french.integer(part)} sur {french.integer(whole)}"


def ranked_codes(figures: Mapping[str, Json]) -> set[str]:
    """The territories that have a rank."""
    return {code for code, each in figures.items() if each.get("rank") is not None}


def rank_pair(both: Both, before: Mapping[str, Json], after: Mapping[str, Json]) -> Pair:
    """Its rank by rate among the figures of each date, and the places that it gained.

    None are gained nor lost where others are ranked: who is missing moves all those below.
    """
    change = both.change("rank") if ranked_codes(before) == ranked_codes(after) else None
    return Pair(
        rank_words(both.before, before),
        rank_words(both.after, after),
        "–" if not change else french.signed(french.integer(-change)),
        (both.before.get("rank"), both.after.get("rank"), -change if change else None),
    )
