"""What users choose for their slides: each act is one transaction that holds the selection.

Two tabs that change one selection wait for each other, and each acts on what it then is: a slide
added or removed elsewhere is never lost or brought back by a page opened before.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.forms import (
    ASCENDING,
    COUNT,
    DEFAULTS,
    DESCENDING,
    RATE,
    SHARES,
    SORT_KEYS,
    VOLUMES,
)
from dashboard.models import DeckTemplate, SlidePick, SlideSelection
from dashboard.pieces.piece import PROGRAMMES, Piece, UnknownPieceError, check
from indicators.selection import CHART_SECTORS
from reference.models import Region
from reference.months import parse_month

#: Above it, no committee looks: three times the standard deck of the largest région.
MAX_PICKS = 200
#: The longest query string that a page makes of its state, with room to spare.
MAX_QUERY = 300
#: What a territory looks like, before the database is asked about it.
TERRITORY = re.compile(r"[RD][0-9AB]{2,3}")
#: What a query string may say of each piece, besides months and sector.
OWN_NAMES = {
    "documents": ("documents",),
    "esms": ("esms",),
    "departements": ("tri", "ordre"),
    **dict.fromkeys(PROGRAMMES, ("programme",)),
}
VALUES: Mapping[str, frozenset[str]] = {
    "secteur": frozenset(sector.value for sector in CHART_SECTORS),
    "documents": frozenset({VOLUMES, SHARES}),
    "esms": frozenset({RATE, COUNT}),
    "tri": frozenset(SORT_KEYS),
    "ordre": frozenset({ASCENDING, DESCENDING}),
}


class RefusedPickError(Exception):
    """A slide that a selection cannot take; the message says why in French."""


def read_piece(region: Region, *, territory: str, code: str, query: str, title: str = "") -> Piece:
    """The piece that a page's button names, as selections keep it.

    Raises:
        RefusedPickError: it is none of the région, or its address is too long to be one.
    """
    if len(query) > MAX_QUERY:
        raise RefusedPickError("L’adresse de cette page est trop longue pour être gardée.")
    if not TERRITORY.fullmatch(territory):
        raise RefusedPickError("Ce territoire n’existe pas.")
    piece = Piece(territory, code, clean_query(code, query), title)
    try:
        check(piece, region)
    except UnknownPieceError as error:
        raise RefusedPickError(str(error)) from None
    return piece


def clean_query(code: str, raw: str) -> str:
    """What a slide keeps of the query string of its page: what changes this piece, as it may be.

    What pages would not understand is left out, as they do themselves.
    """
    names = ("de", "a", "secteur", *OWN_NAMES.get(code, ()))
    given = dict(parse_qsl(raw.removeprefix("?")))
    return urlencode(
        {
            name: given[name]
            for name in names
            if name in given and given[name] != DEFAULTS.get(name) and _means(name, given[name])
        }
    )


def _means(name: str, value: str) -> bool:
    if name == "programme":
        return re.fullmatch(r"[-\w]{1,50}", value) is not None
    if name not in {"de", "a"}:
        return value in VALUES[name]
    try:
        parse_month(value)
    except ValueError:
        return False
    return True


def piece_of(pick: SlidePick) -> Piece:
    """A chosen slide as decks and workbooks take it."""
    return Piece(pick.territory, pick.code, pick.query, pick.title)


@dataclass(frozen=True)
class Edit:
    """What somebody changed of a slide on their page; None: nothing of that."""

    pk: int
    title: str | None = None
    kept: bool | None = None
    rank: int | None = None  # from 0


class Basket:
    """The slides of a selection while they change, in memory; `save` writes what is left.

    `picks` in their order; their ranks are given when they are saved. `templates`: those of the
    région, which may be chosen: none is removed before that.
    """

    def __init__(
        self,
        selection: SlideSelection,
        picks: Iterable[SlidePick],
        templates: Iterable[DeckTemplate] = (),
    ) -> None:
        self.selection = selection
        self.picks = list(picks)
        self.templates = list(templates)
        self._gone: list[SlidePick] = []

    def find(self, pk: int) -> SlidePick | None:
        """A slide by its key; None when it left."""
        return next((pick for pick in self.picks if pick.pk == pk), None)

    def add(self, pieces: Iterable[Piece], *, kept: bool = True) -> int:
        """Add those that are not there yet, at the end; how many.

        Raises:
            RefusedPickError: the selection would be too long; none is added.
        """
        known = {(pick.territory, pick.code, pick.query) for pick in self.picks}
        asked = {(each.territory, each.code, each.query): each for each in pieces}
        new = [piece for key, piece in asked.items() if key not in known]
        if len(self.picks) + len(new) > MAX_PICKS:
            raise RefusedPickError(
                f"Une sélection a {MAX_PICKS} diapositives au plus\u202f: "
                "retirez-en avant d’en ajouter."
            )
        self.picks += [self._pick(piece, kept=kept) for piece in new]
        return len(new)

    def move(self, pick: SlidePick, rank: int) -> None:
        """Give a slide a rank, from 0, the nearest that there is; the others make room."""
        self.picks.remove(pick)
        self.picks.insert(max(rank, 0), pick)

    def edit(self, edits: Sequence[Edit]) -> None:
        """Do what somebody changed on their page, to the slides that are still there."""
        for edit in edits:
            pick = self.find(edit.pk)
            if pick is None:
                continue
            pick.title = pick.title if edit.title is None else edit.title
            pick.kept = pick.kept if edit.kept is None else edit.kept
        ranks = {edit.pk: edit.rank for edit in edits if edit.rank is not None}
        moved = [pick for pick in self.picks if pick.pk in ranks]
        self.picks = [pick for pick in self.picks if pick.pk not in ranks]
        for pick in sorted(moved, key=lambda each: ranks[each.pk]):
            self.picks.insert(max(ranks[pick.pk], 0), pick)

    def remove(self, picks: Sequence[SlidePick]) -> list[dict[str, Any]]:
        """Take slides away; what `put_back` takes to bring them back."""
        removed = [
            {
                "rank": self.picks.index(pick),
                "territory": pick.territory,
                "code": pick.code,
                "query": pick.query,
                "title": pick.title,
                "kept": pick.kept,
            }
            for pick in picks
        ]
        for pick in picks:
            self.picks.remove(pick)
        self._gone += picks
        return removed

    def put_back(self, removed: Sequence[Mapping[str, Any]]) -> int:
        """Bring removed slides back to where they were, unless there again; how many.

        Raises:
            RefusedPickError: the selection would be too long; none is brought back.
        """
        before = len(self.picks)
        for each in sorted(removed, key=lambda one: int(one["rank"])):
            piece = Piece(each["territory"], each["code"], each["query"], each["title"])
            if self.add([piece], kept=each["kept"]):
                self.move(self.picks[-1], each["rank"])
        return len(self.picks) - before

    def save(self) -> None:
        """Write what changed, in four queries at most."""
        for rank, pick in enumerate(self.picks):
            pick.rank = rank
        SlidePick.objects.filter(pk__in=[pick.pk for pick in self._gone]).delete()
        SlidePick.objects.bulk_update(
            [pick for pick in self.picks if pick.pk], ["rank", "title", "kept"]
        )
        SlidePick.objects.bulk_create(pick for pick in self.picks if not pick.pk)
        self.selection.save()

    def _pick(self, piece: Piece, *, kept: bool) -> SlidePick:
        return SlidePick(
            selection=self.selection,
            territory=piece.territory,
            code=piece.code,
            query=piece.query,
            title=piece.title,
            kept=kept,
        )


@contextmanager
def changing(user: User, region: Region) -> Iterator[Basket]:
    """The selection of a user in a région, held while it changes and saved at the end.

    It is made when there is none yet. What is raised inside undoes everything.
    """
    with transaction.atomic():
        # Before the selection, as who removes a template does: neither waits for the other.
        templates = list(region.deck_templates.select_for_update(no_key=True).order_by("name"))
        made, _ = SlideSelection.objects.get_or_create(user=user, region=region)
        selection = SlideSelection.objects.select_for_update().get(pk=made.pk)
        basket = Basket(selection, selection.picks.all(), templates)
        yield basket
        basket.save()


def share(basket: Basket, *, shared: bool) -> bool:
    """Open or close the link of a selection; whether it was otherwise.

    A link that was closed never opens again: the next one has another key.
    """
    selection = basket.selection
    if selection.shared == shared:
        return False
    selection.shared = shared
    if not shared:
        selection.key = uuid.uuid4()
    audit.record(
        "sélection partagée" if shared else "sélection plus partagée",
        actor=selection.user,
        target=name_of(selection),
        region=selection.region,
    )
    return True


def copy(source: SlideSelection, user: User) -> int:
    """Add the slides of another's selection to one's own; how many were not there yet.

    Raises:
        RefusedPickError: one's own would be too long.
    """
    with changing(user, source.region) as basket:
        added = basket.add(piece_of(pick) for pick in source.picks.all())
        audit.record(
            "sélection copiée",
            actor=user,
            target=name_of(source),
            region=source.region,
            added=added,
        )
    return added


def name_of(selection: SlideSelection) -> str:
    """What a selection is called: its title, else whose it is."""
    return selection.title or f"Sélection de {selection.user}"
