"""Refusals that are remembered: somebody asked for a thing that is not theirs."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest

from accounts import audit
from accounts.models import User
from reference.models import Region

REFUSED = "accès refusé"


def refused_or_404(
    request: HttpRequest,
    what: str,
    target: str,
    region: Region | None = None,
    *,
    actor: User | None = None,
) -> NoReturn:
    """Remember that a thing that exists was asked for by somebody whose it is not, then deny it.

    Called outside any transaction, which the exception would undo: never within a snapshot, which
    cannot write. Who was refused does not read the entry in the trail, for it would tell them that
    the thing exists; the administrators of `region` do.

    Args:
        what: what kind of thing it is, in French: "export".
        target: which one: its title, or its key.
        region: whose it is, when that is known.
        actor: who asked, when the request does not say it (a key of the data service).

    Raises:
        Http404: always, as for what does not exist.
    """
    user = getattr(request, "user", None)
    who = actor or (user if isinstance(user, User) else None)
    audit.record(REFUSED, actor=who, target=target, region=region, kind=what, address=request.path)
    raise Http404("Rien à cette adresse.")
