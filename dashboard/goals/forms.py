"""What an event or a target must hold, whether it is typed in or comes from a line of a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from dashboard.goals.writing import read_month, read_value, value_typed
from indicators.selection import CHART_SECTORS
from reference.french import typographic
from reference.models import Departement, Event, Region, Target, TargetIndicator
from reference.months import iso

Departements = Mapping[str, Departement]
Goal = Event | Target


class MonthField(forms.CharField):
    """A month as people write it, cleaned to its first day; None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"class": "fr-input", "autocomplete": "off", "placeholder": "2025-12"}
        )
        super().__init__(widget=widget, max_length=40, **kwargs)

    def clean(self, value: Any) -> dt.date | None:
        """Read the month.

        Raises:
            ValidationError: it is none.
        """
        text: str = super().clean(value)
        try:
            return read_month(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def _line(label: str, *, required: bool, help_text: str, missing: str = "") -> forms.CharField:
    """A short text without line ends."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=80,
        help_text=help_text,
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={"required": missing, "max_length": "80 caractères au plus."},
    )


def _choice(label: str, wrong: str, help_text: str = "", *, required: bool) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), wrong),
    )


class GoalForm(forms.Form):
    """What events and targets share: where, from when, until when."""

    departement = _choice("Territoire", "Ce territoire n’est pas de la région.", required=False)
    month = MonthField(
        label="Mois",
        help_text="Sous la forme AAAA-MM.",
        error_messages={"required": "Indiquez le mois."},
    )
    last_month = MonthField(
        label="Jusqu’à (facultatif)", required=False, help_text="Sous la forme AAAA-MM."
    )

    def __init__(
        self, data: Mapping[str, str] | None, *, region: Region, departements: Departements
    ) -> None:
        super().__init__(data)
        self.region, self.departements = region, departements
        self._offer(
            "departement",
            [("", "Toute la région")] + [(code, each.name) for code, each in departements.items()],
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # what the classes above declare
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning; a label holds on one line."""
        cleaned = self.cleaned_data
        cleaned["label"] = " ".join(cleaned.get("label", "").split())
        first, last = cleaned.get("month"), cleaned.get("last_month")
        if first and last and last < first:
            self.add_error("last_month", "La fin vient avant le début.")
        return cleaned

    def _place(self) -> dict[str, Any]:
        """The fields that both models have, from those cleaned."""
        cleaned = self.cleaned_data
        return {
            "region": self.region,
            "departement": self.departements.get(cleaned["departement"]),
            "month": cleaned["month"],
            "last_month": cleaned["last_month"],
            "label": cleaned["label"],
        }


class EventForm(GoalForm):
    """An event: a dated note on a territory."""

    label = _line(
        "Intitulé",
        required=True,
        help_text=(
            "Écrit sur les graphiques et les diapositives publiques, par exemple «\u202fCibles "
            "ESMS Numérique\u202f»\u202f: n’y nommez ni ESMS ni organisme à ne pas rendre public."
        ),
        missing="Donnez un intitulé à l’événement.",
    )
    note = forms.CharField(
        label="Précision (facultatif)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "fr-input", "rows": 3}),
        error_messages={"max_length": "1\u202f000 caractères au plus."},
    )
    field_order = ("label", "departement", "month", "last_month", "note")

    @staticmethod
    def typed(goal: Goal) -> dict[str, str]:
        """An event as the form would have been filled."""
        assert isinstance(goal, Event)  # noqa: S101  # the kind of the form is that of the goal
        return _typed(goal) | {"note": goal.note}

    def goal(self) -> Event:
        """The event of a valid form, not saved."""
        return Event(**self._place(), note=self.cleaned_data["note"])


class TargetForm(GoalForm):
    """A target: a value of an indicator to reach by a month."""

    indicator = _choice("Indicateur", "Choisissez un indicateur.", required=True)
    sector = _choice("Secteur", "Ce secteur n’existe pas.", required=False)
    value = forms.CharField(
        label="Valeur à atteindre",
        max_length=30,
        help_text="Un nombre, ou un pourcentage pour une part\u202f: 12\u202f000, ou 33\u202f%.",
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={"required": "Indiquez la valeur à atteindre."},
    )
    label = _line(
        "Intitulé (facultatif)",
        required=False,
        help_text=(
            "Sans intitulé, la cible porte le nom de son indicateur. Il est écrit aussi sur les "
            "diapositives publiques."
        ),
    )
    field_order = (
        "indicator", "sector", "departement", "value", "month", "last_month", "label",
    )  # fmt: skip

    def __init__(
        self, data: Mapping[str, str] | None, *, region: Region, departements: Departements
    ) -> None:
        super().__init__(data, region=region, departements=departements)
        self.fields["month"].label = "À partir de"
        self.fields["month"].help_text = "Le mois où la valeur doit être atteinte (AAAA-MM)."
        self._offer("indicator", [("", "Choisissez un indicateur"), *TargetIndicator.choices])
        self._offer(
            "sector",
            [("", "Tous les secteurs")]
            + [(str(each), typographic(each.label)) for each in CHART_SECTORS],
        )

    def clean(self) -> dict[str, Any]:
        """Read the value as its indicator has it."""
        cleaned = super().clean()
        if cleaned.get("indicator") and cleaned.get("value"):
            try:
                cleaned["value"] = read_value(
                    TargetIndicator(cleaned["indicator"]), cleaned["value"]
                )
            except ValueError as error:
                self.add_error("value", str(error))
        return cleaned

    @staticmethod
    def typed(goal: Goal) -> dict[str, str]:
        """A target as the form would have been filled."""
        assert isinstance(goal, Target)  # noqa: S101  # the kind of the form is that of the goal
        indicator = TargetIndicator(goal.indicator)
        return _typed(goal) | {
            "indicator": goal.indicator,
            "sector": goal.sector,
            "value": value_typed(indicator, goal.value),
        }

    def goal(self) -> Target:
        """The target of a valid form, not saved."""
        cleaned = self.cleaned_data
        return Target(
            **self._place(),
            indicator=cleaned["indicator"],
            sector=cleaned["sector"],
            value=cleaned["value"],
        )


def _typed(goal: Goal) -> dict[str, str]:
    return {
        "departement": goal.departement_id or "",
        "month": iso(goal.month),
        "last_month": iso(goal.last_month) if goal.last_month else "",
        "label": goal.label,
    }


class FileForm(forms.Form):
    """The file of an import."""

    file = forms.FileField(
        label="Fichier CSV",
        allow_empty_file=True,  # said by the reading, in the same words as the rest
        widget=forms.FileInput(attrs={"class": "fr-upload", "accept": ".csv,.txt"}),
        error_messages={"required": "Choisissez un fichier."},
    )
