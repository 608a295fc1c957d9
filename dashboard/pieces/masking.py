"""What the public version does not say: a count of documents from 1 to 10 that is one site's.

A row that a single ESMS stands behind tells what this ESMS did. Its small count is written
"< 11", and that of another row with it, or the total would give the first away.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.conf import settings

from dashboard.charts import sectors, volumes
from dashboard.charts.chart import Chart, Column, Table
from dashboard.charts.regional import TYPES
from reference import french

#: Counts below are masked (DOMAIN, "Who sees what").
THRESHOLD: int = settings.MES_MASKED_BELOW
MASK = f"<\u00a0{THRESHOLD}"
NOTE = (
    f"Documents d’un seul ESMS\u202f: de 1 à {THRESHOLD - 1}, le nombre est masqué, "
    "et un autre avec lui."
)
HIDDEN = (
    f"Un seul ESMS a alimenté sur 12 mois, de moins de {THRESHOLD} documents\u202f: ces chiffres "
    "ne sont que dans la version de travail."
)
#: For each table by sector: how many ESMS stand behind a row, and what tells their documents.
_ALONE = (
    ("esms", ("documents", "documents-part")),
    ("region-esms", ("region-documents", "region-documents-part")),
    ("esms", ("documents", "part")),
)
#: A row of a table of changes that one ESMS makes: "1 nouvel ESMS", "ESMS arrêtés (1)".
_ONE = re.compile(r"^1 .*ESMS|ESMS.* \(1\)$")
_CHANGE, _WHOLE = "evolution", "Ensemble"


def masked(table: Table) -> Table:
    """A table by sector or of changes without the small counts of a single site."""
    known = {column.code for column in table.columns}
    for sites, told in _ALONE:
        if {sites, *told} <= known:
            counts = table.named(told[0])
            table = _masked(table, told, _small(table.named(sites).values, counts), counts)
    if known == {_CHANGE}:
        counts = table.named(_CHANGE)
        alone = [1 if _ONE.search(row) else None for row in table.rows]
        others = [rank for rank, row in enumerate(table.rows) if row != _WHOLE]
        table = _masked(table, (_CHANGE,), _small(alone, counts), counts, others)
    return table


def masked_chart(chart: Chart, sites: Sequence[float | None]) -> Chart:
    """A chart without the small counts of a single site, which says so; most are as they were.

    `sites`: how many ESMS fed in each month of the chart.
    """
    alt = chart.alt
    if chart.code == sectors.CODE:
        table = masked(chart.table)
    elif chart.code in {volumes.CODE, TYPES}:
        table = _masked_months(chart.table, sites)
        alt = f"{chart.subtitle}."  # the other one says the documents of the first and last months
    else:
        return chart
    if table == chart.table:
        return chart
    return replace(chart, table=table, alt=alt, notes=(*chart.notes, NOTE))


def masked_places(table: Table, sites: Mapping[str, float | None]) -> Table:
    """The table of the départements; `sites`: how many ESMS fed over 12 months, by their names."""
    counts = table.named("documents")
    names = [french.typographic(row) for row in table.rows]
    alone = [sites.get(name) for name in names]
    others = [rank for rank, name in enumerate(names) if name in sites]
    told = ("documents", "evolution")
    return _masked(table, told, _small(alone, counts), counts, others)


def small(count: float | None) -> bool:
    """Whether a count is masked when it is one site's."""
    return count is not None and 0 < abs(count) < THRESHOLD


def _masked_months(table: Table, sites: Sequence[float | None]) -> Table:
    """A month that one ESMS fed alone is masked whole when one of its counts is small."""
    total = table.named("total")
    told = [column.code for column in table.columns if column.code != volumes.PACE]
    columns = [table.named(code) for code in told]
    alone = [
        rank
        for rank, site in enumerate(sites)
        if site == 1 and any(small(column.values[rank]) for column in columns)
    ]
    return _masked(table, told, alone, total)


def _small(sites: Iterable[float | None], counts: Column) -> list[int]:
    """The rows of a single site whose count is small."""
    both = zip(sites, counts.values, strict=True)
    return [rank for rank, (site, count) in enumerate(both) if site == 1 and small(count)]


def _masked(
    table: Table,
    told: Collection[str],
    rows: Sequence[int],
    counts: Column,
    others: Iterable[int] | None = None,
) -> Table:
    """A table where some rows of some columns are masked, with another when there is only one.

    The other one is the least of `others`, all rows by default.
    """
    if not rows:
        return table
    hidden = set(rows)
    if len(hidden) == 1:
        candidates = range(len(table.rows)) if others is None else others
        known = [rank for rank in candidates if counts.values[rank] and rank not in hidden]
        known.sort(key=lambda rank: abs(counts.values[rank] or 0))
        hidden.update(known[:1])
    return replace(
        table,
        columns=tuple(
            _hidden(column, hidden) if column.code in told else column for column in table.columns
        ),
    )


def _hidden(column: Column, rows: Collection[int]) -> Column:
    return replace(
        column,
        values=tuple(None if rank in rows else one for rank, one in enumerate(column.values)),
        texts=tuple(MASK if rank in rows else one for rank, one in enumerate(column.texts)),
    )
