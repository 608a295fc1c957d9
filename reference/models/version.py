"""The number of the present state of every figure, which every cache key and ETag contains."""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import Q


class DataVersion(models.Model):
    """The one row whose number names the present state of every figure.

    `ground` numbers the register, perimeter and nomenclatures; `folded_ground` is the ground
    through which the published facts were last read. Where they differ, facts are to be rebuilt.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(default=1)
    ground = models.BigIntegerField(default=1)
    folded_ground = models.BigIntegerField(default=1)
    raised_at = models.DateTimeField(auto_now=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "version des données"
        verbose_name_plural = "versions des données"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="data_version_single_row")]

    def __str__(self) -> str:
        return str(self.number)


def current_data_version() -> int:
    """The number that names the present state of every figure."""
    return DataVersion.objects.values_list("number", flat=True).get(pk=1)


def current_ground() -> int:
    """The number of the present register, perimeter and nomenclatures."""
    return DataVersion.objects.values_list("ground", flat=True).get(pk=1)


def lock_data_version() -> DataVersion:
    """Hold the row until the transaction ends, so that writers of figures follow each other.

    Raises:
        TransactionManagementError: outside a transaction.
    """
    return DataVersion.objects.select_for_update().get(pk=1)


def raise_data_version(reason: str, *, ground: bool = False) -> int:
    """Say that figures may have changed; every write that can change one calls this.

    `ground`: what changed is the register, the perimeter or a nomenclature, so the published
    facts must be read through it again. The row stays locked until the surrounding
    transaction ends.
    """
    with transaction.atomic():
        version = lock_data_version()
        version.number += 1
        version.ground += int(ground)
        version.reason = reason[:200]
        version.save()
    return version.number
