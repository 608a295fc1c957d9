"""The demonstration tells what the region's committee said in January 2026, within its bounds.

Here on what is drawn, before any database; `test_demo_load` reads the same bounds on what the
pipeline made of it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from indicators.dynamics import classify
from ingestion.demo.deposits import draw_deposits
from ingestion.demo.draws import Draws
from ingestion.demo.load import SEED
from ingestion.demo.programme import draw_members
from ingestion.demo.register import OUTSIDE
from ingestion.demo.story import LAST_MONTH, LAST_YEAR, MONTHS, load_story
from ingestion.demo.volumes import Demo, draw_demo
from reference.months import last_day
from tests.ingestion.demo_facts import (
    DYNAMICS,
    GROWTH,
    LEADING_TYPES,
    PARC,
    PERIODS,
    RATES,
    SHARE_FEEDING,
    SHARES,
)

LOADED = MONTHS.index(LAST_MONTH) + 1


@cache
def demo() -> Demo:
    return draw_demo(load_story(), SEED)


def documents(departement: str, months: range = range(LOADED)) -> Counter[str]:
    """Documents by type of a département over some months."""
    total: Counter[str] = Counter()
    for position in months:
        for (finess, code), count in demo().volumes[position].items():
            if finess.startswith(departement):
                total[code] += count
    return total


def contributors(departement: str, months: range) -> set[str]:
    """Facilities of a département ("": of all) with a document in some months."""
    return {
        finess
        for position in months
        for finess, _ in demo().volumes[position]
        if finess.startswith(departement)
    }


def parc(departement: str, position: int) -> int:
    month = MONTHS[position]
    return sum(
        f.finess.startswith(departement) and f.sector != OUTSIDE
        for f in demo().facilities
        if f.is_open(month, last_day(month))
    )


def rate(departement: str, position: int) -> float:
    """Contributors of a month in percent of its parc."""
    feeding = len(contributors(departement, range(position, position + 1)))
    return 100 * feeding / parc(departement, position)


def monthly(values: list[float]) -> pd.Series[float]:
    return pd.Series(values, index=pd.DatetimeIndex(MONTHS[: len(values)]), dtype="float64")


@pytest.mark.parametrize(("departement", "period", "least", "most"), RATES)
def test_monthly_rates_lie_within_the_committee_s_words(
    departement: str, period: str, least: float, most: float
) -> None:
    first, last = PERIODS[period]

    rates = [rate(departement, position) for position in range(first, last + 1)]

    assert least <= min(rates)
    assert max(rates) <= most


@pytest.mark.parametrize(("departement", "sector", "least", "most"), SHARES)
def test_sector_shares_of_the_last_year_lie_within_the_committee_s_words(
    departement: str, sector: str, least: float, most: float
) -> None:
    sectors = {f.finess: f.sector for f in demo().facilities}

    feeding = Counter(sectors[finess] for finess in contributors(departement, LAST_YEAR))

    assert least <= 100 * feeding[sector] / feeding.total() <= most


def test_a_quarter_of_the_region_s_facilities_feeds_over_the_last_year() -> None:
    open_ones = parc("", LOADED - 1)

    share = 100 * len(contributors("", LAST_YEAR)) / open_ones

    assert PARC[0] <= open_ones <= PARC[1]
    assert SHARE_FEEDING[0] <= share <= SHARE_FEEDING[1]


def test_documents_more_than_triple_in_a_year() -> None:
    recent = sum(sum(demo().volumes[position].values()) for position in LAST_YEAR)
    earlier = sum(sum(demo().volumes[position].values()) for position in range(LAST_YEAR.start))

    growth = 100 * (recent / earlier - 1)

    assert GROWTH[0] <= growth <= GROWTH[1]


def test_a_third_of_the_programme_s_members_feeds_and_a_tenth_of_the_others() -> None:
    members = set(draw_members(demo(), SEED))
    feeding = contributors("", LAST_YEAR)
    others = parc("", LOADED - 1) - len(members)

    assert len(members) == 1794
    assert 32 <= 100 * len(feeding & members) / len(members) <= 34
    assert 9 <= 100 * len(feeding - members) / others <= 11


@pytest.mark.parametrize(("departement", "series", "word"), DYNAMICS)
@pytest.mark.parametrize("length", [LOADED, LOADED + 1])
def test_each_series_moves_as_the_committee_said(
    departement: str, series: str, word: str, length: int
) -> None:
    if series == "documents":
        values = [float(documents(departement, range(p, p + 1)).total()) for p in range(length)]
    else:
        values = [rate(departement, position) for position in range(length)]

    found = classify(monthly(values)).label

    assert found.in_french == word


@pytest.mark.parametrize(("departement", "months", "leading"), LEADING_TYPES)
def test_the_types_that_the_committee_names_lead(
    departement: str, months: range, leading: set[str]
) -> None:
    found = documents(departement, months)

    assert {code for code, _ in found.most_common(len(leading))} == leading


def test_the_spring_peak_of_two_departements_comes_in_spring_2025() -> None:
    for departement in ("25", "70"):
        totals = [float(documents(departement, range(p, p + 1)).total()) for p in range(LOADED)]

        peaks = classify(monthly(totals)).peaks

        assert [peak.month for peak in peaks] == [dt.date(2025, 4, 1)]


def test_the_early_peak_of_the_nievre_is_the_work_of_one_legal_entity() -> None:
    entities = {f.finess: f.entity for f in demo().facilities}
    by_entity: Counter[str] = Counter()
    for position in (0, 1):
        for (finess, code), count in demo().volumes[position].items():
            if finess.startswith("58") and code == "SYNTH":
                by_entity[entities[finess]] += count

    (_, most), (_, second) = by_entity.most_common(2)

    assert most > 2000
    assert second < most / 20


def test_other_documents_of_the_cote_d_or_rise_in_2025_under_precise_codes() -> None:
    precise = {"74207-2", "83981-1", "88348-8"}

    before, after = documents("21", range(12)), documents("21", range(12, 24))

    assert not precise & before.keys()
    assert sum(after[code] for code in precise) > 0.05 * after.total()


def test_documents_of_the_territoire_de_belfort_are_diverse() -> None:
    found = documents("90")

    shares = sorted((count / found.total() for count in found.values()), reverse=True)

    assert shares[0] < 0.25
    assert sum(share > 0.1 for share in shares) >= 6


def test_a_story_that_cannot_be_told_is_refused() -> None:
    story = load_story()
    impossible = replace(story, distinct={**story.distinct, ("90", "PA"): 200})

    with pytest.raises(ValueError, match="90 PA"):
        draw_deposits(impossible, "90", "PA", Draws(SEED))
