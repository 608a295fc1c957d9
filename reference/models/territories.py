"""Régions and départements, and how French names them in a sentence."""

from __future__ import annotations

from django.db import models

from reference.french import typographic
from reference.models.fields import NameField


class LinkingType(models.IntegerChoices):
    """INSEE's "type de liaison": how French says "of" before a territory's name (TNCC)."""

    DE = 0, "de "
    D = 1, "d'"
    DU = 2, "du "
    DE_LA = 3, "de la "
    DES = 4, "des "
    DE_L = 5, "de l'"


class Region(models.Model):
    """A région of the official geographic code."""

    code = models.CharField("code", max_length=2, primary_key=True)
    name = NameField("nom", max_length=50, unique=True)
    slug = models.SlugField("adresse", max_length=50, unique=True)
    linking_type = models.PositiveSmallIntegerField("liaison", choices=LinkingType.choices)

    class Meta:
        verbose_name = "région"
        verbose_name_plural = "régions"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def of(self) -> str:
        """The name after "of": "de Bretagne", "des Hauts-de-France"."""
        return typographic(f"{LinkingType(self.linking_type).label}{self.name}")


class Departement(models.Model):
    """A département, with the way French says "in" it, which follows no rule."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = NameField("nom", max_length=50, unique=True)
    locative = NameField("locatif", max_length=60, help_text="« en Côte-d'Or », « dans le Jura »")
    linking_type = models.PositiveSmallIntegerField("liaison", choices=LinkingType.choices)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="departements", verbose_name="région"
    )

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def of(self) -> str:
        """The name after "of": "de la Côte-d’Or", "du Jura"."""
        return typographic(f"{LinkingType(self.linking_type).label}{self.name}")
