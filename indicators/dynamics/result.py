"""What is said of a series: its word, what qualifies it, and the evidence for both.

Nothing here computes: `indicators.dynamics.classify` fills these in.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from indicators.dynamics.thresholds import SIGNIFICANT
from indicators.dynamics.trend import Slope
from reference.months import in_french


class Label(StrEnum):
    """What a series did."""

    PROGRESSIVE = "progressive"
    PLATEAU = "plateau"
    PLATEAU_PEAK = "plateau_peak"
    RISE_PLATEAU = "rise_plateau"
    IRREGULAR = "irregular"
    DECLINING = "declining"
    TOO_SHORT = "too_short"

    @property
    def in_french(self) -> str:
        """The word that screens and exports show."""
        return LABELS_IN_FRENCH[self]


LABELS_IN_FRENCH = {
    Label.PROGRESSIVE: "progressive",
    Label.PLATEAU: "plateau",
    Label.PLATEAU_PEAK: "plateau avec pic",
    Label.RISE_PLATEAU: "montée puis plateau",
    Label.IRREGULAR: "irrégulière",
    Label.DECLINING: "en baisse",
    Label.TOO_SHORT: "série trop courte",
}


class Trait(StrEnum):
    """What may qualify a word."""

    EARLY_PEAK = "early_peak"
    SLIGHT_RISE = "slight_rise"
    SLIGHT_FALL = "slight_fall"
    RECENT_TURN = "recent_turn"
    ACCELERATION = "acceleration"


TRAITS_IN_FRENCH = {
    Trait.EARLY_PEAK: "pic initial isolé",
    Trait.SLIGHT_RISE: "légère hausse de fond",
    Trait.SLIGHT_FALL: "légère baisse de fond",
    Trait.RECENT_TURN: "inflexion récente{way}",
    Trait.ACCELERATION: "accélération depuis {month}",
}


@dataclass(frozen=True)
class Modifier:
    """A trait of a series, since when, and by how much.

    `month`: the top of the early peak; the first month of the recent turn; the first month of
    the faster rise; None for what holds over the whole period. `change`, a fraction (−0.12 is
    −12 %): the peak's excess over its ground; the rise (fall) of the ground from one end to the
    other; the last months against what the months before announced, so that its sign tells
    whether the series turned up or down. For an acceleration, how many times faster (3.0).
    None when what it is compared with is 0, or hardly a rise for an acceleration.
    """

    trait: Trait
    month: dt.date | None = None
    change: float | None = None

    @property
    def in_french(self) -> str:
        """As screens show it: "accélération depuis janvier 2025".

        A turn says which way, unless nothing tells how much.
        """
        month = "" if self.month is None else in_french(self.month)
        way = "" if not self.change else f" à la {'hausse' if self.change > 0 else 'baisse'}"
        return TRAITS_IN_FRENCH[self.trait].format(month=month, way=way)


@dataclass(frozen=True)
class Peak:
    """A short rise above the ground around it. Values are in the series' own unit."""

    month: dt.date
    value: float
    ground: float  # the level it rises from: the median of the months around
    first: dt.date  # the months that it lifts, both included
    last: dt.date

    @property
    def excess(self) -> float:
        """How far its top stands above the ground."""
        return self.value - self.ground

    @property
    def ratio(self) -> float | None:
        """Its size against the local baseline: 3.0 is "trois fois"; None from a ground of 0."""
        return self.value / self.ground if self.ground else None

    @property
    def duration(self) -> int:
        """How many calendar months it lifts."""
        years = self.last.year - self.first.year
        return years * 12 + self.last.month - self.first.month + 1


@dataclass(frozen=True)
class Dynamics:
    """What a series did, and why we say so. Levels and slopes are in the series' own unit.

    "Outside peaks": without the months that peaks lift, unless there are hardly any others.
    """

    label: Label
    months: int  # received months
    peaks: tuple[Peak, ...] = ()  # in the order of their months
    slope: Slope | None = None  # outside peaks
    tau: float | None = None  # Kendall, outside peaks
    start_level: float | None = None  # median of the first quarter, outside peaks
    end_level: float | None = None
    roughness: float | None = None  # median month-on-month change ÷ level, outside peaks
    reversals: int = 0  # times that the series turns by more than a tenth of its range
    plateau_from: dt.date | None = None  # for a rise then a plateau only
    modifiers: tuple[Modifier, ...] = ()  # in the order of `Trait`, each trait once at most
    last_quarter_change: float | None = None  # last 3 received months ÷ the 3 before, −1; all in
    variation: float | None = None  # coefficient of variation around the trend, outside peaks

    @property
    def is_trend_significant(self) -> bool:
        """Whether a trend outside peaks is beyond chance (Kendall's test at 5 %)."""
        return self.slope is not None and self.slope.p_value < SIGNIFICANT

    def modifier(self, trait: Trait) -> Modifier | None:
        """The modifier of that trait, `None` without it."""
        return next((found for found in self.modifiers if found.trait == trait), None)
