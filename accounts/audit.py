"""The audit trail: one function that every consequential act calls."""

from __future__ import annotations

from typing import Any

from accounts.models import AuditEntry, User
from reference.models import Region


def record(
    action: str,
    *,
    actor: User | None,
    target: str = "",
    region: Region | None = None,
    **details: Any,
) -> None:
    """Remember an act; `actor` is `None` for the command line and the scheduler."""
    AuditEntry.objects.create(
        action=action, actor=actor, target=target[:250], region=region, details=details
    )
