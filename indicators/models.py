"""What is known: monthly feeding facts, the cells they cover, and the summaries pages read.

Months are dates of their first day. Nothing here knows of files: ingestion calls downwards
through `indicators.facts`, and pages read the summaries through `indicators.measures`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reference.models import Departement, DocumentType, Facility, LegalEntity, Region, Sector


class Feeding(models.Model):
    """The fact: documents of one type that one facility fed in one month (0 is a value).

    `records` ("DMP alimentés") is kept as supplied and never summed. Narrow rows without other
    index or foreign key checks: they are loaded by sorted COPY, a whole cell at a time.
    """

    pk = models.CompositePrimaryKey("month", "facility", "document_type")
    month = models.DateField()
    facility = models.ForeignKey(
        Facility, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    document_type = models.ForeignKey(
        DocumentType,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    documents = models.IntegerField()
    records = models.IntegerField(null=True)

    class Meta:
        verbose_name = "alimentation"
        constraints = [
            models.CheckConstraint(condition=Q(documents__gte=0), name="feeding_not_negative")
        ]


class EntityFeeding(models.Model):
    """Documents carried by a legal entity, no site being known: in volumes, never in rates.

    `departement` null: "Non ventilé", shown on the region only.
    """

    month = models.DateField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    departement = models.ForeignKey(
        Departement, on_delete=models.PROTECT, null=True, related_name="+"
    )
    legal_entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    document_type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    sector = models.CharField(max_length=8, choices=Sector.choices)
    documents = models.IntegerField()
    records = models.IntegerField(null=True)

    class Meta:
        verbose_name = "alimentation portée par un organisme gestionnaire"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "region", "legal_entity", "document_type"],
                name="entity_feeding_key",
            ),
            models.CheckConstraint(
                condition=Q(documents__gte=0), name="entity_feeding_not_negative"
            ),
        ]


class CoveredMonth(models.Model):
    """A cell that was received. A cell without its row is "n. d.", never zero."""

    month = models.DateField()
    departement = models.ForeignKey(Departement, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    source_label = models.CharField(max_length=255)
    confirmed = models.BooleanField(
        default=False, help_text="another file replaced those by which it was first received"
    )

    class Meta:
        verbose_name = "mois reçu"
        constraints = [
            models.UniqueConstraint(fields=["month", "departement"], name="covered_month_key")
        ]


class FacilityMonth(models.Model):
    """Summary: a contributor, i.e. a facility with at least one document in a received month.

    One index, its key, which begins with the cell: pages read cells, and rows come by sorted COPY.
    """

    pk = models.CompositePrimaryKey("departement", "month", "facility")
    month = models.DateField()
    facility = models.ForeignKey(
        Facility, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    departement = models.ForeignKey(
        Departement,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    sector = models.CharField(max_length=8, choices=Sector.choices)
    documents = models.IntegerField()

    class Meta:
        verbose_name = "contributeur du mois"


class MonthlyVolume(models.Model):
    """Summary: documents by cell, sector and type. `departement` null: "Non ventilé".

    `carried` tells the documents carried by legal entities apart from those of facilities.
    Like the other summaries, it is made of rows that were checked: the server checks no key again.
    """

    month = models.DateField()
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    departement = models.ForeignKey(
        Departement,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    sector = models.CharField(max_length=8, choices=Sector.choices)
    document_type = models.ForeignKey(
        DocumentType,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    carried = models.BooleanField(default=False)
    documents = models.BigIntegerField()

    class Meta:
        verbose_name = "volume mensuel"
        indexes = [
            models.Index(fields=["region", "departement", "month"], name="monthly_volume_cell")
        ]


class MonthlyReach(models.Model):
    """Summary: the parc and its contributors, by cell and sector.

    `contributors_12m` counts the facilities of this month's parc with a document in the
    `received_12m` received months of the 12 that end with this one.
    """

    month = models.DateField()
    departement = models.ForeignKey(
        Departement,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    sector = models.CharField(max_length=8, choices=Sector.choices)
    parc = models.IntegerField()
    contributors = models.IntegerField()
    contributors_12m = models.IntegerField()
    received_12m = models.SmallIntegerField()

    class Meta:
        verbose_name = "parc et contributeurs du mois"
        constraints = [
            models.UniqueConstraint(
                fields=["departement", "month", "sector"], name="monthly_reach_key"
            ),
            models.CheckConstraint(
                condition=Q(contributors__gte=0)
                & Q(contributors__lte=models.F("contributors_12m"))
                & Q(contributors_12m__lte=models.F("parc")),
                name="monthly_reach_contributors_within_parc",
            ),
        ]
