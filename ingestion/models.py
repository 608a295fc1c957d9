"""The extracts people bring: files, their states, what was wrong with them, and layers.

A cell is (month × département) and is an ordered list of layers; published facts are the
fold of the layers in force, read through today's register and perimeter.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reference.models import Departement, Region


class State(models.TextChoices):
    """The life of an extract; readers see nothing of it before `PUBLISHED`."""

    RECEIVED = "received", "reçu"
    READING = "reading", "lecture en cours"
    REFUSED = "refused", "refusé"
    READY = "ready", "prêt à publier"
    PUBLISHING = "publishing", "publication en cours"
    PUBLISHED = "published", "publié"
    SUPERSEDED = "superseded", "remplacé"


class Mode(models.TextChoices):
    """How an extract's records enter the cells it covers."""

    REPLACE = "replace", "remplace"
    COMPLETE = "complete", "complète"


class Outcome(models.TextChoices):
    """What becomes of a record; each has exactly one, and they add up to the records read."""

    ACCEPTED = "accepted", "acceptée"
    DUPLICATE = "duplicate", "doublon fusionné"
    OUT_OF_SCOPE = "out_of_scope", "hors champ"
    QUARANTINED = "quarantined", "FINESS à rattacher"
    REFUSED = "refused", "refusée"


class Extract(models.Model):
    """One file as it was received, its normalised records beside it as Parquet, its state."""

    file = models.FileField("fichier", upload_to="extracts/%Y/%m/", max_length=255)
    records = models.FileField(
        "enregistrements", upload_to="extracts/%Y/%m/", blank=True, max_length=255
    )
    original_name = models.CharField("nom du fichier", max_length=255)
    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    size = models.BigIntegerField("taille (octets)")
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="région",
        help_text="Vide : fichier national.",
    )
    asked_month = models.DateField("mois indiqué", null=True, blank=True)
    mode = models.CharField("mode", max_length=10, choices=Mode.choices, default=Mode.REPLACE)
    confirm_empty = models.BooleanField("départements absents à zéro", default=False)
    publish_when_ready = models.BooleanField("publier dès que possible", default=False)
    state = models.CharField("état", max_length=12, choices=State.choices, default=State.RECEIVED)
    message = models.TextField("message", blank=True)
    warnings = models.TextField(
        "à savoir", blank=True, help_text="ce que le fichier laisse de côté, une phrase par ligne"
    )
    months = models.JSONField("mois", default=list)
    counts = models.JSONField("décompte", default=dict)
    checked_ground = models.BigIntegerField(
        "registre de la lecture",
        null=True,
        editable=False,
        help_text="the DataVersion.ground through which counts and remarks were made",
    )
    attempts = models.PositiveSmallIntegerField(
        "essais", default=0, editable=False, help_text="tasks that took it and did not finish"
    )
    received_at = models.DateTimeField("reçu le", auto_now_add=True)
    queued_at = models.DateTimeField("envoyé au traitement le", null=True, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="déposé par",
    )

    class Meta:
        verbose_name = "fichier mensuel"
        verbose_name_plural = "fichiers mensuels"
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.original_name} ({self.get_state_display()})"


class LineReport(models.Model):
    """One remark on a record: what is wrong, where, and what to do. Warnings leave it accepted."""

    extract = models.ForeignKey(Extract, on_delete=models.CASCADE, related_name="line_reports")
    line = models.PositiveIntegerField("ligne")
    column = models.CharField("colonne", max_length=200, blank=True)
    value = models.CharField("valeur", max_length=250, blank=True)
    outcome = models.CharField("sort", max_length=12, choices=Outcome.choices)
    code = models.CharField("motif", max_length=40)
    reason = models.CharField("explication", max_length=400)
    remedy = models.CharField("que faire", max_length=400, blank=True)

    class Meta:
        verbose_name = "remarque sur une ligne"
        verbose_name_plural = "remarques sur les lignes"
        ordering = ["line", "pk"]


class Layer(models.Model):
    """One extract's part in one cell. The cell of `departement` null holds "Non ventilé"."""

    extract = models.ForeignKey(Extract, on_delete=models.PROTECT, related_name="layers")
    month = models.DateField("mois")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    departement = models.ForeignKey(
        Departement, on_delete=models.PROTECT, null=True, related_name="+"
    )
    mode = models.CharField("mode", max_length=10, choices=Mode.choices)
    in_force = models.BooleanField("en vigueur", default=True)
    added_at = models.DateTimeField("ajoutée le", auto_now_add=True)

    class Meta:
        verbose_name = "couche"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["extract", "month", "region", "departement"],
                condition=Q(in_force=True),
                nulls_distinct=False,
                name="layer_once_per_cell",
            )
        ]
        indexes = [models.Index(fields=["region", "month"], name="layer_cells")]
