"""What a file of the ground leaves on its extract: counts that add up, and remarks on lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ingestion.models import Extract, LineReport, Outcome

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class LineRemark:
    """A remark on one line of the file; a warning has the outcome "accepted"."""

    line: int
    finess: str
    column: str
    value: str
    outcome: Outcome
    code: str
    reason: str
    remedy: str = ""


def write(
    extract: Extract,
    counts: dict[str, int],
    remarks: Iterable[LineRemark],
    preview: dict[str, Any],
) -> None:
    """Replace what an extract tells: its counts, preview and remarks, saved.

    `counts`: accepted, and those of duplicates, out_of_scope and refused that are not 0; their
    sum is the lines read.
    """
    told = {name: counts.get(name, 0) for name in ("accepted", "duplicates", "out_of_scope")}
    told |= {"quarantined": 0, "refused": counts.get("refused", 0)}
    extract.counts = {"read": sum(told.values()), **told}
    extract.preview = preview
    with transaction.atomic():
        extract.line_reports.all().delete()
        LineReport.objects.bulk_create(
            (
                LineReport(
                    extract=extract,
                    line=remark.line,
                    finess=remark.finess[:20],
                    column=remark.column[:200],
                    value=remark.value[:250],
                    outcome=remark.outcome,
                    code=remark.code,
                    reason=remark.reason[:400],
                    remedy=remark.remedy[:400],
                )
                for remark in remarks
            ),
            batch_size=BATCH,
        )
        extract.save(update_fields=["counts", "preview"])
