"""What wires the packages together: settings, addresses, the task queue, local servers."""

from mes_dashboard.celery import app as celery_app

__all__ = ["celery_app"]
