"""The peaks of a series: short rises above the ground around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import signal

from indicators.dynamics.result import Peak
from indicators.dynamics.thresholds import (
    NEIGHBOURS,
    PEAK_FEET,
    PEAK_NOISE,
    PEAK_RATIO,
    PEAK_SHARE_OF_MAXIMUM,
    PEAK_WIDTH,
)
from indicators.series import LEAST_RECEIVED

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Span = tuple[int, int]


def find_peaks(months: Sequence[dt.date], values: Array) -> tuple[tuple[Peak, ...], Mask]:
    """The peaks of received values, in order, and which positions they lift.

    Nothing is said to be lifted when hardly anything else would be left: where peaks are
    everywhere, there is no ground to look at.
    """
    candidates = []
    for top, (first, last) in zip(*_summits(values), strict=True):
        around = [*values[max(0, first - NEIGHBOURS) : first], *values[last + 1 :][:NEIGHBOURS]]
        ground = float(np.median(around)) if around else 0.0
        if values[top] >= PEAK_RATIO * ground:
            candidates.append((top, (first, last), ground))
    wiggle = _wiggle(values[~_within([span for _, span, _ in candidates], len(values))])
    peaks, kept = [], []
    for top, (first, last), ground in candidates:
        if values[top] >= ground + PEAK_NOISE * wiggle:
            kept.append((first, last))
            peaks.append(Peak(months[top], float(values[top]), ground, months[first], months[last]))
    lifted = _within(kept, len(values))
    if (~lifted).sum() < LEAST_RECEIVED // 2:
        lifted = _within([], len(values))
    return tuple(peaks), lifted


def _summits(values: Array) -> tuple[list[int], list[Span]]:
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
    feet = signal.peak_widths(padded, found, rel_height=PEAK_FEET)
    spans = [
        (max(0, int(np.ceil(left))), min(len(values) - 1, int(np.floor(right))))
        for left, right in zip(feet[2] - 1, feet[3] - 1, strict=True)
    ]
    return [int(top) - 1 for top in found], spans


def _wiggle(calm: Array) -> float:
    """The ordinary change from a month to the next."""
    return float(np.median(np.abs(np.diff(calm)))) if len(calm) > 1 else 0.0


def _within(spans: Sequence[Span], length: int) -> Mask:
    """Which of so many positions lie in a span, ends included."""
    inside = np.zeros(length, dtype=bool)
    for first, last in spans:
        inside[first : last + 1] = True
    return inside
