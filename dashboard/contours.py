"""The outlines of the départements, from the data file that `scripts/build_contours.py` makes.

Map of metropolitan France: svg-maps, after MapSVG (CC-BY 4.0). Overseas: Natural Earth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.conf import settings

#: What the licence asks to be said wherever a map is shown, with the addresses it names.
ATTRIBUTION = (
    ("svg-maps, d’après MapSVG", "https://mapsvg.com/maps/france-departments"),
    ("CC-BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
)


Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane; y goes down, as in SVG."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def at(cls, x: float, y: float, width: float, height: float) -> Box:
        """The box of a size around a point."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def middle(self) -> Point:
        """The point at equal distance from its sides, to a tenth."""
        return round((self.left + self.right) / 2, 1), round((self.top + self.bottom) / 2, 1)

    @property
    def width(self) -> float:
        """From side to side."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def around(self, other: Box) -> Box:
        """The least box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def widened(self, margin: float) -> Box:
        """The same with a margin on each side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def meets(self, other: Box) -> bool:
        """Whether both have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class Contour:
    """A département: its SVG path, the box around it, and where there is room for a text."""

    path: str
    box: Box
    label: tuple[float, float]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The corners of its lines."""
        found: list[Point] = []
        for ring in self.path.split("z")[:-1]:
            numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
            x = y = 0
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                found.append((x, y))
        return tuple(found)

    def reaches(self, box: Box) -> bool:
        """Whether one of its corners, or where its text is written, lies in a box."""
        return box.meets(self.box) and any(
            box.left <= x <= box.right and box.top <= y <= box.bottom
            for x, y in (self.label, *self.points)
        )


@cache
def contours() -> Mapping[str, Contour]:
    """Every département by code; those of metropolitan France share one plane."""
    path = Path(settings.BASE_DIR) / "fixtures" / "contours.json"
    return {
        code: Contour(one["path"], Box(*one["box"]), (one["label"][0], one["label"][1]))
        for code, one in json.loads(path.read_text(encoding="utf-8")).items()
    }
