"""Which accepted lines a file to correct must hold beside those to correct: those that add up.

A corrected file completes what is published key by key. Where a key is the sum of several lines,
a correction that held only one of them would put its number in place of the sum.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from ingestion.checking.report import adds_up
from ingestion.models import Arbitration, EntityDecision, Extract, Outcome
from ingestion.presentation import TO_CORRECT
from ingestion.storage import load_records
from reference.documents import document_type_index, normalise_label
from reference.models import DocumentType

#: Remarks on accepted lines that count under "Autres (non reconnu)" with any other of theirs.
_UNNAMED = ("type_unrecognised", "type_missing")


def adding_up(extract: Extract) -> frozenset[int] | None:
    """The accepted lines that add up with lines to correct; None when any of them may.

    Any may when the source adds up repeats, or when lines to correct are those of a legal entity
    attached to a facility, whose own lines nothing tells apart.
    """
    remarks = extract.line_reports.order_by()
    wrong = remarks.filter(outcome__in=TO_CORRECT)
    if not extract.records or not wrong.exists():
        return frozenset()
    if adds_up(extract) or _of_attached(wrong.values("finess"), extract):
        return None
    together = Q(code="entity_decided")
    if _unnamed(extract, set(wrong.values_list("line", flat=True))):
        together |= Q(code__in=_UNNAMED)
    kept = remarks.filter(together, outcome=Outcome.ACCEPTED).values_list("line", flat=True)
    return frozenset(kept)


def _of_attached(numbers: Any, extract: Extract) -> bool:
    """Whether some of these FINESS are those of entities attached to a facility."""
    decisions = EntityDecision.objects.filter(
        choice=Arbitration.ATTACH, legal_entity__finess__in=numbers
    )
    if extract.region_id is not None:
        decisions = decisions.filter(region=extract.region_id)
    return decisions.exists()


def _unnamed(extract: Extract, lines: set[int]) -> bool:
    """Whether the type of some of these lines is not recognised."""
    records = load_records(extract)
    known = document_type_index()
    other = DocumentType.objects.values_list("id", flat=True).get(code=DocumentType.UNRECOGNISED)
    raw = records.loc[records["line"].isin(lines), "type_raw"].astype("str").unique()
    return any(known.get(normalise_label(text), other) == other for text in raw)
