"""Files that change the ground and not the figures themselves: registers, lists of members.

They take the road of monthly files: received, read into a preview that changes nothing, then
applied in one transaction once a person says so.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from ingestion import notices
from ingestion.ground_files import programme, register
from ingestion.models import Event, Extract, Kind, State
from ingestion.publishing.rebuild import UnreadableExtractError

_READ: dict[str, Callable[[Extract], None]] = {
    Kind.REGISTER: register.read,
    Kind.PROGRAMME: programme.read,
}
_APPLY: dict[str, Callable[[Extract], None]] = {
    Kind.REGISTER: register.apply,
    Kind.PROGRAMME: programme.apply,
}
KINDS = frozenset(_READ)


def read(extract: Extract) -> None:
    """Read a file of the ground: its counts, remarks and preview, saved. Nothing else changes.

    Raises:
        RefusedFile: it is not what it was brought as.
    """
    _READ[extract.kind](extract)


def apply(extract: Extract) -> Extract:
    """Apply a file of the ground in one transaction, which publishes it; returns it as it is.

    The file is read before the version row is taken. Nothing is applied of one that is not, or
    no longer, being published.

    Raises:
        RefusedFile: it holds nothing that today's ground can take.
    """
    extract = Extract.objects.select_related("programme", "region").get(pk=extract.pk)
    if extract.state != State.PUBLISHING:
        return extract
    with transaction.atomic():
        _APPLY[extract.kind](extract)
        current = Extract.objects.select_for_update(of=("self",)).get(pk=extract.pk)
        if current.state != State.PUBLISHING:
            transaction.set_rollback(True)
            return current
        extract.state = State.PUBLISHED
        extract.message = ""
        extract.published_at = timezone.now()
        extract.save(update_fields=["state", "message", "published_at"])
        notices.announce(extract, Event.PUBLISHED)
    return extract


def not_followed(error: Exception, reference: str) -> str:
    """Says that a file is applied but that the published figures could not follow, and why."""
    lost = error.extract if isinstance(error, UnreadableExtractError) else None
    cause = (
        f"\u202f: le fichier mensuel n° {lost.pk}, «\u202f{lost.original_name}\u202f», en "
        "vigueur, ne peut plus être relu"
        if lost
        else ""
    )
    return (
        f"Le fichier est appliqué, mais les chiffres publiés ne sont pas recalculés{cause}. Un "
        f"nouvel essai a lieu toutes les 30\u202fsecondes\u202f; si cela dure, transmettez la "
        f"référence {reference} à l’assistance."
    )
