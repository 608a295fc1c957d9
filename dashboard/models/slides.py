"""What people choose for their slides: selections and templates."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.db.models.signals import post_delete
from django.dispatch import receiver

from reference.models import Region


class DeckTemplate(models.Model):
    """A `.pptx` that a région gave, whose layouts were checked and found complete."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="deck_templates")
    name = models.CharField("nom", max_length=80)
    file = models.FileField("fichier", upload_to="templates/")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField("déposé le", db_default=Now())

    class Meta:
        verbose_name = "modèle de diapositives"
        verbose_name_plural = "modèles de diapositives"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="one_template_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class SlideSelection(models.Model):
    """What a user gathered for their slides of one région; `key` is in the link they share."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="slide_selections"
    )
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="slide_selections")
    title = models.CharField("titre", max_length=150, blank=True)
    template = models.ForeignKey(
        DeckTemplate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="modèle",
    )
    key = models.UUIDField("clé de partage", default=uuid.uuid4, unique=True, editable=False)
    shared = models.BooleanField("partagée", default=False)

    class Meta:
        verbose_name = "sélection de diapositives"
        verbose_name_plural = "sélections de diapositives"
        constraints = [
            models.UniqueConstraint(fields=["user", "region"], name="one_selection_per_region")
        ]


class SlidePick(models.Model):
    """One slide of a selection: a chart of a territory over what its page showed.

    `territory`: "R27" or "D21"; `code`: one of `dashboard.pieces.piece`; `query`: the query
    string of the page ("de=2024-01&a=2025-12"); `title`: the user's own, "" for the chart's;
    `kept`: whether it goes into the files made of the selection. Ranks go from 0, without a gap.
    """

    selection = models.ForeignKey(SlideSelection, on_delete=models.CASCADE, related_name="picks")
    rank = models.PositiveIntegerField("rang")
    territory = models.CharField("territoire", max_length=4)
    code = models.CharField("graphique", max_length=40)
    query = models.CharField("sélection", max_length=300, blank=True)
    title = models.CharField("titre", max_length=200, blank=True)
    kept = models.BooleanField("à garder", default=True)

    class Meta:
        verbose_name = "diapositive choisie"
        verbose_name_plural = "diapositives choisies"
        ordering = ["rank", "pk"]


@receiver(post_delete, sender=DeckTemplate)
def _forget_file(instance: DeckTemplate, **_: Any) -> None:
    """The file goes with its row, whoever removes it, once nothing can bring the row back."""
    storage, name = instance.file.storage, instance.file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))
