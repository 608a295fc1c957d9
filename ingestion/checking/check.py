"""What becomes of each record, against the register: exactly one outcome, with reasons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingestion.checking.carriers import OUTCOMES, Places, locate
from ingestion.checking.ground import Ground
from ingestion.checking.messages import say
from ingestion.models import Outcome
from ingestion.publishing.fold import holdings
from reference.documents import normalise_label

LINES_NAMED = 5
MAX_COUNT = 2**31 - 1
REMARK_TEXTS = ("finess", "column", "value", "outcome", "code", "detail")
COUNT_NAMES = {
    Outcome.ACCEPTED: "accepted",
    Outcome.DUPLICATE: "duplicates",
    Outcome.OUT_OF_SCOPE: "out_of_scope",
    Outcome.QUARANTINED: "quarantined",
    Outcome.REFUSED: "refused",
}
PLACED = ["facility_id", "legal_entity_id", "region", "departement", "sector"]
_OUTCOMES = pd.Index([each.value for each in Outcome], dtype="str")
_CODES = {each: code for code, each in enumerate(Outcome)}
_NO_REMARK = pd.DataFrame(
    {
        "line": pd.Series(dtype="int64"),
        "month": pd.Series(dtype="datetime64[s]"),
        "documents": pd.Series(dtype="Int64"),
        **{each: pd.Series(dtype="str") for each in REMARK_TEXTS},
    }
)


@dataclass(frozen=True)
class Checked:
    """The records with their outcome and place, the remarks on them, and their account.

    `records`: those of `normalise` and `outcome`, `facility_id` or `legal_entity_id` (Int64),
    `region`, `departement` (missing on an accepted record of a legal entity: "Non ventilé"),
    `document_type_id` (Int64), `sector` (INCONNU for an entity of several sectors); texts as
    categories.
    `remarks`: line, month, finess, documents, column, value, outcome, code, reason, remedy; a
    warning leaves the outcome.
    `counts`: read, accepted, duplicates, out_of_scope, quarantined, refused.
    """

    records: pd.DataFrame
    remarks: pd.DataFrame
    counts: dict[str, int]

    @cached_property
    def held(self) -> pd.DataFrame:
        """What the records bring to each cell: see `fold.holdings`."""
        return holdings(self.records)


def check(records: pd.DataFrame, ground: Ground, *, add_up: bool = False) -> Checked:
    """Give each record its one outcome against a register (DOMAIN: "What each record becomes").

    `add_up`: the source tells records of the same key apart by a column that we do not know
    (`extra`), so that they add up instead of contradicting each other.
    Pure: the same records are checked again whenever the ground changes.
    """
    records = records.reset_index(drop=True).astype({"month": "datetime64[s]"})
    places = locate(records, ground)
    types = _types(records["type_raw"], ground)
    fates = _fates(records, places)
    entries = _entries(places, types)
    repeats = _repeats(records, entries, fates, add_up=add_up)
    fates[repeats.index] = repeats["code"].map(
        {"conflict": _CODES[Outcome.REFUSED], "duplicate": _CODES[Outcome.DUPLICATE]}
    )
    excessive = _excessive(records, places, fates)
    fates[excessive] = _CODES[Outcome.REFUSED]
    outcomes = pd.Series(pd.Categorical.from_codes(fates, _OUTCOMES))
    frame = _Frame(records.assign(outcome=outcomes), places, types, ground)
    remarks = pd.concat(
        [
            *_refusals(frame),
            frame.remark(repeats.index, repeats["code"], "documents", repeats["detail"]),
            frame.remark(excessive, "count_too_large", "documents"),
            *_warnings(frame, fates == _CODES[Outcome.ACCEPTED]),
        ]
    )
    return Checked(
        frame.records.assign(
            document_type_id=types["document_type_id"],
            **{each: places.each(each) for each in PLACED},
        ),
        say(remarks.sort_values("line", kind="stable", ignore_index=True)),
        account(outcomes),
    )


def account(outcomes: pd.Series[str]) -> dict[str, int]:
    """How many records were read, and how many have each outcome.

    Raises:
        ArithmeticError: they do not add up, some record having no outcome.
    """
    found = outcomes.value_counts()
    counts = {name: int(found.get(value, 0)) for value, name in COUNT_NAMES.items()}
    if sum(counts.values()) != len(outcomes):
        raise ArithmeticError(f"{len(outcomes)} records read, but {counts}")
    return {"read": len(outcomes), **counts}


def _types(raw: pd.Series[str], ground: Ground) -> pd.DataFrame:
    """The type of each record, its normalised label when no type has that name, and `code`.

    `code` (an integer) tells the records of one type, or of one unrecognised label, from others.
    """
    codes, writings = pd.factorize(raw)
    labels = [normalise_label(text) for text in writings]
    found = [ground.types.get(label, ground.unrecognised) for label in labels]
    unnamed = [
        label if kind == ground.unrecognised else ""
        for label, kind in zip(labels, found, strict=True)
    ]
    same = pd.factorize(pd.MultiIndex.from_arrays([found, unnamed]))[0]
    return pd.DataFrame(
        {
            "document_type_id": pd.array(found, dtype="Int64").take(codes),
            "label": pd.array(unnamed, dtype="str").take(codes),
            "code": same.take(codes),
        }
    )


def _fates(records: pd.DataFrame, places: Places) -> NDArray[np.int64]:
    """The outcome of each record by itself, as its rank in `Outcome`."""
    by_code = {code: _CODES[outcome] for code, outcome in OUTCOMES.items()}
    of_places: NDArray[np.int64] = places.rows["code"].map(by_code).to_numpy().astype(np.int64)
    fates = of_places[places.of]
    fates[(records["problem"] != "").to_numpy()] = _CODES[Outcome.REFUSED]
    return fates


def _entries(places: Places, types: pd.DataFrame) -> NDArray[np.int64]:
    """A number for each (month, carrier as it was written, type or label): equal for repeats.

    The lines of a legal entity attached to a facility repeat none of the facility's own: they add
    up.
    """
    carrier = places.rows[["month", "facility_id", "legal_entity_id", "attached_id"]].fillna(
        dict.fromkeys(("facility_id", "legal_entity_id", "attached_id"), 0)
    )
    who = carrier.groupby(list(carrier), dropna=False, sort=False).ngroup().to_numpy()
    entries: NDArray[np.int64] = who[places.of] * (len(types) + 1) + types["code"].to_numpy()
    return entries


def _repeats(
    records: pd.DataFrame,
    entries: NDArray[np.int64],
    fates: NDArray[np.int64],
    *,
    add_up: bool,
) -> pd.DataFrame:
    """The acceptable records that are not to be: those said again, or said otherwise.

    One row each, index their position: `code` (duplicate or conflict) and `detail` (the other
    lines).
    """
    acceptable = np.flatnonzero(fates == _CODES[Outcome.ACCEPTED])
    same = entries[acceptable]
    ordered = np.sort(same)  # finds what is there twice several times faster than `duplicated`
    twice = acceptable[pd.Index(same).isin(ordered[1:][ordered[1:] == ordered[:-1]])]
    said = ["documents", "dmp"]
    again = records.loc[twice, ["line", *said]].assign(entry=entries[twice])
    if add_up:
        if "extra" in records:
            again["extra"] = records.loc[twice, "extra"]
        entry = again.groupby(list(again.columns.drop("line")), dropna=False, sort=False).ngroup()
        conflict = pd.Series(data=False, index=again.index)
    else:
        entry = again["entry"]
        counts = again.groupby(["entry", *said], dropna=False, sort=False).ngroup()
        conflict = counts.groupby(entry).transform("nunique") > 1
    repeats = conflict | entry.duplicated()
    lines: defaultdict[int, list[str]] = defaultdict(list)
    for group, line in zip(entry, again["line"], strict=True):
        lines[group].append(str(line))
    first = {group: each[0] for group, each in lines.items()}
    named = {group: _named(each) for group, each in lines.items() if len(each) > 1}
    return pd.DataFrame(
        {
            "code": pd.Series("duplicate", index=again.index).mask(conflict, "conflict"),
            "detail": entry.map(first).astype("str").mask(conflict, entry.map(named)),
        },
        dtype="str",
    )[repeats]


def _named(lines: list[str]) -> str:
    """ "lignes 4, 8 et 12", cut when they are many."""
    if len(lines) > LINES_NAMED:
        return f"lignes {', '.join(lines[:LINES_NAMED])}…"
    return f"lignes {', '.join(lines[:-1])} et {lines[-1]}"


def _excessive(records: pd.DataFrame, places: Places, fates: NDArray[np.int64]) -> NDArray[np.intp]:
    """The positions of the accepted records of a carrier and month whose sum cannot be stored."""
    accepted = np.flatnonzero(fates == _CODES[Outcome.ACCEPTED])
    documents = records["documents"].to_numpy(dtype="int64", na_value=0)[accepted]
    if documents.sum(dtype="float64") <= MAX_COUNT:  # as in any file of real life
        return accepted[:0]
    rows = places.rows
    key = rows[["month", "facility_id", "legal_entity_id"]]
    who = key.groupby(list(key), dropna=False, sort=False).ngroup().to_numpy()[places.of[accepted]]
    sums = np.bincount(who, weights=documents)
    return accepted[sums[who] > MAX_COUNT]


@dataclass(frozen=True)
class _Frame:
    """What remarks are made from: the records with their outcome, their places and types."""

    records: pd.DataFrame
    places: Places
    types: pd.DataFrame
    ground: Ground

    def having(self, places: pd.Series) -> NDArray[np.bool_]:
        """Which records have a place for which a condition holds."""
        having: NDArray[np.bool_] = places.to_numpy(dtype=bool)[self.places.of]
        return having

    def said(self, name: str, rows: NDArray[np.intp]) -> pd.Series[str]:
        """What their place says of some records."""
        return self.places.rows[name].take(self.places.of[rows]).set_axis(rows)

    def remark(
        self,
        rows: NDArray[np.intp] | pd.Index[int],
        code: pd.Series[str] | str,
        what: str,
        detail: pd.Series[str] | str = "",
    ) -> pd.DataFrame:
        """The same kind of remark on records, about one of their cells."""
        if not len(rows):
            return _NO_REMARK
        header, value = {
            "problem": ("problem_column", "problem_value"),
            "finess": ("finess_column", "finess_raw"),
            "type": ("type_column", "type_raw"),
            "documents": ("column", "documents_raw"),
            "dmp": ("dmp_column", "dmp_raw"),
        }[what]
        kept = ["line", "month", "documents", "finess", header, value, "outcome"]
        remarks = self.records[list(dict.fromkeys(kept))].take(np.asarray(rows))
        return (
            remarks.rename(columns={header: "column", value: "value"})
            .assign(code=code, detail=detail)
            .astype({"outcome": "str", "code": "str", "detail": "str"})
        )


def _refusals(frame: _Frame) -> list[pd.DataFrame]:
    """Why records are not accepted: what could not be read, then what their number is."""
    problem = frame.records["problem"]
    unread = np.flatnonzero(problem != "")
    codes = frame.places.rows["code"]
    # What is wrong with the number of a record already refused is worth saying too, its place not.
    wrong_number = frame.having(codes.map(OUTCOMES) == Outcome.REFUSED)
    placed = np.flatnonzero(
        frame.having(codes != "") & (wrong_number | (problem == "").to_numpy(dtype=bool))
    )
    return [
        frame.remark(unread, problem.take(unread), "problem"),
        frame.remark(placed, frame.said("code", placed), "finess", frame.said("detail", placed)),
    ]


def _warnings(frame: _Frame, accepted: NDArray[np.bool_]) -> list[pd.DataFrame]:
    """What is to be looked at in records that are accepted all the same."""
    records, rows, types, ground = frame.records, frame.places.rows, frame.types, frame.ground

    def those(condition: NDArray[np.bool_]) -> NDArray[np.intp]:
        return np.flatnonzero(accepted & condition)

    documents = records["documents"].to_numpy(dtype="int64", na_value=0)
    dmp = records["dmp"].to_numpy(dtype="int64", na_value=-1)
    repaired = those(frame.having(rows["repaired"] != ""))
    decided = those(frame.having(rows["decided"] != ""))
    closed = those(frame.having(~rows["open"].fillna(value=True).astype(bool)) & (documents > 0))
    carried = those(frame.having(rows["legal_entity_id"].notna() & (rows["decided"] == "")))
    regional = ground.periods["region"].nunique() <= 1
    unnamed = (types["document_type_id"] == ground.unrecognised).to_numpy(dtype=bool)
    blank = (types["label"] == "").to_numpy(dtype=bool)
    unread = those((dmp < 0) & (records["dmp_raw"] != "").to_numpy(dtype=bool))
    above = those(dmp > documents)
    detail = records["documents"].take(above).astype("str")
    return [
        frame.remark(repaired, "finess_repaired", "finess", frame.said("repaired", repaired)),
        frame.remark(closed, "facility_closed", "finess"),
        frame.remark(decided, "entity_decided", "finess", frame.said("decided", decided)),
        frame.remark(carried, "carried_by_entity", "finess"),
        frame.remark(carried if regional else carried[:0], "entity_incomplete", "finess"),
        frame.remark(those(unnamed & ~blank), "type_unrecognised", "type"),
        frame.remark(those(unnamed & blank), "type_missing", "type"),
        frame.remark(unread, "dmp_unreadable", "dmp"),
        frame.remark(above, "dmp_above_documents", "dmp", detail),
        _subtotals(frame, accepted),
    ]


def _subtotals(frame: _Frame, accepted: NDArray[np.bool_]) -> pd.DataFrame:
    """The legal entities' records that equal the sum of those of their facilities."""
    rows = frame.places.rows
    carried = np.flatnonzero(accepted & frame.having(rows["legal_entity_id"].notna()))
    if not len(carried):
        return _NO_REMARK
    owners = rows["owner_id"].isin(rows["legal_entity_id"].dropna()) & rows["attached_id"].isna()
    keys = ["month", "owner_id", "document_type_id"]
    fed = _counted(frame, np.flatnonzero(accepted & frame.having(owners)))
    sums = fed.groupby(keys)["documents"].sum().rename("sum").reset_index()
    claims = _counted(frame, carried).assign(position=carried)
    claims = claims.drop(columns="owner_id").rename(columns={"legal_entity_id": "owner_id"})
    compared = claims.merge(sums, on=keys)
    equal = compared[(compared["documents"] == compared["sum"]) & (compared["sum"] > 0)]
    found = equal["position"].to_numpy()
    numbers = frame.records["finess"].take(found)
    return frame.remark(found, "entity_subtotal", "documents", numbers)


def _counted(frame: _Frame, rows: NDArray[np.intp]) -> pd.DataFrame:
    """The documents of some records, with their month, type and whose they are."""
    placed = frame.places.rows[["month", "owner_id", "legal_entity_id"]].take(frame.places.of[rows])
    return placed.reset_index(drop=True).assign(
        document_type_id=frame.types["document_type_id"].take(rows).array,
        documents=frame.records["documents"].take(rows).array,
    )
