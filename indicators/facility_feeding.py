"""What each facility of a territory fed, in some months and over all time.

Months of contributors are read as columns of numbers: a région has tens of thousands of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Subquery
from numpy.typing import NDArray

from indicators.columns import Bools, Days, Ints, month_number, month_of, months_of_days, sent
from indicators.models import FacilityMonth
from indicators.received import Received
from indicators.selection import Selection
from reference.models import LegalEntity
from reference.months import shift

YEAR = 12


@dataclass(frozen=True)
class Fed:
    """What one facility fed."""

    first: dt.date | None = None
    latest: dt.date | None = None
    recent: frozenset[dt.date] = frozenset()
    documents: int = 0
    months: int = 0
    before: int = 0  # documents and months of the year before
    months_before: int = 0
    here: int = 0  # documents of the months to compare, now


@dataclass(frozen=True)
class _Rows:
    """The contributors of a territory: a row per facility and month, sorted by both.

    `asked`, `here` and `before` tell the rows that count in the months asked for, in those to
    compare, and in the same ones a year before.
    """

    facility: Ints
    month: Ints
    documents: Ints
    asked: Bools
    here: Bools
    before: Bools


def read_feeding(
    selection: Selection, received: Received, entity: str = "", until: dt.date | None = None
) -> tuple[dict[int, Fed], str]:
    """What each facility with a document fed, by key. One query.

    `until`: the last month that is known, when what came later must not be seen.
    Gives besides the groupe de rattachement of the legal entity of a FINESS number, read on the
    way: "" without any, or when nobody fed.
    """
    group = LegalEntity.objects.filter(finess=entity).values("group")
    contributors = FacilityMonth.objects.filter(
        departement__in=selection.territory.departement_codes
    ).annotate(group=Subquery(group))
    if until is not None:
        contributors = contributors.filter(month__lte=until)
    cells = list(
        sent(
            contributors,
            ["departement_id", "sector", "group"],
            *(F("facility_id"), Days("month"), F("documents")),
        )
    )
    if not cells:
        return {}, ""
    rows = _sorted([_rows(selection, received, *cell) for cell in cells])
    return dict(_by_facility(rows, _recent(received))), cells[0][2] or ""


def _rows(
    selection: Selection,
    received: Received,
    departement: str,
    sector: str,
    _group: str | None,
    *columns: bytes,
) -> _Rows:
    """The contributors of a département and a sector, in any order."""
    facility, days, documents = (np.frombuffer(each, ">i8").astype("int64") for each in columns)
    month = months_of_days(days)
    counted = selection.sector is None or sector == selection.sector
    compared = _compared(selection, received.get(departement, ()))
    return _Rows(
        facility,
        month,
        documents,
        asked=_between(month, selection.first, selection.last) & counted,
        here=np.isin(month, compared) & counted,
        before=np.isin(month + YEAR, compared) & counted,
    )


def _sorted(parts: Sequence[_Rows]) -> _Rows:
    """All rows, by facility and month."""
    whole = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in _Rows.__dataclass_fields__
    }
    order = np.lexsort((whole["month"], whole["facility"]))
    return _Rows(**{name: column[order] for name, column in whole.items()})


def _by_facility(rows: _Rows, recent: dt.date) -> Iterator[tuple[int, Fed]]:
    """What each facility fed; `recent`: from which month on each of its months is told."""
    starts = np.flatnonzero(np.diff(rows.facility, prepend=-1))
    ends = np.append(starts[1:], len(rows.facility))

    def total(column: NDArray[np.generic]) -> list[int]:
        sums: list[int] = np.add.reduceat(column.astype("int64"), starts).tolist()
        return sums

    months = {number: month_of(number) for number in np.unique(rows.month).tolist()}
    names = [months[number] for number in rows.month.tolist()]
    from_recent = ends - total(rows.month >= month_number(recent))
    columns = zip(
        rows.facility[starts].tolist(),
        starts.tolist(),
        from_recent.tolist(),
        ends.tolist(),
        total(rows.documents * rows.asked),
        total(rows.asked),
        total(rows.documents * rows.before),
        total(rows.before),
        total(rows.documents * rows.here),
        strict=True,
    )
    for facility, start, since, end, *numbers in columns:
        fed = Fed(names[start], names[end - 1], frozenset(names[since:end]), *numbers)
        yield facility, fed


def _between(month: Ints, first: dt.date, last: dt.date) -> Bools:
    inside: Bools = (month >= month_number(first)) & (month <= month_number(last))
    return inside


def _recent(received: Mapping[str, tuple[dt.date, ...]]) -> dt.date:
    """A month from which every département has its last 12."""
    lasts = [months[-1] for months in received.values() if months]
    return shift(min(lasts), 1 - YEAR) if lasts else dt.date.max


def _compared(selection: Selection, received: Sequence[dt.date]) -> list[int]:
    """The months asked for that were received a year before too, as numbers.

    Of more than 12 months, the last 12 are compared.
    """
    last = month_number(selection.last)
    first = max(month_number(selection.first), last + 1 - YEAR)
    known = {month_number(month) for month in received}
    return [month for month in range(first, last + 1) if {month, month - YEAR} <= known]
