"""The parc of some months, counted with and without the members of programmes, in one query.

The rules of `reference.standing` and `indicators.summaries`, said in SQL: the page that compares
members with the others cannot load thousands of facilities to count them. A test holds both to
the same counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection

from indicators.models import CoveredMonth
from indicators.selection import Selection
from indicators.series import LEAST_RECEIVED
from reference.months import last_day, shift

Cell = tuple[dt.date, str]


@dataclass(frozen=True)
class Coverage:
    """The received cells of a selection's period, and those of the 11 months before it."""

    received: frozenset[Cell]

    def last_month(self, selection: Selection) -> dt.date | None:
        """The last month of the period that at least one département sent: "now"."""
        return max((month for month, _ in self.received if month >= selection.first), default=None)

    def departements(self, month: dt.date) -> tuple[str, ...]:
        """Those received in a month, sorted."""
        return tuple(sorted(code for when, code in self.received if when == month))

    def received_12m(self, month: dt.date, departement: str) -> int:
        """How many months of the 12 to this one a département sent."""
        return sum((shift(month, -back), departement) in self.received for back in range(12))

    def long(self, month: dt.date) -> frozenset[str]:
        """Those received in a month, whose rate over 12 months is known."""
        return frozenset(
            code
            for code in self.departements(month)
            if self.received_12m(month, code) >= LEAST_RECEIVED
        )


@dataclass(frozen=True)
class Count:
    """Facilities of the parc of one month, département and sector; of one programme, or all."""

    month: dt.date
    departement: str
    sector: str
    programme: int | None  # None: members or not
    parc: int
    fed: int  # with a document in the month
    fed_12m: int  # with a document in the 12 months to it


def coverage(selection: Selection) -> Coverage:
    """What was received for a selection. One query."""
    rows = CoveredMonth.objects.filter(
        departement__in=selection.territory.departement_codes,
        month__range=(shift(selection.first, -11), selection.last),
    )
    return Coverage(frozenset(rows.values_list("month", "departement_id")))


# What each facility fed, one bit a month since the first of the 12 of the first month asked for.
# A facility that is open stands in the perimeter or not by the last period that covers the month;
# one that fed although the register says closed is there as the summaries found it.
_SQL = """
WITH asked AS (
    SELECT * FROM unnest(%(months)s::date[], %(ends)s::date[], %(ranks)s::int[], %(codes)s::text[])
        AS cell (month, month_end, rank, departement)
), fed AS (
    SELECT facility_id, bit_or(1::bigint << (
        12 * extract(year FROM month)::int + extract(month FROM month)::int - %(base)s
    )) AS months
    FROM indicators_facilitymonth
    WHERE departement_id = ANY(%(places)s) AND month BETWEEN %(first)s AND %(last)s
    GROUP BY facility_id
), stood AS (
    SELECT DISTINCT ON (a.month, f.id)
        a.month, a.rank, a.departement, f.id AS facility,
        COALESCE(NULLIF(f.sector_override, ''), h.sector, c.sector) AS sector,
        f.sector_override <> '' OR COALESCE(h.in_perimeter, c.in_perimeter) AS inside
    FROM asked a
    JOIN reference_facility f ON f.departement_id = a.departement
    JOIN reference_facilityperiod p ON p.facility_id = f.id
        AND (p.starts_on IS NULL OR p.starts_on <= a.month_end)
        AND (p.ends_on IS NULL OR p.ends_on >= a.month)
    JOIN reference_facilitycategory c ON c.code = p.category_id
    JOIN reference_departement d ON d.code = f.departement_id
    LEFT JOIN reference_perimeterchoice h
        ON h.category_id = c.code AND h.region_id = d.region_id
    ORDER BY a.month, f.id, p.starts_on DESC NULLS LAST
), parc AS (
    SELECT month, rank, departement, facility, sector FROM stood
    WHERE inside AND sector <> 'AUTRE'
    UNION
    SELECT a.month, a.rank, a.departement, m.facility_id, m.sector
    FROM asked a
    JOIN indicators_facilitymonth m
        ON m.month = a.month AND m.departement_id = a.departement
    WHERE NOT EXISTS (
        SELECT 1 FROM stood s WHERE s.month = a.month AND s.facility = m.facility_id
    )
), known AS (
    SELECT parc.*,
        COALESCE((fed.months >> (rank + 11)) & 1, 0) AS now,
        COALESCE((fed.months >> rank) & 4095, 0) AS year
    FROM parc LEFT JOIN fed ON fed.facility_id = parc.facility
    WHERE %(sector)s::text IS NULL OR sector = %(sector)s
)
SELECT month, departement, sector, NULL::bigint AS programme, count(*),
    count(*) FILTER (WHERE now > 0), count(*) FILTER (WHERE year > 0)
FROM known GROUP BY month, departement, sector
UNION ALL
SELECT month, departement, sector, b.programme_id, count(*),
    count(*) FILTER (WHERE now > 0), count(*) FILTER (WHERE year > 0)
FROM known JOIN reference_programmemembership b ON b.facility_id = known.facility
GROUP BY month, departement, sector, b.programme_id
"""


def count(selection: Selection, covered: Coverage, months: Iterable[dt.date]) -> tuple[Count, ...]:
    """The parc of some months in the départements received, by sector and programme. One query.

    `months`: at most 36 of them, of the selection's period, so that their windows fit in the bits
    of one integer. Only programmes with a member in the parc are there.
    """
    asked = sorted(set(months))
    cells = [(month, code) for month in asked for code in covered.departements(month)]
    if not cells:
        return ()
    base = _index(shift(asked[0], -11))
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "months": [month for month, _ in cells],
                "ends": [last_day(month) for month, _ in cells],
                "ranks": [_index(month) - 11 - base for month, _ in cells],
                "codes": [code for _, code in cells],
                "places": list(selection.territory.departement_codes),
                "first": shift(asked[0], -11),
                "last": asked[-1],
                "base": base,
                "sector": selection.sector,
            },
        )
        return tuple(Count(*row) for row in cursor.fetchall())


def total(counts: Iterable[Count], codes: Collection[str] | None = None) -> tuple[int, int, int]:
    """The parc, those that fed in the month and over 12 months, of some départements or all."""
    kept = [each for each in counts if codes is None or each.departement in codes]
    return (
        sum(each.parc for each in kept),
        sum(each.fed for each in kept),
        sum(each.fed_12m for each in kept),
    )


def _index(month: dt.date) -> int:
    """The rank of a month since year 0, as the query counts it."""
    return month.year * 12 + month.month
