"""The audit trail of files: every entry about one names it, its région and its number."""

from __future__ import annotations

from accounts import audit
from accounts.models import User
from ingestion.models import Extract


def record(action: str, extract: Extract, *, actor: User | None, **details: object) -> None:
    """Remember an act on a file, in the transaction that does it.

    `actor` None: a command or a planned task. `details`: values that JSON writes.
    """
    audit.record(
        action,
        actor=actor,
        target=extract.original_name,
        region=extract.region,
        extract=extract.pk,
        **details,
    )
