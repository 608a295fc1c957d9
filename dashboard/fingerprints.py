"""What tells that the figures of a région, or all that its slides show, are still the same.

Digests of rows, made by the database: nothing of them is brought here. Two states of the same
rows have the same digest, whatever their order and whatever changed in other régions.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, DecimalField, F, Func, QuerySet, Sum

from dashboard.models import Text
from indicators.models import (
    CoveredMonth,
    EntityFeeding,
    FacilityMonth,
    MonthlyReach,
    MonthlyVolume,
)
from reference.models import (
    DocumentGroup,
    Event,
    Facility,
    FacilityPeriod,
    PerimeterChoice,
    ProgrammeMembership,
    Region,
    Target,
)

#: Where the content of an edition keeps what `shown` told when it was frozen.
FINGERPRINT = "fingerprint"

#: Rows, by what they are of a région, and what is told of each.
Rows = tuple[QuerySet[Any], str, tuple[str, ...]]


class _Digest(Func):
    """A row as 64 bits, the same for the same values in every version of the server."""

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = DecimalField(max_digits=40, decimal_places=0)


def figures(region: Region) -> str:
    """Names the received months of a région and all that is counted in them."""
    return _named(_figures(), region).get(region.pk, "")


def figures_by_region() -> dict[str, str]:
    """The same of every région that received a month, by its key; three queries for all."""
    received = set(CoveredMonth.objects.values_list("departement__region", flat=True))
    return {key: digest for key, digest in _named(_figures()).items() if key in received}


def shown(region: Region) -> str:
    """Names all that the slides of an edition of a région show, or that its words are made of.

    What is national (the series of the charts) is told too; what another région does is not.
    """
    groups = DocumentGroup.objects.values_list("pk", "label", "position", "color").order_by("pk")
    digest = hashlib.sha256(repr(list(groups)).encode())
    digest.update(figures(region).encode())
    digest.update(_named(_around(), region).get(region.pk, "").encode())
    return digest.hexdigest()


def _figures() -> Iterable[Rows]:
    reach = ("month", "departement", "sector", "parc", "contributors", "contributors_12m")
    volume = ("month", "departement", "sector", "document_type", "carried", "documents")
    return (
        (CoveredMonth.objects.all(), "departement__region", ("month", "departement")),
        (MonthlyVolume.objects.all(), "region", volume),
        (MonthlyReach.objects.all(), "departement__region", reach),
    )


def _around() -> Iterable[Rows]:
    """What slides show besides: of whom the documents are, words, events, targets, programmes."""
    ended = ("month", "last_month")
    fed = ("month", "departement", "legal_entity", "document_type", "sector", "documents")
    category = ("category", "category__sector", "category__in_perimeter")
    period = ("facility", "starts_on", "ends_on", "legal_entity", *category)
    target = (*ended, "departement", "indicator", "sector", "value", "label")
    return (
        (
            CoveredMonth.objects.all(),
            "departement__region",
            ("month", "departement", "received_on"),
        ),
        (
            MonthlyVolume.objects.all(),
            "region",
            (
                *("document_type", "document_type__group", "document_type__label"),
                *("document_type__generic", "documents"),
            ),
        ),
        (
            FacilityMonth.objects.all(),
            "departement__region",
            ("month", "facility", "sector", "documents"),
        ),
        (EntityFeeding.objects.all(), "region", fed),
        (Facility.objects.all(), "departement__region", ("pk", "departement", "sector_override")),
        (FacilityPeriod.objects.all(), "facility__departement__region", period),
        (PerimeterChoice.objects.all(), "region", ("category", "sector", "in_perimeter")),
        (
            ProgrammeMembership.objects.all(),
            "facility__departement__region",
            ("facility", "programme", "programme__name"),
        ),
        (
            Text.objects.exclude(published=None),
            "region",
            ("departement", "subject", "published"),
        ),
        (Event.objects.all(), "region", (*ended, "departement", "label", "note")),
        (Target.objects.all(), "region", target),
    )


def _named(tables: Iterable[Rows], region: Region | None = None) -> dict[str, str]:
    """The digest of the rows of some tables by région, or of one; a query per table."""
    told: defaultdict[str, list[str]] = defaultdict(list)
    for number, (rows, of, columns) in enumerate(tables):
        own = rows if region is None else rows.filter(**{of: region})
        counted = (
            own.order_by()
            .values(of)
            .annotate(told_lines=Count("*"), told_digest=Sum(_Digest(*map(F, columns))))
        )
        for key, lines, digest in counted.values_list(of, "told_lines", "told_digest"):
            told[key].append(f"{number}:{lines}:{digest}")
    return {key: hashlib.sha256("|".join(each).encode()).hexdigest() for key, each in told.items()}
