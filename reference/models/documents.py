"""The document types of the DMP and the groups that the committee watches."""

from __future__ import annotations

from django.db import models

from reference.models.fields import NameField


class DocumentGroup(models.Model):
    """A series of the committee's volume chart: seven watched kinds of documents and "Autres"."""

    code = models.SlugField("code", max_length=30, primary_key=True)
    label = NameField("libellé", max_length=100)
    short_label = NameField("libellé court", max_length=40)
    position = models.PositiveSmallIntegerField("rang", unique=True)
    color = models.CharField("couleur", max_length=7)

    class Meta:
        verbose_name = "groupe de documents"
        verbose_name_plural = "groupes de documents"
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label


class DocumentType(models.Model):
    """A document type of the DMP. The code `AUTRES` stands for what no code or alias names."""

    UNRECOGNISED = "AUTRES"

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField("code", max_length=30, unique=True)
    label = NameField("libellé", max_length=200)
    system = models.CharField("nomenclature", max_length=40, blank=True)
    class_code = models.CharField("classe", max_length=4, blank=True)
    class_label = NameField("libellé de la classe", max_length=100, blank=True)
    group = models.ForeignKey(
        DocumentGroup, on_delete=models.PROTECT, related_name="types", verbose_name="groupe"
    )
    generic = models.BooleanField(
        "type générique", default=False, help_text="Compte contre la qualité du typage."
    )

    class Meta:
        verbose_name = "type de document"
        verbose_name_plural = "types de documents"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class DocumentTypeAlias(models.Model):
    """Another way in which files write a document type, kept normalised."""

    document_type = models.ForeignKey(
        DocumentType, on_delete=models.CASCADE, related_name="aliases", verbose_name="type"
    )
    label = models.CharField("écriture", max_length=200, unique=True)

    class Meta:
        verbose_name = "écriture d'un type de document"
        verbose_name_plural = "écritures des types de documents"
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label
