"""The texts of analysts, and figures typed in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reference.models import Departement, Region


class Subject(models.TextChoices):
    """What a text is about: a région as a whole, or one chart of a département."""

    REGION = "region", "Synthèse régionale"
    DOCUMENTS = "documents", "Nombre de documents alimentés"
    CONTRIBUTORS = "esms", "Part des ESMS qui alimentent"
    SECTORS = "secteurs", "Secteurs qui alimentent"


class Text(models.Model):
    """The analyst's text on one subject of one territory; its words are in its versions.

    `departement` null: the région. `published` is the version that every reader sees, if any;
    `current` the last one written, a draft when it is another.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="texts")
    departement = models.ForeignKey(
        Departement, on_delete=models.CASCADE, null=True, blank=True, related_name="texts"
    )
    subject = models.CharField("sujet", max_length=20, choices=Subject.choices)
    current = models.ForeignKey(
        "TextVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    published = models.ForeignKey(
        "TextVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField("publié le", null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "texte"
        verbose_name_plural = "textes"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "departement", "subject"],
                nulls_distinct=False,
                name="one_text_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(departement__isnull=True, subject="region")
                | Q(departement__isnull=False) & ~Q(subject="region"),
                name="text_subject_of_its_territory",
            ),
        ]


class TextVersion(models.Model):
    """The words of a text at one moment, and the generated text and figures it was written over.

    `facts`: those of the generated text (name → value), to tell later what changed.
    """

    text = models.ForeignKey(Text, on_delete=models.CASCADE, related_name="versions")
    body = models.TextField("texte", blank=True)
    generated = models.TextField("texte proposé", blank=True)
    facts = models.JSONField("faits", default=dict)
    month = models.DateField("dernier mois reçu", null=True)
    data_version = models.BigIntegerField("version des données")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "version d’un texte"
        verbose_name_plural = "versions des textes"
        ordering = ["-at", "-pk"]


class TypedFigure(models.Model):
    """A figure that the extracts do not give, typed in by an analyst with its source and date."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="typed_figures")
    label = models.CharField("intitulé", max_length=120)
    value = models.CharField("valeur", max_length=40, help_text="telle qu’elle sera affichée")
    source = models.CharField("source", max_length=150)
    on = models.DateField("date du chiffre")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "chiffre saisi"
        verbose_name_plural = "chiffres saisis"
        ordering = ["-on", "label"]
