"""What lies behind the volumes of a territory: types, organisations, facilities, their changes.

Everything is over the selection's window (12 months by default) unless said; a département that
was not received in a month counts in neither part of a ratio.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indicators.columns import Ints, Table, chosen, distinct, during, month_number, month_of
from indicators.measures import comparable
from indicators.readings import UNALLOCATED, Kind, Readings
from indicators.selection import CHART_SECTORS, Selection
from indicators.series import LEAST_RECEIVED
from indicators.territory_reading import read
from reference.models import DocumentType

#: A contributor is regular when it feeds in so much of the months received since it began.
REGULAR = 0.8
#: Organisations whose share of the documents is the concentration.
LARGEST = 5
#: Organisations named for a type shown as "Autres".
NAMED = 3
#: Code and label of what a région's documents hold that no département does.
UNALLOCATED_NAME = ("", "Non ventilé (porté par l’OG)")


@dataclass(frozen=True)
class Typing:
    """The quality of typing ("qualité du typage").

    `generic`: share of documents under SYNTH, 28653-4, E1762 or an unrecognised label (not
    "Autres", which holds precise types). `diversity`: exp(−Σ p ln p) over the real codes, said as
    "équivaut à 3,4 types utilisés à parts égales"; an unrecognised label is none of them. None
    without any document.
    """

    documents: int
    generic: float | None
    diversity: float | None


@dataclass(frozen=True)
class TypeVolume:
    """One document type.

    `entities`: the names of the 3 OG that feed most of it, for the types shown as "Autres" only.
    `generic`: whether it says little of what the document holds, as in `Typing`.
    """

    code: str
    label: str
    documents: int
    share: float  # of the documents of the window
    since: dt.date  # the first received month with one of its documents, over all time
    entities: tuple[str, ...] = ()
    generic: bool = False


@dataclass(frozen=True)
class EntityVolume:
    """The documents of one OG (its groupe de rattachement when it has one).

    That of a groupe has the first FINESS of those of its entities that feed.
    """

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


class Change(NamedTuple):
    """What one sector, département, OG or type adds to (or takes from) the documents.

    The code is empty for "Non ventilé". What did not change is not told.
    """

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
    """All of it for one territory.

    Regularity is months with a document ÷ received months since the facility's first deposit (of
    all time), within the window. It counts the facilities of the départements that have 9 received
    months in it, and is None without any; `regular` is then 0 and says nothing. `growth` is None
    under 9 comparable months, all the rest without any document.
    """

    intensity: float | None  # median documents per contributing ET and month
    regularity: float | None  # median over contributors
    regular: int  # contributors with a regularity of 80 % or more
    contributors: int  # distinct, of the window
    typing: Typing
    types: tuple[TypeVolume, ...]  # every type of the window, the greatest first
    others: tuple[TypeVolume, ...]  # those that charts show as "Autres"
    concentration: Concentration
    growth: GrowthOrigin | None


def details(selection: Selection) -> dict[str, Details]:
    """What lies behind a territory's volumes and, for a région, each département's: by code.

    Of the selection's sector when it has one, each facility having the sector of the month. Eight
    queries at most, whatever the territory.
    """
    cuts = read(selection.territory).cuts(selection)
    return {place.code: details_of(selection, cut) for place, cut in cuts.items()}


def details_of(selection: Selection, readings: Readings) -> Details:
    """Those of one territory, from its own cut for the selection. Queries nothing."""
    first, last = (month_number(month) for month in selection.window)
    received = distinct(readings.cells["month"])
    volumes = _window_volumes(selection, readings, received)
    carried = during(readings.carried, first, last)
    carried = chosen(carried, np.isin(carried["month"], received))
    others = during(readings.others, first, last)
    facilities = during(readings.contributors, first, last)
    regularities = _regularities(readings, facilities, first, last)
    types = _types(readings, volumes, received, _feeders(readings, others, carried))
    fed = facilities["documents"]
    return Details(
        intensity=float(np.median(fed)) if len(fed) else None,
        regularity=float(np.median(regularities)) if len(regularities) else None,
        regular=int((regularities >= REGULAR).sum()),
        contributors=len(distinct(facilities["facility"])),
        typing=_typing(readings.kinds, volumes),
        types=types,
        others=tuple(each for each in types if each.code in _other_codes(readings)),
        concentration=_concentration(readings, facilities, carried),
        growth=_growth(readings, _last_received(selection, received)),
    )


def typing_of(selection: Selection, readings: Readings) -> Typing:
    """The quality of typing alone, as `details_of` tells it with the rest."""
    received = distinct(readings.cells["month"])
    return _typing(readings.kinds, _window_volumes(selection, readings, received))


def _window_volumes(selection: Selection, readings: Readings, received: Ints) -> Table:
    """The volumes of the received months of the window."""
    first, last = (month_number(month) for month in selection.window)
    volumes = during(readings.volumes, first, last)
    return chosen(volumes, np.isin(volumes["month"], received))


def _sums(table: Table, key: str, count: int) -> Ints:
    """The documents of each of `count` numbers of a column."""
    return np.bincount(table[key], table["documents"], minlength=count).astype("int64")


def _last_received(selection: Selection, received: Ints) -> int | None:
    """The last received month of the period."""
    first, last = month_number(selection.first), month_number(selection.last)
    known = received[(received >= first) & (received <= last)]
    return int(known.max()) if len(known) else None


def _regularities(
    readings: Readings, facilities: Table, first: int, last: int
) -> NDArray[np.float64]:
    """Of each contributor: months with a document ÷ received months since its first deposit.

    Within the window; those of a département with fewer than 9 received months in it are not
    told, and left out.
    """
    received = np.zeros((last - first + 1, len(readings.places)), dtype="int64")
    cells = during(readings.cells, first, last)
    received[cells["month"] - first, cells["place"]] = 1
    to_come = received[::-1].cumsum(axis=0)[::-1]  # received months from each one to the last
    count = readings.facility_count
    start = np.full(count, last)
    # From the last month to the first: the first one stays.
    start[readings.contributors["facility"][::-1]] = readings.contributors["month"][::-1]
    place = np.zeros(count, dtype="int64")
    place[facilities["facility"]] = facilities["place"]
    fed = np.bincount(facilities["facility"], minlength=count)
    told = (fed > 0) & (to_come[0, place] >= LEAST_RECEIVED)
    ratios: NDArray[np.float64] = fed[told] / to_come[np.maximum(start - first, 0), place][told]
    return ratios


def _typing(kinds: tuple[Kind, ...], volumes: Table) -> Typing:
    """Generic types count whole; diversity is that of the documents that have a real code."""
    documents = _sums(volumes, "kind", len(kinds))
    total = int(documents.sum())
    generic = sum(int(documents[rank]) for rank, kind in enumerate(kinds) if kind.generic)
    real = np.array([kind.code != DocumentType.UNRECOGNISED for kind in kinds], dtype=bool)
    coded = documents[real & (documents > 0)] if total else documents[:0]
    shares = coded / max(coded.sum(), 1)
    return Typing(
        documents=total,
        generic=generic / total if total else None,
        diversity=float(np.exp(-(shares * np.log(shares)).sum())) if len(coded) else None,
    )


def _other_codes(readings: Readings) -> set[str]:
    return {kind.code for kind in readings.kinds if kind.other}


def _feeders(readings: Readings, others: Table, carried: Table) -> dict[int, tuple[str, ...]]:
    """By rank of a type shown as "Autres": the names of the OG that feed most of it."""
    owners = max(len(readings.owners), 1)
    totals = np.zeros(len(readings.kinds) * owners, dtype="int64")
    for table in (others, carried):
        owned = readings.owner_of[table["entity"]]
        pairs = {"pair": table["kind"] * owners + owned, "documents": table["documents"]}
        totals += _sums(pairs, "pair", len(totals))
    met = np.flatnonzero(totals)
    met = met[np.argsort(-totals[met], kind="stable")]
    return {
        rank: tuple(
            readings.owners[owner] for owner in (met[met // owners == rank] % owners)[:NAMED]
        )
        for rank, kind in enumerate(readings.kinds)
        if kind.other
    }


def _types(
    readings: Readings, volumes: Table, received: Ints, feeders: dict[int, tuple[str, ...]]
) -> tuple[TypeVolume, ...]:
    """Every type with a document in the window."""
    documents = _sums(volumes, "kind", len(readings.kinds))
    met = chosen(readings.volumes, readings.volumes["documents"] > 0)
    met = chosen(met, np.isin(met["month"], received))
    since = np.full(len(readings.kinds), month_number(dt.date.max))
    np.minimum.at(since, met["kind"], met["month"])
    return tuple(
        TypeVolume(
            code=readings.kinds[rank].code,
            label=readings.kinds[rank].label,
            documents=int(documents[rank]),
            share=float(documents[rank] / documents.sum()),
            since=month_of(int(since[rank])),
            entities=feeders.get(rank, ()),
            generic=readings.kinds[rank].generic,
        )
        for rank in np.argsort(-documents, kind="stable").tolist()
        if documents[rank]
    )


def _by_owner(readings: Readings, *tables: Table) -> tuple[Ints, list[str]]:
    """The documents of some tables by owner, and the first FINESS of each there."""
    totals = np.zeros(len(readings.owners), dtype="int64")
    firsts = np.full(len(readings.owners), len(readings.entities))
    for table in tables:
        owner = readings.owner_of[table["entity"]]
        totals += _sums({"owner": owner, "documents": table["documents"]}, "owner", len(totals))
        met = distinct(table["entity"])[::-1]  # the least stays
        firsts[readings.owner_of[met]] = np.minimum(firsts[readings.owner_of[met]], met)
    finess = [*(entity.finess for entity in readings.entities), ""]
    return totals, [finess[rank] for rank in firsts.tolist()]


def _concentration(readings: Readings, facilities: Table, carried: Table) -> Concentration:
    documents, finess = _by_owner(readings, facilities, carried)
    total = int(documents.sum())
    first = [rank for rank in np.argsort(-documents, kind="stable")[:LARGEST] if documents[rank]]
    return Concentration(
        share=int(documents[first].sum()) / total if total else None,
        largest=tuple(
            EntityVolume(
                finess[rank],
                readings.owners[rank],
                int(documents[rank]),
                float(documents[rank] / total),
            )
            for rank in first
        ),
        entities=int((documents > 0).sum()),
    )


def _growth(readings: Readings, last: int | None) -> GrowthOrigin | None:
    """None below 9 comparable months."""
    if last is None:
        return None
    counted = comparable(readings, last)
    if counted[:, :-1].any(axis=1).sum() < LEAST_RECEIVED:
        return None
    volumes, facilities, carried = (
        _compared(table, counted, last)
        for table in (readings.volumes, readings.contributors, readings.carried)
    )
    kinds = readings.kinds
    by_owner, finess = _by_owner(readings, facilities, carried)
    return GrowthOrigin(
        **_parts(readings, facilities),
        change=int(volumes["documents"].sum()),
        carried=int(carried["documents"].sum()),
        by_sector=_changes(
            _sums(volumes, "sector", len(CHART_SECTORS)),
            lambda rank: (str(CHART_SECTORS[rank]), str(CHART_SECTORS[rank].label)),
        ),
        by_departement=_changes(
            # "Non ventilé" is numbered −1, as the last of a list.
            _sums({**volumes, "place": volumes["place"] + 1}, "place", len(readings.places) + 1),
            lambda rank: _place_name(readings, rank - 1),
        ),
        by_entity=_changes(
            by_owner,
            lambda rank: (finess[rank], readings.owners[rank]),
        ),
        by_type=_changes(
            _sums(volumes, "kind", len(kinds)),
            lambda rank: (kinds[rank].code, kinds[rank].label),
        ),
    )


def _place_name(readings: Readings, place: int) -> tuple[str, str]:
    """Code and name of a département, or of "Non ventilé"."""
    if place == UNALLOCATED:
        return UNALLOCATED_NAME
    found = readings.places[place]
    return str(found.departement_code), found.name


def _compared(table: Table, counted: NDArray[np.bool_], last: int) -> Table:
    """The comparable rows of both years, documents of the earlier one taken away."""
    rows = during(table, last - 23, last)
    rows = chosen(rows, counted[(rows["month"] - (last - 23)) % 12, rows["place"]])
    return {**rows, "documents": np.where(rows["month"] > last - 12, 1, -1) * rows["documents"]}


def _parts(readings: Readings, facilities: Table) -> dict[str, int]:
    """The change of facilities that fed in the recent year only, in both, in the earlier only."""
    recent, earlier = (
        _sums(chosen(facilities, side), "facility", readings.facility_count)
        for side in (facilities["documents"] > 0, facilities["documents"] < 0)
    )
    new, stopped = (recent > 0) & (earlier == 0), (recent == 0) & (earlier < 0)
    change = recent + earlier
    return {
        "new": int(change[new].sum()),
        "active": int(change[~new & ~stopped].sum()),
        "stopped": int(change[stopped].sum()),
        "new_count": int(new.sum()),
        "stopped_count": int(stopped.sum()),
    }


def _changes(changes: Ints, name: Callable[[int], tuple[str, str]]) -> tuple[Change, ...]:
    """What changed, the greatest first; `name` gives the code and the label of a rank."""
    order = np.argsort(-changes, kind="stable")
    return tuple(
        Change(*name(rank), change)
        for rank, change in zip(order.tolist(), changes[order].tolist(), strict=True)
        if change
    )
