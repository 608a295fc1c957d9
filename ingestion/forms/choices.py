"""The sources that a form offers, and how it names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.db.models import F, Q, QuerySet

from ingestion.models import Counting, Source
from reference.models import Region

if TYPE_CHECKING:
    # Generic in the type stubs only: at run time, it takes no parameter.
    SourceChoices = forms.ModelChoiceField[Source]
else:
    SourceChoices = forms.ModelChoiceField

HINTS = {
    Counting.MONTHLY: "documents du mois",
    Counting.CUMULATIVE: "cumul depuis le début",
}


class SourceChoiceField(SourceChoices):
    """A choice of sources, each with what its numbers count."""

    def label_from_instance(self, obj: Source) -> str:
        """The name of a source, its region unless offered to all, and how it counts."""
        return f"{source_name(obj)}\u202f: {HINTS[Counting(obj.counting)]}"


def source_name(source: Source) -> str:
    """The name of a source, with its region unless it is offered to all of them."""
    return f"{source.name} ({source.region.name})" if source.region else source.name


def offered_sources(regions: QuerySet[Region]) -> QuerySet[Source]:
    """The sources of the whole country, then those of these regions, their region loaded."""
    return (
        Source.objects.filter(Q(region=None) | Q(region__in=regions))
        .select_related("region")
        .order_by(F("region__name").asc(nulls_first=True), "name", "pk")
    )
