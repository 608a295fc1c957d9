"""An extract as its page shows it: the accounting identity, and what it covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, QuerySet, Value, When

from ingestion.models import Extract, Layer, LineReport, Outcome
from reference.months import in_french
from reference.numbers import grouped

#: The terms of the accounting identity: key of the counts, singular, plural.
TERMS = (
    ("accepted", "accepté", "acceptés"),
    ("duplicates", "doublon fusionné", "doublons fusionnés"),
    ("out_of_scope", "hors champ", "hors champ"),
    ("quarantined", "FINESS à rattacher", "FINESS à rattacher"),
    ("refused", "refusé", "refusés"),
)

#: What remarks are about, in a few words; the remark itself says more.
REASONS = {
    "month_unreadable": "mois illisible",
    "month_missing": "mois manquant",
    "month_out_of_range": "mois à venir ou trop ancien",
    "count_unreadable": "nombre illisible",
    "count_negative": "nombre négatif",
    "count_fractional": "nombre à virgule",
    "count_too_large": "nombre démesuré",
    "register_refused": "ligne du registre illisible",
    "register_to_verify": "établissement à vérifier",
    "entity_given": "organisme (EJ) à la place d’un établissement",
    "member_detail": "indication laissée de côté",
    "finess_missing": "FINESS manquant",
    "finess_scientific": "FINESS en notation scientifique",
    "finess_malformed": "FINESS mal formé",
    "finess_wrong_key": "FINESS de clé fausse",
    "finess_short": "FINESS à 8 chiffres inconnu",
    "finess_ambiguous": "FINESS à 8 chiffres ambigu",
    "finess_unknown": "FINESS inconnu du registre",
    "finess_repaired": "FINESS complété",
    "conflict": "lignes contradictoires",
    "duplicate": "lignes identiques",
    "other_region": "autre région",
    "outside_perimeter": "hors périmètre",
    "entity_to_arbitrate": "organisme gestionnaire à arbitrer",
    "entity_decided": "organisme gestionnaire arbitré",
    "entity_set_aside": "organisme gestionnaire mis de côté",
    "entity_incomplete": "périmètre de l’OG incomplet",
    "entity_subtotal": "sous-total probable",
    "carried_by_entity": "porté par l’OG",
    "type_unrecognised": "type non reconnu",
    "type_missing": "type manquant",
    "dmp_unreadable": "DMP illisible",
    "dmp_above_documents": "plus de DMP que de documents",
    "facility_closed": "établissement fermé",
}
OTHER_REASON = "autre remarque"


@dataclass(frozen=True)
class Accounting:
    """The counts of an extract, whose terms add up to the records read."""

    counts: dict[str, int]

    @property
    def read(self) -> str:
        """How many records the file holds: "12 enregistrements lus"."""
        count = self.counts["read"]
        return f"{grouped(count)} enregistrement{'s' * (count > 1)} lu{'s' * (count > 1)}"

    @property
    def terms(self) -> list[str]:
        """What became of them, in the order in which people see it: "1 accepté", "0 refusé"."""
        return [f"{number} {label}" for number, label in self.parts]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The terms, each as its number and what it counts."""
        return [
            (grouped(self.counts[key]), plural if self.counts[key] > 1 else singular)
            for key, singular, plural in TERMS
        ]

    @property
    def lines(self) -> list[tuple[str, int]]:
        """What becomes of records and of how many, all of them first."""
        return [("lus", self.counts["read"])] + [
            (plural, self.counts[key]) for key, _, plural in TERMS
        ]

    @property
    def unpublished(self) -> str:
        """The records that a person should correct, "" without any: "2 … (1 refusé, …)"."""
        waiting = [TERMS[-1], TERMS[-2]]
        count = sum(self.counts[key] for key, _, _ in waiting)
        if not count:
            return ""
        said = ", ".join(
            f"{grouped(self.counts[key])} {plural if self.counts[key] > 1 else singular}"
            for key, singular, plural in waiting
            if self.counts[key]
        )
        many = count > 1
        return (
            f"{grouped(count)} enregistrement{'s' * many} ne {'seront' if many else 'sera'} pas "
            f"publié{'s' * many} ({said})"
        )


@dataclass(frozen=True)
class CoveredRow:
    """A month of an extract and the départements for which it was published."""

    month: str
    in_force: tuple[str, ...]
    replaced: tuple[str, ...]


def coverage(extract: Extract) -> list[CoveredRow]:
    """The months × départements of a published extract, by month; empty before. One query.

    A cell in which it spoke several times is in force if one of these layers is.
    """
    layers = Layer.objects.filter(extract=extract).select_related("departement")
    found: dict[tuple[str, str], bool] = {}
    for layer in layers.order_by("month", "departement__code", "pk"):
        cell = in_french(layer.month), _place(layer)
        found[cell] = found.get(cell, False) or layer.in_force
    return [
        CoveredRow(
            month,
            tuple(place for (when, place), held in found.items() if when == month and held),
            tuple(place for (when, place), held in found.items() if when == month and not held),
        )
        for month in dict.fromkeys(when for when, _ in found)
    ]


def _place(layer: Layer) -> str:
    return layer.departement.name if layer.departement else "Non ventilé"


@dataclass(frozen=True)
class Filter:
    """A way to see part of the remarks: its label, how many there are, and what selects it."""

    label: str
    count: int
    outcome: str
    code: str = ""
    current: bool = False


@dataclass(frozen=True)
class OutcomeFilters:
    """The remarks of one outcome, all together then by reason."""

    whole: Filter
    reasons: tuple[Filter, ...]


@dataclass(frozen=True)
class RemarkFilters:
    """What the remarks of an extract are, by outcome and reason, and those that are chosen."""

    groups: tuple[OutcomeFilters, ...]
    total: int
    chosen: int
    said: str

    @property
    def to_correct(self) -> bool:
        """Whether some lines are for a person to correct."""
        return any(each.whole.outcome in TO_CORRECT for each in self.groups)


#: The outcomes whose lines a person corrects and sends again.
TO_CORRECT = (Outcome.REFUSED, Outcome.QUARANTINED)
_ORDER = (*TO_CORRECT, Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.OUT_OF_SCOPE)
_HEADINGS = {
    Outcome.REFUSED: "Refusées, à corriger",
    Outcome.QUARANTINED: "FINESS à rattacher",
    Outcome.ACCEPTED: "Acceptées, à vérifier",
    Outcome.DUPLICATE: "Doublons fusionnés",
    Outcome.OUT_OF_SCOPE: "Hors champ",
}


def in_order(remarks: QuerySet[LineReport]) -> QuerySet[LineReport]:
    """Remarks as people read them: refused lines, those to attach, then the rest, each by line."""
    ranks = [When(outcome=outcome, then=Value(rank)) for rank, outcome in enumerate(TO_CORRECT)]
    return remarks.order_by(Case(*ranks, default=Value(len(TO_CORRECT))), "line", "pk")


class AllRemarks:
    """The remarks of an extract, as `in_order` has them, of which a page sorts no other outcome.

    A page of the few lines to correct need not read the thousands that wait for a register.
    """

    def __init__(self, extract: Extract, filters: RemarkFilters) -> None:
        self._remarks = extract.line_reports.order_by("line", "pk")
        self._sizes = {each.whole.outcome: each.whole.count for each in filters.groups}

    def __getitem__(self, asked: slice) -> list[LineReport]:
        start, stop = asked.start, asked.stop
        found: list[LineReport] = []
        for kinds in (*((outcome,) for outcome in TO_CORRECT), _ORDER[len(TO_CORRECT) :]):
            size = sum(self._sizes.get(kind, 0) for kind in kinds)
            if start < size and stop > 0:
                found += self._remarks.filter(outcome__in=kinds)[max(start, 0) : min(stop, size)]
            start, stop = start - size, stop - size
        return found


def remark_filters(extract: Extract, outcome: str, code: str) -> RemarkFilters:
    """Counts the remarks of an extract by outcome and reason; "" chooses them all. One query."""
    rows = extract.line_reports.order_by().values_list("outcome", "code").annotate(Count("pk"))
    counts = {(str(kind), str(reason)): int(count) for kind, reason, count in rows}
    groups = []
    for kind in _ORDER:
        mine = {reason: count for (each, reason), count in counts.items() if each == kind}
        if not mine:
            continue
        chosen = outcome == kind
        whole = Filter(_HEADINGS[kind], sum(mine.values()), kind, current=chosen and not code)
        reasons = tuple(
            Filter(
                REASONS.get(reason, OTHER_REASON), count, kind, reason, chosen and code == reason
            )
            for reason, count in sorted(mine.items(), key=lambda each: (-each[1], each[0]))
        )
        groups.append(OutcomeFilters(whole, reasons))
    chosen_ones = [each for each in _all(groups) if each.current]
    total = sum(counts.values())
    return RemarkFilters(
        tuple(groups),
        total,
        chosen_ones[0].count if chosen_ones else 0 if outcome or code else total,
        chosen_ones[0].label if chosen_ones else "",
    )


def _all(groups: Iterable[OutcomeFilters]) -> Iterable[Filter]:
    for group in groups:
        yield group.whole
        yield from group.reasons
