"""What becomes of each record, against the register: exactly one outcome, with reasons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

from ingestion.carriers import OUTCOMES, locate
from ingestion.ground import Ground
from ingestion.messages import say
from ingestion.models import Outcome
from reference.documents import normalise_label

LINES_NAMED = 5
REMARK_TEXTS = ("column", "value", "outcome", "code", "detail")
COUNT_NAMES = {
    Outcome.ACCEPTED: "accepted",
    Outcome.DUPLICATE: "duplicates",
    Outcome.OUT_OF_SCOPE: "out_of_scope",
    Outcome.QUARANTINED: "quarantined",
    Outcome.REFUSED: "refused",
}
# What makes two records the same one.
ENTRY = ["month", "facility_id", "legal_entity_id", "document_type_id", "label"]
KEPT = ["facility_id", "legal_entity_id", "region", "departement", "document_type_id", "sector"]
_NO_REMARK = pd.DataFrame(
    {
        "line": pd.Series(dtype="int64"),
        **{each: pd.Series(dtype="str") for each in REMARK_TEXTS},
    }
)


@dataclass(frozen=True)
class Checked:
    """The records with their outcome and place, the remarks on them, and their account.

    `records`: those of `normalise` and `outcome`, `facility_id` or `legal_entity_id` (Int64),
    `region`, `departement` (None on an accepted record of a legal entity: "Non ventilé"),
    `document_type_id` (Int64), `sector` (INCONNU for an entity of several sectors).
    `remarks`: line, column, value, outcome, code, reason, remedy; a warning leaves the outcome.
    `counts`: read, accepted, duplicates, out_of_scope, quarantined, refused.
    """

    records: pd.DataFrame
    remarks: pd.DataFrame
    counts: dict[str, int]


def check(records: pd.DataFrame, ground: Ground) -> Checked:
    """Give each record its one outcome against a register (DOMAIN: "What each record becomes").

    Pure: the same records are checked again whenever the ground changes.
    """
    records = records.reset_index(drop=True)
    frame = records.join(locate(records, ground)).assign(**_types(records["type_raw"], ground))
    frame["outcome"] = frame["code"].map({code: each.value for code, each in OUTCOMES.items()})
    frame.loc[frame["problem"] != "", "outcome"] = Outcome.REFUSED.value
    repeats = _repeats(frame)
    frame.loc[repeats.index, "outcome"] = repeats["code"].map(
        {"conflict": Outcome.REFUSED.value, "duplicate": Outcome.DUPLICATE.value}
    )
    remarks = pd.concat(
        [
            *_refusals(frame),
            _remark(frame.loc[repeats.index], repeats["code"], "documents", repeats["detail"]),
            *_warnings(frame[frame["outcome"] == Outcome.ACCEPTED.value], ground),
        ]
    )
    return Checked(
        records.assign(outcome=frame["outcome"], **{each: frame[each] for each in KEPT}),
        say(remarks.sort_values("line", kind="stable", ignore_index=True)),
        account(frame["outcome"]),
    )


def account(outcomes: pd.Series[str]) -> dict[str, int]:
    """How many records were read, and how many have each outcome.

    Raises:
        ArithmeticError: they do not add up, some record having no outcome.
    """
    counts = {name: int((outcomes == value).sum()) for value, name in COUNT_NAMES.items()}
    if sum(counts.values()) != len(outcomes):
        raise ArithmeticError(f"{len(outcomes)} records read, but {counts}")
    return {"read": len(outcomes), **counts}


def _types(raw: pd.Series[str], ground: Ground) -> dict[str, pd.Series]:
    """The type of each record, and its normalised label when no type has that name."""
    labels = raw.map({text: normalise_label(text) for text in raw.unique()}).astype("str")
    found = labels.map(ground.types).astype("Int64").fillna(ground.unrecognised)
    return {"document_type_id": found, "label": labels.where(found == ground.unrecognised, "")}


def _repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """The acceptable records that are not to be: those said again, or said otherwise.

    One row each, same index: `code` (duplicate or conflict) and `detail` (the other lines).
    """
    acceptable = frame[frame["outcome"] == Outcome.ACCEPTED.value]
    again = acceptable[acceptable.duplicated(ENTRY, keep=False)]
    entry = again.groupby(ENTRY, dropna=False, sort=False).ngroup()
    counts = again.groupby([*ENTRY, "documents", "dmp"], dropna=False, sort=False).ngroup()
    conflict = counts.groupby(entry).transform("nunique") > 1
    lines: defaultdict[int, list[str]] = defaultdict(list)
    for group, line in zip(entry, again["line"], strict=True):
        lines[group].append(str(line))
    first = {group: each[0] for group, each in lines.items()}
    named = {group: _named(each) for group, each in lines.items()}
    repeats = pd.DataFrame(
        {
            "code": pd.Series("duplicate", index=again.index).mask(conflict, "conflict"),
            "detail": entry.map(first).astype("str").mask(conflict, entry.map(named)),
        },
        dtype="str",
    )
    return repeats[conflict | again.duplicated(ENTRY, keep="first")]


def _named(lines: list[str]) -> str:
    """ "lignes 4, 8 et 12", cut when they are many."""
    if len(lines) > LINES_NAMED:
        return f"lignes {', '.join(lines[:LINES_NAMED])}…"
    return f"lignes {', '.join(lines[:-1])} et {lines[-1]}"


def _remark(
    frame: pd.DataFrame, code: pd.Series[str] | str, what: str, detail: pd.Series[str] | str = ""
) -> pd.DataFrame:
    """The same kind of remark on each row of a frame, about one of its cells."""
    if frame.empty:
        return _NO_REMARK
    header, value = {
        "problem": ("problem_column", "problem_value"),
        "finess": ("finess_column", "finess_raw"),
        "type": ("type_column", "type_raw"),
        "documents": ("column", "documents_raw"),
        "dmp": ("dmp_column", "dmp_raw"),
    }[what]
    return pd.DataFrame(
        {
            "line": frame["line"],
            "column": frame[header],
            "value": frame[value],
            "outcome": frame["outcome"],
            "code": code,
            "detail": detail,
        }
    ).astype({"code": "str", "detail": "str"})


def _refusals(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Why records are not accepted: what could not be read, then what their number is."""
    unread = frame[frame["problem"] != ""]
    # What is wrong with the number of a record already refused is worth saying too, its place not.
    wrong_number = frame["code"].map(OUTCOMES) == Outcome.REFUSED
    placed = frame[(frame["code"] != "") & (wrong_number | (frame["problem"] == ""))]
    return [
        _remark(unread, unread["problem"], "problem"),
        _remark(placed, placed["code"], "finess", placed["detail"]),
    ]


def _warnings(accepted: pd.DataFrame, ground: Ground) -> list[pd.DataFrame]:
    """What is to be looked at in records that are accepted all the same."""
    repaired = accepted[accepted["repaired"] != ""]
    closed = accepted[~accepted["open"].astype(bool) & (accepted["documents"] > 0)]
    carried = accepted[accepted["legal_entity_id"].notna()]
    regional = ground.periods["region"].nunique() <= 1
    unnamed = accepted[accepted["document_type_id"] == ground.unrecognised]
    typed, untyped = unnamed[unnamed["label"] != ""], unnamed[unnamed["label"] == ""]
    unread = accepted[accepted["dmp"].isna() & (accepted["dmp_raw"] != "")]
    above = accepted[(accepted["dmp"] > accepted["documents"]).fillna(value=False).astype(bool)]
    return [
        _remark(repaired, "finess_repaired", "finess", repaired["repaired"]),
        _remark(closed, "facility_closed", "finess"),
        _remark(carried, "carried_by_entity", "finess"),
        _remark(carried if regional else carried.head(0), "entity_incomplete", "finess"),
        _remark(typed, "type_unrecognised", "type"),
        _remark(untyped, "type_missing", "type"),
        _remark(unread, "dmp_unreadable", "dmp"),
        _remark(above, "dmp_above_documents", "dmp", above["documents"].astype("str")),
        _subtotals(accepted, carried),
    ]


def _subtotals(accepted: pd.DataFrame, carried: pd.DataFrame) -> pd.DataFrame:
    """The legal entities' records that equal the sum of those of their facilities."""
    if carried.empty:
        return _NO_REMARK
    keys = ["month", "owner_id", "document_type_id"]
    sums = accepted.groupby(keys)["documents"].sum().rename("sum").reset_index()
    sums = sums.rename(columns={"owner_id": "legal_entity_id"})
    compared = carried.merge(sums, on=["month", "legal_entity_id", "document_type_id"])
    equal = compared[(compared["documents"] == compared["sum"]) & (compared["sum"] > 0)]
    return _remark(equal, "entity_subtotal", "documents", equal["finess"])
