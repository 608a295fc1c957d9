"""The reading of a région, computed once for each state of the figures and kept.

It costs more than a page may take, so a beat task (`dashboard.tasks`) prepares those that pages
offer, and what the others are cut from; another selection is computed when asked for, and kept by
the process that served it. Every key contains the data version: nothing is ever invalidated.
"""

from __future__ import annotations

import datetime as dt
import pickle
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.cache import caches

from dashboard.forms import DEFAULT_MONTHS, SHORT_MONTHS, latest
from dashboard.freshness import code_digest
from indicators import measures
from indicators.details import Details, details_of
from indicators.evidence import Ground, RegionEvidence, gather, lay
from indicators.measures import covered_span
from indicators.selection import CHART_SECTORS, Selection, Territory, region_territory
from indicators.series import Measures
from indicators.snapshot import snapshot
from reference.models import Region

NEAR, SHARED = "near", "readings"
PREPARING = "preparing"
#: What was not prepared is asked for again after so many seconds: a worker is at it.
AWHILE = 5
#: Among what pages offer: what they open on, and what is one click away.
OPENING, NEXT = slice(0, 1), slice(1, None)
#: The level of compression that costs least.
QUICKLY = 1
#: A worker that died leaves its word behind: seconds after which it counts no more.
PATIENCE = 600


@dataclass(frozen=True)
class Unprepared:
    """Stands for a reading that nobody had prepared when this process asked, for a while."""

    since: float


def evidence(selection: Selection, version: int) -> RegionEvidence:
    """What is known of a région and of each of its départements over a selection.

    `version`: the data version of the snapshot that the page reads. One query when it was
    prepared, none when this process holds it.
    """
    key = _key(selection, version)
    found: RegionEvidence | None = _kept(key)
    if found is None:
        found = gather(selection, ground=_ground(selection.territory, version))
        caches[NEAR].set(key, found)
    return found


def evidence_of(code: str, selection: Selection, version: int) -> RegionEvidence:
    """What is known of a région and of one of its départements, by code.

    The other départements are there only where they cost nothing; so are programmes.
    """
    own = f"{_key(selection, version)}:{code}"
    found: RegionEvidence | None = caches[NEAR].get(own) or _kept(_key(selection, version))
    if found is None:
        found = gather(selection, code, _ground(selection.territory, version))
        caches[NEAR].set(own, found)
    return found


def measures_of(code: str, selection: Selection, version: int) -> tuple[Measures, Measures]:
    """The measures of a département and of its région, without what lies behind them."""
    own = f"{_key(selection, version)}:{code}"
    known: RegionEvidence | None = caches[NEAR].get(own) or _kept(_key(selection, version))
    if known is not None:
        return known.departements[code].measures, known.region.measures
    readings = _ground(selection.territory, version).readings
    region, departements = measures.measures_of(selection, readings.cuts(selection, code))
    return departements[code], region


def figures(selection: Selection, version: int) -> tuple[Measures, Details]:
    """The measures of a région or of a département, and what lies behind them, for any months.

    Three queries at most once a worker prepared what they are cut from.
    """
    territory = selection.territory
    code, whole = territory.departement_code, territory
    if code is not None:
        whole = region_territory(Region.objects.get(pk=territory.region_code))
    readings = _ground(whole, version).readings
    regional = replace(selection, territory=whole)
    cuts = {whole: readings.cut(regional)} if code is None else readings.cuts(regional, code)
    own = cuts[territory]
    return measures.measures_of(selection, {territory: own})[0], details_of(selection, own)


def _ground(territory: Territory, version: int) -> Ground:
    """What the selections of a région that nobody prepared are cut from."""
    key = _ground_key(territory, version)
    found: Ground | None = _kept(key)
    if found is None:
        found = lay(territory)
        caches[NEAR].set(key, found)
    return found


def fetch(version: int, received: tuple[dt.date, dt.date], *selections: Selection) -> None:
    """Bring what a worker prepared of a région to this process, in one query.

    `received`: the first and the last month ever received there. Beside the readings of the
    `selections`, what those that no worker prepares are cut from.
    """
    wanted = {_key(each, version) for each in selections}
    for place in {each.territory for each in selections}:
        if not set(selections) <= set(offered(place, received)):
            wanted.add(_ground_key(place, version))
    keys = {key for key in wanted if _held(key) is None}
    found = caches[SHARED].get_many(sorted(keys)) if keys else {}
    for key in keys:
        held = _opened(found[key]) if key in found else Unprepared(monotonic())
        caches[NEAR].set(key, held)


def _held(key: str) -> Any:
    """What this process holds of what a worker prepares, or that it found nothing of it.

    None when it has to ask, maybe once more.
    """
    held = caches[NEAR].get(key)
    if isinstance(held, Unprepared) and monotonic() - held.since >= AWHILE:
        return None
    return held


def _kept(key: str) -> Any:
    """What this process holds, or a worker prepared; None when neither does."""
    held = _held(key)
    if isinstance(held, Unprepared):
        return None
    if held is not None:
        return held
    sealed = caches[SHARED].get(key)
    if sealed is None:
        return None
    found = _opened(sealed)
    caches[NEAR].set(key, found)
    return found


def _sealed(value: Any) -> bytes:
    """As it is kept for other processes: a fraction of it has to be sent."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), QUICKLY)


def _opened(sealed: bytes) -> Any:
    """What a worker of this site sealed."""
    return pickle.loads(zlib.decompress(sealed))  # noqa: S301  # as the cache itself does


def prepare(region: Region, some: slice = slice(None)) -> None:
    """Keep, for every process, the readings that a région's pages offer in one click, or some."""
    territory = region_territory(region)
    with snapshot() as version:
        received = covered_span(territory)
        if received is None:
            return
        # Laid in the first round, found in the next.
        ground = _ground(territory, version)
        found: dict[str, Any] = {
            _key(selection, version): gather(selection, ground=ground)
            for selection in list(offered(territory, received))[some]
        }
        found[_ground_key(territory, version)] = ground
    # Out of the snapshot, which only reads.
    caches[SHARED].set_many({key: _sealed(value) for key, value in found.items()})


def offered(territory: Territory, received: tuple[dt.date, dt.date]) -> Iterator[Selection]:
    """What pages open on, their other period, then each sector."""
    first, last = latest(received, DEFAULT_MONTHS)
    usual = Selection(territory, first, last)
    shorter = replace(usual, first=latest(received, SHORT_MONTHS)[0])
    sectors = (replace(usual, sector=sector) for sector in CHART_SECTORS)
    # Of a young région, both periods are one.
    yield from dict.fromkeys((usual, shorter, *sectors))


def alone() -> bool:
    """Say that this process prepares, unless another said so in the last `PATIENCE` seconds."""
    return bool(caches[SHARED].add(PREPARING, "now", PATIENCE))


def leave() -> None:
    """Say that nobody prepares any more."""
    caches[SHARED].delete(PREPARING)


def is_prepared(version: int) -> bool:
    """Whether every région was prepared at a data version, by the code that runs."""
    return bool(caches[SHARED].get(_done(version)))


def say_prepared(version: int) -> None:
    """Remember that every région was prepared at a data version."""
    caches[SHARED].set(_done(version), "done")


def _key(selection: Selection, version: int) -> str:
    return _named(
        version,
        selection.territory.code,
        f"{selection.first:%Y-%m}",
        f"{selection.last:%Y-%m}",
        selection.sector or "",
    )


def _ground_key(territory: Territory, version: int) -> str:
    return _named(version, territory.code, "ground")


def _done(version: int) -> str:
    return _named(version, "done")


def _named(version: int, *parts: str) -> str:
    """A key; a full cache drops the first ones in their order: those of the oldest versions."""
    return ":".join(("reading", f"{version:012}", code_digest(Path(settings.BASE_DIR)), *parts))
