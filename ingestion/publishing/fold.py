"""From the layers of cells to their facts. Pure: DataFrames in, DataFrames out.

A cell is (month, region, departement); in these frames the departement of "Non ventilé" is "".

A cumulative layer says how many documents there were since the beginning. What it gives to its
month is what it adds to the cumulative layers in force of the month before, never less than zero.
In a cell where monthly and cumulative layers stand together, each key is what the last layer that
holds it says, whichever it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from ingestion.models import Outcome

CELL = ["month", "region", "departement"]
KEY = ["facility_id", "legal_entity_id", "document_type_id"]
VALUES = ["sector", "documents", "dmp"]
TEXTS = ["region", "departement", "sector"]
ENTITY_COLUMNS = ["legal_entity_id", "document_type_id", "sector", "documents", "dmp"]
#: No facts at all.
NOTHING = pd.DataFrame(
    {
        "month": pd.Series(dtype="datetime64[s]"),
        **{name: pd.Series(dtype="str") for name in ("region", "departement")},
        **{name: pd.Series(dtype="int64") for name in KEY},
        "sector": pd.Series(dtype="str"),
        "documents": pd.Series(dtype="int64"),
        "dmp": pd.Series(dtype="Int64"),
    }
)
#: A legal entity may change place from one month to the next; its documents are still its own.
SAME = ["month", "region", *KEY]


def holdings(checked: pd.DataFrame) -> pd.DataFrame:
    """What an extract brings to each cell: its accepted records, one row per cell and key.

    Takes `Checked.records`; gives the columns CELL, KEY (0 where a facility or legal entity is
    none), sector, documents, dmp, in the order of CELL and KEY; texts are categories. Several
    accepted records of one key (unrecognised labels of one facility, a source that adds up) add
    up; their DMP, which are distinct counts, cannot, and become unknown.
    """
    rows = np.flatnonzero(checked["outcome"] == Outcome.ACCEPTED)
    texts = {name: _in_order(checked[name]) for name in TEXTS}
    numbers = {
        name: checked[name].to_numpy(dtype="int64", na_value=0) for name in [*KEY, "documents"]
    }
    months, _ = pd.factorize(checked["month"].array.take(rows), sort=True)
    order, first = _sorted_groups(
        [months, *(texts[name].codes.take(rows) for name in CELL[1:])],
        [numbers[name].take(rows) for name in KEY],
    )
    ordered = rows.take(order)
    kept = ordered.take(first)
    columns: dict[str, Any] = {"month": checked["month"].array.take(kept)}
    columns |= {name: texts[name].take(kept) for name in CELL[1:]}
    columns |= {name: numbers[name].take(kept) for name in KEY}
    columns |= {"sector": texts["sector"].take(kept), "documents": numbers["documents"].take(kept)}
    columns["dmp"] = checked["dmp"].array.take(kept)
    held = pd.DataFrame(columns, copy=False)
    if len(held) < len(order):
        sizes = np.diff(np.append(first, len(order)))
        held["documents"] = np.add.reduceat(numbers["documents"].take(ordered), first)
        held["dmp"] = held["dmp"].mask(sizes > 1)
    return held


def _in_order(texts: pd.Series[str]) -> pd.Categorical:
    """Texts as categories in their order, "" where there is none.

    A million texts would take ten times the memory, and each step ten times as long.
    """
    coded = pd.Categorical(texts)
    names = pd.Index(sorted({"", *coded.categories}), dtype="str")
    # A missing text has the code -1: the last.
    codes = names.get_indexer(pd.Index([*coded.categories, ""], dtype="str"))
    return pd.Categorical.from_codes(codes[coded.codes], names)


def stacked(held: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """What several extracts hold, one above the other: see `holdings`."""
    texts = {
        name: union_categoricals([pd.Categorical(each[name]) for each in held]) for name in TEXTS
    }
    return pd.concat(held, ignore_index=True).assign(**texts)


def _sorted_groups(
    cells: Sequence[NDArray[Any]], keys: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order of rows by CELL and KEY, and where each group of equal ones begins in it.

    `cells`: codes in the order of what they stand for. All are packed into one integer, which
    sorts ten times faster than nine columns do.
    """
    facility, entity, kind = keys
    packed = np.zeros(len(kind), dtype="int64")
    for codes in cells:
        packed = packed * (int(codes.max(initial=0)) + 1) + codes
    # A record is a facility's or an entity's: entities, whose facility is 0, come first.
    carrier = np.where(facility > 0, facility + entity.max(initial=0), entity)
    packed = packed * (carrier.max(initial=0) + 1) + carrier
    packed = packed * (kind.max(initial=0) + 1) + kind
    # Which of equal ones comes first says nothing: sorting is three times faster if not stable.
    order = np.argsort(packed)
    placed = packed.take(order)
    return order, np.flatnonzero(np.r_[True, placed[1:] != placed[:-1]][: len(placed)])


def fold(
    layers: pd.DataFrame, held: pd.DataFrame, before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The facts of cells: each key as the last layer in force that holds it says.

    `layers`: layer (their order), extract_id, CELL, and `cumulative` (bool) when `before` is
    given. `held`: extract_id and the columns of `holdings`, for every extract of `layers`.
    `before`: the fold of the cumulative layers in force in the months before those of `layers`.
    Gives the columns of `holdings`.
    """
    numbers, places = _numbered(held, ["extract_id", *CELL])
    kinds = layers.astype({"month": held["month"].dtype}).astype(dict.fromkeys(CELL[1:], "str"))
    spoken = places.astype(dict.fromkeys(CELL[1:], "str")).merge(
        kinds, on=["extract_id", *CELL], how="left", validate="one_to_one"
    )
    kept = spoken["layer"].notna().to_numpy()[numbers]
    said, of = held.drop(columns="extract_id"), numbers
    if not kept.all():
        said, of = said[kept], of[kept]
    if layers.duplicated(CELL).any():
        order = np.argsort(spoken["layer"].to_numpy()[of], kind="stable")
        said, of = said.take(order), of[order]
        last = ~said.duplicated([*CELL, *KEY], keep="last").to_numpy()
        said, of = said[last], of[last]
    said = said.reset_index(drop=True)
    if before is None:
        return said
    added = spoken["cumulative"].eq(other=True).to_numpy()[of]
    return said.assign(
        documents=said["documents"].where(~added, _added(said, before)),
        dmp=said["dmp"].mask(added),
    )


def _numbered(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[NDArray[np.intp], pd.DataFrame]:
    """A number for each different row of some columns, and these rows in that order."""
    packed = np.zeros(len(frame), dtype="int64")
    for name in columns:
        codes, values = pd.factorize(frame[name])
        packed = packed * max(len(values), 1) + codes
    numbers, _ = pd.factorize(packed)
    first = np.flatnonzero(~pd.Series(numbers).duplicated())
    return numbers, frame[list(columns)].take(first).reset_index(drop=True)


def _added(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series[int]:
    """What cumulative documents add to those of the month before: nothing when they fall."""
    known = _a_month_later(before)[[*SAME, "documents"]].rename(columns={"documents": "before"})
    kinds = {"month": now["month"].dtype, "region": "str"}
    known, keys = known.astype(kinds), now[SAME].astype(kinds)
    earlier = keys.merge(known, on=SAME, how="left", validate="many_to_one")["before"].fillna(0)
    added = (now["documents"] - earlier.astype("int64").to_numpy()).clip(lower=0)
    return added.astype("int64")


def _a_month_later(held: pd.DataFrame) -> pd.DataFrame:
    months = held["month"].to_numpy().astype("datetime64[M]") + np.timedelta64(1, "M")
    return held.assign(month=months.astype("datetime64[s]"))


def falls(current: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """The keys whose cumulative documents are fewer than the month before, or said no more.

    Both have the columns of `holdings` (or of `fold`); `previous` holds the months before those
    of `current`. Gives CELL, KEY, `documents` (0 when said no more) and `before`. A cell without
    any row in `current` is not received, and has no fall.
    """
    earlier = _a_month_later(previous)[[*CELL, *KEY, "documents"]]
    kinds = {"month": "datetime64[s]", "region": "str", "departement": "str"}
    now, earlier = current.astype(kinds), earlier.astype(kinds)
    compared = earlier.merge(
        now[[*SAME, "documents"]], on=SAME, how="left", suffixes=("_before", ""), validate="1:1"
    )
    cells = now[CELL].drop_duplicates()
    compared = compared.merge(cells, on=CELL).rename(columns={"documents_before": "before"})
    compared["documents"] = compared["documents"].fillna(0).astype("int64")
    fallen = compared[compared["documents"] < compared["before"]]
    return fallen[[*CELL, *KEY, "documents", "before"]].reset_index(drop=True)


def facility_rows(facts: pd.DataFrame) -> pd.DataFrame:
    """The facts that facilities fed, as `indicators.facts.replace_facts` wants them."""
    columns = [*CELL, "facility_id", "document_type_id", "documents", "dmp"]
    return facts.loc[facts["facility_id"] != 0, columns].reset_index(drop=True)


def entity_rows(facts: pd.DataFrame) -> pd.DataFrame:
    """The facts that legal entities carry, likewise; their departement may be None."""
    rows = facts.loc[facts["facility_id"] == 0, [*CELL, *ENTITY_COLUMNS]].reset_index(drop=True)
    return rows.assign(departement=rows["departement"].astype("str").replace("", None))
