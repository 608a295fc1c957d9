"""The map of a région by rate: five classes of one width, the values printed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from dashboard.charts.chart import SMALL_BASE, Table, Unit, column
from dashboard.charts.contributors import is_small
from dashboard.charts.wording import at
from dashboard.contours import Box, Contour, contours
from indicators.series import Measures
from reference import french

CLASSES = 5
#: Widths that a reader can follow, in points of percentage.
WIDTHS = (1, 2, 4, 5, 10, 20)
#: The column of the rates in the table.
RATE = "taux-12-mois"
#: Fill of what has no rate: too few ESMS, or nothing received.
NO_CLASS = 0

#: Height of the printed values, as a part of the map's width: 11 px on a telephone.
TEXT_HEIGHT = 0.032
#: Width of a character, as a part of its height.
CHARACTER = 0.55
MARGIN = 0.02
#: A text is written on a shape when it takes no more than this part of its width.
FITTING = 0.85


@dataclass(frozen=True)
class Shape:
    """One département on the map. `level` is its class, from 1 (lowest); 0 without a rate."""

    code: str
    name: str
    path: str
    level: int
    text: str  # the rate, the counts of a small base, or "n. d."
    counts: str  # "46 ESMS sur 232", "" when not known
    label: tuple[float, float] | None  # where the text is printed; None: no room among the others
    inside: bool  # whether the text holds inside the shape

    @property
    def words(self) -> str:
        """What a reader who sees no map needs."""
        return f"{self.name}\u202f: {self.text}" + (f", {self.counts}" if self.counts else "")


@dataclass(frozen=True)
class Step:
    """One line of the legend."""

    level: int
    text: str
    count: int  # how many départements


@dataclass(frozen=True)
class RateMap:
    """A région: its shapes by code, its legend, the départements from the highest rate down.

    `message`: the range of the rates; `title`: what it is the range of, too, for who sees no more.
    `table`: the rates and what they are made of, in the same order.
    """

    shapes: tuple[Shape, ...]
    ranked: tuple[Shape, ...]
    legend: tuple[Step, ...]
    view: str  # the SVG viewBox
    text_height: float
    message: str
    title: str
    overseas: bool
    table: Table


def rate_map(region: Measures, departements: Mapping[str, Measures]) -> RateMap:
    """The rate over 12 months of each département, in the région's last received month."""
    last = region.last_received
    rates: dict[str, float | None] = {}
    texts: dict[str, tuple[str, str]] = {}
    for code, one in departements.items():
        part, whole = at(one.contributors_12m, last), at(one.parc_12m, last)
        known = part is not None and whole is not None
        small = known and is_small(whole)
        rates[code] = None if small else at(one.rate_12m, last)
        counts = f"{french.integer(part)} ESMS sur {french.integer(whole)}" if known else ""
        texts[code] = (
            (f"{french.integer(part)} sur {french.integer(whole)}", "")
            if small
            else (french.percent(rates[code]), counts)
        )
    low, width = scale(rate for rate in rates.values() if rate is not None)
    levels = {code: level(rate, low, width) for code, rate in rates.items()}
    names = {
        code: french.typographic(one.selection.territory.name) for code, one in departements.items()
    }
    shapes, view, height = _shapes(names, levels, texts)
    ranked = sorted(shapes, key=lambda shape: (-(rates[shape.code] or -1.0), shape.code))
    partial = _partial(region, last)
    return RateMap(
        shapes=shapes,
        ranked=tuple(ranked),
        legend=_legend(low, width, list(levels.values())),
        view=view,
        text_height=height,
        message=_message(ranked, rates) + partial,
        title=_title(ranked, rates) + partial,
        overseas=any(len(code) > 2 for code in departements),
        table=_table(ranked, departements, rates, last),
    )


def _table(
    ranked: Sequence[Shape],
    departements: Mapping[str, Measures],
    rates: Mapping[str, float | None],
    last: dt.date | None,
) -> Table:
    ordered = [departements[shape.code] for shape in ranked]
    return Table(
        caption="Part des ESMS ayant alimenté sur 12 mois, par département",
        corner="Département",
        rows=tuple(shape.name for shape in ranked),
        columns=(
            column(
                "alimentent",
                "ESMS ayant alimenté sur 12 mois",
                Unit.ESMS,
                (at(one.contributors_12m, last) for one in ordered),
            ),
            column(
                "ouverts", "ESMS ouverts", Unit.ESMS, (at(one.parc_12m, last) for one in ordered)
            ),
            column(
                RATE,
                "Taux sur 12 mois",
                Unit.RATE,
                (rates[shape.code] for shape in ranked),
                (shape.text for shape in ranked),
            ),
        ),
    )


def scale(rates: Iterable[float]) -> tuple[int, int]:
    """The lowest bound and the width of five equal classes that hold every rate, in percent."""
    percents = [100 * rate for rate in rates] or [0.0]
    for width in WIDTHS:
        low = math.floor(min(percents) / width) * width
        # Classes stay between 0 and 100 %; the last one holds its upper bound.
        low = max(0, min(low, 100 - CLASSES * width))
        if max(percents) <= low + CLASSES * width:
            return low, width
    return 0, WIDTHS[-1]


def level(rate: float | None, low: int, width: int) -> int:
    """The class of a rate, from 1 to 5; a bound belongs to the class that it begins."""
    if rate is None:
        return NO_CLASS
    # Rates are ratios of counts: what floats add to a bound must not move it down a class.
    steps = math.floor(round((100 * rate - low) / width, 9))
    return min(CLASSES, 1 + max(0, steps))


def _legend(low: int, width: int, levels: Sequence[int]) -> tuple[Step, ...]:
    steps = [
        Step(
            number,
            f"de {low + (number - 1) * width} à {low + number * width}\u202f%",
            levels.count(number),
        )
        for number in range(1, CLASSES + 1)
    ]
    if NO_CLASS in levels:
        without = f"n.\u00a0d., ou moins de {SMALL_BASE} ESMS"
        steps.append(Step(NO_CLASS, without, levels.count(NO_CLASS)))
    return tuple(steps)


def _shapes(
    names: Mapping[str, str], levels: Mapping[str, int], texts: Mapping[str, tuple[str, str]]
) -> tuple[tuple[Shape, ...], str, float]:
    """The shapes, the view box and the height of the texts; what has no outline is left out."""
    known = {code: contours()[code] for code in names if code in contours()}
    if not known:
        return (), "0 0 1 1", 1.0
    view = reduce(Box.around, (outline.box for outline in known.values()))
    height = round(TEXT_HEIGHT * max(view.width, view.height), 1)
    places = _places(known, {code: texts[code][0] for code in known}, height)
    shapes = tuple(
        Shape(
            code=code,
            name=names[code],
            path=outline.path,
            level=levels[code],
            text=texts[code][0],
            counts=texts[code][1],
            label=places[code].middle if code in places else None,
            inside=code in places and places[code].middle == outline.label,
        )
        for code, outline in sorted(known.items())
    )
    view = reduce(Box.around, places.values(), view)
    view = view.widened(MARGIN * view.width)
    return shapes, f"{view.left:g} {view.top:g} {view.width:g} {view.height:g}", height


def _places(
    known: Mapping[str, Contour], texts: Mapping[str, str], height: float
) -> dict[str, Box]:
    """Where each text is written: on its shape when it fits, else beside it where all is empty.

    Those of the largest départements first; a text without room is in the list only.
    """
    taken: dict[str, Box] = {}
    for code in sorted(known, key=lambda code: -known[code].box.width * known[code].box.height):
        outline, width = known[code], CHARACTER * height * len(texts[code])
        x, y = outline.label
        if width <= FITTING * outline.box.width:
            candidates = [Box.at(x, y, width, height)]
        else:
            away = width / 2 + height / 2
            box = outline.box
            candidates = [
                Box.at(box.right + away, y, width, height),
                Box.at(box.left - away, y, width, height),
                Box.at(x, box.top - height, width, height),
                Box.at(x, box.bottom + height, width, height),
            ]
        others = [other for name, other in known.items() if name != code]
        for place in candidates:
            own = place.middle == outline.label
            if any(place.meets(other) for other in taken.values()):
                continue
            if own or not any(other.reaches(place) for other in others):
                taken[code] = place
                break
    return taken


def _partial(region: Measures, last: dt.date | None) -> str:
    """How many départements have the month, where some lack it."""
    received = at(region.received_departements, last)
    every = len(region.selection.territory.departement_codes)
    if received is None or received == every:
        return ""
    return f"\u202f; {french.count(received, 'département reçu', 'départements reçus')} sur {every}"


def _message(ranked: Sequence[Shape], rates: Mapping[str, float | None]) -> str:
    """The map in a sentence: from the highest rate to the lowest."""
    known = [shape for shape in ranked if rates[shape.code] is not None]
    if not known:
        return "Aucun département n’a de taux sur 12 mois"
    best, worst = known[0], known[-1]
    if best is worst:
        return f"{best.text} ({best.name})"
    return f"De {worst.text} ({worst.name}) à {best.text} ({best.name})"


def _title(ranked: Sequence[Shape], rates: Mapping[str, float | None]) -> str:
    """The map in a sentence that stands alone."""
    said = _message(ranked, rates)
    known = sum(rates[shape.code] is not None for shape in ranked)
    if not known:
        return said
    if known == 1:
        return f"Sur 12 mois, une seule part d’ESMS qui ont alimenté est connue\u202f: {said}"
    return f"Sur 12 mois, {said[0].lower()}{said[1:]} des ESMS ont alimenté"
