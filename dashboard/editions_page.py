"""What the page of an edition shows of what was frozen; nothing is computed from today's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.utils import timezone

from dashboard.charts.contributors import is_small
from dashboard.editions import Json
from dashboard.models import Edition, Subject
from dashboard.since import counts, ordinal
from indicators.dynamics import Label
from reference import french
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
class Month:
    """A month of a territory: documents, ESMS that fed, of how many, their part."""

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A territory of an edition: its words, its events, its months."""

    code: str
    name: str
    texts: tuple[FrozenText, ...]
    events: tuple[str, ...]
    months: tuple[Month, ...]


@dataclass(frozen=True)
class EditionPage:
    """All that an edition shows."""

    rows: tuple[Row, ...]
    total: Row
    places: tuple[Place, ...]
    typed_figures: tuple[Json, ...]


def edition_page(edition: Edition) -> EditionPage:
    """The content of an edition, put into words."""
    content = edition.content
    total, *rows = (_row(each, content["summary"][each["code"]]) for each in content["territories"])
    return EditionPage(
        rows=tuple(rows),
        total=total,
        places=tuple(_place(each) for each in content["territories"]),
        typed_figures=tuple(
            {**each, "on": dt.date.fromisoformat(each["on"])} for each in content["typed_figures"]
        ),
    )


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
    """What was frozen as a file: a line per territory over 12 months, then one per month."""
    territories = edition.content["territories"]
    month = in_french(edition.month)
    yield "Édition", edition.title
    yield "Comité du", edition.committee_on
    yield "Version des données", edition.data_version
    yield ()
    yield (
        "Territoire", f"Documents sur 12 mois, jusqu’à {month}", "Évolution sur un an (%)",
        "ESMS qui ont alimenté", "ESMS du périmètre ouverts", "Part des ESMS (%)", "Rang",
        "Dynamique des documents", "Dynamique des ESMS",
    )  # fmt: skip
    for each in territories:
        one = edition.content["summary"][each["code"]]
        grown = None if one["growth"] is None else one["growth"] - 1
        yield (
            each["name"], one["documents"], _percent(grown), one["contributors"], one["parc"],
            _percent(one["rate"], one["parc"]), one["rank"],
            *(Label(each[name]["label"]).in_french for name in ("documents", "contributors")),
        )  # fmt: skip
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


def _percent(fraction: float | None, base: float | None = None) -> float | None:
    """A fraction in percent; none of a small base."""
    return None if fraction is None or is_small(base) else round(fraction * 100, 2)


def _row(territory: Json, figures: Json) -> Row:
    rate = counts(figures) if is_small(figures["parc"]) else french.percent(figures["rate"])
    return Row(
        french.typographic(territory["name"]),
        (
            french.integer(figures["documents"]),
            french.growth(figures["growth"]),
            french.integer(figures["contributors"]),
            french.integer(figures["parc"]),
            rate,
            ordinal(figures["rank"]),
            Label(territory["documents"]["label"]).in_french,
            Label(territory["contributors"]["label"]).in_french,
        ),
    )


def _place(territory: Json) -> Place:
    return Place(
        code=territory["code"],
        name=french.typographic(territory["name"]),
        texts=tuple(
            FrozenText(Subject(text["subject"]).label, tuple(text["paragraphs"]), text["automatic"])
            for text in territory["texts"]
        ),
        events=tuple(_event(each) for each in territory["events"]),
        months=tuple(_months(territory["measures"])),
    )


def _event(event: Json) -> str:
    """ "Cibles ESMS Numérique, avril 2025" """
    months = [in_french(dt.date.fromisoformat(event["month"]))]
    if event["last_month"] and event["last_month"] != event["month"]:
        months.append(in_french(dt.date.fromisoformat(event["last_month"])))
    note = f"\u202f: {event['note']}" if event["note"] else ""
    return f"{event['label']}, {' à '.join(months)}{note}"


def _months(measures: Json) -> Iterator[Month]:
    columns = (
        measures["total_documents"],
        measures["contributors"],
        measures["parc"],
        measures["rate"],
    )
    for name, documents, contributors, parc, rate in zip(measures["months"], *columns, strict=True):
        part = french.NOT_AVAILABLE if is_small(parc) else french.percent(rate)
        yield Month(
            french.short_month(parse_month(name)),
            (french.integer(documents), french.integer(contributors), french.integer(parc), part),
        )
