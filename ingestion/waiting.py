"""The lines that wait: those of a FINESS that the register does not know, or to be arbitrated."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from ingestion.models import Extract, Kind, LineReport, Outcome, State
from reference.models import Facility, LegalEntity

#: What they wait for: a register that knows the number, or a person's decision.
UNKNOWN, ARBITRATED = "finess_unknown", "entity_to_arbitrate"


def waiting_lines(states: tuple[State, ...]) -> QuerySet[LineReport]:
    """The lines to be attached of the monthly files in some states, as they were last read."""
    return LineReport.objects.filter(
        outcome=Outcome.QUARANTINED, extract__kind=Kind.MONTHLY, extract__state__in=states
    )


def known_now() -> Q:
    """Lines whose number the register knows, at whichever level."""
    return Q(finess__in=Facility.objects.order_by().values("finess")) | Q(
        finess__in=LegalEntity.objects.order_by().values("finess")
    )


def recognised_again() -> tuple[int, int]:
    """How many lines of published files wait for a number that the register knows now.

    And in how many months of files: the register of the moment has not been told to them yet.
    """
    lines = waiting_lines((State.PUBLISHED,)).filter(known_now(), code=UNKNOWN)
    months = lines.values("extract__region", "month").distinct().count()
    return lines.count(), months


def tell_replays(replayed: list[tuple[Extract, int]]) -> None:
    """Write what a new reading of the published files took up on the registers that caused it.

    Those applied since the reading before: their report still says that it is to come. Called
    in the transaction of the reading.
    """
    told = [
        {"extract": extract.pk, "name": extract.original_name, "lines": lines}
        for extract, lines in replayed
        if lines
    ]
    due = Extract.objects.filter(kind=Kind.REGISTER, state=State.PUBLISHED, preview__replayed=None)
    for register in due.select_for_update(of=("self",)):
        register.preview["replayed"] = told
        register.save(update_fields=["preview"])
