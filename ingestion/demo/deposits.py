"""Which facilities of the demonstration feed in which month.

Each sector of a département has its regulars (the first ranks, more of them as the months go)
and others who take turns, so that the counts of each month and the distinct count of the last
year are met exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.demo.draws import Draws
from ingestion.demo.story import LAST_YEAR, MONTHS, Story

#: Of ten contributors of a month, seven are regulars…
REGULARS_IN_TEN = 7
#: … and one regular in so many skips the month.
SKIPS_ONE_IN = 16


@dataclass(frozen=True)
class Deposits:
    """Ranks of the facilities of one sector of one département that feed, by month position."""

    regulars: tuple[tuple[int, ...], ...]
    others: tuple[tuple[int, ...], ...]

    def at(self, position: int) -> tuple[int, ...]:
        """Every rank that feeds in a month."""
        return tuple(sorted((*self.regulars[position], *self.others[position])))

    def is_regular(self, rank: int, position: int) -> bool:
        """Whether a rank feeds in a month out of habit."""
        return rank in self.regulars[position]


def draw_deposits(story: Story, departement: str, sector: str, draws: Draws) -> Deposits:
    """Say who feeds when, in one sector of one département.

    Raises:
        ValueError: when the story's distinct count of the last year cannot be met.
    """
    counts = story.contributors[departement, sector]
    distinct = story.distinct[departement, sector]
    before = _ranks_before_last_year(counts, distinct)
    last_used = dict.fromkeys({*range(distinct), *before}, -len(MONTHS))
    seen: set[int] = set()  # in the last year
    regulars, others = [], []
    for position, count in enumerate(counts):
        in_last_year = position >= LAST_YEAR.start
        habit = range(count * REGULARS_IN_TEN // 10)
        pool = [r for r in (range(distinct) if in_last_year else before) if r not in habit]
        spare = len(pool) - (count - len(habit))
        skips = [rank for rank in habit if draws.below(SKIPS_ONE_IN) == 0][:spare]
        present = [rank for rank in habit if rank not in skips]
        # Those whom the last year still lacks first, then those who have rested most.
        pool.sort(key=lambda rank: (rank in seen, last_used[rank] + draws.below(3), rank))
        turn = sorted(pool[: count - len(present)])
        regulars.append(tuple(present))
        others.append(tuple(turn))
        for rank in (*present, *turn):
            last_used[rank] = position
        if in_last_year and position in LAST_YEAR:
            seen.update(present, turn)
    deposits = Deposits(tuple(regulars), tuple(others))
    _check(deposits, counts, len(seen), distinct, f"{departement} {sector}")
    return deposits


def _ranks_before_last_year(counts: tuple[int, ...], distinct: int) -> list[int]:
    """A third more ranks than ever feed in one month, and a few that will have stopped since."""
    most = max(counts[: LAST_YEAR.start])
    lasting = min(distinct, most * 4 // 3 + 1)
    stopped = max(1 + most // 6, most + 1 - lasting)
    return [*range(lasting), *range(distinct, distinct + stopped)]


def _check(
    deposits: Deposits, counts: tuple[int, ...], seen: int, distinct: int, where: str
) -> None:
    drawn = tuple(len(deposits.at(position)) for position in range(len(MONTHS)))
    if drawn != counts or seen != distinct:
        raise ValueError(f"{where}: {drawn} and {seen} instead of {counts} and {distinct}")
