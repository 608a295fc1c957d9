"""What qualifies a word, and the evidence for it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from indicators.dynamics import Dynamics, Label, Modifier, Peak, Trait, classify
from tests.indicators.dynamics_cases import monthly, profile

T = np.arange(24)


def seen(departement: str, kind: str) -> Dynamics:
    return classify(monthly(profile(departement, kind)))


def words(dynamics: Dynamics) -> list[str]:
    return [modifier.in_french for modifier in dynamics.modifiers]


# --- What the committee of January 2026 said ---------------------------------------------------


def test_cote_d_or_turns_down_at_the_end_of_2025() -> None:
    turn = seen("21", "documents").modifier(Trait.RECENT_TURN)

    assert turn is not None
    assert turn.in_french == "inflexion récente à la baisse"
    assert turn.month == dt.date(2025, 10, 1)
    assert turn.change is not None
    assert turn.change < 0


@pytest.mark.parametrize(
    ("change", "said"), [(0.2, " à la hausse"), (-0.2, " à la baisse"), (0.0, ""), (None, "")]
)
def test_a_turn_says_which_way_where_that_is_known(change: float | None, said: str) -> None:
    assert Modifier(Trait.RECENT_TURN, None, change).in_french == f"inflexion récente{said}"


def test_contributors_of_cote_d_or_accelerate_in_autumn_2024() -> None:
    assert words(seen("21", "contributors")) == ["accélération depuis septembre 2024"]


def test_doubs_is_flat_under_its_spring_peak() -> None:
    dynamics = seen("25", "documents")

    assert dynamics.modifiers == ()
    assert not dynamics.is_trend_significant
    (peak,) = dynamics.peaks
    assert (peak.month, peak.duration) == (dt.date(2025, 4, 1), 3)
    assert peak.ratio == pytest.approx(8.8, rel=0.05)


def test_haute_saone_rises_slightly_under_its_spring_peak() -> None:
    for kind in ("documents", "contributors"):
        dynamics = seen("70", kind)

        assert words(dynamics) == ["légère hausse de fond"]
        assert dynamics.is_trend_significant


def test_jura_peaks_at_the_end_of_2024_and_the_beginning_of_2025() -> None:
    months = {peak.month for peak in seen("39", "documents").peaks}

    assert {dt.date(2024, 12, 1), dt.date(2025, 2, 1)} <= months


def test_nievre_begins_with_a_peak_alone_then_accelerates() -> None:
    dynamics = seen("58", "documents")

    assert words(dynamics) == ["pic initial isolé", "accélération depuis octobre 2024"]
    assert dynamics.modifiers[0].month == dt.date(2024, 2, 1)
    assert dynamics.modifiers[0].change == pytest.approx(dynamics.peaks[0].ratio, abs=1.01)


def test_contributors_of_belfort_reach_their_plateau_at_the_end_of_2024() -> None:
    dynamics = seen("90", "contributors")

    assert dynamics.plateau_from in {dt.date(2024, month, 1) for month in (10, 11, 12)}
    assert dynamics.modifiers == ()


# --- Rule by rule ------------------------------------------------------------------------------


def test_a_plateau_may_fall_slightly() -> None:
    dynamics = classify(monthly(500 - 4 * T))

    assert dynamics.label == Label.PLATEAU
    # From the median of the first six months (490) to that of the last six (418).
    assert dynamics.modifiers == (Modifier(Trait.SLIGHT_FALL, None, 418 / 490 - 1),)
    assert words(dynamics) == ["légère baisse de fond"]


def test_a_plateau_that_only_wavers_has_no_slight_trend() -> None:
    assert classify(monthly(500 + 20 * (-1.0) ** T)).modifiers == ()


def test_a_rise_that_becomes_faster_says_when_and_how_many_times() -> None:
    dynamics = classify(monthly(100 + 10 * T + 30 * np.maximum(T - 12, 0)))

    (faster,) = dynamics.modifiers
    assert faster.trait == Trait.ACCELERATION
    assert faster.month == dt.date(2025, 2, 1)
    assert faster.change == pytest.approx(4)


def test_a_rise_from_nothing_is_not_said_to_be_so_many_times_faster() -> None:
    dynamics = classify(monthly(100 + 60 * np.maximum(T - 12, 0)))

    faster = dynamics.modifier(Trait.ACCELERATION)
    assert faster is not None
    assert faster.change is None


def test_an_even_rise_neither_accelerates_nor_turns() -> None:
    assert classify(monthly(100 + 50 * T)).modifiers == ()


def test_a_recent_turn_says_how_far_from_what_was_announced() -> None:
    values = 100.0 + 50 * T
    values[21:] = 1000

    (turn,) = classify(monthly(values)).modifiers

    # The line announced 1150, 1200 and 1250.
    assert (turn.trait, turn.month) == (Trait.RECENT_TURN, dt.date(2025, 10, 1))
    assert turn.change == pytest.approx((1000 - 1200) / 1200)


def test_a_series_that_came_near_nothing_announces_nothing_to_turn_from() -> None:
    values = np.concatenate([1000 - 50.0 * np.arange(21), [0, 0, 300]])

    assert classify(monthly(values)).modifier(Trait.RECENT_TURN) is None


def test_two_peaks_are_no_lonely_one_at_the_start() -> None:
    values = np.full(24, 100.0)
    values[[2, 15]] = 400

    assert classify(monthly(values)).modifiers == ()


def test_a_first_peak_over_nothing_has_no_size_to_be_told() -> None:
    values = np.zeros(24)
    values[2] = 50

    dynamics = classify(monthly(values))

    assert dynamics.modifiers == (Modifier(Trait.EARLY_PEAK, dt.date(2024, 3, 1), None),)
    assert dynamics.peaks[0].ratio is None
    assert dynamics.variation is None
    assert dynamics.slope is not None
    assert dynamics.slope.p_value == 1


def test_a_peak_tells_its_excess_and_its_duration_over_the_new_year() -> None:
    peak = Peak(dt.date(2025, 1, 1), 300.0, 100.0, dt.date(2024, 11, 1), dt.date(2025, 2, 1))

    assert (peak.excess, peak.ratio, peak.duration) == (200, 3, 4)


def test_the_last_quarter_is_held_against_the_one_before() -> None:
    values = [100.0] * 18 + [100, 200, 300, 200, 200, 500]

    assert classify(monthly(values)).last_quarter_change == pytest.approx(900 / 600 - 1)
    assert classify(monthly([10.0] * 6 + [0] * 6)).last_quarter_change is None


def test_the_slope_comes_with_its_interval() -> None:
    noise = np.random.default_rng(1).normal(0, 40, 24)

    dynamics = classify(monthly(200 + 25 * T + noise))

    assert dynamics.slope is not None
    low, high = dynamics.slope.interval
    assert low < 25 < high
    assert low < dynamics.slope.per_month < high


def test_variation_is_measured_around_the_trend_not_around_the_mean() -> None:
    even = classify(monthly(100 + 50 * T)).variation
    wavering = classify(monthly(1000 + 100 * (-1.0) ** T)).variation

    assert even == pytest.approx(0, abs=1e-6)
    assert wavering == pytest.approx(0.1, rel=0.05)


def test_a_short_series_has_no_evidence() -> None:
    dynamics = classify(monthly([1.0] * 8))

    assert dynamics == Dynamics(Label.TOO_SHORT, months=8)
    assert not dynamics.is_trend_significant
    assert dynamics.modifier(Trait.RECENT_TURN) is None


def test_where_peaks_lift_nearly_every_month_the_trend_is_that_of_all() -> None:
    dynamics = classify(monthly([10, 50, 100, 50, 10, 50, 100, 50, 10]))

    assert [peak.duration for peak in dynamics.peaks] == [3, 3]
    assert dynamics.start_level == 50
    assert dynamics.label == Label.IRREGULAR


# --- What never changes ------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 10_000), min_size=9, max_size=30),
    st.sampled_from([2.0**-20, 0.5, 1024.0]),
)
def test_evidence_does_not_depend_on_the_unit(values: list[int], factor: float) -> None:
    plain, scaled = (classify(monthly(np.array(values) * unit)) for unit in (1.0, factor))

    assert scaled.modifiers == plain.modifiers
    assert [peak.ratio for peak in scaled.peaks] == [peak.ratio for peak in plain.peaks]
    assert scaled.slope is not None
    assert plain.slope is not None
    assert scaled.slope.p_value == plain.slope.p_value
    for name in ("last_quarter_change", "variation", "roughness", "reversals", "tau"):
        assert getattr(scaled, name) == getattr(plain, name)


@given(st.lists(st.integers(0, 5), min_size=9, max_size=30))
def test_tau_is_that_of_scipy(values: list[int]) -> None:
    dynamics = classify(monthly(values))

    assert dynamics.slope is not None
    outside = dynamics.slope.values
    known = stats.kendalltau(dynamics.slope.months, outside).statistic
    assert dynamics.tau == pytest.approx(known if len(set(outside)) > 1 else 0)


@given(st.lists(st.integers(0, 10_000), min_size=9, max_size=30), st.integers(1, 240))
def test_the_word_does_not_depend_on_the_calendar(values: list[int], later: int) -> None:
    year, month = divmod(later, 12)

    then = classify(monthly(values, f"{2004 + year}-{month + 1:02d}-01"))

    assert then.label == classify(monthly(values)).label


@given(st.lists(st.one_of(st.none(), st.integers(0, 500)), min_size=9, max_size=40))
def test_modifiers_are_told_once_in_their_order_and_lie_in_the_series(
    values: list[int | None],
) -> None:
    series = monthly([np.nan if value is None else value for value in values])

    found = classify(series).modifiers

    traits = [modifier.trait for modifier in found]
    assert traits == [trait for trait in Trait if trait in traits]
    received = {stamp.date() for stamp in series.dropna().index}
    assert {modifier.month for modifier in found} <= received | {None}
    assert all(modifier.in_french for modifier in found)
