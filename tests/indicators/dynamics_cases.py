"""Series whose word is known: plain shapes, and what the committee of January 2026 saw."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from indicators.dynamics import Label
from ingestion.demo.story import LAST_MONTH, MONTHS, load_story

Values = np.ndarray[tuple[int], np.dtype[np.float64]]

#: The words of each series of the committee: the one it gave, and another it may have given.
WORDS = {
    ("21", "documents"): {Label.PROGRESSIVE},
    ("21", "contributors"): {Label.PROGRESSIVE},
    ("25", "documents"): {Label.PLATEAU_PEAK},
    ("25", "contributors"): {Label.PLATEAU_PEAK},
    ("39", "documents"): {Label.IRREGULAR, Label.PLATEAU_PEAK},
    ("39", "contributors"): {Label.PROGRESSIVE},
    ("58", "documents"): {Label.PROGRESSIVE, Label.PLATEAU_PEAK},
    ("58", "contributors"): {Label.PROGRESSIVE},
    ("70", "documents"): {Label.PLATEAU_PEAK},
    ("70", "contributors"): {Label.PLATEAU_PEAK},
    ("71", "documents"): {Label.PROGRESSIVE},
    ("71", "contributors"): {Label.PROGRESSIVE},
    ("89", "documents"): {Label.PROGRESSIVE},
    ("89", "contributors"): {Label.PROGRESSIVE},
    ("90", "documents"): {Label.IRREGULAR, Label.PLATEAU_PEAK},
    ("90", "contributors"): {Label.RISE_PLATEAU},
}


@functools.cache
def profile(departement: str, kind: str) -> Values:
    """The monthly documents (peaks included) or contributors of a département of the story."""
    story = load_story()
    length = MONTHS.index(LAST_MONTH) + 1
    if kind == "contributors":
        sectors = [counts for (d, _), counts in story.contributors.items() if d == departement]
        counted: Values = np.asarray(sectors, dtype="float64").sum(axis=0)[:length]
        return counted
    values: Values = np.asarray(story.documents[departement][:length], dtype="float64")
    for peak in story.peaks:
        if peak.departement == departement and peak.month <= LAST_MONTH:
            values[MONTHS.index(peak.month)] += peak.documents
    return values


def monthly(values: object, first: str = "2024-01-01") -> pd.Series[float]:
    """Values as a series of consecutive months."""
    array = np.asarray(values, dtype="float64")
    return pd.Series(array, index=pd.date_range(first, periods=len(array), freq="MS"))


def redrawn(values: Values, seed: int) -> pd.Series[float]:
    """The same series with each month up to 15 % higher or lower."""
    return monthly(values * np.random.default_rng(seed).uniform(0.85, 1.15, len(values)))
