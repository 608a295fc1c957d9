"""The lines that wait: those of a FINESS that the register does not know, or to be arbitrated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet, Sum

from ingestion.models import EntityDecision, Extract, Kind, LineReport, Outcome, State
from reference.finess import number
from reference.models import Departement, Facility, LegalEntity, Region
from reference.months import in_french
from reference.spreadsheets import Cell

#: What they wait for: a register that knows the number, or a person's decision.
UNKNOWN, ARBITRATED = "finess_unknown", "entity_to_arbitrate"
ALIVE = (State.PUBLISHED, State.READY)

#: Rows of `.values()`: finess, lines, documents_sum, months, files.
Rows: TypeAlias = "QuerySet[LineReport, Any]"


@dataclass(frozen=True)
class Waiting:
    """The waiting lines of one FINESS.

    `name`: that of its legal entity, "" when nobody knows it. `departement`: the one that its
    first characters say. `files`: the monthly files that hold them. `last`: their last month.
    """

    finess: str
    name: str
    departement: str
    lines: int
    documents: int
    months: tuple[str, ...]
    last: dt.date | None
    files: tuple[Extract, ...]


def waiting_lines(states: Iterable[State] = ALIVE) -> QuerySet[LineReport]:
    """The lines to be attached of the monthly files in some states, as they were last read."""
    return LineReport.objects.filter(
        outcome=Outcome.QUARANTINED, extract__kind=Kind.MONTHLY, extract__state__in=states
    ).order_by()


def known_now() -> Q:
    """Lines whose number the register knows, at whichever level."""
    return Q(finess__in=Facility.objects.order_by().values("finess")) | Q(
        finess__in=LegalEntity.objects.order_by().values("finess")
    )


def of_region(region: Region, *, national: bool) -> Q:
    """The lines that the administrators of a region see: those of its files.

    `national`: also those of the files of the whole country that are the region's, by the
    first characters of an unknown number, or by the facilities of a legal entity.
    """
    own = Q(extract__region=region)
    if not national:
        return own
    places = Q()
    for code in region.departements.values_list("code", flat=True):
        for start in number.starts_of(code):
            places |= Q(finess__startswith=start)
    owners = LegalEntity.objects.filter(periods__facility__departement__region=region)
    whole = Q(extract__region=None)
    return (
        own
        | (whole & Q(code=UNKNOWN) & places)
        | (whole & Q(code=ARBITRATED, finess__in=owners.order_by().values("finess")))
    )


def unknown_numbers(region: Region, *, national: bool) -> Rows:
    """One row per FINESS that the register does not know, most documents first."""
    lines = waiting_lines().filter(of_region(region, national=national), code=UNKNOWN)
    return _by_number(lines.exclude(known_now()))


def undecided_entities(region: Region, *, national: bool) -> Rows:
    """One row per legal entity that waits for a decision of the region, most documents first."""
    decided = EntityDecision.objects.filter(region=region).order_by()
    lines = waiting_lines().filter(of_region(region, national=national), code=ARBITRATED)
    return _by_number(lines.exclude(finess__in=decided.values("legal_entity__finess")))


def lines_of(entity: LegalEntity, region: Region, *, national: bool) -> Rows:
    """The row of one legal entity whose lines wait for a decision; none when none does."""
    lines = waiting_lines().filter(of_region(region, national=national), code=ARBITRATED)
    return _by_number(lines.filter(finess=entity.finess))


def describe(rows: Iterable[dict[str, Any]]) -> list[Waiting]:
    """What pages show of the rows of the two functions above. Three queries, if there are rows."""
    kept = list(rows)
    if not kept:
        return []
    files = Extract.objects.in_bulk({pk for row in kept for pk in row["files"]})
    numbers = [row["finess"] for row in kept]
    owners = LegalEntity.objects.filter(finess__in=numbers)
    names = dict(owners.values_list("finess", "name"))
    places = dict(Departement.objects.values_list("code", "name"))
    return [
        Waiting(
            finess=row["finess"],
            name=names.get(row["finess"], ""),
            departement=places.get(number.departement_of(row["finess"]) or "", ""),
            lines=row["lines"],
            documents=row["documents_sum"] or 0,
            months=tuple(in_french(month) for month in sorted(filter(None, row["months"]))),
            last=max(filter(None, row["months"]), default=None),
            files=tuple(files[pk] for pk in sorted(row["files"])),
        )
        for row in kept
    ]


def lines_to_attach(region: Region, *, national: bool) -> Iterator[Sequence[Cell]]:
    """All that waits as a file: a line per FINESS, what is unknown first."""
    yield "FINESS", "Attend", "Organisme", "Département", "Mois", "Lignes", "Documents", "Fichiers"
    for waits, rows in (
        ("un registre qui connaisse ce numéro", unknown_numbers(region, national=national)),
        ("une décision", undecided_entities(region, national=national)),
    ):
        for each in describe(rows):
            files = ", ".join(file.original_name for file in each.files)
            yield (
                each.finess, waits, each.name, each.departement, ", ".join(each.months),
                each.lines, each.documents, files,
            )  # fmt: skip


def _by_number(lines: QuerySet[LineReport]) -> Rows:
    rows = lines.values("finess").annotate(
        lines=Count("pk"),
        documents_sum=Sum("documents"),
        months=ArrayAgg("month", distinct=True),
        files=ArrayAgg("extract_id", distinct=True),
    )
    return rows.order_by("-documents_sum", "finess")


def recognised_again() -> tuple[int, int]:
    """How many lines of published files wait for a number that the register knows now.

    And in how many months, those of two regions counted apart.
    """
    lines = waiting_lines((State.PUBLISHED,)).filter(known_now(), code=UNKNOWN)
    months = lines.values("extract__region", "month").distinct().count()
    return lines.count(), months


def tell_replays(replayed: Iterable[tuple[Extract, int]]) -> None:
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
