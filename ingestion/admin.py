"""Monthly files in the administration: to be looked at, never edited there."""

from __future__ import annotations

from django.contrib import admin

from ingestion.models import Extract, Layer
from reference.admin import ReadOnlyAdmin


@admin.register(Extract)
class ExtractAdmin(ReadOnlyAdmin):
    """The history of files."""

    list_display = ("id", "original_name", "region", "state", "mode", "received_at", "author")
    list_filter = ("state", "region")
    list_select_related = ("region", "author")
    search_fields = ("original_name", "sha256")


@admin.register(Layer)
class LayerAdmin(ReadOnlyAdmin):
    """Which file speaks in which cell."""

    list_display = ("id", "extract", "month", "region", "departement", "mode", "in_force")
    list_filter = ("in_force", "region", "month")
    list_select_related = ("extract", "region", "departement")
