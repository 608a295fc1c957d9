"""What the page of an edition shows of what was frozen; nothing is computed from today's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django import forms
from django.utils import timezone

from dashboard.charts.chart import SMALL_BASE, Chart
from dashboard.charts.contributors import is_small
from dashboard.edition_figures import Json, rank_words
from dashboard.exports.plotly import figure
from dashboard.frozen import Drawn, charts_of
from dashboard.models import Edition, Subject
from dashboard.presentation import Picture
from dashboard.since import Since, kept_since
from dashboard.since_figures import counts
from dashboard.synthesis import NOTHING, UNALLOCATED, on_months
from indicators.dynamics import Label
from reference import french
from reference.listings import FILE, FORMAT, TABLE
from reference.months import in_french, parse_month
from reference.spreadsheets import Cell


class EditionForm(forms.Form):
    """What an edition is called, and the day of its committee."""

    title = forms.CharField(
        label="Intitulé",
        max_length=120,
        initial="Comité stratégique",
        widget=forms.TextInput(attrs={"class": "fr-input"}),
        error_messages={"required": "Donnez un intitulé à l’édition."},
    )
    committee_on = forms.DateField(
        label="Date du comité",
        widget=forms.DateInput(attrs={"class": "fr-input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez la date du comité.",
            "invalid": "Saisissez une date, par exemple 26/01/2026.",
        },
    )


@dataclass(frozen=True)
class Row:
    """A territory in the table of an edition, as texts in the order of its columns."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class FrozenText:
    """The words shown on one subject that day."""

    subject: str
    paragraphs: tuple[str, ...]
    automatic: bool


@dataclass(frozen=True)
class FrozenChart:
    """A chart of that day, as its place drew it, and what was written of it."""

    picture: Picture
    texts: tuple[FrozenText, ...]


@dataclass(frozen=True)
class Place:
    """A territory of an edition: its words, its events, its charts."""

    code: str
    name: str
    texts: tuple[FrozenText, ...]
    events: tuple[str, ...]
    charts: tuple[FrozenChart, ...]


@dataclass(frozen=True)
class EditionPage:
    """All that an edition shows.

    `unallocated`: the documents without a département; None without any, and of editions that did
    not keep their total.
    `small`: the base under which a place has neither rate nor rank, 0 when none is so small.
    """

    rows: tuple[Row, ...]
    unallocated: Row | None
    total: Row
    places: tuple[Place, ...]
    typed_figures: tuple[Json, ...]
    small: int
    since: Since | None  # the committee before, if it had an edition


def edition_page(edition: Edition) -> EditionPage:
    """The content of an edition, put into words and charts."""
    content = edition.content
    charts = charts_of(content)
    total, *rows = (_row(each, content["summary"]) for each in content["territories"])
    return EditionPage(
        rows=tuple(rows),
        unallocated=_unallocated_row(_unallocated(content)),
        total=total,
        places=tuple(_place(each, charts[each["code"]]) for each in content["territories"]),
        typed_figures=tuple(
            {**each, "on": dt.date.fromisoformat(each["on"])} for each in content["typed_figures"]
        ),
        small=SMALL_BASE if any(map(_unranked, content["summary"].values())) else 0,
        since=kept_since(content),
    )


def _unallocated(content: Json) -> float | None:
    """The documents of 12 months without a département, as they were kept."""
    region = content["territories"][0]["code"]
    documents: float | None = content["summary"][region].get("unallocated")
    return documents


def _unallocated_row(documents: float | None) -> Row | None:
    if documents is None:
        return None
    return Row(UNALLOCATED, (french.integer(documents), *[NOTHING] * 7))


def _unranked(figures: Json) -> bool:
    return is_small(figures["parc"]) and figures["rank"] is None


def frozen(editions: Iterable[Edition]) -> Iterator[Sequence[Cell]]:
    """The list of editions as a file."""
    yield (
        "Comité du", "Édition", "Dernier mois reçu", "Figée le", "Par", "Version des données",
    )  # fmt: skip
    for each in editions:
        day = timezone.localtime(each.at).date()
        author = str(each.author or "")
        yield each.committee_on, each.title, each.month, day, author, each.data_version


def figures(edition: Edition) -> Iterator[Sequence[Cell]]:
    """What was frozen as a file: a line per territory over 12 months, then one per month.

    Documents without a département come last in both, where there are any.
    """
    territories = edition.content["territories"]
    unallocated = _unallocated(edition.content)
    month = in_french(edition.month)
    yield "Édition", edition.title
    yield "Comité du", edition.committee_on
    yield "Version des données", edition.data_version
    yield ()
    yield (
        "Territoire", f"Documents sur 12 mois, jusqu’à {month}", "Évolution sur un an (%)",
        "Mois comparables (sur 12)", "ESMS qui ont alimenté", "ESMS du périmètre ouverts",
        "Part des ESMS (%)", "Rang", "Dynamique des documents", "Dynamique des ESMS",
    )  # fmt: skip
    for each in territories:
        one = edition.content["summary"][each["code"]]
        grown = None if one["growth"] is None else one["growth"] - 1
        yield (
            each["name"], one["documents"], _percent(grown), one.get("comparable"),
            one["contributors"], one["parc"], _percent(one["rate"], one["parc"]), one["rank"],
            *(Label(each[name]["label"]).in_french for name in ("documents", "contributors")),
        )  # fmt: skip
    if unallocated is not None:
        yield UNALLOCATED, unallocated, *[None] * 8
    yield ()
    yield (
        "Territoire", "Mois", "Documents", "ESMS qui alimentent", "ESMS du périmètre ouverts",
        "Part des ESMS (%)",
    )  # fmt: skip
    for each in territories:
        told = each["measures"]
        series = (told["total_documents"], told["contributors"], told["parc"])
        for name, *counted, rate in zip(told["months"], *series, told["rate"], strict=True):
            yield each["name"], parse_month(name), *counted, _percent(rate, counted[-1])
    if unallocated is not None:
        region = territories[0]["measures"]
        for name, documents in zip(region["months"], region["non_ventile"], strict=True):
            yield UNALLOCATED, parse_month(name), documents, None, None, None


def _percent(fraction: float | None, base: float | None = None) -> float | None:
    """A fraction in percent; none of a small base."""
    return None if fraction is None or is_small(base) else round(fraction * 100, 2)


def _row(territory: Json, summary: dict[str, Json]) -> Row:
    figures = summary[territory["code"]]
    rate = counts(figures) if is_small(figures["parc"]) else french.percent(figures["rate"])
    return Row(
        french.typographic(territory["name"]),
        (
            french.integer(figures["documents"]),
            _growth(figures),
            french.integer(figures["contributors"]),
            french.integer(figures["parc"]),
            rate,
            rank_words(figures, summary),
            Label(territory["documents"]["label"]).in_french,
            Label(territory["contributors"]["label"]).in_french,
        ),
    )


def _growth(figures: Json) -> str:
    """The first editions did not keep on how many months: nothing is said of them."""
    text = french.growth(figures["growth"])
    return text if figures["growth"] is None else on_months(text, figures.get("comparable", 12))


def frozen_chart(edition: Edition, name: str) -> Drawn | None:
    """A chart of an edition by the name of its file ("documents-d21"); None when it has none."""
    for code, charts in charts_of(edition.content).items():
        for drawn in charts:
            if _named(drawn.chart, code) == name:
                return drawn
    return None


def _place(territory: Json, drawn: Iterable[Drawn]) -> Place:
    """Each text under its chart, as on the page of the place; the others before them."""
    charts = [each.chart for each in drawn]
    codes = {chart.code for chart in charts}
    texts: dict[str, list[FrozenText]] = {}
    for text in territory["texts"]:
        subject = text["subject"] if text["subject"] in codes else ""
        told = FrozenText(
            Subject(text["subject"]).label, tuple(text["paragraphs"]), text["automatic"]
        )
        texts.setdefault(subject, []).append(told)
    return Place(
        code=territory["code"],
        name=french.typographic(territory["name"]),
        texts=tuple(texts.get("", ())),
        events=tuple(_event(each) for each in territory["events"]),
        charts=tuple(
            FrozenChart(_picture(chart, territory["code"]), tuple(texts.get(chart.code, ())))
            for chart in charts
        ),
    )


def _picture(chart: Chart, code: str) -> Picture:
    """A chart under a name of its own on the page, with its figure and its file."""
    own = replace(chart, code=_named(chart, code))
    return Picture(own, figure(own), (), f"?{FORMAT}={FILE}&{TABLE}={own.code}")


def _named(chart: Chart, code: str) -> str:
    return f"{chart.code}-{code.lower()}"


def _event(event: Json) -> str:
    """ "Cibles ESMS Numérique, avril 2025" """
    months = [in_french(dt.date.fromisoformat(event["month"]))]
    if event["last_month"] and event["last_month"] != event["month"]:
        months.append(in_french(dt.date.fromisoformat(event["last_month"])))
    note = f"\u202f: {event['note']}" if event["note"] else ""
    return f"{event['label']}, {' à '.join(months)}{note}"
