"""The versions of a région's month: what is published, and what each file says of it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from django.db.models import Q, QuerySet

from indicators.models import EntityFeeding, Feeding
from ingestion.checking.check import check
from ingestion.checking.ground import load_ground
from ingestion.history.difference import HELD
from ingestion.models import Extract, Kind, Repeats, State
from ingestion.publishing.fold import holdings
from ingestion.storage import load_records
from reference.models import Region
from reference.months import iso

#: States in which a file has not been read, or is not kept any more.
_UNREAD = [State.RECEIVED, State.READING, State.TO_MAP, State.PURGED]


def versions(region: Region, month: dt.date) -> QuerySet[Extract]:
    """The kept files that hold a month of a région, the latest first; national ones too."""
    return (
        Extract.objects.filter(
            Q(region=region) | Q(region=None),
            kind=Kind.MONTHLY,
            months__contains=[iso(month)],
            records__gt="",
        )
        .exclude(state__in=_UNREAD)
        .select_related("source")
        .order_by("-received_at", "-pk")
    )


def said_by(extract: Extract, region: Region, month: dt.date) -> pd.DataFrame:
    """What a file says of a month of a région, through today's register: the columns HELD.

    Raises:
        FileNotFoundError: its records are lost.
    """
    records = load_records(extract)
    records = records[records["month"] == pd.Timestamp(month)]
    add_up = extract.source is not None and extract.source.repeats == Repeats.ADD_UP
    checked = check(records, load_ground(extract.region_id), add_up=add_up)
    held = holdings(checked.records)
    held = held[held["region"] == region.pk]
    # A facility is one carrier, whatever its legal entity.
    held.loc[held["facility_id"] != 0, "legal_entity_id"] = 0
    return held[HELD].reset_index(drop=True)


def published_in(region: Region, month: dt.date) -> pd.DataFrame:
    """What readers see of a month of a région: the columns HELD. Two queries."""
    facilities = Feeding.objects.filter(
        month=month, facility__departement__region=region
    ).values_list("facility__departement", "facility", "document_type", "documents")
    entities = EntityFeeding.objects.filter(month=month, region=region).values_list(
        "departement", "legal_entity", "document_type", "documents"
    )
    rows = [(place, site, 0, kind, documents) for place, site, kind, documents in facilities]
    rows += [(place or "", 0, og, kind, documents) for place, og, kind, documents in entities]
    whole = dict.fromkeys([c for c in HELD if c != "departement"], "int64")
    return pd.DataFrame(rows, columns=HELD).astype({"departement": "object"} | whole)
