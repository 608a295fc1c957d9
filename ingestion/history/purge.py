"""Forgetting what a file holds, while its line stays in the history.

The states first, in a transaction; the stored files after it. A process that dies between the
two leaves files that the sweep deletes: the row of a purged extract names them until then.
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from ingestion import inbox, trail
from ingestion.history.acts import BUSY, RefusedActError, alone
from ingestion.models import Extract, Kind, State

logger = logging.getLogger(__name__)

STILL_IN_FORCE = (
    "Ce fichier est en vigueur\u202f: retirez-le d’abord, les chiffres qu’il porte disparaîtront "
    "des pages."
)


def purge(extract: Extract, *, actor: User | None, reason: str) -> Extract:
    """Delete a file, its records and all that quotes them; returns its line, which stays.

    `reason`: why, for the audit trail. Kept: name, size, fingerprint, counts, months, who, when.

    Raises:
        RefusedActError: it is in force, busy or purged already, or no reason is given.
    """
    reason = reason.strip()
    if not reason:
        raise RefusedActError("Indiquez le motif de la purge.")
    with alone(extract) as (_, current):
        if current.state in {State.READING, State.PUBLISHING}:
            raise RefusedActError(BUSY)
        if current.state == State.PURGED:
            raise RefusedActError("Ce fichier est déjà purgé.")
        if in_force(current):
            raise RefusedActError(STILL_IN_FORCE)
        current.line_reports.all().delete()
        current.state = State.PURGED
        current.publish_when_ready = False
        current.message = current.warnings = current.sheet = ""
        current.preview, current.offer, current.columns = {}, {}, {}
        current.save()
        trail.record(
            "fichier purgé",
            current,
            actor=actor,
            sha256=current.sha256,
            reason=reason,
        )
        # Logged and left to the sweep when the storage does not answer: the act itself is done.
        transaction.on_commit(partial(_delete_files, current), robust=True)
    return current


def in_force(extract: Extract) -> bool:
    """Whether published figures are read from a file: registers and lists were read for good."""
    return extract.state == State.PUBLISHED and extract.kind == Kind.MONTHLY


def delete_purged_files() -> int:
    """Delete what is still stored of purged extracts; returns of how many. For the sweep."""
    left = Extract.objects.filter(Q(file__gt="") | Q(records__gt=""), state=State.PURGED)
    deleted = 0
    for extract in left.order_by("pk"):
        try:
            _delete_files(extract)
        except OSError:
            logger.exception("The files of extract %s, purged, cannot be deleted", extract.pk)
        else:
            deleted += 1
    return deleted


def same_bytes(extract: Extract) -> list[Extract]:
    """The other files with the same content that are still kept: to be purged as well."""
    others = Extract.objects.filter(sha256=extract.sha256, file__gt="").exclude(pk=extract.pk)
    return list(others.exclude(state=State.PURGED).order_by("pk"))


def _delete_files(extract: Extract) -> None:
    """Delete the file, its records, and whatever is named after it in the same folder.

    And what the inbox keeps of it, unless another file that is kept has the same content.

    Raises:
        OSError: something is left, for the next sweep.
    """
    storage = extract.file.storage
    for name in filter(None, (str(extract.file.name), str(extract.records.name))):
        path = PurePosixPath(name)
        try:
            beside = storage.listdir(str(path.parent))[1]
        except FileNotFoundError:
            beside = []
        for other in beside:
            if other.startswith(f"{path.name}."):
                storage.delete(str(path.parent / other))
        storage.delete(name)
    if not same_bytes(extract):
        inbox.forget_copies(extract.sha256, extract.size)
    Extract.objects.filter(pk=extract.pk, state=State.PURGED).update(file="", records="")
