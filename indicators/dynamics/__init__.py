"""How a monthly series moved, in one word, with the evidence for it.

The words are those of the region's committee: a progression, a plateau, a plateau with a peak,
a rise then a plateau, an irregular series, a decline, or too few months to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import signal, stats

from indicators.dynamics.result import Dynamics, Label, Modifier, Peak, Trait
from indicators.dynamics.thresholds import NEIGHBOURS
from indicators.series import LEAST_RECEIVED

__all__ = ["Dynamics", "Label", "Modifier", "Peak", "Trait", "classify"]

Array = npt.NDArray[np.float64]

#: A peak rises at least half above the ground it stands on, for at most half a year…
PEAK_RATIO = 1.6
PEAK_WIDTH = 5.5
#: … above the median of so many months on either side, and above the ordinary monthly change…
PEAK_NOISE = 4.0
#: … and stands out of the whole series too.
PEAK_SHARE_OF_MAXIMUM = 0.2
#: From three peaks on, a series is no plateau with an accident any more.
IRREGULAR_PEAKS = 3
#: Kendall's tau from which months and values are said to rise (or fall) together.
TREND_TAU = 0.45
STEADY_TAU = 0.75
#: A long plateau hides the rise before it from tau: less is asked there.
RISEN_TAU = 0.3
#: How much the level must change from the first quarter of the months to the last.
RISE = 1.25
FALL = 0.8
#: Median month-on-month change, as a share of the level, above which a series is irregular.
ROUGH = 0.25
#: A rise then a plateau: the plateau lasts a third of the months and moves less than this.
PLATEAU_SHARE = 1 / 3
PLATEAU_CHANGE = 0.15
HINGE_GAIN = 0.65


def classify(series: pd.Series[float]) -> Dynamics:
    """Say how a monthly series moved.

    Args:
        series: floats indexed by month starts; NaN means not received and is left out.

    Returns:
        The label and its evidence; `too_short` under 9 received months.
    """
    received = series.dropna().astype("float64").sort_index()
    if len(received) < LEAST_RECEIVED:
        return Dynamics(Label.TOO_SHORT, months=len(received))
    months = pd.DatetimeIndex(received.index)
    values: Array = np.asarray(received, dtype=np.float64)
    positions = (months.year * 12 + months.month).to_numpy().astype("float64")
    peaks, lifted = _peaks(months, values)
    kept = ~lifted
    x, y = positions[kept], values[kept]
    ground = _Ground.of(x, y)
    hinge = _plateau_start(x, y) if ground.has_risen else None
    return Dynamics(
        label=_label(peaks, ground, hinge is not None),
        months=len(received),
        peaks=peaks,
        slope=ground.slope,
        tau=ground.tau,
        start_level=ground.start,
        end_level=ground.end,
        roughness=ground.roughness,
        reversals=_reversals(values),
        plateau_from=None if hinge is None else months[kept][hinge].date(),
    )


@dataclass(frozen=True)
class _Ground:
    """The series without its peaks."""

    slope: float
    tau: float
    start: float
    end: float
    roughness: float

    @classmethod
    def of(cls, x: Array, y: Array) -> _Ground:
        constant = np.all(y == y[0])
        quarter = max(3, len(y) // 4)
        level = float(np.median(y)) or float(np.mean(y))
        return cls(
            slope=float(stats.theilslopes(y, x).slope),
            tau=0.0 if constant else float(stats.kendalltau(x, y).statistic),
            start=float(np.median(y[:quarter])),
            end=float(np.median(y[-quarter:])),
            roughness=float(np.median(np.abs(np.diff(y)))) / level if level else 0.0,
        )

    @property
    def has_risen(self) -> bool:
        return self.tau >= RISEN_TAU and self.end >= RISE * self.start

    @property
    def rises(self) -> bool:
        return self.tau >= TREND_TAU and self.has_risen

    @property
    def falls(self) -> bool:
        return self.tau <= -TREND_TAU and self.end <= FALL * self.start

    @property
    def is_rough(self) -> bool:
        return self.roughness >= ROUGH


def _label(peaks: tuple[Peak, ...], ground: _Ground, has_plateau: bool) -> Label:
    if len(peaks) >= IRREGULAR_PEAKS and abs(ground.tau) < STEADY_TAU:
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


def _dominates(peaks: tuple[Peak, ...], ground: _Ground) -> bool:
    """Whether a peak tells more of the series than the slight progression under it."""
    if not peaks:
        return False
    height = max(peak.value - peak.ground for peak in peaks)
    return height > ground.end - ground.start and ground.end < 2 * ground.start


def _peaks(
    months: pd.DatetimeIndex, values: Array
) -> tuple[tuple[Peak, ...], npt.NDArray[np.bool_]]:
    """The peaks, and which months they lift."""
    tops, spans = _summits(values)
    calm = ~_within(spans, len(values))
    wiggle = float(np.median(np.abs(np.diff(values[calm])))) if calm.sum() > 1 else 0.0
    peaks, kept = [], []
    for top, (first, last) in zip(tops, spans, strict=True):
        before, after = values[max(0, first - NEIGHBOURS) : first], values[last + 1 :][:NEIGHBOURS]
        base = float(np.median(np.concatenate([before, after])))
        if values[top] < max(PEAK_RATIO * base, base + PEAK_NOISE * wiggle):
            continue
        kept.append((first, last))
        peaks.append(
            Peak(
                month=months[top].date(),
                value=float(values[top]),
                ground=base,
                first=months[first].date(),
                last=months[last].date(),
            )
        )
    lifted = _within(kept, len(values))
    if (~lifted).sum() < LEAST_RECEIVED // 2:
        # Peaks everywhere: there is no ground to look at, so look at everything.
        lifted = _within([], len(values))
    return tuple(peaks), lifted


def _summits(values: Array) -> tuple[list[int], list[tuple[int, int]]]:
    """The positions of narrow summits, and the first and the last that each one lifts.

    One may stand on the first month (the ground is then its right side's), not on the last: what
    starts there may as well be a rise.
    """
    padded = np.concatenate([[values.min()], values])
    found, _ = signal.find_peaks(
        padded,
        prominence=max(PEAK_SHARE_OF_MAXIMUM * values.max(), np.finfo(float).tiny),
        width=(None, PEAK_WIDTH),
    )
    feet = signal.peak_widths(padded, found, rel_height=0.85)
    spans = [
        (max(0, int(np.ceil(left))), min(len(values) - 1, int(np.floor(right))))
        for left, right in zip(feet[2] - 1, feet[3] - 1, strict=True)
    ]
    return [int(top) - 1 for top in found], spans


def _within(spans: list[tuple[int, int]], length: int) -> npt.NDArray[np.bool_]:
    """Which of so many positions lie in a span, ends included."""
    inside = np.zeros(length, dtype=bool)
    for first, last in spans:
        inside[first : last + 1] = True
    return inside


def _plateau_start(x: Array, y: Array) -> int | None:
    """The position from which a rise became a plateau, `None` when a line tells as much.

    The best continuous "line, then constant" is held against the plain line.
    """
    least = max(6, int(np.ceil(len(y) * PLATEAU_SHARE)))
    candidates = range(2, len(y) - least + 1)
    if not candidates:
        return None
    errors = [_squared_error(np.minimum(x, x[k]), y) for k in candidates]
    start = candidates[int(np.argmin(errors))]
    plateau = y[start:]
    level = float(np.median(plateau))
    half = len(plateau) // 2
    change = abs(float(np.median(plateau[half:]) - np.median(plateau[:half])))
    is_better = min(errors) <= HINGE_GAIN * _squared_error(x, y)
    return start if is_better and change <= PLATEAU_CHANGE * level else None


def _squared_error(basis: Array, y: Array) -> float:
    design = np.column_stack([np.ones_like(basis), basis])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    return float(((y - design @ coefficients) ** 2).sum())


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
