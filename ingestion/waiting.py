"""The lines that wait: those of a FINESS that the register does not know, or to be arbitrated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Page
from django.db.models import Count, Q, QuerySet, Sum, Window

from ingestion.models import EntityDecision, Extract, Kind, LineReport, Outcome, State
from ingestion.pages import CountedPaginator
from reference.finess import number
from reference.models import Departement, Facility, LegalEntity, Region, current_ground
from reference.months import in_french
from reference.spreadsheets import LINES_PER_CHUNK, Cell

#: What they wait for: a register that knows the number, or a person's decision.
UNKNOWN, ARBITRATED = "finess_unknown", "entity_to_arbitrate"
ALIVE = (State.PUBLISHED, State.READY)
NUMBERS_PER_PAGE = 50

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


class Pile:
    """What waits in a region, for its administrators: the lines of its files.

    `national`: also those of the files of the whole country that are the region's, by the first
    characters of an unknown number, or by the facilities of a legal entity. The files and the
    names of départements are read once.
    """

    def __init__(self, region: Region, *, national: bool) -> None:
        self.region = region
        self.national = national

    @cached_property
    def files(self) -> dict[int, Extract]:
        """The files that may hold lines, by key, as lists show them."""
        scope = Q(region=self.region)
        if self.national:
            scope |= Q(region=None)
        alive = Extract.objects.filter(scope, kind=Kind.MONTHLY, state__in=ALIVE)
        return {each.pk: each for each in alive.only("original_name", "region", "checked_ground")}

    @cached_property
    def places(self) -> dict[str, tuple[str, bool]]:
        """Every département by code: its name, and whether it is the region's."""
        rows = Departement.objects.values_list("code", "name", "region_id")
        return {code: (name, region == self.region.pk) for code, name, region in rows}

    def unknown(self) -> Rows:
        """One row per FINESS that the register does not know, most documents first."""
        return _by_number(self._unknown())

    def page_of_unknown(self, asked: str | None) -> Page[dict[str, Any]]:
        """The rows of one page of them, and how many there are; the last page after it.

        Two queries. Months and files are gathered for the numbers of the page only.
        """
        lines = self._unknown()
        numbers = lines.values("finess").annotate(documents_sum=Sum("documents"))
        ranked = numbers.annotate(total=Window(Count("*"))).order_by("-documents_sum", "finess")
        number = _number(asked)
        found = list(ranked[(number - 1) * NUMBERS_PER_PAGE : number * NUMBERS_PER_PAGE])
        if not found and number > 1:
            number = max(1, -(-numbers.count() // NUMBERS_PER_PAGE))
            found = list(ranked[(number - 1) * NUMBERS_PER_PAGE : number * NUMBERS_PER_PAGE])
        # What the register knows was left out above: it need not be looked for again.
        shown = self._lines(UNKNOWN).filter(finess__in=[row["finess"] for row in found])
        pages = CountedPaginator([], NUMBERS_PER_PAGE, found[0]["total"] if found else 0)
        return Page(list(_by_number(shown)) if found else [], number, pages)

    def undecided(self) -> Rows:
        """One row per legal entity that waits for the region's decision, most documents first."""
        decided = EntityDecision.objects.filter(region=self.region).order_by()
        lines = self._lines(ARBITRATED)
        return _by_number(lines.exclude(finess__in=decided.values("legal_entity__finess")))

    def of(self, entity: LegalEntity) -> Rows:
        """The row of one legal entity whose lines wait for a decision; none when none does."""
        return _by_number(self._lines(ARBITRATED).filter(finess=entity.finess))

    def describe(
        self, rows: Iterable[dict[str, Any]], *, named: bool = False, placed: bool = True
    ) -> list[Waiting]:
        """What pages show of rows: with the names of legal entities, with those of départements."""
        kept = list(rows)
        names: dict[str, str] = {}
        if named and kept:
            owners = LegalEntity.objects.filter(finess__in=[row["finess"] for row in kept])
            names = dict(owners.values_list("finess", "name"))
        places = self.places if placed and kept else {}
        return [
            Waiting(
                finess=row["finess"],
                name=names.get(row["finess"], ""),
                departement=places.get(number.departement_of(row["finess"]) or "", ("",))[0],
                lines=row["lines"],
                documents=row["documents_sum"] or 0,
                months=tuple(in_french(month) for month in sorted(filter(None, row["months"]))),
                last=max(filter(None, row["months"]), default=None),
                files=tuple(self.files[pk] for pk in sorted(row["files"])),
            )
            for row in kept
        ]

    def _unknown(self) -> QuerySet[LineReport]:
        """Lines whose number is unknown now.

        A file that was read through today's register needs not ask it again, number by number.
        """
        lines = self._lines(UNKNOWN)
        ground = current_ground()
        before = [pk for pk, file in self.files.items() if file.checked_ground != ground]
        return lines.exclude(known_now(), extract__in=before) if before else lines

    def _lines(self, code: str) -> QuerySet[LineReport]:
        """The lines of the region that wait for one thing, those of `files`."""
        own = [pk for pk, file in self.files.items() if file.region_id is not None]
        here = Q(extract__in=own)
        if whole := [pk for pk, file in self.files.items() if file.region_id is None]:
            here |= Q(extract__in=whole) & self._of_nation(code)
        return LineReport.objects.filter(here, outcome=Outcome.QUARANTINED, code=code).order_by()

    def _of_nation(self, code: str) -> Q:
        """Which lines of national files are the region's."""
        if code == ARBITRATED:
            owners = LegalEntity.objects.filter(periods__facility__departement__region=self.region)
            return Q(finess__in=owners.order_by().values("finess"))
        starts = Q()
        for place, (_, ours) in self.places.items():
            for start in number.starts_of(place) if ours else ():
                starts |= Q(finess__startswith=start)
        return starts or Q(pk=None)  # a région without any département has none


def _number(asked: str | None) -> int:
    """The number of a page as an address says it, 1 when it says none."""
    said = asked or ""
    return max(1, int(said)) if said.isascii() and said.isdecimal() and len(said) < 9 else 1


def lines_to_attach(region: Region, *, national: bool) -> Iterator[Sequence[Cell]]:
    """All that waits as a file: a line per FINESS, what is unknown first."""
    yield "FINESS", "Attend", "Organisme", "Département", "Mois", "Lignes", "Documents", "Fichiers"
    pile = Pile(region, national=national)
    for waits, found, named in (
        ("un registre qui connaisse ce numéro", pile.unknown(), False),
        ("une décision", pile.undecided(), True),
    ):
        for each in _described(pile, found, named=named):
            files = ", ".join(file.original_name for file in each.files)
            yield (
                each.finess, waits, each.name, each.departement, ", ".join(each.months),
                each.lines, each.documents, files,
            )  # fmt: skip


def _described(pile: Pile, found: Rows, *, named: bool) -> Iterator[Waiting]:
    """All the rows as they are shown, a few at a time: a national file may have 100,000."""
    rows = found.iterator(chunk_size=LINES_PER_CHUNK)
    while some := list(islice(rows, LINES_PER_CHUNK)):
        yield from pile.describe(some, named=named)


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
