"""The form that brings files: what they are, whose, and what to do with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Role, User
from accounts.scope import regions_with_role
from ingestion.errors import RefusedFile
from ingestion.forms.choices import SourceChoiceField, offer, offered_sources
from ingestion.forms.fields import MonthField
from ingestion.models import Kind, Mode, Source, default_source
from ingestion.receive import not_stored, too_large
from ingestion.storage import shown_name
from ingestion.upload_handler import is_whole
from reference.models import Programme, Region

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".gz", ".zip")
REGISTER_SUFFIXES = (*SUFFIXES, ".json")  # FINESS+ is JSON


@dataclass(frozen=True)
class Brought:
    """A file of a form, and why it cannot be taken, when it cannot."""

    file: UploadedFile[bytes]
    fault: RefusedFile | None = None

    def refusal(self, *, alone: bool) -> str:
        """Why it was not taken, its name before unless it came alone."""
        said = f"{self.fault.message} {self.fault.remedy}" if self.fault else ""
        name = shown_name(self.file.name or "")
        return said if alone else f"«\u202f{name}\u202f»\u202f: {said}"


class FilesInput(forms.FileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files of a form, each judged alone: `clean` gives a `Brought` for each, as they were sent.

    It refuses the form only when none of them can be taken.
    """

    def clean(self, data: Any, _initial: Any = None) -> list[Brought]:
        """Judge each file by its size; its name is judged with the kind of file."""
        files = [each for each in data or [] if each]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > settings.MES_UPLOAD_MAX_FILES:
            raise forms.ValidationError(
                f"Vous avez choisi {len(files)} fichiers\u202f: déposez-en "
                f"{settings.MES_UPLOAD_MAX_FILES} au plus à la fois."
            )
        sent, brought = 0, []
        for file in files:
            sent += file.size
            brought.append(Brought(file, _fault(file, sent)))
        return brought


class UploadForm(forms.Form):
    """Files, their kind and scope, what to do with them; offers what `user` administers."""

    kind = forms.ChoiceField(
        label="Nature des fichiers",
        choices=[
            (Kind.MONTHLY, "Fichiers mensuels d’alimentation"),
            (Kind.REGISTER, "Registre FINESS"),
            (Kind.PROGRAMME, "Membres d’un programme"),
        ],
        initial=Kind.MONTHLY,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choisissez la nature des fichiers."
        ),
    )
    file = FilesField(
        label="Fichiers",
        widget=FilesInput(
            attrs={"class": "fr-upload", "accept": ",".join(REGISTER_SUFFIXES), "required": False}
        ),
        error_messages={"required": "Choisissez un fichier."},
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
    source = SourceChoiceField(
        queryset=Source.objects.none(),
        label="Source",
        required=False,
        empty_label=None,
        help_text=(
            "D’où viennent les fichiers, et ce que comptent leurs nombres. Avec un cumul, les "
            "chiffres d’un mois sont la différence avec le fichier du mois précédent."
        ),
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages={"invalid_choice": "Cette source n’est pas proposée à la région choisie."},
    )
    month = MonthField(
        label="Mois",
        help_text="À indiquer quand ni le fichier ni son nom ne le disent. Format\u202f: AAAA-MM.",
    )
    mode = forms.ChoiceField(
        label="Si des mois du fichier sont déjà publiés",
        required=False,
        choices=[
            ("", "automatique"),
            (Mode.REPLACE, "remplacer ces mois par le contenu du fichier"),
            (Mode.COMPLETE, "les compléter\u202f: seules les lignes du fichier changent"),
        ],
        help_text=(
            "Automatique\u202f: un fichier corrigé, qui porte les deux colonnes de notre rapport, "
            "complète\u202f; tout autre remplace."
        ),
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages={"invalid_choice": "Choisissez ce que devient un mois déjà publié."},
    )
    programme = forms.ModelChoiceField(
        queryset=Programme.objects.all(),
        label="Programme",
        required=False,
        empty_label="Choisissez un programme",
        widget=forms.Select(attrs={"class": "fr-select"}),
        error_messages={"invalid_choice": "Ce programme n’existe plus."},
    )
    publish = forms.BooleanField(label="Publier dès la lecture terminée", required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_regions(user)
        self._offer_sources(user)
        self._offer_programmes()

    def _offer_regions(self, user: User) -> None:
        field = cast("forms.ModelChoiceField[Region]", self.fields["region"])
        field.queryset = regions = regions_with_role(user, Role.ADMINISTRATOR)
        if user.is_superuser:
            field.required = False
            field.empty_label = "France entière (fichiers nationaux)"
        offer(field, regions)

    def _offer_sources(self, user: User) -> None:
        field = cast("forms.ModelChoiceField[Source]", self.fields["source"])
        field.queryset = sources = offered_sources(regions_with_role(user, Role.ADMINISTRATOR))
        if not any(each.is_default for each in sources):
            default_source()  # makes it
            sources = sources.all()
        field.initial = next(each for each in sources if each.is_default)
        offer(field, sources)

    def _offer_programmes(self) -> None:
        field = cast("forms.ModelChoiceField[Programme]", self.fields["programme"])
        found = list(Programme.objects.all())
        if not found:
            field.empty_label = "Aucun programme"
            field.help_text = "Créez d’abord le programme\u202f: le lien est sous cette liste."
        offer(field, found)

    def clean(self) -> dict[str, Any]:
        """What depends on the kind: names of files, the source or the programme."""
        cleaned = self.cleaned_data
        kind = cleaned.get("kind", Kind.MONTHLY)
        if kind == Kind.MONTHLY:
            self._clean_source(cleaned)
        elif kind == Kind.PROGRAMME and not cleaned.get("programme") and "programme" in cleaned:
            self.add_error("programme", "Choisissez le programme dont ce sont les membres.")
        self._clean_names(cleaned, kind)
        return cleaned

    def _clean_source(self, cleaned: dict[str, Any]) -> None:
        """A region's own source is for its files alone."""
        if "source" not in cleaned or "region" not in cleaned:
            return
        source = cleaned["source"] or default_source()
        if source.region_id and source.region != cleaned["region"]:
            said = self.fields["source"].error_messages["invalid_choice"]
            self.add_error("source", str(said))
        cleaned["source"] = source

    def _clean_names(self, cleaned: dict[str, Any], kind: str) -> None:
        """Refuse the files whose names say another format; the form, when none is left."""
        if "file" not in cleaned:
            return
        brought = [
            Brought(each.file, each.fault or _wrong_name(each.file, kind))
            for each in cleaned["file"]
        ]
        cleaned["file"] = brought
        if all(each.fault for each in brought):
            for each in brought:
                self.add_error("file", each.refusal(alone=len(brought) == 1))


def _fault(file: UploadedFile[bytes], sent: int) -> RefusedFile | None:
    """What keeps a file from being taken; `sent`: the bytes of the form so far, its own included.

    The last two are those that the upload handler cut short.
    """
    size = file.size or 0
    if size == 0:
        return RefusedFile("Ce fichier est vide.", "Exportez-le à nouveau.")
    if size > settings.MES_UPLOAD_MAX_BYTES:
        return too_large()
    if is_whole(file):
        return None
    if sent > settings.MES_UPLOAD_MAX_REQUEST_BYTES:
        megabytes = settings.MES_UPLOAD_MAX_REQUEST_BYTES // (1 << 20)
        return RefusedFile(
            f"Les fichiers déposés ensemble dépassent {megabytes}\u202fMo.",
            "Déposez celui-ci à part.",
        )
    return not_stored()


def _wrong_name(file: UploadedFile[bytes], kind: str) -> RefusedFile | None:
    """Refuse at once a name that says that no reading could take the file."""
    register = kind == Kind.REGISTER
    if (file.name or "").lower().endswith(REGISTER_SUFFIXES if register else SUFFIXES):
        return None
    formats = "CSV, XLSX ou FINESS+ (JSON)" if register else "CSV ou XLSX"
    return RefusedFile(
        "Ce type de fichier n’est pas lu.",
        f"Déposez un fichier {formats}, seul ou compressé (.gz, .zip).",
    )
