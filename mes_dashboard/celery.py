"""The Celery application: the broker is Redis, or the local Valkey when none is named."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes_dashboard.settings")

app = Celery("mes_dashboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
