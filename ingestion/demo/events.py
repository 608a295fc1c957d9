"""The events that the demonstration's analyst would have entered: what its peaks are due to."""

from __future__ import annotations

from django.db import transaction

from ingestion.demo.story import REGION, rows
from reference.models import Event, raise_data_version
from reference.months import parse_month


@transaction.atomic
def ensure_events() -> None:
    """Enter those of `fixtures/demo/events.csv` that are missing."""
    made = [_ensure(row) for row in rows("demo/events")]
    if any(made):
        raise_data_version("événements de la démonstration")


def _ensure(row: dict[str, str]) -> bool:
    last = row["dernier_mois"]
    _, made = Event.objects.get_or_create(
        region_id=REGION,
        departement_id=row["departement"] or None,
        month=parse_month(row["mois"]),
        label=row["intitule"],
        defaults={
            "last_month": parse_month(last) if last else None,
            "note": row["precision"],
        },
    )
    return made
