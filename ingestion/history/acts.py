"""Acts on files that were received: withdraw, publish again, read again, purge.

Each is one transaction: the version row is locked first, as in a publication, the layers are
edited, the cells rebuilt, the act audited. An act that the state of things no longer allows
raises `RefusedActError`, whose text is meant for people, and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts import audit
from accounts.models import User
from ingestion import trail
from ingestion.errors import RefusedFile
from ingestion.locks import work_lock
from ingestion.models import Extract, Kind, Layer, State
from ingestion.publishing import layers
from ingestion.publishing.layers import Cell, untouched_since
from ingestion.publishing.publish import is_stale, rebuild_after
from ingestion.publishing.rebuild import Readings, UnreadableExtractError, add_missing_layers
from ingestion.receive import receive
from reference.models import DataVersion, Region, lock_data_version, raise_data_version
from reference.months import in_french, iso

#: Nobody works on an extract in these states, and it has not been read by readers.
UNPUBLISHED = frozenset({State.RECEIVED, State.TO_MAP, State.REFUSED, State.READY})

BUSY = (
    "Ce fichier est en cours de traitement\u202f: attendez que son état change, puis recommencez."
)


class RefusedActError(Exception):
    """What was asked cannot be done as things now stand; its text says why, in French."""


def withdraw(extract: Extract, *, actor: User | None) -> Extract:
    """Take a file out: one that waits is set aside, one in force leaves its cells to the others.

    A cell becomes what its other layers in force say, or not received. Returns it as it then is.

    Raises:
        RefusedActError: it is busy, has no cell left, or is not a monthly file in force.
    """
    with alone(extract) as (version, current):
        touched: set[Cell] = set()
        if current.state == State.PUBLISHED and current.kind == Kind.MONTHLY:
            touched = layers.withdraw(current)
        elif current.state not in UNPUBLISHED:
            raise RefusedActError(_not_withdrawn(current))
        current.state = State.WITHDRAWN
        current.publish_when_ready = False
        current.message = ""
        current.save(update_fields=["state", "publish_when_ready", "message"])
        trail.record("fichier retiré", current, actor=actor, cells=len(touched))
        if touched:
            _follow(version, touched, f"retrait de {current.original_name}")
    return current


def withdraw_month(region: Region, month: dt.date, *, actor: User | None) -> set[Cell]:
    """Take out everything in force of a region's month, which is then not received.

    Files that speak nowhere else are withdrawn; returns the cells.

    Raises:
        RefusedActError: nothing of that month is in force, or a file cannot be read again.
    """
    with _told(), transaction.atomic():
        version = lock_data_version()
        touched = layers.withdraw_month(region.pk, month)
        if not touched:
            raise RefusedActError(f"Rien n’est publié pour {in_french(month)}\u202f: rien à faire.")
        Extract.objects.filter(state=State.PUBLISHED, kind=Kind.MONTHLY).exclude(
            pk__in=Layer.objects.filter(in_force=True).values("extract")
        ).update(state=State.WITHDRAWN)
        audit.record(
            "mois retiré",
            actor=actor,
            target=in_french(month),
            region=region,
            month=iso(month),
            cells=len(touched),
        )
        _follow(version, touched, f"retrait de {in_french(month)}")
    return touched


def can_be_republished(extract: Extract) -> bool:
    """Whether a monthly file once spoke, is kept, and does not speak last in all its cells."""
    kept = extract.kind == Kind.MONTHLY and bool(extract.records)
    if extract.state in {State.SUPERSEDED, State.WITHDRAWN}:
        return kept and extract.layers.exists()
    return kept and extract.state == State.PUBLISHED and not untouched_since(extract)


def republish(extract: Extract, *, actor: User | None) -> Extract:
    """Ask that a file speak again, after all others, in its own mode.

    It is then `publishing`, for `publish.publish` or the workers to do.

    Raises:
        RefusedActError: it is busy, purged, never published, or speaks last already.
    """
    with alone(extract) as (_, current):
        if not can_be_republished(current):
            raise RefusedActError(
                "Ce fichier ne peut pas être republié\u202f: il est déjà en vigueur partout où il "
                "parle, n’a jamais été publié ou n’est plus conservé."
            )
        current.state = State.PUBLISHING
        current.message = ""
        current.attempts = 0
        current.publish_when_ready = False  # a person asks
        current.save(update_fields=["state", "message", "attempts", "publish_when_ready"])
        trail.record("republication demandée", current, actor=actor)
    return current


def reread(extract: Extract, *, actor: User | None) -> Extract:
    """A new extract of the same bytes, asked as the first was, published even if that one is.

    It is `received`, for the workers to take.

    Raises:
        RefusedActError: the file is purged or lost, or cannot be stored again.
    """
    if not extract.file:
        raise RefusedActError("Ce fichier a été purgé\u202f: déposez-le à nouveau.")
    try:
        with extract.file.open("rb") as file, transaction.atomic():
            made = receive(
                file,
                name=extract.original_name,
                region=extract.region,
                kind=extract.kind,
                programme=extract.programme,
                month=extract.asked_month,
                mode=extract.asked_mode,
                source=extract.source,
                sheet=extract.sheet,
                confirm_empty=extract.confirm_empty,
                author=actor,
                forced=True,
            )
            trail.record("relecture demandée", made, actor=actor, first=extract.pk)
    except RefusedFile as refusal:
        raise RefusedActError(f"{refusal.message} {refusal.remedy}") from refusal
    except FileNotFoundError as lost:
        raise RefusedActError(
            "Ce fichier n’est plus dans l’espace de stockage\u202f: déposez-le à nouveau."
        ) from lost
    return made


def _not_withdrawn(extract: Extract) -> str:
    """Why a file cannot be withdrawn, from its state."""
    if extract.state in {State.READING, State.PUBLISHING}:
        return BUSY
    if extract.state == State.PUBLISHED:
        return (
            "Un registre ou une liste de membres ne se retire pas\u202f: il ne réécrit pas le "
            "passé. Déposez-en une version corrigée."
        )
    return (
        "Ce fichier n’est plus en vigueur nulle part "
        f"({extract.get_state_display()})\u202f: il n’y a rien à retirer."
    )


def _follow(version: DataVersion, touched: set[Cell], reason: str) -> None:
    """Rebuild the cells that layers have left; those withdrawn are not read, lost or not."""
    readings = Readings(version.ground)
    if is_stale(version):
        add_missing_layers(readings)
    rebuild_after(version, touched, readings)
    raise_data_version(reason)


@contextmanager
def alone(extract: Extract) -> Iterator[tuple[DataVersion, Extract]]:
    """The version row and an extract, both locked, in a transaction, while no worker has it."""
    with work_lock(extract.pk) as held:
        if not held:
            raise RefusedActError(BUSY)
        with _told(), transaction.atomic():
            version = lock_data_version()
            yield version, Extract.objects.select_for_update(of=("self",)).get(pk=extract.pk)


@contextmanager
def _told() -> Iterator[None]:
    """Say to a person which file stops cells from being rebuilt."""
    try:
        yield
    except UnreadableExtractError as error:
        other = error.extract
        raise RefusedActError(
            f"Impossible\u202f: le fichier n° {other.pk}, «\u202f{other.original_name}\u202f», en "
            "vigueur, ne peut plus être relu, et les chiffres en dépendent. Rien n’a changé. "
            "Retirez-le d’abord, ou transmettez ce numéro à l’assistance."
        ) from error
