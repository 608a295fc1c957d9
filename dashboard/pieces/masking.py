"""What the public version does not say: a count from 1 to 10 that is one site's.

A row that a single ESMS stands behind tells what this ESMS did. Its small count is written
"< 11", and that of another row with it, or the total would give the first away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from dashboard.charts import sectors
from dashboard.charts.chart import Chart, Column, Table

#: Counts below are masked (DOMAIN, "Who sees what").
THRESHOLD = 11
MASK = f"<\u00a0{THRESHOLD}"
NOTE = (
    f"Documents d’un seul ESMS\u202f: de 1 à {THRESHOLD - 1}, le nombre est masqué, "
    "et un autre avec lui."
)
#: For each table by sector: how many ESMS stand behind a row, and what tells their documents.
_ALONE = (
    ("esms", ("documents", "documents-part")),
    ("region-esms", ("region-documents", "region-documents-part")),
    ("esms", ("documents", "part")),
)


def masked(table: Table) -> Table:
    """A table whose small counts of a single site are masked; the same without any."""
    known = {column.code for column in table.columns}
    for sites, told in _ALONE:
        if {sites, *told} <= known:
            rows = _rows(table.named(sites), table.named(told[0]))
            table = hidden(table, told, rows)
    return table


def masked_chart(chart: Chart) -> Chart:
    """A chart by sector whose table is masked, and which says so; any other as it is."""
    if chart.code != sectors.CODE:
        return chart
    table = masked(chart.table)
    return chart if table == chart.table else replace(
        chart, table=table, notes=(*chart.notes, NOTE)
    )  # fmt: skip


def hidden(table: Table, told: Iterable[str], rows: Collection[int]) -> Table:
    """A table where some rows of some columns are masked."""
    if not rows:
        return table
    names = set(told)
    columns = (_hidden(one, rows) if one.code in names else one for one in table.columns)
    return replace(table, columns=tuple(columns))


def small(count: float | None) -> bool:
    """Whether a count is masked when it is one site's."""
    return count is not None and 0 < abs(count) < THRESHOLD


def with_another(rows: Iterable[int], counts: Column) -> frozenset[int]:
    """Rows to mask, and the least other one when there is a single one of them."""
    found = set(rows)
    if len(found) == 1:
        others = [
            (abs(value), rank)
            for rank, value in enumerate(counts.values)
            if value and rank not in found
        ]
        found |= {min(others)[1]} if others else set()
    return frozenset(found)


def _rows(sites: Column, counts: Column) -> frozenset[int]:
    alone = (
        rank
        for rank, (site, count) in enumerate(zip(sites.values, counts.values, strict=True))
        if site == 1 and small(count)
    )
    return with_another(alone, counts)


def _hidden(column: Column, rows: Collection[int]) -> Column:
    return replace(
        column,
        values=tuple(None if rank in rows else one for rank, one in enumerate(column.values)),
        texts=tuple(MASK if rank in rows else one for rank, one in enumerate(column.texts)),
    )
