"""What the tests of exports have in common: where an export and its file are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.models import F

from dashboard.models import Export
from indicators.models import MonthlyVolume
from reference.models import raise_data_version

OnCommit = Callable[..., Any]


def state(export: Export) -> str:
    export.refresh_from_db()
    return export.state


def stored_of(export: Export) -> Path:
    """Where the file of an export is."""
    export.refresh_from_db()
    return Path(export.file.path)


def correct() -> None:
    """Change a count of the région, as another file of the same month does."""
    MonthlyVolume.objects.filter(month=dt.date(2025, 12, 1)).update(documents=F("documents") + 1)
    raise_data_version("correction")
