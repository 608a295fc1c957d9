"""The form by which the lines of a legal entity are attached, carried or set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from ingestion.arbitration import Site
from ingestion.models import Arbitration
from reference.models import Facility

LABELS = {
    Arbitration.ATTACH: "Les rattacher à un établissement de l’organisme, choisi ci-dessous",
    Arbitration.CARRY: (
        "Les compter comme portées par l’OG\u202f: dans les volumes, jamais dans les taux"
    ),
    Arbitration.SET_ASIDE: "Les laisser de côté\u202f: elles ne comptent nulle part",
}


class ArbitrationForm(forms.Form):
    """What becomes of the lines; offers the sites that may be chosen, if there are any."""

    choice = forms.ChoiceField(
        label="Ce que deviennent ces lignes",
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez ce que deviennent ces lignes."
        ),
    )
    facility = forms.ChoiceField(
        label="Établissement",
        required=False,
        help_text="Pour un rattachement seulement.",
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages={"invalid_choice": "Choisissez un établissement de la liste."},
    )

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.facility.pk): site.facility for site in sites if site.eligible}
        choice = self.fields["choice"]
        offered = [
            (each.value, label)
            for each, label in LABELS.items()
            if self.sites or each != Arbitration.ATTACH
        ]
        choice.choices = offered  # type: ignore[attr-defined]  # a ChoiceField, declared above
        named = [
            (str(site.facility.pk), f"{site.facility}{'' if site.open else ' (fermé)'}")
            for site in sites
            if site.eligible
        ]
        self.fields["facility"].choices = [  # type: ignore[attr-defined]  # likewise
            ("", "Choisissez un établissement"),
            *named,
        ]

    def clean(self) -> dict[str, Any]:
        """`choice` an Arbitration, `facility` a Facility for an attachment, else None."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "choice" not in given or "facility" not in given:
            return given
        given["choice"] = Arbitration(given["choice"])
        facility: Facility | None = self.sites.get(given["facility"])
        if given["choice"] != Arbitration.ATTACH:
            facility = None
        elif facility is None:
            self.add_error("facility", "Choisissez l’établissement auquel les rattacher.")
        given["facility"] = facility
        return given
