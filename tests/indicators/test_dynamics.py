"""How a series moved: the archetypes of the committee, under noise, and what never changes."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.dynamics import Dynamics, Label, classify

MONTHS = pd.date_range("2024-01-01", periods=24, freq="MS")
T = np.arange(24)


def bump(center: float, height: float, width: float = 1.0) -> np.ndarray:
    return height * np.exp(-(((T - center) / width) ** 2) / 2)


ARCHETYPES = {
    "steady growth": (Label.PROGRESSIVE, 100 + 60 * T),
    "accelerating growth": (Label.PROGRESSIVE, 100 * np.exp(0.12 * T)),
    "late growth": (Label.PROGRESSIVE, np.where(T < 10, 200, 200 + 80 * (T - 10))),
    "growth that bends at the very end": (
        Label.PROGRESSIVE,
        100 + 60 * np.minimum(T, 21) - 20 * np.maximum(T - 21, 0),
    ),
    "early peak, then growth": (
        Label.PROGRESSIVE,
        np.where(T < 4, 0, 100 + 50 * (T - 4)) + bump(1, 900, 0.8),
    ),
    "flat": (Label.PLATEAU, 500 + 0 * T),
    "flat with one peak": (Label.PLATEAU_PEAK, 500 + bump(16, 1500)),
    "flat with a wide peak": (Label.PLATEAU_PEAK, 500 + bump(15.5, 1200, 1.5)),
    "peak over a slight progression": (Label.PLATEAU_PEAK, 500 + 6 * T + bump(16, 1500)),
    "flat with a peak at the start": (Label.PLATEAU_PEAK, 300 + bump(1, 1500)),
    "rise then plateau": (Label.RISE_PLATEAU, 50 + np.minimum(T, 9) * 80),
    "saturation": (Label.RISE_PLATEAU, 800 * (1 - np.exp(-T / 3.5))),
    "three peaks": (
        Label.IRREGULAR,
        300 + bump(5, 1200, 0.7) + bump(11, 1500, 0.7) + bump(18, 1000, 0.7),
    ),
    "saw": (Label.IRREGULAR, np.where(T % 2 == 0, 100, 300)),
    "decline": (Label.DECLINING, 1500 - 50 * T),
}


def series(values: object) -> "pd.Series[float]":
    array = np.asarray(values, dtype="float64")
    return pd.Series(array, index=MONTHS[: len(array)])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", ARCHETYPES)
def test_each_archetype_keeps_its_word_under_noise(name: str, seed: int) -> None:
    label, shape = ARCHETYPES[name]
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.04, 24))

    assert classify(series(shape * noise)).label == label


def test_under_nine_received_months_nothing_is_said() -> None:
    values = [float("nan")] * 10 + [1.0] * 8

    dynamics = classify(series(values))

    assert dynamics == Dynamics(Label.TOO_SHORT, months=8)


def test_a_series_of_zeros_is_a_plateau() -> None:
    assert classify(series([0.0] * 24)).label == Label.PLATEAU


def test_one_month_of_deposits_in_a_silent_series_is_a_peak() -> None:
    dynamics = classify(series([0.0] * 10 + [50.0] + [0.0] * 13))

    assert dynamics.label == Label.PLATEAU_PEAK
    assert [(peak.month, peak.value, peak.ground) for peak in dynamics.peaks] == [
        (dt.date(2024, 11, 1), 50.0, 0.0)
    ]


def test_a_peak_says_when_it_was_and_from_where_it_rose() -> None:
    (peak,) = classify(series(500 + bump(16, 1500))).peaks

    assert peak.month == dt.date(2025, 5, 1)
    assert peak.value == pytest.approx(2000)
    assert peak.ground == pytest.approx(500, rel=0.05)
    assert peak.first <= dt.date(2025, 4, 1)
    assert peak.last >= dt.date(2025, 6, 1)


def test_a_jump_in_the_last_month_is_not_called_a_peak() -> None:
    assert classify(series([100.0] * 23 + [400.0])).peaks == ()


def test_a_rise_then_plateau_says_since_when() -> None:
    dynamics = classify(series(50 + np.minimum(T, 9) * 80))

    assert dynamics.plateau_from == dt.date(2024, 10, 1)


def test_peaks_everywhere_leave_no_ground_and_are_irregular() -> None:
    dynamics = classify(series([0.0, 90.0, 80.0] * 4))

    assert dynamics.label == Label.IRREGULAR


def test_slope_is_in_units_per_month_even_over_a_gap() -> None:
    values = (100.0 + 10 * T).astype("float64")
    values[8:12] = np.nan

    dynamics = classify(series(values))

    assert dynamics.slope is not None
    assert dynamics.slope.per_month == pytest.approx(10)
    assert dynamics.months == 20


def test_reversals_count_turns_and_not_wiggles() -> None:
    up_down_up = [*range(0, 100, 10), *range(100, 0, -10), *range(0, 40, 10)]

    assert classify(series(up_down_up)).reversals == 2
    assert classify(series(100 + T + (T % 2))).reversals == 0


def test_every_word_has_its_french() -> None:
    assert {label.in_french for label in Label} == {
        "progressive",
        "plateau",
        "plateau avec pic",
        "montée puis plateau",
        "irrégulière",
        "en baisse",
        "série trop courte",
    }


@given(
    st.lists(st.integers(0, 10_000), min_size=9, max_size=24), st.sampled_from([0.5, 2.0, 1024.0])
)
def test_the_word_does_not_depend_on_the_unit(values: list[int], factor: float) -> None:
    plain = classify(series(values))
    scaled = classify(series([value * factor for value in values]))

    assert scaled.label == plain.label
    assert [peak.month for peak in scaled.peaks] == [peak.month for peak in plain.peaks]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=24))
def test_any_series_gets_a_word(values: list[float | None]) -> None:
    dynamics = classify(series([np.nan if value is None else value for value in values]))

    assert dynamics.label in Label
    assert dynamics.months == sum(value is not None for value in values)
    for peak in dynamics.peaks:
        assert peak.first <= peak.month <= peak.last
        assert peak.value >= peak.ground
