"""Files that come by themselves, and what people are told of theirs."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from ingestion.models.extract import Extract


class InboxFile(models.Model):
    """A file seen in the inbox: its size and time when last looked at, then its extract.

    It is taken once two looks agree, and its row ends when its report stands beside it.
    """

    path = models.CharField("chemin", max_length=500, unique=True)
    size = models.BigIntegerField("taille")
    modified_ns = models.BigIntegerField("modifié")
    seen_at = models.DateTimeField("vu le")
    extract = models.ForeignKey(
        Extract, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "fichier de la boîte de dépôt"
        verbose_name_plural = "fichiers de la boîte de dépôt"
        ordering = ["path"]


class Event(models.TextChoices):
    """What an e-mail tells of an extract."""

    READY = "ready", "prêt à publier"
    TO_MAP = "to_map", "colonnes à indiquer"
    REFUSED = "refused", "refusé"
    PUBLISHED = "published", "publié"


class Notice(models.Model):
    """One e-mail to send about an extract, written with the change that it tells."""

    extract = models.ForeignKey(Extract, on_delete=models.CASCADE, related_name="notices")
    event = models.CharField("événement", max_length=10, choices=Event.choices)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    due_at = models.DateTimeField("à envoyer après", default=timezone.now)

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        ordering = ["pk"]
