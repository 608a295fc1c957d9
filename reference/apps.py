"""Django application: see the models and modules beside it."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """Territoires, FINESS et nomenclatures."""

    name = "reference"
    verbose_name = "Territoires, FINESS et nomenclatures"
    default_auto_field = "django.db.models.BigAutoField"
