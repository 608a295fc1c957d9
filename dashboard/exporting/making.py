"""Making an export: from its row to its file, once, whatever is killed meanwhile."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import uuid
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Role
from accounts.scope import role_in
from dashboard.exporting import dressing, telling
from dashboard.exporting.dressing import TemplateGoneError
from dashboard.exporting.locks import export_lock
from dashboard.exporting.makers import EXTENSIONS, MAKERS
from dashboard.exporting.progress import Progress
from dashboard.fingerprints import FINGERPRINT, figures, shown
from dashboard.models import UNFINISHED, Edition, Export, ExportState
from dashboard.pieces.order import Made, NothingReceivedError, Order
from dashboard.pieces.piece import UnknownPieceError, from_json
from dashboard.texts import CALLERS
from indicators.snapshot import snapshot
from reference.models import Region

logger = logging.getLogger(__name__)

#: How many times an export may be taken without being finished before it is given up.
MAX_ATTEMPTS = 3
#: How long a file is kept, unless it belongs to a frozen edition.
KEPT = dt.timedelta(days=7)
#: How long an export waits before it is made again, when no room was left on the disk.
ROOM_WAIT = dt.timedelta(minutes=2)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})

NO_RIGHT = "Vos droits ont changé depuis la demande\u202f: ce fichier ne peut plus être préparé."
NOTHING = "Aucun mois n’est encore reçu pour cette région\u202f: il n’y a rien à montrer."
CHANGED = (
    "Les données ou les textes de la région ont changé depuis que l’édition a été figée\u202f: des "
    "diapositives faites aujourd’hui ne seraient plus les siennes. L’édition elle-même est gardée "
    "telle quelle."
)
CUT = (
    f"La préparation s’est interrompue {MAX_ATTEMPTS} fois\u202f: elle est abandonnée. Choisissez "
    "moins de contenu, puis demandez à nouveau\u202f; si cela se répète, prévenez l’assistance."
)
FULL = (
    "L’espace de stockage est plein\u202f: la demande est gardée, et la préparation reprendra "
    "d’elle-même. Prévenez l’assistance."
)


class UnmakeableError(Exception):
    """An export cannot be made; the message says why in French."""


def make(pk: UUID) -> None:
    """Make an export that waits; it ends ready, failed, or waiting for room on the disk.

    Done twice, it does nothing the second time; done while another process makes it, nothing
    either.

    Raises:
        OperationalError, InterfaceError: the database failed; the sweep sends the export again.
    """
    with export_lock(pk) as held:
        if not held:
            return
        waiting = Export.objects.filter(pk=pk, state__in=UNFINISHED)
        export = waiting.select_related(
            "region", "departement", "author", "template", "edition"
        ).first()
        if export is not None:
            _attempt(export)


def follows_freezing(edition: Edition, version: int) -> bool:
    """Whether the figures and words of a région are those of an edition, at today's version.

    Freezing raised the version by one: where nothing else did, they are the same. Where something
    did, they still are while the région's own are: what happens elsewhere does not count.
    """
    if version in {edition.data_version, edition.data_version + 1}:
        return True
    kept = edition.content.get(FINGERPRINT)  # none of those that were frozen before it was kept
    return kept is not None and bool(kept == shown(edition.region))


def of_publications(region: Region) -> QuerySet[Export]:
    """The decks of a région that nobody asked for: those made after publications."""
    return Export.objects.filter(region=region, author=None, edition=None)


def _attempt(export: Export) -> None:
    if export.attempts >= MAX_ATTEMPTS:
        logger.error("Export %s given up after %s attempts", export.pk, export.attempts)
        _fail(export, CUT)
        return
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.MAKING,
        attempts=F("attempts") + 1,
        done=0,
        total=0,
        problem=dressing.telling(""),
    )
    export.problem = dressing.remark(export.problem)
    try:
        _keep(export, _made(export))
    except UnmakeableError as error:
        _fail(export, str(error))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            logger.exception("Export %s waits for room on the disk", export.pk)
            _wait_for_room(export)
            return
        reference = uuid.uuid4().hex[:8]
        logger.exception("Export %s failed (%s)", export.pk, reference)
        _fail(
            export,
            f"Erreur interne, signalée sous la référence {reference}\u202f: demandez à nouveau, ou "
            "transmettez cette référence à l’assistance.",
        )


def _made(export: Export) -> Made:
    """The bytes of an export, read in one snapshot with what is to be known of its figures.

    Raises:
        UnmakeableError: it shows nothing, what its author may not see, or another edition.
    """
    if export.author and role_in(export.author, export.region) not in _readers(export):
        raise UnmakeableError(NO_RIGHT)
    try:
        order = Order(
            region=export.region,
            pieces=from_json(export.pieces),
            title=export.title,
            working=export.working,
            template=dressing.content_of(export),
            link=export.link,
            departement=export.departement,
            version=export.edition.data_version if export.edition else None,
            before=export.edition.committee_on if export.edition else None,
        )
        with snapshot() as version, Progress(export.pk) as progress:
            if export.edition is not None and not follows_freezing(export.edition, version):
                raise UnmakeableError(CHANGED)
            if _is_of_publication(export) and version != export.data_version:
                export.figures = figures(export.region)
            return MAKERS[export.kind](order, progress)
    except NothingReceivedError as error:
        raise UnmakeableError(NOTHING) from error
    except (UnknownPieceError, TemplateGoneError) as error:
        raise UnmakeableError(str(error)) from error


def _is_of_publication(export: Export) -> bool:
    return export.author_id is None and export.edition_id is None


def _readers(export: Export) -> frozenset[object]:
    """The roles that may have an export made: all of the région's, or those who see names."""
    return frozenset(CALLERS) if export.working else frozenset(Role)


def _keep(export: Export, made: Made) -> None:
    """Store the file, then say that it is ready, and tell those who wait for it.

    Raises:
        OSError: it cannot be stored.
    """
    storage = export.file.storage
    name = f"{export.pk}.{EXTENSIONS[export.kind]}"
    storage.delete(export.file.field.generate_filename(export, name))  # of an attempt that was cut
    export.file.save(name, ContentFile(made.content), save=False)
    export.state, export.attempts = ExportState.READY, 0
    export.size, export.data_version = len(made.content), made.data_version
    export.made_at = timezone.now()
    export.expires_at = None if export.edition_id else export.made_at + KEPT
    with transaction.atomic():
        alone = _claim_figures(export)
        export.save(
            update_fields=[
                "file", "state", "problem", "attempts", "size", "data_version", "made_at",
                "expires_at", "figures", "asked_at",
            ]
        )  # fmt: skip
        if alone:
            telling.tell(export)


def _claim_figures(export: Export) -> bool:
    """Whether an export is the one that tells of its figures, for no other deck shows them.

    A deck made after a publication shows later figures than those it was asked for, when others
    were published meanwhile: it is then the deck of these, unless one was asked for of them.
    """
    if not _is_of_publication(export):
        return True
    Region.objects.select_for_update(no_key=True).get(pk=export.region_id)  # as those who ask
    found = export.figures
    export.refresh_from_db(fields=["figures", "asked_at"])
    if found == export.figures:
        return True
    if of_publications(export.region).filter(figures=found).exists():
        return False
    export.figures, export.asked_at = found, timezone.now()
    return True


def _fail(export: Export, problem: str) -> None:
    """Say why an export is not made, to its page and to who waits for a message."""
    export.state, export.problem, export.attempts = ExportState.FAILED, problem, 0
    with transaction.atomic():
        export.save(update_fields=["state", "problem", "attempts"])
        telling.tell(export)


def _wait_for_room(export: Export) -> None:
    """Put an export back among those that wait, to be sent again after a while, and say so."""
    Export.objects.filter(pk=export.pk).update(
        state=ExportState.WAITING,
        problem=dressing.telling(FULL),
        attempts=0,
        queued_at=timezone.now() + ROOM_WAIT,  # the sweep believes it on its way until then
    )
