"""What templates need around a chart or a table: addresses, switches, the figure to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from dashboard.charts import contributors, volumes
from dashboard.charts.chart import Chart
from dashboard.charts.wording import period_words
from dashboard.exhibits import Block, Exhibit
from dashboard.exports.plotly import Figure, figure
from dashboard.forms import (
    ASCENDING,
    COUNT,
    DEFAULT_MONTHS,
    DESCENDING,
    RATE,
    SHARES,
    SORT_KEYS,
    VOLUMES,
    Asked,
    latest,
)
from dashboard.synthesis import Synthesis
from dashboard.texts import ShownText

#: The name of the column of ranks in the query string.
RANK = "rang"

#: The two ways to show a chart: the name in the query string, its values and their labels.
SWITCHES = {
    volumes.CODE: ("documents", ((VOLUMES, "Volumes"), (SHARES, "Parts (100\u202f%)"))),
    contributors.CODE: ("esms", ((RATE, "Taux"), (COUNT, "Nombre"))),
}


@dataclass(frozen=True)
class Choice:
    """One link of a switch."""

    label: str
    query: str
    current: bool


@dataclass(frozen=True)
class Picture:
    """A chart on a page."""

    chart: Chart
    figure: Figure
    switch: tuple[Choice, ...]
    download: str
    text: ShownText | None = None  # what is written of it


@dataclass(frozen=True)
class Stone:
    """A table of a block, and the address of its file."""

    exhibit: Exhibit
    download: str


@dataclass(frozen=True)
class Brick:
    """A block on a page."""

    block: Block
    stones: tuple[Stone, ...]


@dataclass(frozen=True)
class Heading:
    """A column's header in a sortable table: the link that sorts by it, the other way round."""

    label: str
    query: str
    sorted: str  # the value of `aria-sort`, "" when the table is sorted by another column
    number: bool  # whether the column holds numbers


def pictures(
    asked: Asked, charts: tuple[Chart, ...], texts: Mapping[str, ShownText]
) -> tuple[Picture, ...]:
    """Each chart with its figure, its switch, its text and the address of its file."""
    return tuple(
        Picture(
            chart=chart,
            figure=figure(chart),
            switch=_switch(asked, chart.code),
            download=_file(asked, chart.code),
            text=texts.get(chart.code),
        )
        for chart in charts
    )


def bricks(asked: Asked, blocks: tuple[Block, ...]) -> tuple[Brick, ...]:
    """Each block with the addresses of the files of its tables."""
    return tuple(
        Brick(
            block,
            tuple(Stone(exhibit, _file(asked, exhibit.code)) for exhibit in block.exhibits),
        )
        for block in blocks
    )


def text_months(asked: Asked) -> str:
    """What the texts are about when the page shows something else, "" when it shows the same."""
    months = latest(asked.received, DEFAULT_MONTHS)
    selection = asked.selection
    if (selection.first, selection.last, selection.sector) == (*months, None):
        return ""
    return f"Texte écrit sur la période {period_words(*months)}, tous secteurs confondus."


def _file(asked: Asked, code: str) -> str:
    place = asked.selection.territory.departement_code
    return reverse("dashboard:departement_chart", args=[place, code]) + asked.permalink()


def headings(asked: Asked, synthesis: Synthesis) -> tuple[Heading, ...]:
    """The headers of the table of départements; figures sort the greatest first, ranks from 1."""
    columns = [("Département", False)]
    columns += [(column.label, column.is_number) for column in synthesis.table.columns]
    return tuple(
        _heading(asked, key, label, number=number)
        for key, (label, number) in zip(SORT_KEYS, columns, strict=True)
    )


def _heading(asked: Asked, key: str, label: str, *, number: bool) -> Heading:
    usual = DESCENDING if number and key != RANK else ASCENDING
    other = DESCENDING if usual == ASCENDING else ASCENDING
    order = asked.values["ordre"]
    current = asked.values["tri"] == key
    following = (other if order == usual else usual) if current else usual
    aria = "ascending" if order == ASCENDING else "descending"
    return Heading(label, asked.query(tri=key, ordre=following), aria if current else "", number)


def _switch(asked: Asked, code: str) -> tuple[Choice, ...]:
    if code not in SWITCHES:
        return ()
    name, choices = SWITCHES[code]
    return tuple(
        Choice(label, asked.query(**{name: value}), asked.values[name] == value)
        for value, label in choices
    )
