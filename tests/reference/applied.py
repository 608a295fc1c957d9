"""What a register did, as tests ask it."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from django.db.models import F

from reference.finess.register import RegisterReport, apply_register
from reference.models import FacilityPeriod
from tests.reference.registers import number

ONE, TWO, THREE, FOUR = (number("2100", rank) for rank in range(1, 5))
BEFORE, LATER, LATEST = "2021-01-08", "2022-01-08", "2023-01-08"
OPENED = dt.date(1990, 1, 1)
REAL_FILES = Path(__file__).parents[3] / "shared" / "data" / "finess"


def load(file: io.BytesIO) -> RegisterReport:
    """Apply a register."""
    return apply_register(file, "registre.csv")


def counts(report: RegisterReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {key: count for key, count in report.as_counts().items() if count}


def periods(finess: str) -> list[tuple[dt.date | None, dt.date | None, str, str]]:
    """The periods of a facility: from, to, category, legal entity."""
    rows = FacilityPeriod.objects.filter(facility__finess=finess)
    rows = rows.order_by(F("starts_on").asc(nulls_first=True))
    return list(rows.values_list("starts_on", "ends_on", "category_id", "legal_entity__finess"))


def spans(finess: str) -> list[tuple[dt.date | None, dt.date | None]]:
    """When a facility was open."""
    return [(starts, ends) for starts, ends, _, _ in periods(finess)]
