"""The peaks of a series: short rises above the ground around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from statistics import median

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
    for top, core, feet in _summits(values):
        ground = _around(values, feet)
        # On a plateau after a rise, feet reach far: a peak also stands out of what touches it.
        if values[top] >= PEAK_RATIO * max(ground, _around(values, core)):
            candidates.append((top, feet, ground))
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


def _summits(values: Array) -> Iterator[tuple[int, Span, Span]]:
    """The position of each narrow summit, its upper half, and all that it lifts.

    One may stand on the first month (the ground is then its right side's), not on the last: what
    starts there may as well be a rise.
    """
    padded = np.concatenate([[values.min()], values])
    found, shape = signal.find_peaks(
        padded,
        prominence=max(PEAK_SHARE_OF_MAXIMUM * values.max(), np.finfo(float).tiny),
        width=(None, PEAK_WIDTH),
    )
    feet = signal.peak_widths(padded, found, rel_height=PEAK_FEET)
    last = len(values) - 1
    for index, top in enumerate(found):
        core, whole = (
            (max(0, int(np.ceil(left)) - 1), min(last, int(np.floor(right)) - 1))
            for left, right in (
                (shape["left_ips"][index], shape["right_ips"][index]),
                (feet[2][index], feet[3][index]),
            )
        )
        yield int(top) - 1, core, whole


def _around(values: Array, span: Span) -> float:
    """The median of the values on either side of a span; 0 without any."""
    first, last = span
    beside = [*values[max(0, first - NEIGHBOURS) : first], *values[last + 1 :][:NEIGHBOURS]]
    return median(beside) if beside else 0.0


def _wiggle(calm: Array) -> float:
    """The ordinary change from a month to the next."""
    return median(np.abs(np.diff(calm)).tolist()) if len(calm) > 1 else 0.0


def _within(spans: Sequence[Span], length: int) -> Mask:
    """Which of so many positions lie in a span, ends included."""
    inside = np.zeros(length, dtype=bool)
    for first, last in spans:
        inside[first : last + 1] = True
    return inside
