"""Publishing: one transaction edits layers, rebuilds cells and raises the version of the data.

Nothing but this transaction changes what readers see. It first locks the version row, so two
publications follow each other, and always reads records through today's register.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from ingestion import ground_files, progress
from ingestion.errors import RefusedFile
from ingestion.models import Event, Extract, State
from ingestion.notices import announce
from ingestion.previewing import preview
from ingestion.process import (
    TRANSIENT,
    hold,
    internal_error,
    new_reference,
    nothing_accepted,
    refuse,
)
from ingestion.progress import Step
from ingestion.publishing import layers
from ingestion.publishing.layers import Cell
from ingestion.publishing.rebuild import (
    Readings,
    Rebuilt,
    UnreadableExtractError,
    add_missing_layers,
    rebuild,
    rebuild_all,
)
from ingestion.receive import twin_in_force
from reference.models import DataVersion, lock_data_version, raise_data_version

logger = logging.getLogger(__name__)


def publish(extract: Extract) -> Extract:
    """Publish a ready extract, in one transaction; returns it as it then is.

    One that is published by itself (`publish_when_ready`) is compared again with what is in
    force by then, and waits for a person when an anomaly appeared. Doing it twice does nothing.
    An unexpected failure leaves the extract ready, with a message. Callers hold
    `locks.work_lock(extract.pk)`.

    Raises:
        OperationalError, InterfaceError: the database failed; nothing changed, it can be redone.
    """
    Extract.objects.filter(pk=extract.pk, state=State.READY).update(state=State.PUBLISHING)
    progress.start(extract, Step.PUBLISHING)
    if extract.kind in ground_files.KINDS:
        return _publish_ground(extract)
    try:
        with transaction.atomic():
            version = lock_data_version()
            extract = Extract.objects.select_for_update(of=("self",)).get(pk=extract.pk)
            if extract.state == State.PUBLISHING:
                _publish(extract, version)
    except TRANSIENT:
        raise
    except Exception as error:
        reference = new_reference()
        logger.exception("Extract %s failed while published (%s)", extract.pk, reference)
        return hand_back(extract, _failure(extract, error, reference))
    return extract


def _publish_ground(extract: Extract) -> Extract:
    """Apply a register or a list of members, then read the published facts through it.

    Two transactions: whoever is stopped between them leaves the second to the sweep.
    """
    try:
        extract = ground_files.apply(extract)
    except TRANSIENT:
        raise
    except RefusedFile as refusal:
        refuse(extract, f"{refusal.message} {refusal.remedy}")
        return extract
    except Exception:
        reference = new_reference()
        logger.exception("Extract %s failed while applied (%s)", extract.pk, reference)
        return hand_back(extract, internal_error(reference))
    try:
        rebuild_stale()
    except TRANSIENT:
        raise
    except Exception as error:
        reference = new_reference()
        logger.exception("Facts not read through extract %s (%s)", extract.pk, reference)
        extract.message = ground_files.not_followed(error, reference)
        extract.save(update_fields=["message"])
    return extract


def _failure(extract: Extract, error: Exception, reference: str) -> str:
    """What people are told of a failed publication: which file stops it, when it is another."""
    if not isinstance(error, UnreadableExtractError) or error.extract.pk == extract.pk:
        return internal_error(reference)
    other = error.extract
    return (
        f"Publication impossible\u202f: le fichier n° {other.pk}, «\u202f{other.original_name}"
        "\u202f», déjà en vigueur, ne peut plus être relu, et toute publication l’attend. "
        "Rien n’a changé dans les pages. Transmettez ce numéro de fichier et la référence "
        f"{reference} à l’assistance."
    )


def hand_back(extract: Extract, message: str) -> Extract:
    """Leave an extract that could not be published ready, for a person to decide.

    One that was to be published again, and still speaks somewhere, stays published.
    """
    extract.state = State.PUBLISHED if _speaks(extract) else State.READY
    extract.publish_when_ready = False
    extract.message = message
    with transaction.atomic():
        extract.save(update_fields=["state", "publish_when_ready", "message"])
        if extract.state == State.READY:
            announce(extract, Event.READY)  # it waits for somebody, which nobody was told yet
    return extract


def rebuild_stale() -> Rebuilt:
    """Fold every cell in force again when the register, perimeter or nomenclature has changed.

    One transaction, like a publication. Returns whether there was anything to do, and which
    lines that waited were taken up.

    Raises:
        UnreadableExtractError: an extract in force is lost or damaged; nothing changed.
    """
    if not DataVersion.objects.exclude(ground=F("folded_ground")).exists():
        return Rebuilt(done=False)
    with transaction.atomic():
        version = lock_data_version()
        if not is_stale(version):
            return Rebuilt(done=False)
        readings = Readings(version.ground)
        add_missing_layers(readings)
        rebuild_all(readings)
        raise_data_version("fichiers relus avec le registre, le périmètre ou les types modifiés")
    return Rebuilt(done=True, replays=readings.replays)


def _publish(extract: Extract, version: DataVersion) -> None:
    """The body of a publication: the version row and the extract are locked."""
    twin = twin_in_force(extract)
    if twin is not None:
        extract.state = State.PUBLISHED if _speaks(extract) else State.SUPERSEDED
        extract.message = already_in_force(twin)
        extract.save(update_fields=["state", "message"])
        return
    readings = Readings(version.ground)
    if not readings.counts(extract)["accepted"]:
        if _speaks(extract):
            hand_back(extract, nothing_accepted(extract))
        else:
            refuse(extract, nothing_accepted(extract))
        return
    if extract.publish_when_ready and _is_to_be_seen(extract, version, readings):
        return
    if is_stale(version):
        add_missing_layers(readings)
    spoken: Collection[tuple[dt.date, str]] = ()
    if extract.confirm_empty:
        spoken = layers.met(layers.tally(readings.checked(extract).records))
    touched = layers.edit(extract, layers.held_cells(readings.held(extract)), spoken)
    extract.state = State.PUBLISHED
    extract.message = ""
    extract.published_at = timezone.now()
    extract.save(update_fields=["state", "message", "published_at"])
    rebuild_after(version, touched, readings)
    audit.record(
        "fichier publié",
        actor=None,
        target=extract.original_name,
        region=extract.region,
        extract=extract.pk,
        months=extract.months,
    )
    announce(extract, Event.PUBLISHED)
    raise_data_version(f"publication de {extract.original_name}")


def _is_to_be_seen(extract: Extract, version: DataVersion, readings: Readings) -> bool:
    """Whether a file that nobody asked to publish as it stands is left for a person after all.

    It was compared with what was published when it was read. Where another publication or a new
    register came in between, it is compared again, for an anomaly may have appeared.
    """
    if (extract.preview["version"], extract.checked_ground) == (version.number, version.ground):
        return False
    made = preview.make(extract, readings.checked(extract), extract.preview["file"])
    if made.anomalies:
        hold(extract, made)
    return bool(made.anomalies)


def is_stale(version: DataVersion) -> bool:
    """Whether the published facts were read through an earlier ground than today's."""
    return version.ground != version.folded_ground


def rebuild_after(version: DataVersion, touched: set[Cell], readings: Readings) -> None:
    """Make facts and states follow an edit of the layers of `touched`; the version is locked.

    Facts read through two grounds must not stand side by side: all are read again when stale.
    """
    if is_stale(version):
        rebuild_all(readings, touched)
    else:
        rebuild(touched, readings)
    layers.supersede_emptied()


def _speaks(extract: Extract) -> bool:
    return extract.layers.filter(in_force=True).exists()


def already_in_force(twin: Extract) -> str:
    """Says that publishing the same file again changes nothing, and which one is in force."""
    day = timezone.localtime(twin.published_at).strftime("%d/%m/%Y") if twin.published_at else ""
    return (
        f"Ce fichier est déjà en vigueur\u202f: n° {twin.pk}, «\u202f{twin.original_name}\u202f», "
        f"publié le {day}. Rien n’a changé."
    )
