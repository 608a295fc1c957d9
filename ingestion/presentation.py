"""An extract as its page shows it: the accounting identity, and what it covers."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.models import Extract, Layer
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
        return [
            f"{grouped(self.counts[key])} {plural if self.counts[key] > 1 else singular}"
            for key, singular, plural in TERMS
        ]


@dataclass(frozen=True)
class CoveredRow:
    """A month of an extract and the départements for which it was published."""

    month: str
    in_force: tuple[str, ...]
    replaced: tuple[str, ...]


def coverage(extract: Extract) -> list[CoveredRow]:
    """The months × départements of a published extract, by month; empty before. One query."""
    layers = Layer.objects.filter(extract=extract).select_related("departement")
    rows: list[CoveredRow] = []
    kept = layers.order_by("month", "departement__code")
    months = sorted({layer.month for layer in kept})
    for month in months:
        mine = [layer for layer in kept if layer.month == month]
        rows.append(
            CoveredRow(
                in_french(month),
                tuple(_place(layer) for layer in mine if layer.in_force),
                tuple(_place(layer) for layer in mine if not layer.in_force),
            )
        )
    return rows


def _place(layer: Layer) -> str:
    return layer.departement.name if layer.departement else "Non ventilé"
