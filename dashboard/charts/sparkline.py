"""Sparklines: the shape of a monthly series in a small inline SVG made by the server."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120.0
HEIGHT = 32.0
MARGIN = 3.0


@dataclass(frozen=True)
class Sparkline:
    """Geometry in SVG units: one run of points per uninterrupted stretch, and the last point.

    A stretch of a single month is a dot, for a line through one point is invisible.
    """

    runs: tuple[str, ...]  # "x,y x,y …", as `polyline` takes them
    dots: tuple[tuple[float, float], ...]
    end: tuple[float, float] | None
    width: float = WIDTH
    height: float = HEIGHT


def sparkline(values: Sequence[float | None]) -> Sparkline:
    """The shape of a series from 0 to its maximum; None or NaN leaves a gap."""
    points = _points([None if v is None or math.isnan(v) else v for v in values])
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    known = [point for point in points if point is not None]
    return Sparkline(
        runs=tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        end=known[-1] if known else None,
    )


def _points(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    top = max((value for value in values if value is not None), default=0) or 1
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    return [
        None
        if value is None
        else (
            round(MARGIN + index * step, 1),
            round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * max(value, 0) / top, 1),
        )
        for index, value in enumerate(values)
    ]
