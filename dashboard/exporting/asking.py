"""Asking for an export: made at once when it is small, by a worker otherwise."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerDown

from accounts import audit
from accounts.models import Role, User
from accounts.scope import role_in
from dashboard.exporting import dressing
from dashboard.exporting.makers import AT_ONCE, QUERIES_AT_ONCE, USUAL
from dashboard.exporting.making import make
from dashboard.exporting.words import name_of
from dashboard.models import (
    UNFINISHED,
    DeckTemplate,
    Edition,
    Export,
    ExportKind,
    ExportState,
)
from dashboard.pieces.piece import Piece, check, programme_in, to_json
from dashboard.texts import CALLERS
from reference.models import Departement, Region

logger = logging.getLogger(__name__)

#: The task that makes an export; its queue is in the settings.
TASK = "dashboard.tasks.make_export"
ASKED = "export demandé"
#: What is told of an export that waits to be made again.
AGAIN: Mapping[str, Any] = {
    "state": ExportState.WAITING,
    "attempts": 0,
    "problem": "",
    "done": 0,
    "total": 0,
    "queued_at": None,
}


def may_ask(role: Role | None, *, working: bool) -> bool:
    """Whether a role in a région may have its files made; names are for those who call ESMS."""
    return role in CALLERS if working else role is not None


def ask_export(  # noqa: PLR0913  # all that a file can be asked to be
    *,
    region: Region,
    author: User | None,
    kind: ExportKind,
    pieces: Sequence[Piece] = (),
    departement: Departement | None = None,
    working: bool = False,
    title: str = "",
    template: DeckTemplate | None = None,
    link: str = "",
    edition: Edition | None = None,
    notify: bool = False,
    actor: User | None = None,
    at_once: bool = True,
) -> Export:
    """Have a file made; it is ready or failed when it is returned if it is small, else it waits.

    The same thing asked again while it waits is one export.

    Args:
        author: whose it is; None for what belongs to everybody in the région.
        pieces: what it holds, in order; none: the usual content of `departement`, of the whole
            région without one.
        working: with names and small counts, marked so.
        title: the author's own, "" for the usual one.
        link: the address of the site, for the links back to its pages.
        edition: the edition whose figures these are; it is then kept for ever.
        notify: whether the author is told by e-mail.
        actor: who asks, when the export has no author.
        at_once: whether a small one may be made before this returns; never inside a transaction,
            which would hold its rows meanwhile.

    Raises:
        PermissionDenied: the author may not have it.
        TemplateGoneError: the template was removed; nothing is made.
        UnknownPieceError: the région does not have one of the pieces; nothing is made.
    """
    if author is not None and not may_ask(role_in(author, region), working=working):
        raise PermissionDenied
    told_apart = {(each.territory, each.code, programme_in(each.query)): each for each in pieces}
    for piece in told_apart.values():
        check(piece, region)
    asked = {
        "region": region,
        "author": author,
        "kind": kind,
        "pieces": to_json(pieces),
        "departement": departement,
        "working": working,
        "title": title,
        "template": template,
        "link": link,
        "edition": edition,
    }
    with transaction.atomic():
        _hold(template, author)
        same = _same(asked, notify=notify)
        if same is not None:
            return same
        export = Export.objects.create(**asked, notify=notify)
        _remember(export, author or actor)
    if at_once and _is_small(kind, pieces or USUAL[kind](region, departement, working=working)):
        make(export.pk)
        export.refresh_from_db()
    else:
        transaction.on_commit(partial(send, export))
    return export


def _hold(template: DeckTemplate | None, author: User | None) -> None:
    """Have others who would change what is asked for wait for the end of the transaction.

    Raises:
        TemplateGoneError: the template was removed.
    """
    if template is not None:
        dressing.hold(template)
    if author is not None:
        # Two clicks follow each other, and the second finds what the first asked for.
        User.objects.select_for_update().get(pk=author.pk)


def _same(asked: Mapping[str, Any], *, notify: bool) -> Export | None:
    """The same thing, asked for before and not made yet; told by e-mail if either asked for it."""
    same = Export.objects.filter(**asked, state__in=UNFINISHED).first()
    if same is not None and notify:
        Export.objects.filter(pk=same.pk).update(notify=True)
    return same


def _remember(export: Export, actor: User | None) -> None:
    audit.record(
        ASKED,
        actor=actor,
        target=name_of(export),
        region=export.region,
        kind=export.kind,
        working=export.working,
    )


def _is_small(kind: ExportKind, pieces: Sequence[Piece]) -> bool:
    """Whether a file takes a moment: few parts, of few periods, for each is read anew."""
    return (
        len(pieces) <= AT_ONCE[kind] and len({piece.query for piece in pieces}) <= QUERIES_AT_ONCE
    )


def site_of(request: HttpRequest) -> str:
    """The address of the site, for the links that a file asked for by a request holds."""
    return settings.MES_SITE_URL or request.build_absolute_uri("/").rstrip("/")


def ask_again(export: Export, *, actor: User) -> bool:
    """Have an export that failed or was deleted made again, of today's figures.

    False when it is neither any more.
    """
    with transaction.atomic():
        over = Export.objects.filter(
            pk=export.pk, state__in=[ExportState.FAILED, ExportState.EXPIRED]
        )
        again = over.update(**AGAIN, asked_at=timezone.now())
        if again:
            _remember(export, actor)
            transaction.on_commit(partial(send, export))
    return bool(again)


def send(export: Export) -> bool:
    """Hand an export to the workers; False when the broker is down: the sweep will do it."""
    if not hand_over(export.pk):
        return False
    Export.objects.filter(pk=export.pk).update(queued_at=timezone.now())
    return True


def hand_over(export: UUID) -> bool:
    """Send the task that makes an export; False when the broker is down."""
    try:
        current_app.send_task(TASK, [str(export)])
    except BrokerDown:
        logger.warning("Broker unreachable: export %s waits for the sweep", export)
        return False
    return True
