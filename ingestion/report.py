"""What the check says of an extract, kept: its counts, months and remarks line by line."""

from __future__ import annotations

from django.db import transaction

from ingestion.check import Checked
from ingestion.models import Extract, LineReport
from reference.months import iso

BATCH = 5_000


def write_report(extract: Extract, checked: Checked, ground: int) -> None:
    """Replace the remarks of an extract, and set its counts, months and ground, saved.

    `ground`: the `DataVersion.ground` through which `checked` was read.
    """
    months = checked.records["month"].dropna().drop_duplicates().sort_values()
    extract.counts = {outcome: int(count) for outcome, count in checked.counts.items()}
    extract.months = [iso(month.date()) for month in months]
    extract.checked_ground = ground
    with transaction.atomic():
        extract.line_reports.all().delete()
        LineReport.objects.bulk_create(
            (
                LineReport(
                    extract=extract,
                    line=int(remark["line"]),
                    column=str(remark["column"])[:200],
                    value=str(remark["value"])[:250],
                    outcome=remark["outcome"],
                    code=remark["code"],
                    reason=str(remark["reason"])[:400],
                    remedy=str(remark["remedy"])[:400],
                )
                for remark in checked.remarks.to_dict("records")
            ),
            batch_size=BATCH,
        )
        extract.save(update_fields=["counts", "months", "checked_ground"])
