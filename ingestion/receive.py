"""The first step of an extract: its bytes kept, before anything reads them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts import audit
from accounts.models import User
from ingestion.errors import RefusedFile
from ingestion.layers import untouched_since
from ingestion.models import Extract, Mode, Source, State, default_source
from ingestion.storage import shown_name, stored_name
from reference.models import Region

CHUNK = 1 << 20


def receive(  # noqa: PLR0913  # each is one thing that people say when they bring a file
    file: IO[bytes] | File[bytes],
    *,
    name: str,
    region: Region | None,
    month: dt.date | None = None,
    mode: str = "",
    source: Source | None = None,
    confirm_empty: bool = False,
    publish: bool = False,
    author: User | None = None,
) -> Extract:
    """Store a file and open its history; `region` None is a national file.

    `mode` "": it completes when it carries the columns of our report, else replaces. `source`:
    the default one unless told.

    The same file again (same bytes, source, scope, asked month, mode) while the first is wholly
    in force is not stored: the extract in force is returned, which is the only case where the
    state is not `received`.

    Raises:
        RefusedFile: when it is larger than `MES_UPLOAD_MAX_BYTES`.
    """
    sha256, size = _fingerprint(file)
    asked = Extract(
        original_name=shown_name(name),
        sha256=sha256,
        size=size,
        region=region,
        asked_month=month,
        asked_mode=mode,
        mode=mode or Mode.REPLACE,
        source=source or default_source(),
        confirm_empty=confirm_empty,
        publish_when_ready=publish,
        author=author,
    )
    twin = twin_in_force(asked)
    if twin is not None:
        return twin
    with transaction.atomic():
        file.seek(0)
        asked.file.save(f"{sha256[:12]}-{stored_name(name)}", File(file), save=False)
        asked.save()
        audit.record(
            "fichier reçu",
            actor=author,
            target=asked.original_name,
            region=region,
            extract=asked.pk,
            sha256=sha256,
        )
    return asked


def twin_in_force(extract: Extract) -> Extract | None:
    """The published extract that another publication of `extract` would leave as it is."""
    twins = Extract.objects.filter(
        state=State.PUBLISHED,
        sha256=extract.sha256,
        region_id=extract.region_id,
        asked_month=extract.asked_month,
        source=extract.source,
        mode=extract.mode,
        confirm_empty=extract.confirm_empty,
    ).exclude(pk=extract.pk)
    return next((twin for twin in twins if untouched_since(twin)), None)


def _fingerprint(file: IO[bytes] | File[bytes]) -> tuple[str, int]:
    """The SHA-256 and size of a file, read once, never held in memory."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > settings.MES_UPLOAD_MAX_BYTES:
            raise too_large()
        digest.update(chunk)
    return digest.hexdigest(), size


def too_large() -> RefusedFile:
    """The refusal of a file above the limit, with the limit in it."""
    megabytes = settings.MES_UPLOAD_MAX_BYTES // (1 << 20)
    return RefusedFile(
        f"Le fichier dépasse la taille admise ({megabytes}\u202fMo).",
        "Découpez-le par mois, ou compressez-le en .zip ou .gz.",
    )
