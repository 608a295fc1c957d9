"""Frozen editions: what a committee saw, kept for ever."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from reference.models import Region


class KeptForEver(models.QuerySet[Any]):
    """Rows that are added and read, never changed."""

    def update(self, **_fields: Any) -> NoReturn:
        raise NeverChangedError("what was kept is never changed")


class NeverChangedError(Exception):
    """Somebody tried to change what was kept for ever."""


class Edition(models.Model):
    """The figures, texts and data version that a committee saw, kept for ever.

    `content` holds all that its page shows; nothing in it is computed again.
    """

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="editions")
    title = models.CharField("intitulé", max_length=120)
    committee_on = models.DateField("date du comité")
    content = models.JSONField("contenu")
    data_version = models.BigIntegerField("version des données")
    month = models.DateField("dernier mois reçu")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField("figée le", db_default=Now())

    objects = KeptForEver.as_manager()

    class Meta:
        verbose_name = "édition"
        verbose_name_plural = "éditions"
        ordering = ["-committee_on", "-pk"]

    def __str__(self) -> str:
        return self.title
