"""What administrators decided of the lines that no rule can place."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reference.models import Facility, LegalEntity, Region


class Arbitration(models.TextChoices):
    """What becomes of the lines that name a legal entity (EJ) which no rule can place."""

    ATTACH = "attach", "rattacher à un établissement"
    CARRY = "carry", "compter comme portées par l’OG"
    SET_ASIDE = "set_aside", "laisser de côté"


class EntityDecision(models.Model):
    """A région's remembered choice for a legal entity (DOMAIN, "Lines carried by an EJ").

    Saving or deleting one goes with `raise_data_version(ground=True)`: the cells that hold its
    lines are rebuilt.
    """

    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="+", verbose_name="région"
    )
    legal_entity = models.ForeignKey(
        LegalEntity,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="organisme gestionnaire",
    )
    choice = models.CharField("choix", max_length=10, choices=Arbitration.choices)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="établissement",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="par",
    )
    decided_at = models.DateTimeField("décidé le", auto_now=True)

    class Meta:
        verbose_name = "arbitrage d’un organisme gestionnaire"
        verbose_name_plural = "arbitrages des organismes gestionnaires"
        ordering = ["region", "legal_entity"]
        constraints = [
            models.UniqueConstraint(fields=["region", "legal_entity"], name="entity_decision_once"),
            models.CheckConstraint(
                condition=(
                    Q(choice=Arbitration.ATTACH, facility__isnull=False)
                    | (~Q(choice=Arbitration.ATTACH) & Q(facility__isnull=True))
                ),
                name="entity_decision_facility",
            ),
        ]
