"""What lies behind the volumes of a territory: types, organisations, facilities, their changes.

Everything is over the selection's window (12 months by default) unless said; a département that
was not received in a month counts in neither part of a ratio.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Typing:
    """The quality of typing ("qualité du typage").

    `generic`: share of documents under SYNTH, 28653-4, E1762 or an unrecognised label (not
    "Autres", which holds precise types). `diversity`: exp(−Σ p ln p) over the real codes, said as
    "équivaut à 3,4 types utilisés à parts égales". None without any document.
    """

    documents: int
    generic: float | None
    diversity: float | None


@dataclass(frozen=True)
class TypeVolume:
    """One document type: `entities` are the names of the OG that feed most of it, first first."""

    code: str
    label: str
    documents: int
    share: float  # of the documents of the window
    since: dt.date  # the first received month with one of its documents, over all time
    entities: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntityVolume:
    """The documents of one OG (its groupe de rattachement when it has one)."""

    finess: str
    name: str
    documents: int
    share: float


@dataclass(frozen=True)
class Concentration:
    """Share of documents by the 5 OG that feed most; `entities` counts those that feed."""

    share: float | None
    largest: tuple[EntityVolume, ...]  # at most 5
    entities: int


@dataclass(frozen=True)
class Change:
    """What one sector, département, OG or type adds to (or takes from) the documents."""

    code: str
    label: str
    change: int


@dataclass(frozen=True)
class GrowthOrigin:
    """Where growth comes from: the 12 months to the last received against the 12 before.

    On the cells received in both years, as `series.Growth`. `new` + `active` + `stopped` +
    `carried` = `change`: ET that had no document before, ET with some in both, ET with none any
    more, and documents carried by an OG. Each tuple sums to `change` too, the greatest first.
    """

    change: int
    new: int
    active: int
    stopped: int
    carried: int
    new_count: int  # how many ET
    stopped_count: int
    by_sector: tuple[Change, ...]
    by_departement: tuple[Change, ...]
    by_entity: tuple[Change, ...]
    by_type: tuple[Change, ...]


@dataclass(frozen=True)
class Details:
    """All of it for one territory. `None`: n. d. (fewer than 9 received months, or no document)."""

    intensity: float | None  # median documents per contributing ET and month
    regularity: float | None  # median over contributors of months with a document ÷ received months
    regular: int  # contributors with a regularity of 80 % or more
    contributors: int  # distinct, of the window
    typing: Typing
    types: tuple[TypeVolume, ...]  # every type of the window, the greatest first
    others: tuple[TypeVolume, ...]  # those that charts show as "Autres"
    concentration: Concentration
    growth: GrowthOrigin | None
