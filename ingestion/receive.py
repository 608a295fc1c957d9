"""The first step of an extract: its bytes kept, before anything reads them."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from contextlib import suppress
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from ingestion import trail
from ingestion.errors import RefusedFile
from ingestion.models import Extract, Kind, Mode, Source, State, default_source
from ingestion.publishing.layers import untouched_since
from ingestion.storage import shown_name, stored_name
from reference.models import Programme, Region

logger = logging.getLogger(__name__)

CHUNK = 1 << 20


def receive(  # noqa: PLR0913  # each is one thing that people say when they bring a file
    file: IO[bytes] | File[bytes],
    *,
    name: str,
    region: Region | None,
    kind: str = Kind.MONTHLY,
    programme: Programme | None = None,
    month: dt.date | None = None,
    mode: str = "",
    source: Source | None = None,
    sheet: str = "",
    confirm_empty: bool = False,
    publish: bool = False,
    author: User | None = None,
    forced: bool = False,
) -> Extract:
    """Store a file and open its history; `region` None is a national file.

    `kind`: what it brings; `programme`: whose members, for that kind. `mode` "": it completes
    when it carries the columns of our report, else replaces. `source`: of a monthly file, the
    default one unless told. `sheet` "": the first readable one. `forced`: published again even if
    the same file is in force.

    The same file again (same bytes, source, scope, asked month, mode) while the first is wholly
    in force is not stored: the extract in force is returned, which is the only case where the
    state is not `received`.

    Raises:
        RefusedFile: it is larger than `MES_UPLOAD_MAX_BYTES`, or cannot be stored; nothing of
            it is kept.
    """
    sha256, size = _fingerprint(file)
    asked = Extract(
        kind=kind,
        programme=programme,
        original_name=shown_name(name),
        sha256=sha256,
        size=size,
        region=region,
        asked_month=month,
        asked_mode=mode,
        mode=mode or Mode.REPLACE,
        source=(source or default_source()) if kind == Kind.MONTHLY else None,
        sheet=sheet,
        confirm_empty=confirm_empty,
        publish_when_ready=publish,
        author=author,
        forced=forced,
    )
    twin = twin_in_force(asked)
    if twin is not None:
        return twin
    _store(file, asked, stored_name(name))
    with transaction.atomic():
        try:
            _open_history(asked)
        except BaseException:
            # Not around the commit: one whose answer is lost may have been made.
            asked.file.storage.delete(str(asked.file.name))
            raise
    return asked


def _open_history(extract: Extract) -> None:
    """Save a new extract whose bytes are stored, and its first line in the audit trail."""
    extract.save()
    trail.record(
        "fichier reçu",
        extract,
        actor=extract.author,
        kind=str(extract.kind),
        sha256=extract.sha256,
    )


def _store(file: IO[bytes] | File[bytes], extract: Extract, name: str) -> None:
    """Keep the bytes in the storage, whole or not at all; sets `extract.file`.

    Raises:
        RefusedFile: the storage could not take them.
    """
    # No other file can have this name, so what was written before a failure can be removed.
    unique = f"{extract.sha256[:12]}-{secrets.token_hex(8)}-{name}"
    storage = extract.file.storage
    place = extract.file.field.generate_filename(extract, unique)
    file.seek(0)
    try:
        extract.file = storage.save(place, File(file))
    except OSError as error:
        logger.exception("A file of %s bytes could not be stored", extract.size)
        with suppress(OSError):
            storage.delete(place)
        raise not_stored() from error


def twin_in_force(extract: Extract) -> Extract | None:
    """The published extract that another publication of `extract` would leave as it is.

    Same bytes, source, scope, month, sheet, mode; and columns, once `extract` has been read.
    """
    if extract.forced or extract.kind != Kind.MONTHLY:
        return None  # asked for, or a register or list of members, which applies again
    same = Extract.objects.filter(
        kind=Kind.MONTHLY,
        state=State.PUBLISHED,
        sha256=extract.sha256,
        region_id=extract.region_id,
        asked_month=extract.asked_month,
        source=extract.source,
        sheet=extract.sheet,
        confirm_empty=extract.confirm_empty,
        confirmed_cells=extract.confirmed_cells,
    ).exclude(pk=extract.pk)
    if extract.columns:
        same = same.filter(mode=extract.mode, columns=extract.columns)
    elif extract.asked_mode:
        same = same.filter(mode=extract.asked_mode)
    else:
        same = same.filter(asked_mode="")
    return next((twin for twin in same if untouched_since(twin)), None)


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


def not_stored() -> RefusedFile:
    """The refusal of a file that the disk could not take."""
    return RefusedFile(
        "Le fichier n’a pas pu être enregistré\u202f: l’espace de stockage est plein ou ne répond "
        "pas. Rien n’en a été gardé, et rien d’autre n’a changé.",
        "Prévenez l’assistance, puis déposez-le à nouveau.",
    )


def too_large() -> RefusedFile:
    """The refusal of a file above the limit, with the limit in it."""
    megabytes = settings.MES_UPLOAD_MAX_BYTES // (1 << 20)
    return RefusedFile(
        f"Le fichier dépasse la taille admise ({megabytes}\u202fMo).",
        "Découpez-le par mois, ou compressez-le en .zip ou .gz.",
    )
