"""What a file would change: the contents of its cells now, and once it is published. Pure.

Cells are pairs (month as a Timestamp, code of the département); "" stands for "Non ventilé".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FACILITY = ["month", "departement", "facility_id"]
VOLUME = ["month", "departement", "document_type_id"]
KEY = ["month", "departement", "facility_id", "legal_entity_id", "document_type_id"]

Place = tuple[pd.Timestamp, str]


@dataclass(frozen=True)
class Contents:
    """What cells hold.

    `facilities`: month, departement, facility_id, documents, one row per contributor (documents
    above 0). `volumes`: month, departement, document_type_id, documents, carried ones included.
    """

    facilities: pd.DataFrame
    volumes: pd.DataFrame

    def within(self, places: Collection[Place]) -> Contents:
        """The part of these cells."""
        return Contents(*(_within(each, places) for each in (self.facilities, self.volumes)))

    def without(self, places: Collection[Place]) -> Contents:
        """The part of all other cells."""
        return Contents(
            *(each.loc[~_inside(each, places)] for each in (self.facilities, self.volumes))
        )

    def joined(self, other: Contents) -> Contents:
        """These cells and those of another, which are not the same ones."""
        if self.facilities.empty and self.volumes.empty:
            return other
        return Contents(
            pd.concat([self.facilities, other.facilities], ignore_index=True),
            pd.concat([self.volumes, other.volumes], ignore_index=True),
        )


def contents(rows: pd.DataFrame) -> Contents:
    """What rows of KEY and documents (facility_id 0: carried by a legal entity) hold together."""
    of_sites = rows["facility_id"] != 0
    sites = rows if of_sites.all() else rows.loc[of_sites, [*FACILITY, "documents"]]
    return Contents(_summed(sites, FACILITY), _summed(rows, VOLUME))


def completed(before: Contents, held: pd.DataFrame, old: pd.DataFrame) -> Contents:
    """What cells hold once a file has spoken over them, leaving what it does not say.

    `before`: what the cells hold. `held`: the rows of the file. `old`: the published rows of the
    same keys, if any. All in the same cells.
    """
    change = pd.concat([held, old.assign(documents=-old["documents"])], ignore_index=True)
    added = change.groupby(KEY, as_index=False)["documents"].sum()
    sites = added[added["facility_id"] != 0]
    return Contents(
        _summed(pd.concat([before.facilities, sites[[*FACILITY, "documents"]]]), FACILITY),
        _summed(pd.concat([before.volumes, added[[*VOLUME, "documents"]]]), VOLUME),
    )


def _summed(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The documents of each group, in its order, none without any.

    The keys are packed into one integer, which is sorted ten times faster than they are.
    """
    packed, named = np.zeros(len(rows), dtype="int64"), {}
    for name in by:
        codes, named[name] = pd.factorize(rows[name], sort=True)
        packed = packed * max(len(named[name]), 1) + codes
    groups, sums = _sums(packed, rows["documents"].to_numpy(dtype="int64"))
    filled = sums > 0
    groups, columns = groups[filled], {}
    for name in reversed(by):
        groups, codes = np.divmod(groups, max(len(named[name]), 1))
        columns[name] = pd.Series(named[name].take(codes), dtype=rows[name].dtype)
    summed = pd.DataFrame({**{name: columns[name] for name in by}, "documents": sums[filled]})
    return summed.astype({"departement": "str"})  # categories before, of a file's own


def _sums(
    groups: NDArray[np.int64], documents: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different groups, in order, and the documents of each."""
    # Equal ones mostly follow each other, as the rows of a facility do.
    groups, documents = _runs(groups, documents)
    if (groups[1:] < groups[:-1]).any():
        order = np.argsort(groups)
        groups, documents = _runs(groups[order], documents[order])
    return groups, documents


def _runs(
    groups: NDArray[np.int64], documents: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Equal groups that follow each other made one."""
    first = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]][: len(groups)])
    if len(first) == len(groups):
        return groups, documents
    return groups[first], np.add.reduceat(documents, first)


def _inside(frame: pd.DataFrame, places: Collection[Place]) -> pd.Series[bool]:
    """Which rows are in these cells; each different cell is looked up once, not each row."""
    wanted = set(places)
    if not wanted:  # nothing is published yet: not worth looking at each row
        return pd.Series(data=False, index=frame.index)
    months, met = pd.factorize(frame["month"])
    codes, named = pd.factorize(frame["departement"])
    found = [(pd.Timestamp(month), code) in wanted for month in met for code in named]
    return pd.Series(
        np.array(found, dtype=bool)[months * len(named) + codes], index=frame.index, dtype=bool
    )


def _within(frame: pd.DataFrame, places: Collection[Place]) -> pd.DataFrame:
    return frame.loc[_inside(frame, places)].reset_index(drop=True)


def compare(
    before: Contents, after: Contents, published: Collection[Place], by: str
) -> list[dict[str, Any]]:
    """One line per value of `by` (month, departement, document_type_id), and their total last.

    Each measure is [published now, once published, once published where something is now]: the
    difference of the third and the first compares the same cells. None: nothing published there.
    `facilities` counts distinct contributors; it is left out by type of document.
    """
    same = after.within(published)
    now = before.within(published)
    known = {place[0 if by == "month" else 1] for place in published}
    counts = [_counts(part, by) for part in (now, after, same)]
    values = sorted({key for part in counts[:2] for each in part.values() for key in each} - {None})
    lines = []
    for value in [*values, None]:
        seen = bool(published) if value is None or by == "document_type_id" else value in known
        line: dict[str, Any] = {"key": value}
        for measure in ("documents", "facilities"):
            if measure in counts[0]:
                had, has, again = (each[measure].get(value, 0) for each in counts)
                line[measure] = [had, has, again] if seen else [None, has, None]
        lines.append(line)
    return lines


def _counts(part: Contents, by: str) -> dict[str, dict[Any, int]]:
    """What a part holds for each value of `by`, and in all (None), for each measure."""
    documents = part.volumes.groupby(by)["documents"].sum()
    found = {"documents": {**documents.to_dict(), None: int(documents.sum())}}
    if by != "document_type_id":
        fed = part.facilities
        numbers = fed.groupby(by)["facility_id"].nunique().to_dict()
        found["facilities"] = {**numbers, None: int(fed["facility_id"].nunique())}
    return found


def moved(before: Contents, after: Contents, published: Collection[Place]) -> dict[str, pd.Series]:
    """The contributors that appear in cells already published, and those that leave them.

    `new` and `gone`: facility_id → documents, the largest first.
    """
    now = _by_facility(before.within(published))
    then = _by_facility(after.within(published))
    return {
        "new": then[~then.index.isin(now.index)].sort_values(ascending=False, kind="stable"),
        "gone": now[~now.index.isin(then.index)].sort_values(ascending=False, kind="stable"),
    }


def _by_facility(part: Contents) -> pd.Series:
    return part.facilities.groupby("facility_id")["documents"].sum()
