"""The ground of a series, i.e. the series without its peaks: its trend, its bends, its plateau."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np
import numpy.typing as npt
from scipy import stats

from indicators.dynamics.thresholds import (
    BARELY,
    BEND_GAIN,
    FALL,
    FASTER,
    HINGE_GAIN,
    LAST_QUARTER,
    PHASE,
    PLATEAU_CHANGE,
    PLATEAU_ERRORS,
    PLATEAU_MONTHS,
    PLATEAU_SHARE,
    RISE,
    RISEN_TAU,
    ROUGH,
    TREND_TAU,
    TURN,
    TURN_BASE,
    TURN_ERRORS,
)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slope:
    """How a ground leans, and whether by chance: what few look at, and what costs most.

    Each is worked out when it is first looked at.
    """

    months: tuple[float, ...]  # numbered
    values: tuple[float, ...]

    @cached_property
    def p_value(self) -> float:
        """Of Kendall's test, two-sided; 1 of a constant, of which the test says nothing."""
        if len(set(self.values)) == 1:
            return 1.0
        return float(stats.kendalltau(self.months, self.values).pvalue)

    @property
    def per_month(self) -> float:
        """Theil-Sen's."""
        return self._sen[0]

    @property
    def interval(self) -> tuple[float, float]:
        """Of Theil-Sen's, at 95 %."""
        return self._sen[1:]

    @cached_property
    def _sen(self) -> tuple[float, float, float]:
        sen = stats.theilslopes(self.values, self.months)
        return float(sen.slope), float(sen.low_slope), float(sen.high_slope)


@dataclass(frozen=True)
class Ground:
    """A series without its peaks: `x` its months (numbered), `y` its values, and their trend."""

    x: Array
    y: Array
    slope: Slope
    tau: float
    start: float
    end: float
    roughness: float

    @classmethod
    def of(cls, x: Array, y: Array) -> Ground:
        """Measure the trend of a ground of 4 months at least, in their order."""
        quarter = max(3, len(y) // 4)
        level = median(y.tolist()) or float(np.mean(y))
        return cls(
            x=x,
            y=y,
            slope=Slope(tuple(x.tolist()), tuple(y.tolist())),
            tau=_tau(y),
            start=median(y[:quarter].tolist()),
            end=median(y[-quarter:].tolist()),
            roughness=median(np.abs(np.diff(y)).tolist()) / level if level else 0.0,
        )

    @cached_property
    def _bends(self) -> _Bends:
        return _Bends.of(self.x, self.y)

    @property
    def has_risen(self) -> bool:
        """Whether it ends higher than it began, be it along a plateau."""
        return self.tau >= RISEN_TAU and self.end >= RISE * self.start

    @property
    def rises(self) -> bool:
        """Whether it rises all along."""
        return self.tau >= TREND_TAU and self.has_risen

    @property
    def falls(self) -> bool:
        """Whether it falls all along."""
        return self.tau <= -TREND_TAU and self.end <= FALL * self.start

    @property
    def is_rough(self) -> bool:
        """Whether its months change too much to say where it goes."""
        return self.roughness >= ROUGH

    @property
    def variation(self) -> float | None:
        """Coefficient of variation around the trend: two lines that meet, the best there are.

        None for a ground of zeros.
        """
        mean = float(np.mean(self.y))
        if mean == 0:
            return None
        bends = self._bends
        error = bends.line_error - max(bends.gains, default=0.0)
        return float(np.sqrt(max(error, 0.0) / len(self.y))) / mean

    def plateau_start(self) -> int | None:
        """The position from which a rise became a plateau, None when a line tells as much.

        The best continuous "line, then constant" is held against the plain line.
        """
        x, y = self.x, self.y
        least = max(PLATEAU_MONTHS, int(np.ceil(len(y) * PLATEAU_SHARE)))
        hinges = np.arange(2, len(y) - least + 1)
        if not self.has_risen or not len(hinges):
            return None
        errors = _line_errors(np.minimum(x[:, None], x[hinges]), y)
        start = int(hinges[np.argmin(errors)])
        is_better = errors.min() <= HINGE_GAIN * _line_errors(x[:, None], y)[0]
        return start if is_better and _is_flat(y[start:]) else None

    def acceleration(self) -> tuple[int, float | None] | None:
        """The position from which it rose faster, and how many times.

        How many times is None from hardly any rise.
        """
        bends = self._bends
        if not len(bends.gains):
            return None
        best = int(np.argmax(bends.gains))
        before, after = float(bends.before[best]), float(bends.after[best])
        is_better = bends.gains[best] >= (1 - BEND_GAIN) * bends.line_error
        if not is_better or after <= 0 or after < FASTER * before:
            return None
        return int(bends.hinges[best]) + 1, after / before if before >= BARELY * after else None

    def turn(self) -> float | None:
        """How far, as a share, the last quarter is from what the months before announced.

        None when that is within the ordinary, or cannot be told.
        """
        base_x, base_y = self.x[:-LAST_QUARTER][-TURN_BASE:], self.y[:-LAST_QUARTER][-TURN_BASE:]
        if len(base_y) < 2 * LAST_QUARTER:
            return None
        centre, level = float(base_x.mean()), float(base_y.mean())
        spread = float(((base_x - centre) ** 2).sum())
        slope = float(((base_x - centre) * base_y).sum()) / spread
        ahead = float(self.x[-LAST_QUARTER:].mean()) - centre
        announced = level + slope * ahead
        if announced <= 0:
            return None
        away = float(self.y[-LAST_QUARTER:].mean()) - announced
        errors = base_y - level - slope * (base_x - centre)
        scatter = float(np.sqrt((errors**2).sum() / (len(base_y) - 2)))
        reach = 1 / LAST_QUARTER + 1 / len(base_y) + ahead**2 / spread
        if abs(away) < TURN_ERRORS * scatter * np.sqrt(reach) or abs(away) < TURN * announced:
            return None
        return away / announced


@dataclass(frozen=True)
class _Bends:
    """Two lines that meet at each possible month, against one line."""

    line_error: float  # squared errors of one line
    hinges: npt.NDArray[np.intp]  # positions where two lines may meet
    gains: Array  # squared errors that meeting there saves
    before: Array  # slopes
    after: Array

    @classmethod
    def of(cls, x: Array, y: Array) -> _Bends:
        least = max(3, int(np.ceil(len(y) * PHASE)))
        hinges = np.arange(least - 1, len(y) - least)
        centred = x - x.mean()
        spread = float((centred**2).sum())
        slope = float((centred * y).sum()) / spread
        error = float(((y - y.mean() - slope * centred) ** 2).sum())
        # What a bend adds to a line: the part of max(x − hinge, 0) that no line tells.
        added = np.maximum(x[:, None] - x[hinges], 0.0)
        lean = centred @ added / spread
        added = added - added.mean(axis=0) - centred[:, None] * lean
        power = (added**2).sum(axis=0)
        bend = y @ added / power
        before = slope - bend * lean
        return cls(error, hinges, bend**2 * power, before, before + bend)


def _tau(y: Array) -> float:
    """Kendall's tau-b of values with their order; 0 of a constant.

    scipy's, without the test that goes with it there, which costs a hundred times as much.
    """
    signs = np.sign(y[None, :] - y[:, None])[np.triu_indices(len(y), 1)]
    told = np.count_nonzero(signs)  # pairs that are not ties
    return float(signs.sum() / np.sqrt(told * len(signs))) if told else 0.0


def _line_errors(bases: Array, y: Array) -> Array:
    """The squared errors of the best a + b × basis, for each column."""
    centred = bases - bases.mean(axis=0)
    deviation = y - y.mean()
    explained = (deviation @ centred) ** 2 / (centred**2).sum(axis=0)
    errors: Array = np.maximum((deviation**2).sum() - explained, 0.0)
    return errors


def _is_flat(y: Array) -> bool:
    """Whether a plateau stays where it is, but for its noise."""
    half = len(y) // 2
    level = median(y.tolist())
    change = abs(median(y[half:].tolist()) - median(y[:half].tolist()))
    scatter = float(np.std(y - level))
    error = scatter * float(np.sqrt(1 / half + 1 / (len(y) - half)))
    return bool(change <= max(PLATEAU_CHANGE * level, PLATEAU_ERRORS * error))
