"""Columns that say something of what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from reference.french import typographic

if TYPE_CHECKING:
    # Generic in the type stubs only.
    CharField = models.CharField[str, str]
else:
    CharField = models.CharField


class NameField(CharField):
    """A name of a nomenclature: kept as its publisher writes it, read with the ’ of books.

    For the database and for migrations it is a `CharField`. A lookup by name compares what is kept.
    """

    def from_db_value(self, value: str | None, *_context: Any) -> str | None:
        """What pages and files show."""
        return None if value is None else typographic(value)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """As a `CharField`, which it is in the database."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
