"""What people want to be told of, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from reference.models import Departement, Region


class Letter(models.TextChoices):
    """What is sent."""

    DIGEST = "digest", "Point sur l’alimentation"
    DECK = "deck", "Diapositives de la région"


#: A letter that nobody subscribes to: a file that its reader asked to be told of is ready.
EXPORT_READY = "export"


class Frequency(models.TextChoices):
    """How often, counted in received months."""

    MONTHLY = "monthly", "Chaque mois"
    QUARTERLY = "quarterly", "Chaque trimestre"


class Subscription(models.Model):
    """One letter about one territory that a user asked for; `departement` null: the région.

    `told`: the last month that was received when they asked, then the last they were told of: a
    digest is for a later one, so that no correction of an older month sends it again. `frequency`
    is that of digests: slides follow each publication.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions"
    )
    letter = models.CharField("courriel", max_length=10, choices=Letter.choices)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="+")
    departement = models.ForeignKey(
        Departement, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    frequency = models.CharField(
        "fréquence", max_length=10, choices=Frequency.choices, default=Frequency.MONTHLY
    )
    since = models.DateTimeField("depuis le", db_default=Now())
    told = models.DateField("dernier mois annoncé", null=True)

    class Meta:
        verbose_name = "abonnement"
        verbose_name_plural = "abonnements"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "letter", "region", "departement"],
                nulls_distinct=False,
                name="one_subscription_per_territory",
            )
        ]


class Mailing(models.Model):
    """One letter to one user about one event (`key`), written once and sent once."""

    KEY_LENGTH = 80

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mailings"
    )
    letter = models.CharField(
        "courriel", max_length=10, choices=[*Letter.choices, (EXPORT_READY, "Fichier prêt")]
    )
    key = models.CharField("à propos de", max_length=KEY_LENGTH)
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    created_at = models.DateTimeField("écrit le", db_default=Now())
    due_at = models.DateTimeField("à envoyer à partir de", db_default=Now())
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("envoyé le", null=True)

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "letter", "key"], name="one_mailing_per_user_and_key"
            )
        ]
