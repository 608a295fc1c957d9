"""Django application: see the models and modules beside it."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    """Fichiers mensuels."""

    name = "ingestion"
    verbose_name = "Fichiers mensuels"
    default_auto_field = "django.db.models.BigAutoField"
