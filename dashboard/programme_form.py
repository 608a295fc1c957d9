"""A new programme: its name, and the code by which files and addresses know it.

A programme belongs to the nation: régions that bring members to the same one share it.
"""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.db import transaction

from accounts import audit
from accounts.models import User
from reference.french import quoted
from reference.models import Programme, Region, lock_data_version, raise_data_version

#: What the addresses of programmes already mean otherwise.
RESERVED = frozenset({"nouveau"})


class ProgrammeForm(forms.Form):
    """The name and the code of a programme."""

    name = forms.CharField(
        label="Nom",
        max_length=150,
        help_text="Tel qu’il s’affiche, par exemple «\u202fESMS Numérique\u202f».",
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        error_messages={
            "required": "Donnez un nom au programme.",
            "max_length": "150 caractères au plus.",
        },
    )
    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="Minuscules, chiffres et tirets, par exemple esms-numerique. Il ne change plus.",
        widget=forms.TextInput(attrs={"class": "fr-input", "autocomplete": "off"}),
        validators=[
            RegexValidator(
                r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
                "Écrivez le code en minuscules sans accent, chiffres et tirets.",
            )
        ],
        error_messages={
            "required": "Donnez un code au programme.",
            "max_length": "40 caractères au plus.",
        },
    )
    description = forms.CharField(
        label="Description (facultatif)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "fr-input", "rows": 3}),
        error_messages={"max_length": "1\u202f000 caractères au plus."},
    )

    def clean_name(self) -> str:
        """The name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_code(self) -> str:
        """Refuse a code that addresses already use."""
        code = str(self.cleaned_data["code"])
        if code in RESERVED:
            raise forms.ValidationError("Ce code est réservé\u202f: choisissez-en un autre.")
        return code


@transaction.atomic
def create(form: ProgrammeForm, region: Region, *, actor: User) -> Programme | None:
    """Create the programme of a valid form; None, said in it, when it is there already.

    `region`: whose administrator creates it, for the trail.
    """
    lock_data_version()  # who creates one takes this row first
    given = form.cleaned_data
    for field, lookup in (("code", "code"), ("name", "name__iexact")):
        there = Programme.objects.filter(**{lookup: given[field]}).first()
        if there:
            form.add_error(
                field,
                f"Le programme {quoted(there.name)} existe déjà, pour toutes les régions\u202f: "
                "apportez-y directement vos membres.",
            )
    if form.errors:
        return None
    made = Programme.objects.create(**given)
    raise_data_version(f"programme {made.name}")
    audit.record(
        "programme créé",
        actor=actor,
        target=made.name,
        region=region,
        code=made.code,
        **({"note": made.description} if made.description else {}),
    )
    return made
