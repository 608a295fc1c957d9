"""What administrators and analysts say of a territory: the events it lived, the targets it aims at.

Both are data (DOMAIN, "Targets and events"): none exists by default, and no text may give a cause
that is not an event entered here.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from reference.models.register import Sector
from reference.models.territories import Departement, Region


class OfATerritory(models.Model):
    """What is said of a région, or of one of its départements."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse a département of elsewhere, which no page of the région would show.

        Raises:
            ValidationError: the département is of another région.
        """
        departement: Departement | None = getattr(self, "departement", None)
        if departement is not None and departement.region_id != getattr(self, "region_id", None):
            raise ValidationError({"departement": "Ce département n’est pas de cette région."})


class Event(OfATerritory):
    """A dated note on a territory: "Cibles ESMS Numérique". `departement` null: the whole région.

    `last_month` null: it lasted one month.
    """

    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="events", verbose_name="région"
    )
    departement = models.ForeignKey(
        Departement,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        verbose_name="département",
    )
    month = models.DateField("mois")
    last_month = models.DateField("jusqu’à", null=True, blank=True)
    label = models.CharField("intitulé", max_length=80)
    note = models.TextField("précision", blank=True)

    class Meta:
        verbose_name = "événement"
        verbose_name_plural = "événements"
        ordering = ["month", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("month")),
                name="event_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return self.label


class TargetIndicator(models.TextChoices):
    """The monthly indicators for which a target may be entered."""

    DOCUMENTS = "documents", "Documents par mois"
    CONTRIBUTORS = "contributors", "Nombre d’ESMS qui alimentent"
    RATE = "rate", "Part des ESMS qui alimentent dans le mois"
    RATE_12M = "rate_12m", "Part des ESMS qui ont alimenté sur 12 mois"

    @property
    def is_rate(self) -> bool:
        """Whether its values are fractions, written as percentages."""
        return self in {TargetIndicator.RATE, TargetIndicator.RATE_12M}


class Target(OfATerritory):
    """A value to reach by `month` at the latest, kept from then on until `last_month`.

    `value` is a fraction for rates. `departement` null: the région itself. `sector` empty: all.
    """

    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="targets", verbose_name="région"
    )
    departement = models.ForeignKey(
        Departement,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name="département",
    )
    indicator = models.CharField("indicateur", max_length=20, choices=TargetIndicator.choices)
    sector = models.CharField("secteur", max_length=8, choices=Sector.choices, blank=True)
    month = models.DateField("à partir de")
    last_month = models.DateField("jusqu’à", null=True, blank=True)
    value = models.FloatField("valeur")
    label = models.CharField("intitulé", max_length=80, blank=True)

    class Meta:
        verbose_name = "cible"
        verbose_name_plural = "cibles"
        ordering = ["month", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(value__gt=0), name="target_above_zero"),
            models.CheckConstraint(
                condition=Q(last_month__isnull=True) | Q(last_month__gte=F("month")),
                name="target_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.label or TargetIndicator(self.indicator).label
