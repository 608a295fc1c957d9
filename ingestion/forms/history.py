"""The filters of the history, the choice of two versions, the reason of a purge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from ingestion.models import Extract, Kind, State
from ingestion.publishing.rebuild import is_cumulative
from reference.models import Region
from reference.months import iso, parse_month

PUBLISHED = "publie"

_SELECT = {"class": "fr-select"}
_INPUT = {"class": "fr-input"}
_ABSENT = {
    "required": "Choisissez une version.",
    "invalid_choice": "Cette version n’existe pas, ou n’est plus conservée.",
}


class HistoryForm(forms.Form):
    """Which files the history shows; an answer that means nothing filters nothing."""

    region = forms.ChoiceField(label="Région", required=False, widget=forms.Select(attrs=_SELECT))
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "tous"), *State.choices],
        widget=forms.Select(attrs=_SELECT),
    )
    kind = forms.ChoiceField(
        label="Nature",
        required=False,
        choices=[("", "toutes"), *Kind.choices],
        widget=forms.Select(attrs=_SELECT),
    )
    month = forms.CharField(
        label="Mois",
        required=False,
        help_text="AAAA-MM, par exemple 2025-12",
        widget=forms.TextInput(attrs=_INPUT | {"inputmode": "numeric", "maxlength": "7"}),
    )

    def __init__(self, *args: Any, regions: Iterable[Region], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(region.code, region.name) for region in regions]
        self.fields["region"].choices = [("", "toutes"), *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_month(self) -> dt.date | None:
        """The month, `None` when not given."""
        text = self.cleaned_data["month"].strip()
        if not text:
            return None
        try:
            return parse_month(text)
        except ValueError:
            raise forms.ValidationError(
                "Écrivez le mois sous la forme AAAA-MM, par exemple 2025-12."
            ) from None

    def chosen(self, extracts: QuerySet[Extract]) -> QuerySet[Extract]:
        """The files that the valid answers leave."""
        asked = getattr(self, "cleaned_data", {})
        if asked.get("region"):
            extracts = extracts.filter(region=asked["region"])
        if asked.get("state"):
            extracts = extracts.filter(state=asked["state"])
        if asked.get("kind"):
            extracts = extracts.filter(kind=asked["kind"])
        if asked.get("month"):
            extracts = extracts.filter(months__contains=[iso(asked["month"])])
        return extracts


class DifferenceForm(forms.Form):
    """Two versions of a month: files, or what is published."""

    before = forms.ChoiceField(
        label="Comparer", widget=forms.Select(attrs=_SELECT), error_messages=_ABSENT
    )
    after = forms.ChoiceField(label="à", widget=forms.Select(attrs=_SELECT), error_messages=_ABSENT)

    def __init__(self, *args: Any, versions: Iterable[Extract], **options: Any) -> None:
        super().__init__(*args, **options)
        self.versions = {str(extract.pk): extract for extract in versions}
        choices = [(PUBLISHED, "ce qui est publié")]
        choices += [
            (key, f"n° {key}, {each.original_name} ({each.get_state_display()})")
            for key, each in self.versions.items()
        ]
        for name in ("before", "after"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Two different versions, whose numbers count the same thing."""
        asked = super().clean() or {}
        before, after = asked.get("before"), asked.get("after")
        if not before or not after:
            return asked
        if before == after:
            raise forms.ValidationError("Choisissez deux versions différentes.")
        counting = {
            key in self.versions and is_cumulative(self.versions[key]) for key in (before, after)
        }
        if len(counting) > 1:
            raise forms.ValidationError(
                "L’un des deux compte les documents du mois, l’autre un cumul\u202f: leurs nombres "
                "ne se comparent pas. Choisissez deux fichiers de la même source."
            )
        return asked


class PurgeForm(forms.Form):
    """Why a file is purged."""

    reason = forms.CharField(
        label="Motif",
        help_text="Gardé dans le journal. N’y recopiez aucune donnée personnelle.",
        max_length=500,
        error_messages={"required": "Indiquez le motif de la purge."},
        widget=forms.Textarea(attrs=_INPUT | {"rows": 3}),
    )
