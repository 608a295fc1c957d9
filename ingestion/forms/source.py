"""The form of a source of monthly files: its name, what its numbers count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from accounts.models import Role, User
from accounts.scope import regions_with_role
from ingestion.models import Counting, Layer, Repeats, Source
from reference.models import Region

if TYPE_CHECKING:
    # Generic in the type stubs only: at run time, it takes no parameter.
    SourceModelForm = forms.ModelForm[Source]
else:
    SourceModelForm = forms.ModelForm

SETTINGS = ("counting", "repeats")
NAME_TAKEN = "Une source porte déjà ce nom."


class SourceForm(SourceModelForm):
    """Adds or changes a source; the région is chosen once, when it is added.

    Changing what the numbers of published files mean wants `confirm`, which is offered then.
    """

    name = forms.CharField(
        label="Nom",
        max_length=100,
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={"required": "Donnez un nom à la source."},
    )
    region = forms.ModelChoiceField(
        queryset=Region.objects.none(),
        label="Région",
        empty_label=None,
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages={
            "required": "Choisissez une région.",
            "invalid_choice": "Vous n’administrez pas cette région.",
        },
    )
    counting = forms.ChoiceField(
        label="Ce que comptent les nombres",
        choices=Counting.choices,
        initial=Counting.MONTHLY,
        help_text=(
            "Un cumul donne les chiffres d’un mois par différence avec le fichier du mois "
            "précédent\u202f; sans lui, le mois reste inconnu."
        ),
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez ce que comptent les nombres."
        ),
    )
    repeats = forms.ChoiceField(
        label="Lignes répétées avec d’autres nombres",
        choices=Repeats.choices,
        initial=Repeats.REFUSE,
        help_text="Des lignes du même mois, du même FINESS et du même type de document.",
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez ce que deviennent ces lignes."
        ),
    )
    confirm = forms.BooleanField(
        label="Recalculer les mois publiés avec ces réglages", required=False
    )

    class Meta:
        model = Source
        fields = ("name", "region", "counting", "repeats")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recomputes = False
        if self.instance.pk:
            del self.fields["region"]
            return
        region = cast("forms.ModelChoiceField[Region]", self.fields["region"])
        region.queryset = regions_with_role(user, Role.ADMINISTRATOR)
        if user.is_superuser:
            region.required = False
            region.empty_label = "toutes les régions"

    def clean(self) -> dict[str, Any]:
        """Refuse a name already taken in the région, and a change of meaning not confirmed."""
        cleaned = self.cleaned_data
        region = cleaned.get("region") or self.instance.region
        name = cleaned.get("name", "")
        others = Source.objects.exclude(pk=self.instance.pk)
        if name and others.filter(region=region, name__iexact=name).exists():
            self.add_error("name", NAME_TAKEN)
        self.recomputes = bool(
            self.instance.pk and set(SETTINGS) & set(self.changed_data) and self._in_force()
        )
        if self.recomputes and not cleaned.get("confirm"):
            self.add_error(
                "confirm",
                "Des fichiers de cette source sont publiés\u202f: leurs mois seront recalculés. "
                "Confirmez-le, ou rétablissez les réglages.",
            )
        return cleaned

    def _in_force(self) -> bool:
        """Whether figures that readers see come from this source."""
        return Layer.objects.filter(extract__source=self.instance, in_force=True).exists()
