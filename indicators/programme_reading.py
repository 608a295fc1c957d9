"""What the parc of a programme is computed from, in one query: periods, months fed, memberships.

The server sends each column at once, as `indicators.columns` tells. What a period says of its
facility (sector, perimeter) is what `reference.standing` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from indicators.columns import Table, table

# Facilities are those that the register puts in the départements, wherever they fed. Of the months
# before the first, only the last that each fed in is known.
_SQL = """
SELECT 'periods', f.departement_id,
    COALESCE(NULLIF(f.sector_override, ''), h.sector, c.sector),
    f.sector_override <> '' OR COALESCE(h.in_perimeter, c.in_perimeter),
    string_agg(int8send(f.id), ''::bytea), string_agg(int8send(p.id), ''::bytea),
    string_agg(int8send(COALESCE(p.starts_on, '1900-01-01') - DATE '1970-01-01'), ''::bytea),
    string_agg(int8send(COALESCE(p.ends_on, '2200-01-01') - DATE '1970-01-01'), ''::bytea)
FROM reference_facility f
JOIN reference_facilityperiod p ON p.facility_id = f.id
JOIN reference_facilitycategory c ON c.code = p.category_id
JOIN reference_departement d ON d.code = f.departement_id
LEFT JOIN reference_perimeterchoice h ON h.category_id = c.code AND h.region_id = d.region_id
WHERE f.departement_id = ANY(%(codes)s)
GROUP BY 2, 3, 4
UNION ALL
SELECT 'fed', departement_id, NULL, NULL, string_agg(int8send(facility_id), ''::bytea),
    string_agg(int8send(month - DATE '1970-01-01'), ''::bytea), NULL, NULL
FROM indicators_facilitymonth
WHERE departement_id = ANY(%(codes)s) AND month BETWEEN %(first)s AND %(last)s
GROUP BY 2
UNION ALL
SELECT 'before', NULL, NULL, NULL, string_agg(int8send(facility_id), ''::bytea),
    string_agg(int8send(month - DATE '1970-01-01'), ''::bytea), NULL, NULL
FROM (
    SELECT facility_id, max(month) AS month FROM indicators_facilitymonth
    WHERE departement_id = ANY(%(codes)s) AND month < %(first)s AND %(before)s
    GROUP BY facility_id
) earlier
UNION ALL
SELECT 'members', NULL, NULL, NULL, string_agg(int8send(m.facility_id), ''::bytea),
    string_agg(int8send(m.programme_id), ''::bytea), NULL, NULL
FROM reference_programmemembership m JOIN reference_facility f ON f.id = m.facility_id
WHERE f.departement_id = ANY(%(codes)s)
"""


class ParcReading(NamedTuple):
    """Tables of columns of integers, in no order; facilities, periods and programmes by their key.

    `periods`: place (rank of its département), sector (as numbered), inside (0 or 1: in the
    perimeter), facility, period, starts and ends (days since 1970). `fed`: facility, month.
    `before`: the same, the last month in which each fed before. `members`: facility, programme.
    """

    periods: Table
    fed: Table
    before: Table
    members: Table


def read(
    codes: Sequence[str],
    first: dt.date,
    last: dt.date,
    sector_number: Callable[[str], int],
    *,
    before: bool,
) -> ParcReading:
    """Read the facilities of some départements and the months in which they fed, both included.

    `before`: whether the months before `first` are looked at.
    """
    asked: dict[str, Any] = {"codes": list(codes), "first": first, "last": last, "before": before}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    of_periods = [
        ((codes.index(code), sector_number(sector), int(inside)), columns)
        for part, code, sector, inside, *columns in found
        if part == "periods"
    ]
    return ParcReading(
        table(of_periods, ["place", "sector", "inside"], ["facility", "period", "starts", "ends"]),
        _pairs(found, "fed", "month"),
        _pairs(found, "before", "month"),
        _pairs(found, "members", "programme"),
    )


def _pairs(found: Sequence[tuple[Any, ...]], part: str, name: str) -> Table:
    """A table of facilities with something else; the server says NULL of no row at all."""
    groups = [((0,), each[4:6]) for each in found if each[0] == part and each[4] is not None]
    rows = table(groups, ["all"], ["facility", name])
    return {column: rows[column] for column in ("facility", name)}
