"""How a monthly series moved, in one word, with the evidence for it.

The words are those of the region's committee: a progression, a plateau, a plateau with a peak,
a rise then a plateau, an irregular series, a decline, or too few months to tell. Peaks are told
apart first (`summits`), then the trend of what is left, the ground (`trend`); the word and what
qualifies it follow from both. Every threshold is in `thresholds`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.dynamics.result import Dynamics, Label, Modifier, Peak, Trait
from indicators.dynamics.summits import find_peaks
from indicators.dynamics.thresholds import (
    IRREGULAR_PEAKS,
    LAST_QUARTER,
    PEAKS_SHARE,
    SIGNIFICANT,
    SLIGHT,
    START,
    STEADY_TAU,
)
from indicators.dynamics.trend import Ground
from indicators.series import LEAST_RECEIVED

__all__ = ["Dynamics", "Label", "Modifier", "Peak", "Trait", "classify"]

Array = npt.NDArray[np.float64]


def classify(series: pd.Series[float]) -> Dynamics:
    """Say how a monthly series moved.

    Args:
        series: floats indexed by month starts; NaN means not received and is left out.

    Returns:
        The label and its evidence; `too_short` under 9 received months.
    """
    known = series.to_numpy(dtype="float64", na_value=np.nan)
    numbers = series.index.to_numpy().astype("datetime64[M]").astype("int64")
    order = np.argsort(numbers)
    order = order[~np.isnan(known[order])]
    if len(order) < LEAST_RECEIVED:
        return Dynamics(Label.TOO_SHORT, months=len(order))
    x: Array = numbers[order].astype(np.float64)
    values: Array = known[order].astype(np.float64)
    months = [dt.date(1970 + int(n) // 12, int(n) % 12 + 1, 1) for n in numbers[order]]
    peaks, lifted = find_peaks(months, values)
    ground = Ground.of(x[~lifted], values[~lifted])
    ground_months = [month for month, up in zip(months, lifted, strict=True) if not up]
    plateau = ground.plateau_start()
    label = _label(peaks, ground, _share(months, values, peaks), plateau is not None)
    return Dynamics(
        label=label,
        months=len(values),
        peaks=peaks,
        slope=ground.slope,
        tau=ground.tau,
        start_level=ground.start,
        end_level=ground.end,
        roughness=ground.roughness,
        reversals=_reversals(values),
        plateau_from=(
            ground_months[plateau] if plateau is not None and label == Label.RISE_PLATEAU else None
        ),
        modifiers=tuple(_modifiers(label, months, peaks, ground, ground_months)),
        last_quarter_change=_last_quarter_change(values),
        variation=ground.variation,
    )


def _label(peaks: tuple[Peak, ...], ground: Ground, peaks_share: float, has_plateau: bool) -> Label:
    is_steady = abs(ground.tau) >= STEADY_TAU and peaks_share < PEAKS_SHARE
    if len(peaks) >= IRREGULAR_PEAKS and not is_steady:
        return Label.IRREGULAR
    if has_plateau:
        return Label.RISE_PLATEAU
    if ground.rises:
        return Label.PLATEAU_PEAK if _dominates(peaks, ground) else Label.PROGRESSIVE
    if ground.falls:
        return Label.DECLINING
    if ground.is_rough:
        return Label.IRREGULAR
    return Label.PLATEAU_PEAK if peaks else Label.PLATEAU


def _dominates(peaks: tuple[Peak, ...], ground: Ground) -> bool:
    """Whether a peak tells more of the series than the slight progression under it."""
    if not peaks:
        return False
    height = max(peak.excess for peak in peaks)
    return height > ground.end - ground.start and ground.end < 2 * ground.start


def _share(months: Sequence[dt.date], values: Array, peaks: Sequence[Peak]) -> float:
    """The share of the whole that peaks hold above their ground."""
    above = sum(
        value - peak.ground
        for peak in peaks
        for month, value in zip(months, values, strict=True)
        if peak.first <= month <= peak.last
    )
    return float(above / values.sum()) if peaks else 0.0


def _modifiers(
    label: Label,
    months: Sequence[dt.date],
    peaks: tuple[Peak, ...],
    ground: Ground,
    ground_months: Sequence[dt.date],
) -> Iterator[Modifier]:
    if len(peaks) == 1 and peaks[0].month < months[max(3, int(len(months) * START))]:
        ratio = peaks[0].ratio
        yield Modifier(Trait.EARLY_PEAK, peaks[0].month, None if ratio is None else ratio - 1)
    slight = _slight(ground) if label in {Label.PLATEAU, Label.PLATEAU_PEAK} else None
    if slight is not None and ground.slope.p_value < SIGNIFICANT:
        yield Modifier(slight, None, ground.end / ground.start - 1 if ground.start else None)
    faster = ground.acceleration() if label == Label.PROGRESSIVE else None
    turn = None if label == Label.IRREGULAR else ground.turn()
    # Months above the line of those before them are what an acceleration already says.
    if turn is not None and not (faster and turn > 0):
        yield Modifier(Trait.RECENT_TURN, ground_months[-LAST_QUARTER], turn)
    if faster is not None:
        position, times = faster
        yield Modifier(Trait.ACCELERATION, ground_months[position], times)


def _slight(ground: Ground) -> Trait | None:
    """Whether a plateau ends a little higher than it began, or lower."""
    if ground.end > (1 + SLIGHT) * ground.start:
        return Trait.SLIGHT_RISE
    if ground.end * (1 + SLIGHT) < ground.start:
        return Trait.SLIGHT_FALL
    return None


def _last_quarter_change(values: Array) -> float | None:
    before = float(values[-2 * LAST_QUARTER : -LAST_QUARTER].sum())
    return float(values[-LAST_QUARTER:].sum()) / before - 1 if before else None


def _reversals(values: Array) -> int:
    """How often the series turns, small wiggles (under a tenth of its range) apart."""
    threshold = 0.1 * float(np.ptp(values))
    direction, turns, extreme = 0, 0, float(values[0])
    for value in values[1:]:
        move = float(value) - extreme
        if direction == 0 and abs(move) > threshold:
            direction, extreme = int(np.sign(move)), float(value)
        elif direction and move * direction > 0:
            extreme = float(value)
        elif direction and -move * direction > threshold:
            direction, extreme, turns = -direction, float(value), turns + 1
    return turns
