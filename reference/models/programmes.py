"""The programmes that finance or gather facilities, and who is in them."""

from __future__ import annotations

from django.db import models

from reference.models.register import Facility


class Programme(models.Model):
    """A programme whose members are compared with the others (ESMS Numérique, pilots…)."""

    code = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=150)
    description = models.TextField("description", blank=True)

    class Meta:
        verbose_name = "programme"
        verbose_name_plural = "programmes"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProgrammeMembership(models.Model):
    """One facility in one programme; all but the two of them optional (DOMAIN, "Programmes")."""

    programme = models.ForeignKey(
        Programme, on_delete=models.CASCADE, related_name="memberships", verbose_name="programme"
    )
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name="établissement",
    )
    project = models.CharField("projet", max_length=150, blank=True)
    holder = models.CharField("porteur", max_length=150, blank=True)
    vintage = models.CharField("millésime", max_length=20, blank=True)
    status = models.CharField("statut", max_length=60, blank=True)
    target_on = models.DateField("date cible", null=True, blank=True)
    reached_on = models.DateField("cible atteinte le", null=True, blank=True)
    vendor = models.CharField("éditeur du DUI", max_length=100, blank=True)

    class Meta:
        verbose_name = "membre d'un programme"
        verbose_name_plural = "membres des programmes"
        ordering = ["programme", "facility"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "facility"], name="programme_membership_once"
            )
        ]
