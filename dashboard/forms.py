"""The URL is the state: what a page shows is read from its query string, and from nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms

from indicators.selection import CHART_SECTORS, Selection, Territory
from reference.french import quoted, short_month, typographic
from reference.models import Sector
from reference.months import in_french, iso, parse_month, shift, span
from reference.numbers import NARROW

#: The periods that pages offer, the first one unless asked otherwise.
DEFAULT_MONTHS, SHORT_MONTHS = 24, 12

VOLUMES, SHARES = "volumes", "parts"
RATE, COUNT = "taux", "nombre"
ASCENDING, DESCENDING = "croissant", "decroissant"

SORT_KEYS = {
    "departement": "Département",
    "documents": "Documents sur 12 mois",
    "evolution": "Évolution sur un an",
    "taux": "Taux du dernier mois",
    "taux-12-mois": "Taux sur 12 mois",
    "ecart": "Écart à la région",
    "rang": "Rang",
    "dynamique": "Dynamique des documents",
    "secteur-principal": "Secteur principal",
    "typage": "Typage générique",
}
DEFAULTS = {
    "secteur": "",
    "documents": VOLUMES,
    "esms": RATE,
    "tri": "departement",
    "ordre": ASCENDING,
}


class SelectionForm(forms.Form):
    """The choices of a page. Names are those of the query string, for people read them."""

    de = forms.ChoiceField(label="De")
    a = forms.ChoiceField(label="À")
    secteur = forms.ChoiceField(label="Secteur")
    documents = forms.ChoiceField(
        label="Affichage des documents",
        choices=[(VOLUMES, "Volumes"), (SHARES, "Parts")],
        widget=forms.HiddenInput,
    )
    esms = forms.ChoiceField(
        label="Affichage des ESMS",
        choices=[(RATE, "Taux"), (COUNT, "Nombre")],
        widget=forms.HiddenInput,
    )
    tri = forms.ChoiceField(label="Tri", choices=SORT_KEYS.items(), widget=forms.HiddenInput)
    ordre = forms.ChoiceField(
        label="Ordre",
        choices=[(ASCENDING, "Croissant"), (DESCENDING, "Décroissant")],
        widget=forms.HiddenInput,
    )

    def __init__(self, received: tuple[dt.date, dt.date], values: Mapping[str, str]) -> None:
        super().__init__(data=values)
        months = [(iso(month), short_month(month)) for month in reversed(tuple(span(*received)))]
        choices = {
            "de": months,
            "a": months,
            "secteur": [
                ("", "Tous les secteurs"),
                *((sector.value, typographic(sector.label)) for sector in CHART_SECTORS),
            ],
        }
        for name, field in self.fields.items():
            field.required = name != "secteur"
            if isinstance(field, forms.ChoiceField) and name in choices:
                field.choices = choices[name]


@dataclass(frozen=True)
class Asked:
    """What a page is asked to show, and what could not be understood of the question."""

    selection: Selection
    values: Mapping[str, str]  # the whole state, as the query string writes it
    defaults: Mapping[str, str]
    received: tuple[dt.date, dt.date]
    problems: tuple[str, ...] = ()

    @property
    def form(self) -> SelectionForm:
        """The form, filled with what is shown."""
        return SelectionForm(self.received, self.values)

    @property
    def carried(self) -> tuple[tuple[str, str], ...]:
        """What the form keeps of the state besides what it lets choose."""
        kept = self.defaults.keys() - {"de", "a", "secteur"}
        return tuple(
            (name, value)
            for name, value in self.values.items()
            if name in kept and value != self.defaults[name]
        )

    def query(self, **changes: str) -> str:
        """The query string ("?…") of this state after some changes, without what is by default."""
        values = {**self.values, **changes}
        kept = {name: value for name, value in values.items() if value != self.defaults[name]}
        return f"?{urlencode(kept)}" if kept else "?"

    def permalink(self) -> str:
        """The query string that shows the same months for ever."""
        kept = {
            name: value
            for name, value in self.values.items()
            if name in {"de", "a"} or value != self.defaults[name]
        }
        return f"?{urlencode(kept)}"

    def latest(self, months: int) -> str:
        """The query string of the last received months."""
        first, last = latest(self.received, months)
        return self.query(de=iso(first), a=iso(last))

    def is_latest(self, months: int) -> bool:
        """Whether these months are the ones shown."""
        return latest(self.received, months) == (self.selection.first, self.selection.last)

    def wider(self) -> str:
        """The part of the state that another territory's page shares: period and sector."""
        neutral = {
            name: value
            for name, value in self.defaults.items()
            if name not in {"de", "a", "secteur"}
        }
        return self.query(**neutral).removesuffix("?")


def latest(received: tuple[dt.date, dt.date], months: int) -> tuple[dt.date, dt.date]:
    """The last received months, as many as there are; "now" is the last of them."""
    first, last = received
    return max(first, shift(last, 1 - months)), last


def ask(query: Mapping[str, str], territory: Territory, received: tuple[dt.date, dt.date]) -> Asked:
    """Read a query string; what it says wrongly is replaced by the default, with a message.

    `received`: the first and the last month ever received, between which months are chosen.
    """
    first, last = latest(received, DEFAULT_MONTHS)
    defaults = {"de": iso(first), "a": iso(last), **DEFAULTS}
    given = {name: query[name] for name in defaults if query.get(name)}
    form = SelectionForm(received, {**defaults, **given})
    problems = [_problem(name, given.get(name, "")) for name in form.errors]
    wrong = set(form.errors)
    values = {name: defaults[name] if name in wrong else form.data[name] for name in defaults}
    if {"de", "a"} & wrong:
        values |= {"de": defaults["de"], "a": defaults["a"]}
    elif values["de"] > values["a"]:
        problems.append(
            f"La période demandée finit ({in_french(parse_month(values['a']))}) avant de commencer "
            f"({in_french(parse_month(values['de']))}){NARROW}: la période par défaut est affichée."
        )
        values |= {"de": defaults["de"], "a": defaults["a"]}
    return Asked(
        selection=Selection(
            territory,
            parse_month(values["de"]),
            parse_month(values["a"]),
            Sector(values["secteur"]) if values["secteur"] else None,
        ),
        values=values,
        defaults=defaults,
        received=received,
        problems=tuple(problems),
    )


def _problem(name: str, value: str) -> str:
    """What could not be read, and what is shown instead."""
    said = quoted(value[:40])
    if name in {"de", "a"}:
        return (
            f"{said} n’est pas un mois reçu, écrit AAAA-MM{NARROW}: "
            "la période par défaut est affichée."
        )
    if name == "secteur":
        return f"{said} n’est pas un secteur connu{NARROW}: tous les secteurs sont affichés."
    return f"{said} n’est pas un affichage connu{NARROW}: celui par défaut est montré."
