"""What the check says of an extract, kept: its counts, months and remarks line by line."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from indicators.bulk import copy_rows
from ingestion.checking.check import Checked
from ingestion.models import Extract, LineReport, Repeats
from ingestion.storage import save_held
from reference.aside import aside
from reference.months import iso

LENGTHS = {"finess": 20, "column": 200, "value": 250, "reason": 400, "remedy": 400}


def adds_up(extract: Extract) -> bool:
    """Whether the source of an extract adds up records of the same key (see `check`)."""
    return extract.source is not None and extract.source.repeats == Repeats.ADD_UP


def held_key(extract: Extract, ground: int) -> str:
    """All that what an extract brings depends on, besides its records: see `storage.save_held`."""
    return f"ground {ground}, {'adds up' if adds_up(extract) else 'refuses repeats'}"


def nothing() -> None:
    """There is nothing to do meanwhile."""


def write_report(
    extract: Extract, checked: Checked, ground: int, meanwhile: Callable[[], object] = nothing
) -> None:
    """Replace the remarks of an extract, and set its counts, months and ground, saved.

    What the records bring to cells is kept too, so that publishing need not check them again.
    `ground`: the `DataVersion.ground` through which `checked` was read. `meanwhile`: done while
    the database takes the remarks, which it must not ask anything; it is over at the end.
    """
    months = checked.records["month"].dropna().drop_duplicates().sort_values()
    _say_replay(extract, checked.counts, ground)
    extract.counts = {outcome: int(count) for outcome, count in checked.counts.items()}
    extract.months = [iso(month.date()) for month in months]
    extract.checked_ground = ground

    def kept_then_meanwhile() -> None:  # one after the other: together they would take more memory
        save_held(extract, checked.held, held_key(extract, ground))
        meanwhile()

    with aside(kept_then_meanwhile) as kept, transaction.atomic():
        extract.line_reports.all().delete()
        remarks = checked.remarks.assign(
            extract_id=extract.pk,
            **{
                name: checked.remarks[name].astype("str").str.slice(0, length)
                for name, length in LENGTHS.items()
            },
        )
        columns = ["line", "month", "documents", "outcome", "code", *LENGTHS]
        copy_rows(LineReport, remarks, ["extract_id", *columns])
        kept()
        extract.save(update_fields=["counts", "months", "checked_ground", "replays"])


def _say_replay(extract: Extract, counts: dict[str, int], ground: int) -> None:
    """Remember how many lines that were set aside a newer register, or a decision, took back."""
    waiting, still = extract.counts.get("quarantined", 0), counts["quarantined"]
    if extract.checked_ground in {None, ground} or still >= waiting:
        return
    taken = waiting - still
    accepted = counts["accepted"] - extract.counts.get("accepted", 0)
    extract.replays = [
        *extract.replays,
        {
            "on": timezone.localdate().isoformat(),
            "lines": taken,
            "accepted": max(0, min(taken, accepted)),
            "still": still,
        },
    ]
