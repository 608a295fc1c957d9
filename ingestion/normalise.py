"""From the cells of a table to records: months, numbers and counts read, whatever their writing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from ingestion.headers import Field
from ingestion.months import month_of
from ingestion.recognise import Recognised
from reference.documents import normalise_label
from reference.finess import number
from reference.months import first_day

FIRST_YEAR = 2000
MAX_COUNT = 2**31 - 1
TEXT_COLUMNS = (
    *("column", "finess", "finess_raw", "finess_column", "entity_finess", "type_raw"),
    *("type_column", "documents_raw", "dmp_raw", "dmp_column"),
    *("problem", "problem_column", "problem_value", "extra"),
)

# "1 234" in groups of three, whatever the space: "12 34" is no number.
_NUMBER = re.compile(r"(-?)(\d+|\d{1,3}(?: \d{3})+)(?:[.,](\d*))?")
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-"})
_TOTAL = re.compile(r"(?:sous )?(?:total|totaux)\b|ensemble$|somme$")


def normalise(recognised: Recognised, month: dt.date | None, today: dt.date) -> pd.DataFrame:
    """One row per record, a record being a filled count of documents; totals are none.

    `month` is that of every record when no column says it. Columns: `line` (int64), `month`
    (datetime64[s], NaT when unreadable), `documents` and `dmp` (Int64, NA when unreadable), and
    str columns: `column` and the other headers (`finess_column`…), `finess` (cleaned) and
    `finess_raw`, `entity_finess`, `type_raw`, `documents_raw`, `dmp_raw`, and `problem`
    ("" or a code of `messages`) with `problem_column` and `problem_value`.
    """
    cells = recognised.cells
    filled = cells[Field.DOCUMENTS].str.strip() != ""
    kept = cells.loc[filled & ~_totals(recognised, filled)]
    columns = recognised.columns

    def texts(field: Field) -> pd.Series[str]:
        if field in kept:
            return kept[field].str.strip()
        return pd.Series("", index=kept.index, dtype="str")

    documents = _each(texts(Field.DOCUMENTS), _count)
    months = _each(texts(Field.MONTH), lambda text: _month(text, today))
    if Field.MONTH not in columns:
        months = pd.Series([(month, "")] * len(kept), index=kept.index, dtype=object)
    records = pd.DataFrame(
        {
            "line": kept.index.astype("int64"),
            "column": columns[Field.DOCUMENTS],
            "month": pd.to_datetime(months.str[0]).astype("datetime64[s]"),
            "finess": _each(texts(Field.FINESS), number.clean).astype("str"),
            "finess_raw": texts(Field.FINESS),
            "finess_column": columns[Field.FINESS],
            "entity_finess": _each(texts(Field.ENTITY), number.clean).astype("str"),
            "type_raw": texts(Field.TYPE),
            "type_column": columns[Field.TYPE],
            "documents": documents.str[0].astype("Int64"),
            "documents_raw": texts(Field.DOCUMENTS),
            "dmp": _each(texts(Field.DMP), _count).str[0].astype("Int64"),
            "dmp_raw": texts(Field.DMP),
            "dmp_column": columns.get(Field.DMP, ""),
        }
    )
    month_problem, count_problem = months.str[1], documents.str[1]
    of_month = month_problem != ""
    records["problem"] = month_problem.where(of_month, count_problem)
    wrong = records["problem"] != ""
    column = pd.Series(columns.get(Field.MONTH, ""), index=kept.index, dtype="str")
    records["problem_column"] = column.where(of_month, records["column"]).where(wrong, "")
    value = texts(Field.MONTH).where(of_month, records["documents_raw"])
    records["problem_value"] = value.where(wrong, "")
    records["extra"] = ""
    return records.astype(dict.fromkeys(TEXT_COLUMNS, "str")).reset_index(drop=True)


def _each(texts: pd.Series[str], read: Callable[[str], Any]) -> pd.Series[Any]:
    """What `read` makes of each text, computed once per different text."""
    codes, different = pd.factorize(texts)
    answers = pd.Series([read(text) for text in different], dtype=object)
    return answers.take(codes).set_axis(texts.index)


def _count(text: str) -> tuple[int | None, str]:
    """A whole number of documents, or the code of what is wrong with it."""
    plain = " ".join(text.lstrip("'’").split()).translate(_MINUS).replace("- ", "-")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return None, "count_unreadable"
    minus, whole, decimals = match.groups()
    if (decimals or "").strip("0"):
        return None, "count_negative" if minus else "count_fractional"
    digits = whole.replace(" ", "").lstrip("0")
    if minus and digits:
        return None, "count_negative"
    # Looked at before it is read: Python reads no number of thousands of digits.
    if len(digits) > len(str(MAX_COUNT)) or int(digits or "0") > MAX_COUNT:
        return None, "count_too_large"
    return int(digits or "0"), ""


def _month(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    """A month already begun, or the code of what is wrong with it."""
    if not text:
        return None, "month_missing"
    month = month_of(text)
    if month is None:
        return None, "month_unreadable"
    if month.year < FIRST_YEAR or month > first_day(today):
        return None, "month_out_of_range"
    return month, ""


def _totals(recognised: Recognised, filled: pd.Series[bool]) -> pd.Series[bool]:
    """The lines that add others up: a key column says so, or any cell of a line without FINESS."""
    cells = recognised.cells

    def says_total(texts: pd.Series[str]) -> pd.Series[bool]:
        said = {text: bool(_TOTAL.match(normalise_label(text))) for text in texts.unique()}
        return texts.map(said).astype(bool)

    total = pd.Series(data=False, index=cells.index)
    for field in (Field.MONTH, Field.FINESS, Field.ENTITY, Field.TYPE):
        if field in cells:
            total |= says_total(cells[field])
    anonymous = filled & (cells[Field.FINESS].str.strip() == "") & ~total
    elsewhere = recognised.everything.loc[anonymous]
    for column in elsewhere:
        total.loc[anonymous] |= says_total(elsewhere[column])
    return total
