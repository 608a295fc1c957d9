"""What a file would change: the contents of its cells now, and once it is published. Pure.

Cells are pairs (month as a Timestamp, code of the département); "" stands for "Non ventilé".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

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
        return Contents(
            pd.concat([self.facilities, other.facilities], ignore_index=True),
            pd.concat([self.volumes, other.volumes], ignore_index=True),
        )


def contents(rows: pd.DataFrame) -> Contents:
    """What rows of KEY and documents (facility_id 0: carried by a legal entity) hold together."""
    sites = rows[rows["facility_id"] != 0]
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
    summed = rows.groupby(by, as_index=False)[["documents"]].sum()
    return summed[summed["documents"] > 0].reset_index(drop=True)


def _inside(frame: pd.DataFrame, places: Collection[Place]) -> pd.Series[bool]:
    wanted = set(places)
    found = [pair in wanted for pair in zip(frame["month"], frame["departement"], strict=True)]
    return pd.Series(found, index=frame.index, dtype=bool)


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
    values = sorted({*after.volumes[by], *now.volumes[by], *after.facilities.get(by, [])})
    lines = []
    for value in [*values, None]:
        seen = bool(published) if value is None or by == "document_type_id" else value in known
        line: dict[str, Any] = {"key": value, "documents": []}
        parts = (now if seen else None, after, same if seen else None)
        line["documents"] = [_documents(part, by, value) for part in parts]
        if by != "document_type_id":
            line["facilities"] = [_facilities(part, by, value) for part in parts]
        lines.append(line)
    return lines


def _documents(part: Contents | None, by: str, value: object) -> int | None:
    if part is None:
        return None
    volumes = part.volumes if value is None else part.volumes[part.volumes[by] == value]
    return int(volumes["documents"].sum())


def _facilities(part: Contents | None, by: str, value: object) -> int | None:
    if part is None:
        return None
    rows = part.facilities if value is None else part.facilities[part.facilities[by] == value]
    return int(rows["facility_id"].nunique())


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
