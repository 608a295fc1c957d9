"""What the tests of exports have in common: where an export and its file are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard.models import Export

OnCommit = Callable[..., Any]


def state(export: Export) -> str:
    export.refresh_from_db()
    return export.state


def stored_of(export: Export) -> Path:
    """Where the file of an export is."""
    export.refresh_from_db()
    return Path(export.file.path)
