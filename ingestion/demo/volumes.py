"""How many documents of which type each contributor of the demonstration feeds, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.demo.deposits import Deposits, draw_deposits
from ingestion.demo.draws import Draws, apportion
from ingestion.demo.register import DemoFacility, draw_register
from ingestion.demo.story import MONTHS, Peak, Story

#: Documents of a month, as weights: log-normal in shape, capped.
INTENSITIES = (3, 4, 6, 8, 9, 11, 13, 16, 19, 23, 29, 38, 52, 70)
#: How much a facility prefers a type to another: few types each, never the same ones.
PREFERENCES = (1, 1, 2, 4, 10, 30, 90)
#: Types that a sector feeds more than another (the others: alike).
AFFINITIES = {
    "PA": {"57833-6": 4, "34842-5": 3, "11506-3": 3, "11488-4": 2},
    "PH": {"80788-3": 6, "28653-4": 4, "83901-9": 6, "80771-9": 6},
}
#: Rounds of proportional fitting: far more than such small tables need.
FITTING_ROUNDS = 30
#: Below so many occasional contributors, everybody takes part in a peak.
LEAST_FOR_A_PEAK = 3

#: The documents of one month by (FINESS, document type code).
MonthVolumes = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Demo:
    """Everything that is drawn: the facilities and, by month, their documents."""

    facilities: tuple[DemoFacility, ...]
    volumes: tuple[MonthVolumes, ...]


@dataclass(frozen=True)
class _Contributor:
    finess: str
    sector: str
    regular: bool


class _Habits:
    """What each facility is like, drawn once: how much it feeds, which types it prefers."""

    def __init__(self, facilities: Sequence[DemoFacility], codes: Sequence[str], draws: Draws):
        self.intensity = {f.finess: draws.pick(INTENSITIES) for f in facilities}
        self.preference = {
            f.finess: {
                code: draws.pick(PREFERENCES) * AFFINITIES.get(f.sector, {}).get(code, 1)
                for code in codes
            }
            for f in facilities
        }


def draw_demo(story: Story, seed: int) -> Demo:
    """Draw the whole demonstration; the same for the same story and seed, everywhere."""
    facilities = draw_register(story, seed)
    volumes: list[MonthVolumes] = [{} for _ in MONTHS]
    for departement in story.departements:
        here = [f for f in facilities if f.departement == departement]
        for position, drawn in enumerate(_departement(story, departement, here, seed)):
            volumes[position].update(drawn)
    return Demo(facilities, tuple(volumes))


def _departement(
    story: Story, departement: str, facilities: Sequence[DemoFacility], seed: int
) -> list[MonthVolumes]:
    draws = Draws(seed, int(departement), 1)
    deposits = {s: draw_deposits(story, departement, s, draws) for s in story.sectors(departement)}
    by_rank = {(f.sector, f.rank): f for f in facilities}
    weights = story.types[departement]
    habits = _Habits(facilities, [weight.code for weight in weights], draws)
    months = []
    for position, month in enumerate(MONTHS):
        people = _contributors(deposits, by_rank, position)
        mix = {weight.code: weight.at(position) for weight in weights}
        volumes = _ordinary(people, habits, mix, story.documents[departement][position], draws)
        for peak in story.peaks:
            if (peak.departement, peak.month) == (departement, month):
                _add_peak(volumes, peak, people, draws)
        months.append(volumes)
    return months


def _contributors(
    deposits: Mapping[str, Deposits],
    by_rank: Mapping[tuple[str, int], DemoFacility],
    position: int,
) -> list[_Contributor]:
    return [
        _Contributor(by_rank[sector, rank].finess, sector, drawn.is_regular(rank, position))
        for sector, drawn in deposits.items()
        for rank in drawn.at(position)
    ]


def _ordinary(
    people: Sequence[_Contributor],
    habits: _Habits,
    mix: Mapping[str, int],
    documents: int,
    draws: Draws,
) -> MonthVolumes:
    """Share the ordinary documents of a month: each contributor has one at least."""
    weights = [
        habits.intensity[one.finess] * (2 if one.regular else 1) * (75 + draws.below(51))
        for one in people
    ]
    shares = [1 + part for part in apportion(documents - len(people), weights)]
    by_code = dict(zip(mix, apportion(documents, list(mix.values())), strict=True))
    codes = [code for code, wanted in by_code.items() if wanted]
    tastes = [[habits.preference[one.finess][code] for code in codes] for one in people]
    table = _spread(shares, [by_code[code] for code in codes], tastes)
    return {
        (one.finess, code): count
        for one, row in zip(people, table, strict=True)
        for code, count in zip(codes, row, strict=True)
        if count
    }


def _spread(
    rows: Sequence[int], columns: Sequence[int], tastes: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Whole numbers by contributor and type: row sums exact, column sums within a few units."""
    table: npt.NDArray[np.float64] = np.array(tastes, dtype=np.float64)
    wanted = np.array(columns, dtype=np.float64)
    held = np.array(rows, dtype=np.float64)
    for _ in range(FITTING_ROUNDS):
        table *= wanted / table.sum(axis=0)
        table *= (held / table.sum(axis=1))[:, np.newaxis]
    spread = []
    owed = np.zeros(len(columns))
    for share, line in zip(rows, table, strict=True):
        # What rounding took from a type so far is given back by the next contributors.
        target = line + owed
        parts = apportion(share, [max(0, round(1000 * float(x))) for x in target])
        owed = target - parts
        spread.append(parts)
    return spread


def _add_peak(
    volumes: MonthVolumes, peak: Peak, people: Sequence[_Contributor], draws: Draws
) -> None:
    """Bring a peak by those who only come for it, by everybody where they are too few."""
    there = [one for one in people if peak.sector in {"", one.sector}]
    occasional = [one for one in there if not one.regular]
    carriers = occasional if len(occasional) >= LEAST_FOR_A_PEAK else there
    parts = apportion(peak.documents, [draws.pick(INTENSITIES) for _ in carriers])
    for one, part in zip(carriers, parts, strict=True):
        if part:
            key = (one.finess, peak.code)
            volumes[key] = volumes.get(key, 0) + part
