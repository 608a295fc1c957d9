"""What is worth a human's eye before a file is published. Pure: DataFrames in, facts out.

Each anomaly says what was seen and against what; `anomaly_words` puts it into French. One of
them is enough for a file not to be published by itself.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.previewing.comparison import FACILITY, VOLUME, Contents, Place
from ingestion.reading.months import month_of
from reference.months import shift

#: A facility that sends 20 times what it usually sends: a column shifted, a cumulative figure.
JUMP_RATIO = 20
#: Under it, twenty times little is still little: from 1 to 20 documents is a facility starting.
JUMP_FLOOR = 200
#: Received months looked back at; half a year smooths one peak and follows a facility's growth.
JUMP_MONTHS = 6
#: With fewer received months there is no habit to compare with.
JUMP_MIN_MONTHS = 3

#: A département that loses 60 % of its documents: the slack of August takes a third at most.
DROP_SHARE = 0.6
#: Under it, a few facilities make the month and their absence is chance.
DROP_FLOOR = 50
#: The month before may be missing; one of last season is no reference.
DROP_REACH = 3

#: Ten points more of unrecognised types: a type was renamed, which the nomenclature must learn.
OTHERS_POINTS = 0.10
#: Without anything to compare with, a quarter is much.
OTHERS_ALONE = 0.25
OTHERS_FLOOR = 50

#: One record in ten refused: more than typing errors, an export gone wrong.
REFUSED_SHARE = 0.10
REFUSED_FLOOR = 5

SERIOUS, CHECK = "serious", "check"


@dataclass(frozen=True)
class Anomaly:
    """One thing seen: `facts` holds months (YYYY-MM), codes, identifiers and numbers."""

    code: str
    severity: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Situation:
    """What a file would change, and what is known around it.

    `covered`: the cells of the file, those confirmed empty included; `accepted`: those in which
    it has an accepted record; `met`: those in which it has a record, whatever its outcome;
    `published`: the cells in force in the months of the file, within its scope. None of these
    holds "Non ventilé". `received`: every cell in force of the scope, whatever its month.
    `before`: what the cells of the file's months hold now; `after`: what its own will hold;
    `earlier`: what the months before the file hold, whole for volumes, for the facilities that
    send JUMP_FLOOR documents or more for the others. `complete`: the file wipes nothing.
    """

    covered: Collection[Place]
    accepted: Collection[Place]
    met: Collection[Place]
    published: Collection[Place]
    received: Collection[Place]
    before: Contents
    after: Contents
    earlier: Contents
    complete: bool = False

    @cached_property
    def known(self) -> Contents:
        """Everything that would be published, the file's cells read from it."""
        kept = self.before.without(self.covered)
        return self.earlier.joined(kept).joined(self.after)

    def months_before(self, month: pd.Timestamp, departement: str) -> list[pd.Timestamp]:
        """The received months of a département before one, the latest first."""
        found = self._months.get(departement, [])
        return found[: bisect_left(found, month)][::-1]

    @cached_property
    def _months(self) -> dict[str, list[pd.Timestamp]]:
        """Département → its received months, in order, the file's among them."""
        found: dict[str, list[pd.Timestamp]] = {}
        for month, departement in sorted({*self.received, *self.covered}):
            found.setdefault(departement, []).append(month)
        return found


def lost_cells(situation: Situation) -> Iterator[Anomaly]:
    """Départements published in a month of the file, of which it says nothing that counts."""
    covered = set(situation.covered)
    for month, departement in sorted(set(situation.met) - covered):
        lost = (month, departement) in set(situation.published)
        facts = {"month": iso(month), "departement": departement, "published": lost}
        yield Anomaly("cell_refused", SERIOUS if lost else CHECK, facts)
    if situation.complete:
        return
    for month, departement in sorted(set(situation.published) - covered - set(situation.met)):
        facts = {"month": iso(month), "departement": departement}
        yield Anomaly("cell_lost", SERIOUS, facts)


def absent_departements(situation: Situation) -> Iterator[Anomaly]:
    """Départements received the month before one that is new, and absent from it."""
    if situation.complete:
        return
    held = {*situation.covered, *situation.met}
    new = {month for month, _ in situation.covered} - {month for month, _ in situation.published}
    for month in sorted(new):
        earlier = {when for when, _ in situation.received if when < month}
        if not earlier:
            continue
        last = max(earlier)
        for departement in sorted(where for when, where in situation.received if when == last):
            if (month, departement) not in held:
                facts = {"month": iso(month), "departement": departement, "since": iso(last)}
                yield Anomaly("departement_absent", SERIOUS, facts)


def facility_jumps(situation: Situation) -> Iterator[Anomaly]:
    """Facilities that send JUMP_RATIO times the median of their last received months.

    The median counts the months without a document as zeros; where it is zero, the largest of
    these months stands for it. Not told: a facility that sent nothing in any (it has no habit),
    and one whose published month is already of that size (somebody has looked at it).
    """
    series = situation.known.facilities
    sent = situation.after.facilities
    large = sent[sent["documents"] >= JUMP_FLOOR].merge(
        situation.before.facilities, on=FACILITY, how="left", suffixes=("", "_now")
    )
    large = large[~(large["documents_now"] * JUMP_RATIO > large["documents"])]
    if large.empty:
        return
    large = large.sort_values(["departement", "month"], kind="stable")
    habits = _habits(large, series[series["facility_id"].isin(large["facility_id"])], situation)
    months = np.isfinite(habits).sum(axis=1)
    told = months >= JUMP_MIN_MONTHS
    large, habits, months = large[told], habits[told], months[told]
    usual = np.nanmedian(habits, axis=1)
    usual = np.where(usual > 0, usual, np.nanmax(habits, axis=1, initial=0))
    jumped = (usual > 0) & (usual * JUMP_RATIO <= large["documents"].to_numpy())
    for row, habit, looked in zip(
        large[jumped].itertuples(), usual[jumped].tolist(), months[jumped].tolist(), strict=True
    ):
        facts = {
            "month": iso(row.month),
            "facility": int(row.facility_id),
            "documents": int(row.documents),
            "usual": habit,
            "months": looked,
        }
        yield Anomaly("facility_jump", SERIOUS, facts)


def _habits(rows: pd.DataFrame, known: pd.DataFrame, situation: Situation) -> NDArray[np.float64]:
    """What the facility of each row sent in the last received months of its département.

    One row each, JUMP_MONTHS columns, the latest month first: 0 where it sent nothing, NaN where
    fewer months were received. `known`: the columns of FACILITY, and documents.
    """
    places = sorted({*situation.received, *situation.covered}, key=lambda place: place[::-1])
    named = pd.Index(sorted({departement for _, departement in places}), dtype="object")
    cells = _packed(pd.DataFrame(places, columns=["month", "departement"]), named)
    first = np.searchsorted(cells, _packed(rows, named))
    start = np.searchsorted(cells, _packed(rows.assign(month=pd.Timestamp(0)), named))
    of = pd.Index(cells).get_indexer(pd.Index(_packed(known, named)))
    keys = known["facility_id"].to_numpy(dtype="int64") * len(cells) + of
    sent = known["documents"].groupby(np.where(of < 0, -1, keys)).sum()
    habits = np.full((len(rows), JUMP_MONTHS), np.nan)
    facilities = rows["facility_id"].to_numpy(dtype="int64") * len(cells)
    for back in range(JUMP_MONTHS):
        cell = first - 1 - back
        said = sent.reindex(facilities + cell).fillna(0).to_numpy()
        habits[:, back] = np.where(cell >= start, said, np.nan)
    return habits


def _packed(rows: pd.DataFrame, named: pd.Index[str]) -> NDArray[np.int64]:
    """The cell of each row as an integer, in the order of départements, then of months."""
    months = rows["month"].to_numpy().astype("datetime64[M]").astype("int64")
    packed: NDArray[np.int64] = (named.get_indexer(pd.Index(rows["departement"])) << 32) + months
    return packed


def month_drops(situation: Situation) -> Iterator[Anomaly]:
    """Départements whose month loses DROP_SHARE of its documents.

    Against the same month when it is published, else against the last received one before it.
    """
    known, before = _by_place(situation.known), _by_place(situation.before)
    published = set(situation.published)
    for month, departement in sorted(situation.accepted):
        reference, against = month, before
        if (month, departement) not in published:
            earlier = situation.months_before(month, departement)
            if not earlier or earlier[0].date() < shift(month.date(), -DROP_REACH):
                continue
            reference, against = earlier[0], known
        had = against.get((reference, departement), 0)
        has = known.get((month, departement), 0)
        if had >= DROP_FLOOR and has <= had * (1 - DROP_SHARE):
            facts = {
                "month": iso(month),
                "departement": departement,
                "documents": has,
                "reference": had,
                "against": iso(reference),
            }
            yield Anomaly("month_drop", SERIOUS, facts)


def others_jumps(situation: Situation, unrecognised: int) -> Iterator[Anomaly]:
    """Months in which the share of unrecognised types rises by OTHERS_POINTS.

    Against the same cells when they are published, else against the months before the file's.
    """
    places = {*situation.covered, *((month, "") for month, _ in situation.covered)}
    published = {*situation.published, *((month, "") for month, _ in situation.published)}
    now = situation.before.within(places & published).volumes
    for month, volumes in situation.after.volumes.groupby("month"):
        share, total = _others(volumes, unrecognised)
        same = now[now["month"] == month]
        earlier = situation.earlier.volumes
        reference, base = _others(same if len(same) else earlier, unrecognised)
        above = share - reference >= OTHERS_POINTS if base else share >= OTHERS_ALONE
        if above and total >= OTHERS_FLOOR:
            facts = {"month": iso(month), "share": share, "reference": reference if base else None}
            yield Anomaly("others_jump", CHECK, facts)


def closed_months(situation: Situation, closed_after: int) -> Iterator[Anomaly]:
    """Months published long ago that the file would change."""
    places = set(situation.covered) & set(situation.published)
    received = {month for month, _ in situation.received}
    changed = _changed(situation, places)
    for month in sorted({month for month, _ in places}):
        since = sum(other > month for other in received)
        if since >= closed_after and month in changed:
            facts = {"month": iso(month), "since": since}
            yield Anomaly("month_closed", SERIOUS, facts)


def report_anomalies(counts: dict[str, int], remarks: pd.Series[int]) -> Iterator[Anomaly]:
    """What the account of a file and its remarks (code → how many) say by themselves."""
    read, refused = counts["read"], counts["refused"]
    if refused >= REFUSED_FLOOR and refused > read * REFUSED_SHARE:
        yield Anomaly("many_refused", SERIOUS, {"refused": refused, "read": read})
    if subtotals := int(remarks.get("entity_subtotal", 0)):
        yield Anomaly("entity_subtotal", SERIOUS, {"lines": subtotals})


def months_to_come(records: pd.DataFrame, today: dt.date) -> Iterator[Anomaly]:
    """Months not yet begun, one anomaly for each; their records are refused already."""
    refused = records.loc[records["problem"] == "month_out_of_range", "problem_value"]
    ahead: Counter[dt.date] = Counter()
    for text, lines in refused.value_counts().items():
        month = month_of(str(text))
        if month is not None and month > today:
            ahead[month] += int(lines)
    for month in sorted(ahead):
        yield Anomaly("months_to_come", SERIOUS, {"month": iso(month), "lines": ahead[month]})


def detect(situation: Situation, unrecognised: int, closed_after: int) -> list[Anomaly]:
    """Every anomaly that comparing a file with what is known shows, the most serious first."""
    kinds: tuple[Callable[[Situation], Iterator[Anomaly]], ...] = (
        *(lost_cells, absent_departements, month_drops, facility_jumps),
        lambda each: closed_months(each, closed_after),
        lambda each: others_jumps(each, unrecognised),
    )
    found = [anomaly for kind in kinds for anomaly in kind(situation)]
    return sorted(found, key=lambda anomaly: anomaly.severity != SERIOUS)


def iso(month: Any) -> str:
    """A month as facts keep it."""
    return f"{month:%Y-%m}"


def _by_place(part: Contents) -> dict[Place, int]:
    sums = part.volumes.groupby(["month", "departement"], as_index=False)["documents"].sum()
    return {
        (month, where): int(value)
        for month, where, value in zip(
            sums["month"], sums["departement"], sums["documents"], strict=True
        )
    }


def _others(volumes: pd.DataFrame, unrecognised: int) -> tuple[float, int]:
    """The share of unrecognised types among documents, and their number; 0 without any."""
    total = int(volumes["documents"].sum())
    others = int(volumes.loc[volumes["document_type_id"] == unrecognised, "documents"].sum())
    return (others / total if total else 0.0), total


def _changed(situation: Situation, places: Collection[Place]) -> set[pd.Timestamp]:
    """The months in which publishing would change anything of these cells."""
    before, after = situation.before.within(places), situation.after.within(places)
    changed: set[pd.Timestamp] = set()
    for had, has, key in (
        (before.facilities, after.facilities, FACILITY),
        (before.volumes, after.volumes, VOLUME),
    ):
        change = pd.concat([has, had.assign(documents=-had["documents"])], ignore_index=True)
        sums = change.groupby(key, as_index=False)["documents"].sum()
        changed |= set(sums.loc[sums["documents"] != 0, "month"])
    return changed
