"""Django application: see the models and modules beside it."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Indicateurs."""

    name = "indicators"
    verbose_name = "Indicateurs"
    default_auto_field = "django.db.models.BigAutoField"
