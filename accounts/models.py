"""Who may see what: users, the role that each holds in a region, and the audit trail."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from reference.models import Region


class UserManager(DjangoUserManager["User"]):
    """Creates users named by their e-mail address."""

    def create_user(  # type: ignore[override]  # signs in with an e-mail address, not a username
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]  # as create_user
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        # Not `iexact`: the database takes "ı" or "ſ" for i and s, the count of failures does not.
        return self.get(email=str(username).lower())


class User(AbstractUser):
    """A person who signs in with an e-mail address.

    A superuser is the national administrator: every region, with every right.
    """

    username = None  # type: ignore[assignment]  # the e-mail address names the person
    email = models.EmailField("adresse électronique", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        ordering = ["email"]
        constraints = [
            # One writing of an address, by which people are found and failures are counted.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="email_in_lower_case")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Role(models.TextChoices):
    """The roles of a region, each holding the rights of those before it."""

    READER = "lecteur", "Lecteur"
    REFERENT = "referent", "Référent GRADeS"
    ANALYST = "analyste", "Analyste ARS"
    ADMINISTRATOR = "administrateur", "Administrateur régional"


class RegionGrant(models.Model):
    """One user's role in one region; without it, the region does not exist for them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name="utilisateur",
    )
    region = models.ForeignKey(
        Region, on_delete=models.CASCADE, related_name="grants", verbose_name="région"
    )
    role = models.CharField("profil", max_length=20, choices=Role.choices, default=Role.READER)

    class Meta:
        verbose_name = "droit sur une région"
        verbose_name_plural = "droits sur les régions"
        ordering = ["region__name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "region"], name="one_role_per_user_and_region")
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_role_display()}, {self.region}"


class AccessToken(models.Model):
    """A personal key of the data service. Only its digest is kept: nobody can read it again.

    `digest`: SHA-256 of the key, in hexadecimal; `hint`: its first characters, to tell keys apart.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens"
    )
    name = models.CharField("nom", max_length=60)
    digest = models.CharField("empreinte", max_length=64, unique=True)
    hint = models.CharField("début", max_length=12)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    expires_at = models.DateTimeField("valable jusqu’au")
    used_at = models.DateTimeField("utilisée le", null=True)
    revoked_at = models.DateTimeField("révoquée le", null=True)

    class Meta:
        verbose_name = "clé d’accès"
        verbose_name_plural = "clés d’accès"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class AppendOnlyError(Exception):
    """Somebody tried to change or remove what is only ever added."""


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that are added and read. The database refuses the rest too: see migration 0003."""

    def update(self, **_fields: Any) -> NoReturn:
        raise AppendOnlyError("an audit entry is never changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("an audit entry is never removed")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError("an audit entry is never changed")


class AuditEntry(models.Model):
    """One act worth remembering: who did what to what, when. Never edited, never deleted.

    A user or région that is deleted leaves its entries, which then name nobody.
    """

    at = models.DateTimeField("le", auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    action = models.CharField("action", max_length=60)
    target = models.CharField("objet", max_length=250, blank=True)
    region = models.ForeignKey(
        Region, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    details = models.JSONField("détails", default=dict, blank=True)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = "trace"
        verbose_name_plural = "journal des actions"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry.

        Raises:
            AppendOnlyError: it is there already.
        """
        if not self._state.adding:
            raise AppendOnlyError("an audit entry is never changed")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnlyError("an audit entry is never removed")
