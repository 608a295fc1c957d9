"""The slides of a frozen edition: made of its own figures, kept as long as it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from dashboard.exporting.asking import ask_export
from dashboard.exporting.making import CHANGED
from dashboard.exporting.page import weight
from dashboard.models import UNFINISHED, Edition, Export, ExportKind, ExportState
from dashboard.pieces.piece import SINCE, Piece, standard
from dashboard.since import editions_before


@dataclass(frozen=True)
class EditionDeck:
    """What the page of an edition says of its slides.

    `url`: the page of the export, "" when there is none; `changed`: whether they were asked for
    too late, the figures or words of the région being others by then. Whether it is too late is
    only looked at when they are made: it takes longer than the page.
    """

    url: str = ""
    file_url: str = ""
    size: str = ""
    making: bool = False
    changed: bool = False


def deck_of(edition: Edition) -> Export | None:
    """The slides of an edition, if they were ever asked for."""
    return Export.objects.filter(edition=edition).first()


@transaction.atomic
def ask_deck(edition: Edition, *, actor: User, link: str) -> Export:
    """Have the slides of an edition made; those that were asked for already are the same.

    What changed since the last committee is since the one before, if it has an edition.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)  # the second of two clicks waits
    known = deck_of(edition)
    if known is not None:
        return known
    return ask_export(
        region=edition.region,
        author=None,
        actor=actor,
        kind=ExportKind.DECK,
        pieces=_pieces(edition),
        title=f"{edition.title}, comité du {edition.committee_on:%d/%m/%Y}",
        link=link,
        edition=edition,
        at_once=False,  # the row of the edition is held
    )


def _pieces(edition: Edition) -> list[Piece]:
    """What its slides show: the standard deck, less a comparison with nothing."""
    compared = editions_before(edition.region, edition.committee_on).exists()
    return [piece for piece in standard(edition.region) if compared or piece.code != SINCE]


def shown_deck(edition: Edition) -> EditionDeck:
    """What is said of the slides of an edition. One query."""
    found = deck_of(edition)
    if found is None:
        return EditionDeck()
    ready = found.state == ExportState.READY
    return EditionDeck(
        url=reverse("dashboard:export", args=[found.pk]),
        file_url=reverse("dashboard:export_file", args=[found.pk]) if ready else "",
        size=weight(found.size),
        making=found.state in UNFINISHED,
        changed=found.problem == CHANGED,
    )
