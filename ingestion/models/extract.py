"""The files people bring: their states, what was wrong with them, and their layers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from ingestion.models.source import Source
from reference.models import Departement, Programme, Region


class Kind(models.TextChoices):
    """What a file brings."""

    MONTHLY = "monthly", "fichier mensuel"
    REGISTER = "register", "registre FINESS"
    PROGRAMME = "programme", "membres d’un programme"


class State(models.TextChoices):
    """The life of an extract; readers see nothing of it before `PUBLISHED`."""

    RECEIVED = "received", "reçu"
    READING = "reading", "lecture en cours"
    TO_MAP = "to_map", "colonnes à indiquer"
    REFUSED = "refused", "refusé"
    READY = "ready", "prêt à publier"
    PUBLISHING = "publishing", "publication en cours"
    PUBLISHED = "published", "publié"
    SUPERSEDED = "superseded", "remplacé"
    WITHDRAWN = "withdrawn", "retiré"
    PURGED = "purged", "purgé"


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

    kind = models.CharField("nature", max_length=10, choices=Kind.choices, default=Kind.MONTHLY)
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="source",
        help_text="Pour un fichier mensuel\u202f: d’où il vient et comment il compte.",
    )
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="programme",
    )
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
    asked_mode = models.CharField(
        "mode demandé",
        max_length=10,
        choices=Mode.choices,
        blank=True,
        help_text="Vide\u202f: complète s’il porte les colonnes du rapport, sinon remplace.",
    )
    mode = models.CharField(
        "mode",
        max_length=10,
        choices=Mode.choices,
        default=Mode.REPLACE,
        help_text="celui qui vaut, connu une fois le fichier lu",
    )
    forced = models.BooleanField(
        "relecture demandée", default=False, help_text="publié même si le même est en vigueur"
    )
    sheet = models.CharField(
        "feuille choisie", max_length=100, blank=True, help_text="Vide\u202f: la première lisible."
    )
    columns = models.JSONField(
        "colonnes", default=dict, help_text="comment elles ont été lues (layout.Columns)"
    )
    offer = models.JSONField(
        "début du fichier",
        default=dict,
        help_text="en-têtes et premières lignes, pour dire ce que sont les colonnes",
    )
    confirm_empty = models.BooleanField("départements absents à zéro", default=False)
    confirmed_cells = models.JSONField(
        "absents confirmés à zéro",
        default=list,
        help_text="paires [mois AAAA-MM, code du département] confirmées à l’aperçu",
    )
    preview = models.JSONField("aperçu", default=dict, help_text="preview.Preview, en JSON")
    replays = models.JSONField(
        "reprises",
        default=list,
        help_text="lignes à rattacher reprises par un registre\u202f: {on, register, lines}",
    )
    step = models.CharField("étape", max_length=20, blank=True, editable=False)
    progress = models.PositiveIntegerField("lignes traitées", null=True, editable=False)
    step_at = models.DateTimeField("étape commencée le", null=True, editable=False)
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
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.original_name} ({self.get_state_display()})"


class LineReport(models.Model):
    """One remark on a record: what is wrong, where, and what to do. Warnings leave it accepted."""

    extract = models.ForeignKey(
        Extract,
        on_delete=models.CASCADE,
        db_constraint=False,  # remarks come by the ten thousand, all of one extract
        db_index=False,  # the first field of an index below
        related_name="line_reports",
    )
    line = models.PositiveIntegerField("ligne")
    finess = models.CharField("FINESS", max_length=20, blank=True, help_text="tel que lu")
    month = models.DateField("mois", null=True)
    documents = models.BigIntegerField("documents", null=True)
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
        indexes = [
            models.Index(fields=["extract", "outcome", "code"], name="line_report_filter"),
            models.Index(
                fields=["finess"], name="line_report_quarantine", condition=Q(outcome="quarantined")
            ),
        ]


class Layer(models.Model):
    """One extract's part in one cell. The cell of `departement` null holds "Non ventilé"."""

    extract = models.ForeignKey(Extract, on_delete=models.PROTECT, related_name="layers")
    month = models.DateField("mois")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    departement = models.ForeignKey(
        Departement, on_delete=models.PROTECT, null=True, related_name="+"
    )
    mode = models.CharField("mode", max_length=10, choices=Mode.choices)
    rank = models.BigIntegerField(
        "rang", help_text="ordre de publication\u202f: les couches parlent dans cet ordre"
    )
    in_force = models.BooleanField("en vigueur", default=True)
    withdrawn = models.BooleanField(
        "retirée", default=False, help_text="hors de vigueur parce qu’on l’a retirée, non remplacée"
    )
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
