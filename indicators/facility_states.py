"""The state of a facility, as whoever calls it needs to know it. Pure."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reference.months import shift

#: So many received months without a deposit are a silence; a first deposit in them is new.
RECENT = 3
#: Months that must have been received before these for a first deposit to be called new.
KNOWN_BEFORE = 12
REGULAR, INTERMITTENT = 0.8, 0.25


class State(Enum):
    """What a facility does, the first that applies; values are what people read."""

    CLOSED = "fermé"
    CARRIED = "déposé par l’OG, site non identifié"
    NEVER = "jamais alimenté"
    STOPPED = "arrêté"
    SILENT = "sans dépôt depuis 3 mois reçus"
    NEW = "nouveau"
    REGULAR = "régulier"
    INTERMITTENT = "intermittent"
    OCCASIONAL = "ponctuel"


@dataclass(frozen=True)
class Track:
    """What is known of one facility at the last received month.

    `fed`: the months with at least one document, of the last 12 at least. `carried`: its OG has
    documents whose site is not known.
    """

    is_open: bool
    carried: bool
    first: dt.date | None  # its first and last months with a document, over all time
    latest: dt.date | None
    fed: frozenset[dt.date]


def state_of(track: Track, received: Sequence[dt.date]) -> State:
    """The state of a facility; `received`: the months of its département, in order."""
    if not track.is_open:
        return State.CLOSED
    if track.first is None or track.latest is None or not received:
        return State.CARRIED if track.carried else State.NEVER
    return _of_a_feeder(track, track.first, track.latest, received)


def _of_a_feeder(
    track: Track, first: dt.date, latest: dt.date, received: Sequence[dt.date]
) -> State:
    """The state of one that fed at least once."""
    recent = received[-RECENT:][0]
    known_before = bisect_left(received, recent) >= KNOWN_BEFORE
    share = regularity(first, track.fed, received)
    rules = (
        (latest < shift(received[-1], -12), State.STOPPED),
        (latest < recent, State.SILENT),
        (first >= recent and known_before, State.NEW),
        (share >= REGULAR, State.REGULAR),
        (share >= INTERMITTENT, State.INTERMITTENT),
    )
    return next((state for applies, state in rules if applies), State.OCCASIONAL)


def regularity(first: dt.date, fed: frozenset[dt.date], received: Sequence[dt.date]) -> float:
    """Months with a document ÷ months received since the first, within the last 12 months."""
    start = max(first, shift(received[-1], -11))
    since = received[bisect_left(received, start) :]
    return sum(month in fed for month in since) / len(since) if since else 0.0
