"""Django application: see the models and modules beside it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Comptes et droits."""

    name = "accounts"
    verbose_name = "Comptes et droits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-ins, for the audit trail."""
        from accounts import signals  # noqa: PLC0415  # models are loaded only now

        signals.connect()
