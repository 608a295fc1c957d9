"""Where monthly files come from, and what a région wants done with them."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from reference.models import Region

DEFAULT_SOURCE = "Assurance maladie"


class Counting(models.TextChoices):
    """What the numbers of a source count."""

    MONTHLY = "monthly", "les documents du mois"
    CUMULATIVE = "cumulative", "tous les documents depuis le début (cumul)"


class Repeats(models.TextChoices):
    """What becomes of lines with the same month, FINESS and type but other numbers."""

    REFUSE = "refuse", "les refuser\u202f: on ne peut savoir lesquelles sont justes"
    ADD_UP = "add_up", "les additionner\u202f: une autre colonne les distingue (éditeur, site…)"


class Source(models.Model):
    """A provider of monthly files: how it counts. `region` null: offered to every région.

    A cumulative source stores what it sent; the figures of a month are its difference with the
    month before (DESIGN, "Data").
    """

    name = models.CharField("nom", max_length=100)
    region = models.ForeignKey(
        Region,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="région",
        help_text="Vide\u202f: proposée à toutes les régions.",
    )
    counting = models.CharField(
        "ce que comptent les nombres",
        max_length=10,
        choices=Counting.choices,
        default=Counting.MONTHLY,
    )
    repeats = models.CharField(
        "lignes répétées avec d’autres nombres",
        max_length=10,
        choices=Repeats.choices,
        default=Repeats.REFUSE,
    )

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], nulls_distinct=False, name="source_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_default(self) -> bool:
        """Whether it is that of files brought without saying from where."""
        return self.region_id is None and self.name == DEFAULT_SOURCE


class HeaderMapping(models.Model):
    """What a person said that the columns of a header set are, for one source and one scope.

    `signature`: `layout.signature` of the headers. `headers`: key and text of each. `columns`:
    `layout.Columns`, as JSON. `region` null: the files of the whole country.
    """

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="mappings", verbose_name="source"
    )
    region = models.ForeignKey(
        Region,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="région",
    )
    signature = models.CharField("empreinte des en-têtes", max_length=64)
    headers = models.JSONField("en-têtes", default=list)
    columns = models.JSONField("colonnes", default=dict)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="par",
    )
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        verbose_name = "correspondance de colonnes"
        verbose_name_plural = "correspondances de colonnes"
        ordering = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "region", "signature"],
                nulls_distinct=False,
                name="header_mapping_once",
            )
        ]


class RegionSettings(models.Model):
    """How a région wants its files treated; without a row, the defaults below hold."""

    region = models.OneToOneField(
        Region, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name="région"
    )
    publish_automatically = models.BooleanField(
        "publier sans attendre un fichier sans anomalie", default=False
    )
    closed_after = models.PositiveSmallIntegerField(
        "mois clos après",
        default=6,
        validators=[MinValueValidator(1)],
        help_text="nombre de mois reçus après lesquels un mois ne devrait plus changer",
    )

    class Meta:
        verbose_name = "réglages d’une région"
        verbose_name_plural = "réglages des régions"


def default_source() -> Source:
    """The source of files that are brought without saying from where: monthly, all régions."""
    return Source.objects.get_or_create(region=None, name=DEFAULT_SOURCE)[0]
