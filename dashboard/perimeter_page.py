"""What the page of the perimeter shows: its categories, a proposal, and what it would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboard.charts.chart import SMALL_BASE
from dashboard.charts.sectors import sector_label
from dashboard.perimeter import (
    PRESETS,
    SECTORS,
    Category,
    Count,
    Place,
    changes,
    fingerprint,
)
from dashboard.perimeter_survey import Survey
from indicators.perimeter import Figures
from indicators.selection import CHART_SECTORS
from reference import french
from reference.models import Sector
from reference.months import in_french
from reference.spreadsheets import Cell

#: Names of the form's fields, followed by the code of a category.
SECTOR_FIELD, INSIDE_FIELD = "secteur-", "compte-"


@dataclass(frozen=True)
class Proposal:
    """The places asked for, by category, and what could not be understood of them."""

    wanted: Mapping[str, Place] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def read_proposal(posted: QueryDict, known: Mapping[str, Category]) -> Proposal:
    """The proposal of a form; categories that it does not show keep their places."""
    wanted: dict[str, Place] = {}
    problems = []
    for code, category in known.items():
        sector = posted.get(f"{SECTOR_FIELD}{code}")
        if sector is None:
            continue
        inside = f"{INSIDE_FIELD}{code}" in posted
        if sector not in Sector.values:
            problems.append(f"{code} {category.label}\u202f: ce secteur n’existe pas.")
        elif inside and sector == Sector.OTHER:
            problems.append(
                f"{code} {category.label}\u202f: ce qui est hors du champ médico-social ne peut "
                "pas être dans le périmètre. Choisissez un secteur."
            )
        else:
            wanted[code] = Place(Sector(sector), inside)
    return Proposal(
        {code: place for code, (_, place) in changes(known, wanted).items()}, tuple(problems)
    )


def preset_proposal(code: str, known: Mapping[str, Category]) -> Proposal:
    """One of the proposals made beforehand; nothing when there is none of that name."""
    for preset in PRESETS:
        if preset.code == code:
            moved = changes(known, preset.propose(known))
            return Proposal({each: place for each, (_, place) in moved.items()})
    return Proposal(problems=("Cette proposition n’existe pas.",) if code else ())


# --- The table of categories ----------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A category on the page; `place` is the one proposed when there is one."""

    category: Category
    count: Count
    place: Place

    @property
    def changed(self) -> bool:
        """Whether the proposal moves it."""
        return self.place != self.category.place

    @property
    def options(self) -> SafeString:
        """The sectors to choose from, as the page writes them."""
        return _options(self.place.sector)

    @property
    def contributors(self) -> str:
        """Facilities with a document in the last 12 months; unknown where nothing is counted."""
        return french.integer(self.count.contributors) if self.category.place.inside else "–"


@dataclass(frozen=True)
class Group:
    """The categories of a sector."""

    sector: Sector
    rows: tuple[Row, ...]

    @property
    def open(self) -> int:
        """ESMS open in them."""
        return sum(row.count.open for row in self.rows)

    @property
    def inside(self) -> int:
        """ESMS open in those of the perimeter."""
        return sum(row.count.open for row in self.rows if row.category.place.inside)


@dataclass(frozen=True)
class Grid:
    """The categories shown, and those of the proposal that are not but are sent with the form."""

    groups: tuple[Group, ...]
    hidden: tuple[Row, ...]


def grid(
    known: Mapping[str, Category],
    counted: Mapping[str, Count],
    proposal: Proposal,
    *,
    sector: str = "",
    every: bool = False,
) -> Grid:
    """The categories by sector: those with an open ESMS, a choice or a change, or `every` one."""
    rows = [
        Row(each, counted.get(code, Count()), proposal.wanted.get(code, each.place))
        for code, each in known.items()
    ]
    told = [row for row in rows if every or row.count.open or row.category.chosen or row.changed]
    shown = [row for row in told if sector in {"", row.category.place.sector}]
    order = list(SECTORS)
    shown.sort(key=lambda row: order.index(row.category.place.sector))
    return Grid(
        tuple(
            Group(each, tuple(rows))
            for each, rows in groupby(shown, key=lambda row: row.category.place.sector)
        ),
        tuple(row for row in told if row.changed and row not in shown),
    )


def lines(shown: Grid, month: dt.date) -> Iterator[Sequence[Cell]]:
    """The categories as a file: a line each, with its ESMS open in a month."""
    yield (
        "Catégorie", "Libellé", "Secteur", "Dans le périmètre", "Choix de la région", "Confiance",
        f"ESMS ouverts en {in_french(month)}", "dont ont alimenté sur 12 mois",
    )  # fmt: skip
    for group in shown.groups:
        for row in group.rows:
            category = row.category
            yield (
                category.code,
                category.label,
                sector_label(category.place.sector),
                "oui" if category.place.inside else "non",
                "oui" if category.chosen else "non",
                category.confidence,
                row.count.open,
                row.count.contributors if category.place.inside else None,
            )


@cache
def _options(chosen: Sector) -> SafeString:
    """Written once for each sector: 300 categories offer the same nine, on one page."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if value == chosen.value else "", label)
            for value, label in sector_choices()
        ),
    )


def sector_choices() -> list[tuple[str, str]]:
    """Every sector with the name that charts give it."""
    return [(each.value, sector_label(each.value)) for each in SECTORS]


# --- What a proposal would change -----------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """One line of the effect: each pair is before and after."""

    label: str
    parc: tuple[str, str]
    difference: str
    rate: tuple[str, str]
    rate_12m: tuple[str, str]
    figures: tuple[Figures, Figures] | None = None  # None: not received


@dataclass(frozen=True)
class Outlook:
    """What a proposal would do: which categories move, and the figures of the last month."""

    moves: tuple[str, ...]
    rows: Mapping[str, Place]
    seen: str
    month: dt.date | None
    exact: bool = True
    departements: tuple[Compared, ...] = ()
    sectors: tuple[Compared, ...] = ()
    total: Compared | None = None


def outlook(seen: Survey, proposal: Proposal) -> Outlook:
    """The effect of a proposal on the last received month; without any, its moves only."""
    known, month = seen.known, seen.month
    moved = changes(known, proposal.wanted)
    told = Outlook(
        moves=tuple(
            f"{code} {category.label}\u202f: {category.place.words} → {place.words}"
            for code, (category, place) in moved.items()
        ),
        rows=proposal.wanted,
        seen=fingerprint(known),
        month=month,
    )
    if month is None:
        return told
    found = seen.effect(proposal.wanted)
    received = set(found.before["departement"])
    return Outlook(
        **{
            **vars(told),
            "exact": found.exact,
            "departements": tuple(
                _compared(name, *found.figures(departement=code))
                if code in received
                else _not_received(name)
                for code, name in seen.names.items()
            ),
            "sectors": tuple(
                _compared(sector_label(each.value), *found.figures(sector=each.value))
                for each in CHART_SECTORS
            ),
            "total": _compared(seen.region.name, *found.figures()),
        }
    )


def _compared(label: str, before: Figures, after: Figures) -> Compared:
    return Compared(
        label=label,
        parc=(french.integer(before.parc), french.integer(after.parc)),
        difference=french.signed(french.integer(after.parc - before.parc)),
        rate=(
            _rate(before.contributors, before.parc),
            _rate(after.contributors, after.parc),
        ),
        rate_12m=(
            _rate(before.contributors_12m, before.parc_12m),
            _rate(after.contributors_12m, after.parc_12m),
        ),
        figures=(before, after),
    )


def _not_received(label: str) -> Compared:
    missing = (french.NOT_AVAILABLE, french.NOT_AVAILABLE)
    return Compared(label, missing, french.NOT_AVAILABLE, missing, missing)


def _rate(part: int, whole: int) -> str:
    """A rate, or the counts themselves on a small base."""
    if whole == 0:
        return french.NOT_AVAILABLE
    if whole < SMALL_BASE:
        return f"{part} sur {whole}"
    return french.percent(part / whole)


def effect_lines(told: Outlook) -> Iterator[Sequence[Cell]]:
    """What a proposal would do as a file; rates in percent, counts on a small base."""
    month = in_french(told.month) if told.month else ""
    parc = [f"ESMS du périmètre ouverts, {when}" for when in ("avant", "après", "écart")]
    rates = [
        f"Taux {over} (%), {when}"
        for over in (f"en {month}", "sur 12 mois")
        for when in ("avant", "après")
    ]
    yield "Par", "Territoire ou secteur", *parc, *rates
    total = [told.total] if told.total else []
    for by, rows in (
        ("département", told.departements), ("secteur", told.sectors), ("région", total),
    ):  # fmt: skip
        for row in rows:
            yield by, row.label, *(_effect_cells(row.figures) if row.figures else _UNKNOWN)


_UNKNOWN = (french.NOT_AVAILABLE,) * 7


def _effect_cells(figures: tuple[Figures, Figures]) -> Iterator[Cell]:
    before, after = figures
    yield from (before.parc, after.parc, after.parc - before.parc)
    yield from (_rate_cell(each.contributors, each.parc) for each in figures)
    yield from (_rate_cell(each.contributors_12m, each.parc_12m) for each in figures)


def _rate_cell(part: int, whole: int) -> Cell:
    return _rate(part, whole) if whole < SMALL_BASE else round(part / whole * 100, 2)
