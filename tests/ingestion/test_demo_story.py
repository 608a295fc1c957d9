"""The demonstration tells what the region's committee said in January 2026, within its bounds.

The bounds and words below are the committee's published statements, as figures; where the
reference tables that hold them are at hand, those are read too.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from indicators.dynamics import classify
from ingestion.demo.load import SEED
from ingestion.demo.programme import draw_members
from ingestion.demo.register import OUTSIDE
from ingestion.demo.story import LAST_MONTH, LAST_YEAR, MONTHS, load_story
from ingestion.demo.volumes import Demo, draw_demo
from reference.months import last_day

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "costra"
LOADED = MONTHS.index(LAST_MONTH) + 1

EARLY_2024, LATE_2025 = (0, 2), (21, 23)
#: Territory, measure, first and last month (positions), minimum and maximum in percent.
RATES = [
    ("21", EARLY_2024, 0, 4),
    ("21", LATE_2025, 19, 21),
    ("39", (23, 23), 8, 10),
    ("71", LATE_2025, 8, 9.5),
    ("90", (9, 23), 14, 16),
    ("89", EARLY_2024, 6, 8),
    ("89", LATE_2025, 20, 24),
]
SHARES = [
    ("21", "PA", 88, 90),
    ("21", "PH", 10, 12),
    ("25", "PA", 69, 71),
    ("25", "PH", 28, 30),
    ("70", "PA", 89, 91),
    ("70", "PH", 8, 10),
    ("39", "PA", 91, 93),
    ("39", "PH", 7, 9),
    ("58", "PA", 95, 97),
    ("71", "PA", 95, 97),
    ("71", "PH", 3, 5),
    ("90", "PA", 56, 58),
    ("90", "PH", 42, 44),
    ("89", "PA", 91, 93),
    ("89", "PH", 7, 9),
]
#: Département: dynamics of the documents, of the contributors.
DYNAMICS = {
    "21": ("progressive", "progressive"),
    "25": ("plateau_peak", "plateau_peak"),
    "70": ("plateau_peak", "plateau_peak"),
    "39": ("irregular", "progressive"),
    "58": ("progressive", "progressive"),
    "71": ("progressive", "progressive"),
    "90": ("irregular", "rise_plateau"),
    "89": ("progressive", "progressive"),
}
WORDS = {
    "progressive": "progressive",
    "plateau avec pic": "plateau_peak",
    "irrégulière": "irregular",
    "montée puis plateau": "rise_plateau",
}
#: Département and month positions: the types that lead there, the first ones of all.
LEADING_TYPES = [
    ("21", range(24), {"57833-6", "SYNTH", "11488-4"}),
    ("25", range(14, 17), {"28653-4"}),
    ("70", range(14, 17), {"11506-3", "28653-4"}),
    ("39", range(24), {"SYNTH", "11488-4"}),
    ("58", range(24), {"SYNTH"}),
    ("71", range(24), {"SYNTH"}),
    ("89", range(24), {"57833-6", "SYNTH"}),
]


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


@pytest.mark.parametrize(("departement", "months", "least", "most"), RATES)
def test_monthly_rates_lie_within_the_committee_s_words(
    departement: str, months: tuple[int, int], least: float, most: float
) -> None:
    rates = [rate(departement, position) for position in range(months[0], months[1] + 1)]

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

    assert 2441 <= open_ones <= 2475
    assert 25 <= share <= 27


def test_documents_more_than_triple_in_a_year() -> None:
    recent = sum(sum(demo().volumes[position].values()) for position in LAST_YEAR)
    earlier = sum(sum(demo().volumes[position].values()) for position in range(LAST_YEAR.start))

    growth = 100 * (recent / earlier - 1)

    assert 214 <= growth <= 234


def test_a_third_of_the_programme_s_members_feeds_and_a_tenth_of_the_others() -> None:
    members = set(draw_members(demo(), SEED))
    feeding = contributors("", LAST_YEAR)
    others = parc("", LOADED - 1) - len(members)

    assert len(members) == 1794
    assert 32 <= 100 * len(feeding & members) / len(members) <= 34
    assert 9 <= 100 * len(feeding - members) / others <= 11


@pytest.mark.parametrize(("departement", "expected"), DYNAMICS.items())
@pytest.mark.parametrize("length", [LOADED, LOADED + 1])
def test_each_series_moves_as_the_committee_said(
    departement: str, expected: tuple[str, str], length: int
) -> None:
    totals = [documents(departement, range(p, p + 1)).total() for p in range(length)]
    rates = [rate(departement, position) for position in range(length)]

    found = classify(monthly([float(t) for t in totals])).label, classify(monthly(rates)).label

    assert found == expected


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


@pytest.mark.skipif(not REFERENCE.exists(), reason="the committee's tables are not at hand")
def test_the_facts_above_are_those_of_the_reference_tables() -> None:
    with (REFERENCE / "reperes.csv").open(encoding="utf-8") as file:
        bounds = {
            (r["territoire"], r["mesure"], r["periode"], float(r["minimum"]), float(r["maximum"]))
            for r in csv.DictReader(file, delimiter=";")
        }
    with (REFERENCE / "dynamiques.csv").open(encoding="utf-8") as file:
        words = {
            (r["departement"], r["serie"]): WORDS[r["dynamique"]]
            for r in csv.DictReader(file, delimiter=";")
        }

    shares = {(t, m.split()[1], low, high) for t, m, _, low, high in bounds if "part P" in m}
    rates = {(t, low, high) for t, m, _, low, high in bounds if m.startswith("taux mensuel")}

    assert {(d, s, float(low), float(high)) for d, s, low, high in SHARES} == shares
    assert {(d, float(low), float(high)) for d, _, low, high in RATES} == rates
    assert words == {
        (d, series): word
        for d, pair in DYNAMICS.items()
        for series, word in zip(("documents", "contributeurs"), pair, strict=True)
    }
