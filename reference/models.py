"""The ground of every figure: territories, the FINESS register, the DMP's document types.

Nothing here knows of extracts or indicators. Each write that can change a published figure
goes with `raise_data_version`, which every cache key and ETag contains.
"""

from __future__ import annotations

import datetime as dt

from django.db import models, transaction
from django.db.models import Q


class DataVersion(models.Model):
    """The one row whose number names the present state of every figure.

    `ground` numbers the register, perimeter and nomenclatures; `folded_ground` is the ground
    through which the published facts were last read. Where they differ, facts are to be rebuilt.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(default=1)
    ground = models.BigIntegerField(default=1)
    folded_ground = models.BigIntegerField(default=1)
    raised_at = models.DateTimeField(auto_now=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "version des données"
        verbose_name_plural = "versions des données"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="data_version_single_row")]

    def __str__(self) -> str:
        return str(self.number)


def current_data_version() -> int:
    """The number that names the present state of every figure."""
    return DataVersion.objects.values_list("number", flat=True).get(pk=1)


def lock_data_version() -> DataVersion:
    """Hold the row until the transaction ends, so that writers of figures follow each other.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    return DataVersion.objects.select_for_update().get(pk=1)


def raise_data_version(reason: str, *, ground: bool = False) -> int:
    """Say that figures may have changed; every write that can change one calls this.

    `ground`: what changed is the register, the perimeter or a nomenclature, so the published
    facts must be read through it again. The row stays locked until the surrounding
    transaction ends.
    """
    with transaction.atomic():
        version = lock_data_version()
        version.number += 1
        version.ground += int(ground)
        version.reason = reason[:200]
        version.save()
    return version.number


class LinkingType(models.IntegerChoices):
    """INSEE's "type de liaison": how French says "of" before a territory's name (TNCC)."""

    DE = 0, "de "
    D = 1, "d'"
    DU = 2, "du "
    DE_LA = 3, "de la "
    DES = 4, "des "
    DE_L = 5, "de l'"


class Region(models.Model):
    """A région of the official geographic code."""

    code = models.CharField("code", max_length=2, primary_key=True)
    name = models.CharField("nom", max_length=50, unique=True)
    slug = models.SlugField("adresse", max_length=50, unique=True)
    linking_type = models.PositiveSmallIntegerField("liaison", choices=LinkingType.choices)

    class Meta:
        verbose_name = "région"
        verbose_name_plural = "régions"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def of(self) -> str:
        """The name after "of": "de Bretagne", "des Hauts-de-France"."""
        return f"{LinkingType(self.linking_type).label}{self.name}"


class Departement(models.Model):
    """A département, with the way French says "in" it, which follows no rule."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=50, unique=True)
    locative = models.CharField(
        "locatif", max_length=60, help_text="« en Côte-d'Or », « dans le Jura »"
    )
    linking_type = models.PositiveSmallIntegerField("liaison", choices=LinkingType.choices)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="departements", verbose_name="région"
    )

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def of(self) -> str:
        """The name after "of": "de la Côte-d'Or", "du Jura"."""
        return f"{LinkingType(self.linking_type).label}{self.name}"


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
    label = models.CharField("libellé", max_length=200)
    aggregate_code = models.CharField("agrégat", max_length=4, blank=True)
    aggregate_label = models.CharField("libellé de l'agrégat", max_length=200, blank=True)
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
    counts = models.JSONField("décompte", default=dict)
    refused = models.JSONField("lignes refusées", default=list)
    imported_at = models.DateTimeField("importé le", auto_now_add=True)

    class Meta:
        verbose_name = "import du registre"
        verbose_name_plural = "imports du registre"
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.register_date})"


class DocumentGroup(models.Model):
    """A series of the committee's volume chart: seven watched kinds of documents and "Autres"."""

    code = models.SlugField("code", max_length=30, primary_key=True)
    label = models.CharField("libellé", max_length=100)
    short_label = models.CharField("libellé court", max_length=40)
    position = models.PositiveSmallIntegerField("rang", unique=True)
    color = models.CharField("couleur", max_length=7)

    class Meta:
        verbose_name = "groupe de documents"
        verbose_name_plural = "groupes de documents"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label


class DocumentType(models.Model):
    """A document type of the DMP. The code `AUTRES` stands for what no code or alias names."""

    UNRECOGNISED = "AUTRES"

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField("code", max_length=30, unique=True)
    label = models.CharField("libellé", max_length=200)
    system = models.CharField("nomenclature", max_length=40, blank=True)
    class_code = models.CharField("classe", max_length=4, blank=True)
    class_label = models.CharField("libellé de la classe", max_length=100, blank=True)
    group = models.ForeignKey(
        DocumentGroup, on_delete=models.PROTECT, related_name="types", verbose_name="groupe"
    )
    generic = models.BooleanField(
        "type générique", default=False, help_text="Compte contre la qualité du typage."
    )

    class Meta:
        verbose_name = "type de document"
        verbose_name_plural = "types de documents"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class DocumentTypeAlias(models.Model):
    """Another way in which files write a document type, kept normalised."""

    document_type = models.ForeignKey(
        DocumentType, on_delete=models.CASCADE, related_name="aliases", verbose_name="type"
    )
    label = models.CharField("écriture", max_length=200, unique=True)

    class Meta:
        verbose_name = "écriture d'un type de document"
        verbose_name_plural = "écritures des types de documents"
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
