"""Worlds drawn by Hypothesis, and a large one drawn from a seed."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import strategies as st

from tests.indicators.oracle import add, months_between
from tests.indicators.world import CATEGORIES, CODES, SECTORS, TYPES, Period, World

FIRST = dt.date(2023, 1, 1)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two or three départements, a few facilities with a life, up to 26 months with gaps."""
    codes = CODES[: draw(st.integers(2, 3))]
    months = [add(FIRST, index) for index in range(draw(st.sampled_from([3, 13, 26])))]
    missing = draw(
        st.sets(st.tuples(st.sampled_from(months), st.sampled_from(codes)), max_size=len(months))
    )
    covered = {(month, code) for month in months for code in codes} - missing
    homes, periods, fed = {}, [], {}
    for facility in range(1, draw(st.integers(1, 6)) + 1):
        homes[facility] = draw(st.sampled_from(codes))
        periods += draw(lives(facility))
        regular = draw(st.booleans())
        acts = draw(
            st.lists(st.tuples(st.sampled_from(months), st.sampled_from(TYPES)), max_size=4)
        )
        acts += [(month, TYPES[0]) for month in months if regular]
        for month, code in acts:
            if (month, homes[facility]) in covered:
                fed[month, facility, code] = draw(st.integers(0, 3))
    known = sorted({month for month, _ in covered})
    carried = {}
    for entity in range(1, draw(st.integers(0, 3)) + 1 if known else 0):
        month = draw(st.sampled_from(known))
        places = [None, *(code for code in codes if (month, code) in covered)]
        carried[month, draw(st.sampled_from(places)), entity, draw(st.sampled_from(TYPES))] = (
            draw(st.sampled_from(SECTORS)),
            draw(st.integers(0, 5)),
        )
    return World(codes, homes, periods, fed, covered, carried)


@st.composite
def lives(draw: st.DrawFn, facility: int) -> list[Period]:
    """One or two periods that follow each other, open or closed at either end."""
    days = sorted(draw(st.sets(st.integers(-60, 800), min_size=4, max_size=4)))
    dates: list[dt.date | None] = [FIRST + dt.timedelta(days=day) for day in days]
    if draw(st.booleans()):
        dates[0] = None
    if draw(st.booleans()):
        dates[3] = None
    categories = draw(st.lists(st.sampled_from(sorted(CATEGORIES)), min_size=1, max_size=2))
    if len(categories) == 1:
        return [Period(facility, dates[0], dates[3], categories[0])]
    return [
        Period(facility, dates[0], dates[1], categories[0]),
        Period(facility, dates[2], dates[3], categories[1]),
    ]


def large_world(facilities: int = 25) -> World:
    """24 months, eight départements, December 2023 missing everywhere and one cell more."""
    chance = random.Random(7)
    months = months_between(dt.date(2023, 1, 1), dt.date(2024, 12, 1))
    covered = {(month, code) for month in months for code in CODES}
    covered -= {(dt.date(2023, 12, 1), code) for code in CODES}
    covered -= {(dt.date(2024, 12, 1), CODES[3])}
    homes, periods, fed = {}, [], {}
    for facility in range(1, facilities * len(CODES) + 1):
        homes[facility] = CODES[facility % len(CODES)]
        opened = FIRST + dt.timedelta(days=chance.randint(-400, 500))
        closed = opened + dt.timedelta(days=chance.randint(100, 2000))
        category = chance.choice(list(CATEGORIES))
        periods.append(Period(facility, opened, closed, category))
        if chance.random() < 0.3:
            later = closed + dt.timedelta(days=chance.randint(1, 90))
            periods.append(Period(facility, later, None, chance.choice(list(CATEGORIES))))
        zeal = chance.random()
        for month in months:
            if (month, homes[facility]) in covered and chance.random() < zeal:
                fed[month, facility, chance.choice(TYPES)] = chance.randint(0, 9)
    carried = {
        (month, chance.choice([None, CODES[0], CODES[1]]), entity, TYPES[entity % 3]): (
            chance.choice(SECTORS),
            chance.randint(0, 30),
        )
        for month in months
        if month != dt.date(2023, 12, 1)
        for entity in (1, 2)
    }
    return World(CODES, homes, periods, fed, covered, carried)
