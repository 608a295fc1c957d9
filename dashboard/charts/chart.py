"""The one shape of a chart, from which its figure, its table and its files are all made."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from reference import french

#: Below this denominator a share or a rate is written as counts.
SMALL_BASE = 20
#: The colour of targets, on every kind of chart.
TARGET_COLOR = "#18753C"


class Unit(Enum):
    """What a column of numbers counts; rates and shares are fractions."""

    DOCUMENTS = "documents"
    ESMS = "ESMS"
    RATE = "%"
    SHARE = "% du total"
    MEAN = "en moyenne"  # numbers with a decimal: documents per ESMS, types used alike
    POINTS = "points"  # differences between two rates
    RANK = "rang"
    TEXT = ""  # no number at all: its texts say everything

    @property
    def is_fraction(self) -> bool:
        """Whether values are fractions, written as percentages or points."""
        return self in {Unit.RATE, Unit.SHARE, Unit.POINTS}

    @property
    def suffix(self) -> str:
        """What the header of a column of bare numbers adds to its label; texts carry their unit."""
        if self is Unit.POINTS:
            return " (points)"
        return " (%)" if self.is_fraction else ""

    def text(self, value: float | None) -> str:
        """A value as tables and labels write it."""
        if self.is_fraction:
            return french.percent(value)
        return french.decimal(value) if self is Unit.MEAN else french.integer(value)


@dataclass(frozen=True)
class Column:
    """Numbers of one unit, one per row of the table; None is "n. d.".

    `texts` is what people read in each cell; it says why where there is no number.
    """

    code: str
    label: str
    unit: Unit
    values: tuple[float | None, ...]
    texts: tuple[str, ...]

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, which tables align to the right."""
        return self.unit is not Unit.TEXT


def column(
    code: str,
    label: str,
    unit: Unit,
    values: Iterable[float | None],
    reasons: Iterable[str] | None = None,
) -> Column:
    """A column whose texts follow from its values; NaN becomes None.

    `reasons`: for each row, what to write where the value is missing, instead of "n. d.".
    """
    cleaned = tuple(None if value is None or math.isnan(value) else value for value in values)
    texts = tuple(map(unit.text, cleaned))
    if reasons is not None:
        texts = tuple(
            reason if value is None and reason else text
            for value, text, reason in zip(cleaned, texts, reasons, strict=True)
        )
    return Column(code, label, unit, cleaned, texts)


def words(code: str, label: str, texts: Iterable[str]) -> Column:
    """A column of texts."""
    told = tuple(texts)
    return Column(code, label, Unit.TEXT, (None,) * len(told), told)


@dataclass(frozen=True)
class Table:
    """Numbers with row headers, as pages show them and files hold them."""

    caption: str
    corner: str  # what the row headers are: "Mois", "Secteur"
    rows: tuple[str, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if any(len(column.values) != len(self.rows) for column in self.columns):
            raise ValueError("every column of a table has one value per row")

    def named(self, code: str) -> Column:
        """The column of a code."""
        return next(column for column in self.columns if column.code == code)

    @property
    def lines(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each row header with the texts of its cells."""
        return tuple(
            (row, tuple(column.texts[index] for column in self.columns))
            for index, row in enumerate(self.rows)
        )


class Kind(Enum):
    """How the numbers of a chart are drawn."""

    STACKED = "stacked"  # months across, one bar a month, columns on top of each other
    LINES = "lines"  # months across, one line per column
    SPLIT = "split"  # one whole bar per column, divided between the rows
    BARS = "bars"  # one group of bars per row, one bar per column


@dataclass(frozen=True)
class Mark:
    """How one column of the table is drawn; `labels` names the column printed on its bars."""

    column: str
    color: str = ""
    strong: bool = True  # the territory itself; its comparator is dashed or pale
    labels: str = ""
    line: bool = False  # a line over the stack, to compare with


@dataclass(frozen=True)
class Month:
    """One month of a chart, and what is known of it."""

    date: dt.date
    received: bool
    provisional: bool
    partial: str = ""  # "7 départements sur 8"

    @property
    def unconfirmed(self) -> bool:
        """Whether its numbers are known, and may still change."""
        return self.received and self.provisional

    @property
    def header(self) -> str:
        """The row header: the month and why its numbers are not like the others."""
        remarks = [self.partial] if self.partial else []
        if not self.received:
            remarks.append("non reçu")
        elif self.provisional:
            remarks.append("provisoire")
        month = french.short_month(self.date)
        return f"{month} ({', '.join(remarks)})" if remarks else month


@dataclass(frozen=True)
class Marker:
    """An event of the period: a numbered line on the chart, a numbered sentence under it."""

    number: int
    first: dt.date  # its months, both included
    last: dt.date
    text: str  # "mars 2025 : Cibles ESMS Numérique."


class Outcome(Enum):
    """What became of a target in the last received month that it binds."""

    MET = "atteinte"
    MISSED = "non atteinte"
    AHEAD = "à venir"
    UNKNOWN = french.NOT_AVAILABLE


@dataclass(frozen=True)
class Goal:
    """A target and what became of it; `value` is in the unit of the chart where it is drawn.

    `drawn`: False when it is of another unit than the chart, or after its last month: it is then
    only listed. `row`: the row of a chart of categories on which it stands.
    """

    value: float
    label: str  # what is written on its line: "Cible 25,0 %"
    first: dt.date  # from this month on
    last: dt.date | None
    outcome: Outcome
    text: str  # the whole sentence, but for the outcome
    found: str = ""  # "20,1 % en décembre 2025"
    drawn: bool = True
    row: str = ""

    def binds(self, month: dt.date) -> bool:
        """Whether a month is one of its own."""
        return self.first <= month and (self.last is None or month <= self.last)


@dataclass(frozen=True)
class LegendEntry:
    """One line of a legend."""

    label: str
    color: str
    strong: bool
    line: bool = False


@dataclass(frozen=True)
class Chart:
    """One chart: what it says, what it shows, where it comes from.

    `months` is empty for charts of categories; `row_colors` colours the parts of a SPLIT.
    """

    code: str
    heading: str  # the committee's name of the chart
    message: str  # what it says, made by rule
    subtitle: str  # what is counted, where, when
    kind: Kind
    unit: Unit
    table: Table
    marks: tuple[Mark, ...]
    source: str
    cut_off: dt.date | None
    alt: str
    notes: tuple[str, ...] = ()
    months: tuple[Month, ...] = ()
    row_colors: tuple[str, ...] = ()
    events: tuple[Marker, ...] = ()
    targets: tuple[Goal, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What files say under the numbers: notes, then events and targets."""
        events = (f"Événement {event.number}, {event.text}" for event in self.events)
        targets = (f"Cible {goal.outcome.value}, {goal.text}" for goal in self.targets)
        return (*self.notes, *events, *targets)

    @property
    def has_data(self) -> bool:
        """Whether there is at least one number to draw."""
        drawn = [self.table.named(mark.column) for mark in self.marks]
        if self.kind is Kind.SPLIT:
            return any(value for column in drawn for value in column.values)
        return any(value is not None for column in drawn for value in column.values)

    @property
    def legend(self) -> tuple[LegendEntry, ...]:
        """What each colour means, in the order of the drawing."""
        if self.kind is Kind.SPLIT:
            return tuple(
                LegendEntry(row, color, strong=True)
                for index, (row, color) in enumerate(
                    zip(self.table.rows, self.row_colors, strict=True)
                )
                if any(self.table.named(mark.column).values[index] for mark in self.marks)
            )
        return tuple(
            LegendEntry(
                self.table.named(mark.column).label,
                mark.color,
                mark.strong,
                line=mark.line or self.kind is Kind.LINES,
            )
            for mark in self.marks
        )
