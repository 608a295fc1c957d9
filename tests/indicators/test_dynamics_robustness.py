"""Noise changes neither the word of a clear series nor invents peaks in a flat one."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.dynamics import Label, classify
from tests.indicators.dynamics_cases import WORDS, monthly, profile, redrawn

pytestmark = pytest.mark.no_cover  # thousands of series: the other tests of dynamics are counted
REDRAWS = 200
TRENDS = [series for series, words in WORDS.items() if words == {Label.PROGRESSIVE}]


@pytest.mark.parametrize(("departement", "kind"), WORDS)
def test_a_series_of_the_committee_gets_its_word(departement: str, kind: str) -> None:
    assert classify(monthly(profile(departement, kind))).label in WORDS[departement, kind]


@pytest.mark.parametrize(("departement", "kind"), WORDS)
def test_its_word_holds_in_95_redraws_of_100_at_15_percent(departement: str, kind: str) -> None:
    found = [classify(redrawn(profile(departement, kind), s)).label for s in range(REDRAWS)]

    right = sum(label in WORDS[departement, kind] for label in found)
    assert right >= 0.95 * REDRAWS


@pytest.mark.parametrize("change", [0.8, 1.25])
@pytest.mark.parametrize(("departement", "kind"), WORDS)
def test_one_month_more_or_less_by_a_quarter_keeps_the_word(
    departement: str, kind: str, change: float
) -> None:
    plain = profile(departement, kind)
    words = set()
    for position in range(len(plain)):
        values = plain.copy()
        values[position] *= change
        words.add(classify(monthly(values)).label)

    assert words == {classify(monthly(plain)).label}


@pytest.mark.parametrize("months", [18, 24, 36])
def test_a_flat_series_stays_a_plateau_under_15_percent_of_noise(months: int) -> None:
    def flat(seed: int) -> Label:
        noise = np.random.default_rng(seed).normal(1, 0.15, months)
        return classify(monthly(500 * noise)).label

    found = [flat(seed) for seed in range(100)]

    assert found.count(Label.PLATEAU) >= 97
    assert found.count(Label.PLATEAU_PEAK) <= 1


@pytest.mark.parametrize("missing", [[2], [7, 8], [22], [3, 11, 17]])
@pytest.mark.parametrize(("departement", "kind"), TRENDS)
def test_months_not_received_keep_the_word_of_a_trend(
    departement: str, kind: str, missing: list[int]
) -> None:
    values = profile(departement, kind).copy()
    values[missing] = np.nan

    assert classify(monthly(values)).label in WORDS[departement, kind]
