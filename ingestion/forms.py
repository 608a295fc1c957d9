"""The form that brings a monthly file."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.base import File

from accounts.models import Role, User
from accounts.scope import regions_with_role
from ingestion.models import Mode
from ingestion.receive import too_large
from reference.models import Region
from reference.months import parse_month

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".gz", ".zip")


class UploadForm(forms.Form):
    """A file, its scope and what to do with it; offers the regions that `user` administers."""

    file = forms.FileField(
        label="Fichier",
        widget=forms.ClearableFileInput(attrs={"class": "fr-upload", "accept": ",".join(SUFFIXES)}),
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Ce fichier est vide\u202f: exportez-le à nouveau.",
        },
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
    month = forms.CharField(
        label="Mois",
        required=False,
        help_text="À indiquer quand ni le fichier ni son nom ne le disent. Format\u202f: AAAA-MM.",
        widget=forms.TextInput(
            attrs={"class": "fr-input", "autocomplete": "off", "placeholder": "2026-01"}
        ),
    )
    mode = forms.ChoiceField(
        label="Si des mois du fichier sont déjà publiés",
        choices=[
            (Mode.REPLACE, "remplacer ces mois par le contenu du fichier"),
            (Mode.COMPLETE, "les compléter\u202f: seules les lignes du fichier changent"),
        ],
        initial=Mode.REPLACE,
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez ce que devient un mois déjà publié."
        ),
    )
    publish = forms.BooleanField(label="Publier dès la lecture terminée", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region = cast("forms.ModelChoiceField[Region]", self.fields["region"])
        region.queryset = regions_with_role(user, Role.ADMINISTRATOR)
        if user.is_superuser:
            region.required = False
            region.empty_label = "France entière (fichier national)"

    def clean_file(self) -> File[bytes]:
        """Refuse at once what no reading could accept: its name and its size say so."""
        file: File[bytes] = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(SUFFIXES):
            raise forms.ValidationError(
                "Ce type de fichier n’est pas lu\u202f: déposez un fichier CSV ou XLSX, seul ou "
                "compressé (.gz, .zip)."
            )
        if file.size > settings.MES_UPLOAD_MAX_BYTES:
            refusal = too_large()
            raise forms.ValidationError(f"{refusal.message} {refusal.remedy}")
        return file

    def clean_month(self) -> dt.date | None:
        """The asked month, as the date of its first day."""
        text: str = self.cleaned_data["month"]
        if not text:
            return None
        try:
            return parse_month(text)
        except ValueError:
            raise forms.ValidationError(
                "Écrivez le mois sous la forme AAAA-MM, par exemple 2026-01."
            ) from None
