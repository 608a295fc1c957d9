"""The sources that a form offers, how it names them, and choices that are read once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from django import forms
from django.db.models import F, Model, Q, QuerySet

from ingestion.models import Counting, Source
from reference.models import Region

M = TypeVar("M", bound=Model)

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


def offer(field: forms.ModelChoiceField[M], objects: Iterable[M]) -> None:
    """Give a field the choices of its queryset, already read; what is chosen is still sought there.

    Its own choices would be read again each time that the widget looks at them.
    """
    first = [] if field.empty_label is None else [("", field.empty_label)]
    field.choices = first + [(each.pk, field.label_from_instance(each)) for each in objects]


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
