"""How a région wants its files treated."""

from __future__ import annotations

from django import forms

from ingestion.models import RegionSettings

LONGEST = 60


class RegionSettingsForm(forms.ModelForm[RegionSettings]):
    """The settings of one région."""

    closed_after = forms.IntegerField(
        label="Un mois est clos après",
        min_value=1,
        max_value=LONGEST,
        help_text="Nombre de mois reçus depuis. Au-delà, le changer demande un accord.",
        widget=forms.NumberInput(attrs={"class": "fr-input", "inputmode": "numeric"}),
        error_messages={
            "required": "Indiquez un nombre de mois.",
            "invalid": "Écrivez un nombre entier de mois.",
            "min_value": "Un mois au moins.",
            "max_value": f"{LONGEST} mois au plus.",
        },
    )

    class Meta:
        model = RegionSettings
        fields = ("publish_automatically", "closed_after")
