"""From the cells of a table to records: months, numbers and counts read, whatever their writing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from ingestion.reading.coded import (
    Codes,
    Mask,
    coded,
    codes_of,
    constant,
    different,
    each,
    holds,
    texts_of,
)
from ingestion.reading.headers import Field
from ingestion.reading.months import FIRST_YEAR, header_month, month_of
from ingestion.reading.numbers import count_of
from ingestion.reading.recognise import Recognised
from reference.documents import normalise_label
from reference.finess import number
from reference.months import first_day

_TOTAL = re.compile(r"(?:sous )?(?:total|totaux)\b|ensemble$|somme$")
_BETWEEN_EXTRAS = " | "


def normalise(
    recognised: Recognised, month: dt.date | None, today: dt.date, *, keep_extra: bool = False
) -> tuple[pd.DataFrame, int]:
    """One row per record, a record being a filled count of documents, and the number of totals.

    `month` is that of every record when neither a column nor a header says it. Records are in the
    order of the file: by line, then by column. Columns: `line` (int64), `month` (datetime64[s],
    NaT when unreadable), `documents` and `dmp` (Int64, NA when unreadable), and category columns
    of str: `column` and the other headers (`finess_column`…), `finess` (cleaned) and
    `finess_raw`, `entity_finess`, `type_raw`, `documents_raw`, `dmp_raw`, `problem` ("" or a code
    of `messages`) with `problem_column` and `problem_value`, and `extra`: with `keep_extra`, what
    the columns say that hold none of these, else "". Lines that total others, recognised by a
    key or by any text of a line without FINESS, are no records; they are counted.
    """
    filled: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = np.column_stack(
        [_filled(texts_of(recognised.cells, i)) for i in recognised.counts]
    )
    total = _totals(recognised, np.asarray(filled.any(axis=1)))
    rows, which = np.nonzero(filled & ~total[:, None])
    picked = _Picked(recognised, rows, which.astype("int32"))
    documents_raw = picked.counts()
    documents, count_problem = _counts(documents_raw)
    dmp_raw = picked.texts(Field.DMP)
    months, month_problem, month_raw = _months(picked, month, today)
    of_month = codes_of(month_problem) != _code(month_problem, "")
    problem = _either(of_month, month_problem, count_problem)
    wrong = codes_of(problem) != _code(problem, "")
    column = picked.heads()
    nothing = constant("", len(rows))
    month_column = column if recognised.columns.months else picked.head(Field.MONTH)
    records = pd.DataFrame(
        {
            "line": recognised.cells.index.to_numpy(dtype="int64")[rows],
            "column": column,
            "month": months,
            "finess": each(picked.texts(Field.FINESS), number.clean),
            "finess_raw": picked.texts(Field.FINESS),
            "finess_column": picked.head(Field.FINESS),
            "entity_finess": each(picked.texts(Field.ENTITY), number.clean),
            "type_raw": picked.types(),
            "type_column": column if recognised.columns.types else picked.head(Field.TYPE),
            "documents": documents,
            "documents_raw": documents_raw,
            "dmp": _counts(dmp_raw)[0],
            "dmp_raw": dmp_raw,
            "dmp_column": picked.head(Field.DMP),
            "problem": problem,
            "problem_column": _either(wrong, _either(of_month, month_column, column), nothing),
            "problem_value": _either(wrong, _either(of_month, month_raw, documents_raw), nothing),
            "extra": picked.extra() if keep_extra else nothing,
        }
    )
    return records, int(total.sum())


@dataclass(frozen=True)
class _Picked:
    """The filled counts of a table: the row of each, and which column of counts it stands in."""

    recognised: Recognised
    rows: np.ndarray[tuple[int], np.dtype[np.intp]]
    which: Codes

    def texts(self, field: Field) -> pd.Categorical:
        """What a field says of each, without spaces around; "" when no column holds it."""
        position = self.recognised.fields.get(field)
        return constant("", len(self.rows)) if position is None else self._column(position)

    def head(self, field: Field) -> pd.Categorical:
        """The header of a field, "" when no column holds it."""
        position = self.recognised.fields.get(field)
        text = "" if position is None else self.recognised.head(position)
        return constant(text, len(self.rows))

    def heads(self) -> pd.Categorical:
        """The header of the column of counts in which each stands."""
        return coded(self.which, [self.recognised.head(i) for i in self.recognised.counts])

    def types(self) -> pd.Categorical:
        """The type that each says, its code alone where the words after it are unknown."""
        recognised = self.recognised
        header, columns = recognised.header, recognised.columns
        if not columns.types:
            return each(self.texts(Field.TYPE), header.type_text)
        said = [columns.named.get(header.keys[i]) or recognised.head(i) for i in recognised.counts]
        return each(coded(self.which, said), header.type_text)

    def counts(self) -> pd.Categorical:
        """The text of each count."""
        if len(self.recognised.counts) == 1:
            return self._column(self.recognised.counts[0])
        columns = [texts_of(self.recognised.cells, i) for i in self.recognised.counts]
        stacked = union_categoricals(columns)
        height = len(self.recognised.cells)
        return each(stacked.take(self.which.astype("int64") * height + self.rows), str.strip)

    def extra(self) -> pd.Categorical:
        """What the columns say that hold nothing of an extract, one text for all of them."""
        columns = [self._column(i) for i in self.recognised.others]
        if not columns:
            return constant("", len(self.rows))
        frame = pd.DataFrame({i: codes_of(column) for i, column in enumerate(columns)})
        groups = frame.groupby(list(frame), sort=False).ngroup()
        texts = [
            _BETWEEN_EXTRAS.join(
                column.categories[code] for column, code in zip(columns, codes, strict=True)
            )
            for codes in frame.drop_duplicates().itertuples(index=False, name=None)
        ]
        return coded(np.asarray(groups, dtype="int32"), texts)

    def _column(self, position: int) -> pd.Categorical:
        texts = texts_of(self.recognised.cells, position)
        # A count a row, and none is blank: nothing to pick.
        whole = len(self.recognised.counts) == 1 and len(self.rows) == len(texts)
        return each(texts if whole else texts.take(self.rows), str.strip)


def _filled(texts: pd.Categorical) -> Mask:
    return holds(texts, str.strip)


def _code(texts: pd.Categorical, text: str) -> int:
    """The code of a text, -1 when no row has it."""
    return int(texts.categories.get_indexer(pd.Index([text]))[0])


def _either(chosen: Mask, one: pd.Categorical, other: pd.Categorical) -> pd.Categorical:
    """The texts of one where chosen, of the other elsewhere."""
    if not chosen.any():
        return other
    texts = one.categories.union(other.categories, sort=False)
    first, second = (
        texts.get_indexer(said.categories).astype("int32")[codes_of(said)] for said in (one, other)
    )
    return pd.Categorical.from_codes(np.where(chosen, first, second), texts)


def _counts(texts: pd.Categorical) -> tuple[pd.arrays.IntegerArray, pd.Categorical]:
    """The counts that texts say (Int64, NA when unreadable), and what is wrong with them."""
    read = [count_of(text) for text in different(texts)]
    codes = codes_of(texts)
    values = np.array([value or 0 for value, _ in read], dtype="int64")[codes]
    unread = np.array([value is None for value, _ in read], dtype="bool")[codes]
    return pd.arrays.IntegerArray(values, unread), coded(codes, [problem for _, problem in read])


def _months(
    picked: _Picked, month: dt.date | None, today: dt.date
) -> tuple[np.ndarray, pd.Categorical, pd.Categorical]:
    """The month of each count, what is wrong with it, and how it is written."""
    recognised = picked.recognised
    if recognised.columns.months:
        raw = picked.heads()
        keys = [recognised.header.keys[i] for i in recognised.counts]
        return (*_dates([_possible(header_month(key), today) for key in keys], picked.which), raw)
    if Field.MONTH in recognised.fields:
        raw = picked.texts(Field.MONTH)
        return (*_dates([_month(text, today) for text in different(raw)], codes_of(raw)), raw)
    nothing = constant("", len(picked.rows))
    return (*_dates([(month, "")], codes_of(nothing)), nothing)


def _dates(
    read: Sequence[tuple[dt.date | None, str]], codes: Codes
) -> tuple[np.ndarray, pd.Categorical]:
    dates = np.array([date for date, _ in read], dtype="datetime64[s]")
    return dates[codes], coded(codes, [problem for _, problem in read])


def _month(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    """A month already begun, or the code of what is wrong with it."""
    if not text:
        return None, "month_missing"
    return _possible(month_of(text), today)


def _possible(month: dt.date | None, today: dt.date) -> tuple[dt.date | None, str]:
    if month is None:
        return None, "month_unreadable"
    if month.year < FIRST_YEAR or month > first_day(today):
        return None, "month_out_of_range"
    return month, ""


def _says_total(text: str) -> bool:
    # Nearly all are numbers: known as such before anything is made of them.
    plain_number = text[:1].isdigit() and text.isascii()
    return not plain_number and bool(_TOTAL.match(normalise_label(text)))


def _totals(recognised: Recognised, filled: Mask) -> Mask:
    """The lines that add others up: a key column says so, or any cell of a line without FINESS."""
    cells = recognised.cells

    def says_total(position: int) -> Mask:
        texts = texts_of(cells, position)
        return holds(texts, _says_total)

    total = np.zeros(len(cells), dtype="bool")
    for field in (Field.MONTH, Field.FINESS, Field.ENTITY, Field.TYPE):
        if field in recognised.fields:
            total |= says_total(recognised.fields[field])
    anonymous = ~_filled(texts_of(cells, recognised.fields[Field.FINESS])) & filled & ~total
    if anonymous.any():
        for position in range(cells.shape[1]):
            total |= anonymous & says_total(position)
    return total & filled
