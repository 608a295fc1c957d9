"""The outlines of the départements, from the data file that `scripts/build_contours.py` makes.

Map of metropolitan France: svg-maps, after MapSVG (CC-BY 4.0). Overseas: Natural Earth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

#: What the licence asks to be said wherever a map is shown, with the addresses it names.
ATTRIBUTION = (
    ("svg-maps, d’après MapSVG", "https://mapsvg.com/maps/france-departments"),
    ("CC-BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
)


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane; y goes down, as in SVG."""

    left: float
    top: float
    right: float
    bottom: float

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


@cache
def contours() -> Mapping[str, Contour]:
    """Every département by code; those of metropolitan France share one plane."""
    path = Path(settings.BASE_DIR) / "fixtures" / "contours.json"
    return {
        code: Contour(one["path"], Box(*one["box"]), (one["label"][0], one["label"][1]))
        for code, one in json.loads(path.read_text(encoding="utf-8")).items()
    }
