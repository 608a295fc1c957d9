"""The FINESS register: categories, legal entities, facilities and their history."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from reference.models.fields import NameField
from reference.models.territories import Departement, Region


class Sector(models.TextChoices):
    """The sectors of the committee, in the order of its charts, and what has none of them."""

    PA = "PA", "Personnes âgées"
    PH = "PH", "Personnes handicapées"
    DOM = "DOM", "Domicile"
    PDE = "PDE", "Protection de l'enfance"
    PDS = "PDS", "Personnes en difficultés spécifiques"
    AHI = "AHI", "Accueil, hébergement, insertion"
    UNKNOWN = "INCONNU", "Secteur inconnu"
    OTHER = "AUTRE", "Hors du champ médico-social"


class FacilityCategory(models.Model):
    """A FINESS category: it gives a facility its sector and says whether rates count it.

    `in_perimeter` is an administrator's choice; `sector` our proposal, editable. An unknown
    category (absent from this table) is created with an unknown sector, in the perimeter.
    """

    code = models.CharField("code", max_length=4, primary_key=True)
    label = NameField("libellé", max_length=200)
    aggregate_code = models.CharField("agrégat", max_length=4, blank=True)
    aggregate_label = NameField("libellé de l'agrégat", max_length=200, blank=True)
    valid_from = models.DateField("valable du", null=True, blank=True)
    valid_to = models.DateField("valable au", null=True, blank=True)
    sector = models.CharField(
        "secteur", max_length=8, choices=Sector.choices, default=Sector.UNKNOWN
    )
    confidence = models.CharField("confiance", max_length=10, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)
    in_perimeter = models.BooleanField("dans le périmètre", default=True)

    class Meta:
        verbose_name = "catégorie d'établissement"
        verbose_name_plural = "catégories d'établissements"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class LegalEntity(models.Model):
    """An entité juridique (EJ, PMEJ): the organisme gestionnaire that owns facilities."""

    finess = models.CharField("FINESS EJ", max_length=9, unique=True)
    name = models.CharField("nom", max_length=250, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    group = models.CharField("groupe de rattachement", max_length=150, blank=True)

    class Meta:
        verbose_name = "organisme gestionnaire"
        verbose_name_plural = "organismes gestionnaires"
        ordering = ["finess"]

    def __str__(self) -> str:
        return f"{self.finess} {self.name}"


class Facility(models.Model):
    """A geographic facility (ET, EG, EGE): one site in one department. All rates count these.

    The department is the one of its first register and no register moves it. What it was on
    a given day (open, of which category and legal entity) is told by its periods.
    """

    finess = models.CharField("FINESS ET", max_length=9, unique=True)
    name = models.CharField("nom", max_length=250)
    departement = models.ForeignKey(
        Departement, on_delete=models.PROTECT, related_name="facilities", verbose_name="département"
    )
    commune = models.CharField("commune", max_length=100, blank=True)
    sector_override = models.CharField(
        "secteur imposé",
        max_length=8,
        choices=Sector.choices,
        blank=True,
        help_text="Remplace le secteur de la catégorie, pour cet établissement seulement.",
    )
    seen_on = models.DateField(
        "vu au registre du", help_text="date du dernier registre qui le contient"
    )

    class Meta:
        verbose_name = "établissement"
        verbose_name_plural = "établissements"
        ordering = ["finess"]

    def __str__(self) -> str:
        return f"{self.finess} {self.name}"


class FacilityPeriod(models.Model):
    """What a facility was from a day to another: open, of one category, of one legal entity.

    Registers append periods and close the last one; none is ever rewritten. `starts_on` null:
    open for as long as anyone knows. `ends_on` null: still open; else its last day open.
    """

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="periods", verbose_name="établissement"
    )
    starts_on = models.DateField("du", null=True, blank=True)
    ends_on = models.DateField("au", null=True, blank=True)
    category = models.ForeignKey(
        FacilityCategory, on_delete=models.PROTECT, related_name="+", verbose_name="catégorie"
    )
    legal_entity = models.ForeignKey(
        LegalEntity,
        on_delete=models.PROTECT,
        related_name="periods",
        verbose_name="organisme gestionnaire",
    )

    class Meta:
        verbose_name = "période d'un établissement"
        verbose_name_plural = "périodes des établissements"
        ordering = ["facility", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                name="facility_period_in_order",
            ),
            models.UniqueConstraint(
                fields=["facility"],
                condition=Q(ends_on__isnull=True),
                name="facility_one_open_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} : {self.starts_on or '…'} – {self.ends_on or '…'}"

    def covers(self, first: dt.date, last: dt.date) -> bool:
        """Whether the facility was so at least one day from `first` to `last`."""
        return (self.starts_on is None or self.starts_on <= last) and (
            self.ends_on is None or self.ends_on >= first
        )


class RegisterImport(models.Model):
    """One register that was applied: what it was, what it covered, what it changed."""

    file_name = models.CharField("fichier", max_length=255)
    sha256 = models.CharField("empreinte", max_length=64)
    layout = models.CharField("format", max_length=20)
    register_date = models.DateField("date du registre")
    departements = models.JSONField("départements couverts", default=list)
    scope = models.JSONField(
        "départements concernés",
        null=True,
        blank=True,
        help_text="Ceux de la région qui l’a apporté ; vide : tous.",
    )
    counts = models.JSONField("décompte", default=dict)
    refused = models.JSONField("lignes refusées", default=list)
    imported_at = models.DateTimeField("importé le", auto_now_add=True)

    class Meta:
        verbose_name = "import du registre"
        verbose_name_plural = "imports du registre"
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.register_date})"


class PerimeterChoice(models.Model):
    """What a région decides of a category, for its own facilities: its sector, in or out.

    Without one, the category's own values hold. Changing any recomputes the whole history of the
    région (DESIGN: a register never rewrites history, a perimeter does).
    """

    region = models.ForeignKey(
        Region,
        on_delete=models.CASCADE,
        related_name="perimeter_choices",
        verbose_name="région",
    )
    category = models.ForeignKey(
        FacilityCategory, on_delete=models.CASCADE, related_name="+", verbose_name="catégorie"
    )
    sector = models.CharField("secteur", max_length=8, choices=Sector.choices)
    in_perimeter = models.BooleanField("dans le périmètre")

    class Meta:
        verbose_name = "choix de périmètre"
        verbose_name_plural = "choix de périmètre"
        ordering = ["region", "category"]
        constraints = [
            models.UniqueConstraint(fields=["region", "category"], name="perimeter_choice_once")
        ]
