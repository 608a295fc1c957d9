"""What templates need around a chart or a table: addresses, switches, the figure to draw."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from dashboard.charts import contributors, volumes
from dashboard.charts.chart import Chart
from dashboard.exports.plotly import Figure, figure
from dashboard.forms import (
    ASCENDING,
    COUNT,
    DESCENDING,
    RATE,
    SHARES,
    SORT_KEYS,
    VOLUMES,
    Asked,
)
from dashboard.synthesis import Synthesis

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


@dataclass(frozen=True)
class Heading:
    """A column's header in a sortable table: the link that sorts by it, the other way round."""

    label: str
    query: str
    sorted: str  # the value of `aria-sort`, "" when the table is sorted by another column


def pictures(asked: Asked, charts: tuple[Chart, ...]) -> tuple[Picture, ...]:
    """Each chart with its figure, its switch and the address of its file."""
    code = asked.selection.territory.departement_code
    return tuple(
        Picture(
            chart=chart,
            figure=figure(chart),
            switch=_switch(asked, chart.code),
            download=reverse("dashboard:departement_chart", args=[code, chart.code])
            + asked.permalink(),
        )
        for chart in charts
    )


def headings(asked: Asked, synthesis: Synthesis) -> tuple[Heading, ...]:
    """The headers of the table of départements; figures sort the greatest first."""
    labels = ["Département", *(column.label for column in synthesis.table.columns)]
    return tuple(_heading(asked, key, label) for key, label in zip(SORT_KEYS, labels, strict=True))


def _heading(asked: Asked, key: str, label: str) -> Heading:
    usual = ASCENDING if key == "departement" else DESCENDING
    other = DESCENDING if usual == ASCENDING else ASCENDING
    order = asked.values["ordre"]
    current = asked.values["tri"] == key
    following = (other if order == usual else usual) if current else usual
    aria = "ascending" if order == ASCENDING else "descending"
    return Heading(label, asked.query(tri=key, ordre=following), aria if current else "")


def _switch(asked: Asked, code: str) -> tuple[Choice, ...]:
    if code not in SWITCHES:
        return ()
    name, choices = SWITCHES[code]
    return tuple(
        Choice(label, asked.query(**{name: value}), asked.values[name] == value)
        for value, label in choices
    )
