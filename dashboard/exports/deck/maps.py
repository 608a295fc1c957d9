"""The map of a région: one shape by département, named, that can be recoloured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Emu, Inches

from dashboard.charts.map import RateMap, Shape
from dashboard.exports.deck.fitting import tight
from dashboard.exports.deck.template import INK, Box

#: Fills of the five classes, from the lowest rate; grey without a rate.
LEVELS = ("DDDDDD", "E3E3FD", "CACAFB", "8585F6", "4848C8", "000091")
#: From this class on, texts are white.
DARK = 3

Point = tuple[int, int]


def draw(slide: Any, one: RateMap, box: Box) -> None:
    """Lay the shapes of a map in a box, then their values."""
    view = [float(number) for number in one.view.split()]
    scale = min(box.width / view[2], box.height / view[3])

    def at(x: float, y: float) -> Point:
        return (
            int(Inches(box.left + (x - view[0]) * scale)),
            int(Inches(box.top + (y - view[1]) * scale)),
        )

    for shape in one.shapes:
        _shape(slide, shape, at)
    size = max(7, min(12, int(one.text_height * scale * 72)))
    for shape in one.shapes:
        if shape.label is not None:
            dark = shape.inside and shape.level >= DARK
            _label(slide, at(*shape.label), shape.text, size, dark=dark)


def swatch(slide: Any, level: int, box: Box) -> None:
    """The colour of a class, in the legend."""
    edges = [(box.left, box.top), (box.left + box.width, box.top)]
    edges += [(x, box.top + box.height) for x, _ in reversed(edges)]
    ring = [(int(Inches(x)), int(Inches(y))) for x, y in edges]
    _freeform(slide, f"Couleur de la classe {level}", "", [ring], LEVELS[level])


def _shape(slide: Any, shape: Shape, at: Callable[[float, float], Point]) -> None:
    rings = [[at(x, y) for x, y in ring] for ring in outline(shape.path)]
    _freeform(slide, shape.name, shape.words, rings, LEVELS[shape.level])


def _freeform(
    slide: Any, name: str, words: str, rings: Sequence[Sequence[Point]], color: str
) -> None:
    """A shape of straight edges; the library's own takes a second for a région."""
    left, right = (edge(x for ring in rings for x, _ in ring) for edge in (min, max))
    top, bottom = (edge(y for ring in rings for _, y in ring) for edge in (min, max))
    width, height = right - left, bottom - top
    paths = "".join(_ring([(x - left, y - top) for x, y in ring]) for ring in rings)
    tree = slide.shapes._spTree  # noqa: SLF001  # what is appended is a shape like another
    element = parse_xml(
        f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr>"
        f'<p:cNvPr id="{tree.max_shape_id + 1}" name=""/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/>'
        "</a:xfrm><a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        '<a:rect l="l" t="t" r="r" b="b"/><a:pathLst>'
        f'<a:path w="{width}" h="{height}">{paths}</a:path></a:pathLst></a:custGeom>'
        f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'
        '<a:ln w="12700"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:ln>'
        "</p:spPr></p:sp>"
    )
    named = element.nvSpPr.cNvPr
    named.set("name", name)
    if words:
        named.set("descr", words)
    tree.append(element)


def _ring(points: Sequence[Point]) -> str:
    def point(x: int, y: int) -> str:
        return f'<a:pt x="{x}" y="{y}"/>'

    lines = "".join(f"<a:lnTo>{point(*one)}</a:lnTo>" for one in points[1:])
    return f"<a:moveTo>{point(*points[0])}</a:moveTo>{lines}<a:close/>"


def _label(slide: Any, place: Point, said: str, size: int, *, dark: bool) -> None:
    width, height = Inches(1.1), Inches(0.3)
    box = slide.shapes.add_textbox(
        Emu(place[0] - width // 2), Emu(place[1] - height // 2), width, height
    )
    tight(box, said, size, color="FFFFFF" if dark else INK)


def outline(path: str) -> list[list[tuple[float, float]]]:
    """The rings of an SVG path made of moves and lines, in absolute or relative coordinates.

    Raises:
        ValueError: the path has curves.
    """
    rings: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", numbers)]
        kind = command.upper()
        if kind == "Z":
            x, y = rings[-1][0]
            continue
        if kind in "HV":
            points = [(v, 0.0) if kind == "H" else (0.0, v) for v in values]
        elif kind in "ML":
            points = list(zip(values[::2], values[1::2], strict=True))
        else:
            raise ValueError(f"an outline has moves and lines only, not {command}")
        for rank, (a, b) in enumerate(points):
            if command.islower():
                x, y = x + a, y + b
            elif kind in "HV":
                x, y = (a, y) if kind == "H" else (x, b)
            else:
                x, y = a, b
            if kind == "M" and rank == 0:
                rings.append([])
            rings[-1].append((x, y))
    return [ring for ring in rings if any(one != other for one, other in pairwise(ring))]
