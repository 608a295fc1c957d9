"""What people said of the columns of a header set: found again, remembered, forgotten.

A mapping belongs to a source and a région (none: the files of the whole country); it holds for
every later file of theirs with the same headers.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from accounts import audit
from accounts.models import User
from ingestion import trail
from ingestion.models import Extract, HeaderMapping, State
from ingestion.reading.layout import Columns

#: States in which a person may say, or say again, what the columns are: nothing is published yet,
#: and no worker has the file.
OPEN_STATES = (State.TO_MAP, State.READY, State.REFUSED)

#: What `Extract.sheet` holds, in characters; a spreadsheet takes 31.
LONGEST_SHEET = 100


def known(extract: Extract) -> dict[str, dict[str, Any]]:
    """What was said for files like this one: `Columns.as_json` by signature of headers.

    The région's own word wins over that of the national administrators.
    """
    said = (
        HeaderMapping.objects.filter(Q(region=extract.region_id) | Q(region=None))
        .filter(source=extract.source_id)
        .order_by(F("region").asc(nulls_first=True))
    )
    return dict(said.values_list("signature", "columns"))


def remember(
    extract: Extract,
    columns: Columns,
    *,
    author: User,
    month: dt.date | None = None,
) -> Extract | None:
    """Remember what the columns of a file are; it is to be read again, for the caller to send.

    `month`: that of the whole file; as it was asked when None. None, with nothing done, when the
    file is no longer waiting for that.
    """
    with transaction.atomic():
        locked = _waiting(extract)
        if locked is None:
            return None
        HeaderMapping.objects.update_or_create(
            source=locked.source,
            region=locked.region,
            signature=locked.offer["signature"],
            defaults={
                "headers": [(each["key"], each["text"]) for each in locked.offer["headers"]],
                "columns": columns.as_json(),
                "author": author,
            },
        )
        trail.record(
            "colonnes indiquées",
            locked,
            actor=author,
            columns=columns.as_json(),
        )
        locked.asked_month = month or locked.asked_month
        return _to_read_again(locked, locked.offer["sheet"])


def choose_sheet(extract: Extract, sheet: str, *, author: User) -> Extract | None:
    """Have another sheet of the workbook read, as `remember` does."""
    with transaction.atomic():
        locked = _waiting(extract)
        if locked is None:
            return None
        trail.record(
            "feuille choisie",
            locked,
            actor=author,
            sheet=sheet,
        )
        return _to_read_again(locked, sheet)


def change(mapping: HeaderMapping, columns: Columns, *, author: User) -> None:
    """Change a remembered mapping: the files that are read from now on follow it."""
    with transaction.atomic():
        mapping.columns = columns.as_json()
        mapping.author = author
        mapping.save()
        _tell("colonnes d’une source modifiées", mapping, author)


def forget(mapping: HeaderMapping, *, author: User) -> None:
    """Forget a mapping: files with these headers are asked about again."""
    with transaction.atomic():
        _tell("colonnes d’une source oubliées", mapping, author)
        mapping.delete()


def _tell(action: str, mapping: HeaderMapping, author: User) -> None:
    audit.record(
        action,
        actor=author,
        target=mapping.source.name,
        region=mapping.region,
        headers=mapping.headers,
        columns=mapping.columns,
    )


def _waiting(extract: Extract) -> Extract | None:
    """The extract, locked, when a person may still say what its columns are."""
    locked = Extract.objects.select_for_update(of=("self",)).select_related("source", "region")
    return locked.filter(pk=extract.pk, state__in=OPEN_STATES).exclude(offer={}).first()


def _to_read_again(extract: Extract, sheet: str) -> Extract:
    """Take an extract back to its reception; what was read of it no longer holds."""
    # No spreadsheet writes a longer title; the first readable sheet is then read again.
    extract.sheet = sheet if len(sheet) <= LONGEST_SHEET else ""
    extract.state = State.RECEIVED
    extract.attempts = 0
    extract.offer = {}
    extract.preview = {}
    extract.message = ""
    extract.warnings = ""
    extract.save()
    return extract
