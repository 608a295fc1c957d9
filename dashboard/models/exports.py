"""Files made beside the pages: decks and workbooks."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dashboard.models.editions import Edition
from reference.models import Departement, Region


class ExportKind(models.TextChoices):
    """What a file is."""

    DECK = "deck", "Diapositives"
    WORKBOOK = "workbook", "Classeur"


class ExportState(models.TextChoices):
    """Where a file stands."""

    WAITING = "waiting", "En attente"
    MAKING = "making", "En préparation"
    READY = "ready", "Prêt"
    FAILED = "failed", "En échec"
    EXPIRED = "expired", "Supprimé"


#: The states of what is still to be made.
UNFINISHED = (ExportState.WAITING, ExportState.MAKING)


class Export(models.Model):
    """A file asked for, and once it was made its bytes, in the storage.

    `author` null: nobody asked, it was made after a publication. `pieces`: what it holds, in order
    (`dashboard.pieces.piece`); empty: the standard content of `departement`, of the whole région
    without one. `expires_at` null: never, for it belongs to a frozen edition or is not made yet.
    `figures`: which figures a deck made after a publication shows, so that another is made once
    they have changed (`dashboard.exporting.scheduled`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="exports")
    departement = models.ForeignKey(
        Departement, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="exports"
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="exports"
    )
    kind = models.CharField("nature", max_length=10, choices=ExportKind.choices)
    working = models.BooleanField("document de travail", default=False)
    title = models.CharField("intitulé", max_length=150)
    pieces = models.JSONField("contenu", default=list)
    template = models.ForeignKey(
        "DeckTemplate", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    link = models.CharField("adresse du site", max_length=200, blank=True)
    state = models.CharField(
        "état", max_length=10, choices=ExportState.choices, default=ExportState.WAITING
    )
    done = models.PositiveIntegerField("parties faites", default=0)
    total = models.PositiveIntegerField("parties en tout", default=0)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    problem = models.TextField("ce qui n’a pas marché", blank=True)
    file = models.FileField("fichier", upload_to="exports/", blank=True)
    size = models.PositiveBigIntegerField("taille en octets", null=True)
    data_version = models.BigIntegerField("version des données", null=True)
    figures = models.CharField("empreinte des chiffres", max_length=64, blank=True)
    asked_at = models.DateTimeField("demandé le", db_default=Now())
    queued_at = models.DateTimeField("envoyé le", null=True)
    made_at = models.DateTimeField("fait le", null=True)
    expires_at = models.DateTimeField("gardé jusqu’au", null=True)
    notify = models.BooleanField("prévenir par courriel", default=False)

    class Meta:
        verbose_name = "export"
        verbose_name_plural = "exports"
        ordering = ["-asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "figures"],
                condition=Q(author=None, edition=None),
                name="one_scheduled_deck_per_figures",
            ),
            models.UniqueConstraint(
                fields=["edition"], condition=Q(edition__isnull=False), name="one_deck_per_edition"
            ),
        ]

    def __str__(self) -> str:
        return self.title
