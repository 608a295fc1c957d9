"""Django application: see the models and modules beside it."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Tableau de bord."""

    name = "dashboard"
    verbose_name = "Tableau de bord"
    default_auto_field = "django.db.models.BigAutoField"
