"""What the public version does not say: a count of documents from 1 to 10 that is one site's.

A row that a single ESMS stands behind tells what this ESMS did. Its small count is written
"< 11", and that of another row is withheld with it, or the total would give the first away. What
a département does not say by sector, its région does not say either: the others would tell it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from dashboard.charts import sectors, volumes
from dashboard.charts.chart import Chart, Column, Goal, Table, Unit
from dashboard.charts.regional import TYPES
from dashboard.pieces import piece as codes
from dashboard.pieces.behind import (
    NOTHING_HIDDEN,
    THRESHOLD,
    Behind,
    Hidden,
    Places,
    of_places,
    of_sectors,
    of_territory,
    small,
)
from indicators.evidence import RegionEvidence, TerritoryEvidence
from reference import french

MASK = f"<\u00a0{THRESHOLD}"
#: Stands for what is not said beside it, and may be of any size.
WITHHELD = "masqué"
NOTE = (
    f"Documents d’un seul ESMS\u202f: de 1 à {THRESHOLD - 1}, le nombre est masqué, "
    "et un autre avec lui."
)
HIDDEN = (
    f"Un seul ESMS a alimenté sur 12 mois, de moins de {THRESHOLD} documents\u202f: ces chiffres "
    "ne sont que dans la version de travail."
)
HIDDEN_TOO = (
    f"Chiffres masqués avec ceux d’un autre département, dont un seul ESMS a déposé moins de "
    f"{THRESHOLD} documents et qui s’en déduiraient\u202f: ils ne sont que dans la version de "
    "travail."
)
TOGETHER = (
    "Avec le reste de ce fichier, ces nombres de documents diraient celui d’un seul ESMS, de moins "
    f"de {THRESHOLD}\u202f: ils ne sont que dans la version de travail."
)
#: For each table by sector: how many ESMS stand behind a row, and what tells their documents.
_ALONE = (
    ("esms", ("documents", "documents-part")),
    ("region-esms", ("region-documents", "region-documents-part")),
    ("esms", ("documents", "part")),
)
#: A row of a table of changes that one ESMS makes: "1 nouvel ESMS", "ESMS arrêtés (1)".
_ONE = re.compile(r"^1 .*ESMS|ESMS.* \(1\)$")
#: The notes of a chart that count documents: those of no département, and of each ESMS on average.
_COUNTED = re.compile(r"Dont .* document|En moyenne, ")
_CHANGE, _WHOLE, _ACTIVE = "evolution", "Ensemble", "ESMS déjà actifs"
_NOW, _THEN, _SINCE = "documents-maintenant", "documents-avant", "documents-ecart"
_REGION = "region-"
#: The columns that tell documents beside others that do not, by the code of their piece.
_OF_DOCUMENTS = {
    codes.DEPARTEMENTS: ("documents", _CHANGE),
    codes.SINCE: (_THEN, _NOW, _SINCE),
    sectors.CODE: tuple(code for _, told in _ALONE[:2] for code in told),
    "chiffres-secteurs": _ALONE[2][1],
}
#: What a cell says that does not say its number.
UNSAID = frozenset({MASK, WITHHELD})


class Months(NamedTuple):
    """The ranks of the months that a territory does not tell, and its région, as its pace would."""

    here: Collection[int]
    around: Collection[int]


EVERY_MONTH = Months((), ())


class Others(NamedTuple):
    """The rows that may be masked with another one, and the total, when there is none of them."""

    rows: Sequence[int]
    whole: int | None = None


def masked(table: Table, hidden: Hidden = NOTHING_HIDDEN) -> Table:
    """A table by sector or of changes without the small counts of a single site.

    `hidden`: the sectors that the territory and its région do not tell.
    """
    known = {column.code for column in table.columns}
    for sites, told in _ALONE:
        if {sites, *told} <= known:
            counts = table.named(told[0])
            also = hidden.around if sites.startswith(_REGION) else hidden.here
            rows = {*_small(table.named(sites).values, counts), *_named(table, also)}
            table = _masked(table, told, rows, counts)
    return _changes(table, _ones(table)) if known == {_CHANGE} else table


def _named(table: Table, rows: Collection[str]) -> list[int]:
    """The ranks of some rows, by their names."""
    return [rank for rank, row in enumerate(table.rows) if row in rows]


def masked_table(
    code: str,
    table: Table,
    here: TerritoryEvidence,
    region: RegionEvidence | None = None,
    hidden: Hidden = NOTHING_HIDDEN,
) -> Table:
    """A table of a block without the small counts of a single site.

    `here`: the territory of which it tells; `region`: the same with its départements; `hidden`:
    the sectors that are not told.
    """
    known = {column.code for column in table.columns}
    if known == {_CHANGE}:
        rows = {*_ones(table), *_small_changes(code, table, here, region)}
        return _changes(table, {*rows, *_named(table, hidden.here)})
    table = masked(table, hidden)
    if of_territory(here).now.sites != 1:
        return table
    if code == "typage":
        generic = table.named("generiques")
        few = small((generic.values[0] or 0) * here.details.typing.documents)
        return _masked_cells(table, ("generiques", "diversite"), {0} if few else ())
    if code == "regularite":
        few = small(here.details.intensity)
        return _masked_cells(table, ("intensite",), {0} if few else ())
    if {"documents", "part"} <= known and "esms" not in known:
        counts = table.named("documents")
        few_rows = [rank for rank, count in enumerate(counts.values) if small(count)]
        return _masked(table, ("documents", "part"), few_rows, counts)
    return table


def _small_changes(
    code: str, table: Table, here: TerritoryEvidence, region: RegionEvidence | None
) -> list[int]:
    """The rows of a table of changes behind which one ESMS stands, of which some count is small."""
    growth = here.details.growth
    own: Behind = of_territory(here)
    rows: Places = {}
    if code.endswith("-departements") and region is not None:
        rows = of_places(region)
    elif "-secteur" in code:
        rows = of_sectors(here.measures)
    active = growth is not None and here.details.contributors - growth.new_count == 1
    changes = table.named(_CHANGE).values
    found = []
    for rank, (row, change) in enumerate(zip(table.rows, changes, strict=True)):
        behind = rows.get(row, own)
        one = behind.alone or (active and row == _ACTIVE)
        if row != _WHOLE and ((row in rows and behind.few) or (one and small(change))):
            found.append(rank)
    return found


def _ones(table: Table) -> list[int]:
    """The small changes of rows that say themselves that one ESMS makes them."""
    alone = [1 if _ONE.search(row) else None for row in table.rows]
    return _small(alone, table.named(_CHANGE))


def _changes(table: Table, rows: Collection[int]) -> Table:
    """A table of changes where some rows are masked; the whole stays unless it tells them."""
    ranks = [rank for rank, row in enumerate(table.rows) if row != _WHOLE]
    whole = table.rows.index(_WHOLE) if _WHOLE in table.rows else None
    return _masked(table, (_CHANGE,), rows, table.named(_CHANGE), Others(ranks, whole))


def masked_chart(
    chart: Chart,
    sites: Sequence[float | None],
    *,
    grown: bool = False,
    hidden: Hidden = NOTHING_HIDDEN,
    months: Months = EVERY_MONTH,
) -> Chart:
    """A chart without the small counts of a single site, which says so; most are as they were.

    `sites`: how many ESMS fed in each month of the chart. `grown`: the year before was one ESMS's
    few documents, which the change in the title would tell. `hidden`: the sectors not told.
    `months`: those that are not told beside these.
    """
    if chart.code == sectors.CODE:
        table = masked(chart.table, hidden)
        return chart if table == chart.table else replace(chart, table=table, notes=_noted(chart))
    if chart.code not in {volumes.CODE, TYPES}:
        return chart
    table = _masked_months(chart.table, sites, months.here)
    table = _masked_cells(table, (volumes.PACE,), months.around)
    if table == chart.table and not grown:
        return chart
    # The title, the words, the targets and some notes say documents of a year and of some months.
    return replace(
        chart,
        table=table,
        message=chart.subtitle,
        alt=f"{chart.subtitle}.",
        notes=(*(note for note in chart.notes if not _COUNTED.match(note)), NOTE),
        targets=tuple(map(_unread, chart.targets)),
    )


def _noted(chart: Chart) -> tuple[str, ...]:
    return (*chart.notes, NOTE)


def _unread(goal: Goal) -> Goal:
    """A target without what was found in its month."""
    return replace(goal, text=goal.text.replace(f" ({goal.found})", ""), found="")


def masked_places(table: Table, places: Places) -> Table:
    """The table of the départements, then of the région; `places`: by their names."""
    counts = table.named("documents")
    behind = [places.get(french.typographic(row)) for row in table.rows]
    others = _but_last(table)
    now = [
        rank
        for rank, each in enumerate(behind)
        if each is not None and each.now.few and small(counts.values[rank])
    ]
    table = _masked(table, ("documents", _CHANGE), now, counts, others)
    before = [rank for rank, each in enumerate(behind) if each is not None and each.before.few]
    return _masked(table, (_CHANGE,), before, counts, others)


def masked_since(table: Table, rows: Sequence[Behind], names: Collection[str] = ()) -> Table:
    """The table since a committee, whose last row is the région; `rows`: who stands behind each.

    `names`: those whose documents are not told elsewhere.
    """
    few = [rank for rank, each in enumerate(rows) if each.few or table.rows[rank] in names]
    counts = table.named(_NOW)
    if not any(small(counts.values[rank]) for rank in few):
        counts = table.named(_THEN)
    return _masked(table, (_THEN, _NOW, _SINCE), few, counts, _but_last(table))


def _but_last(table: Table) -> Others:
    """The rows of a table whose last is the total."""
    whole = len(table.rows) - 1
    return Others(range(whole), whole)


def without_documents(code: str, table: Table) -> Table | None:
    """The table of a piece without any number of documents; None when it tells nothing else."""
    told = _OF_DOCUMENTS.get(code)
    return None if told is None else _masked_cells(table, told, range(len(table.rows)))


def is_masked(table: Table, code: str, name: str) -> bool:
    """Whether the row of a territory is masked in a column; False when it has none."""
    rows = [french.typographic(row) for row in table.rows]
    return name in rows and table.named(code).texts[rows.index(name)] in UNSAID


def _masked_months(table: Table, sites: Sequence[float | None], months: Collection[int]) -> Table:
    """A month that one ESMS fed alone is masked whole when one of its counts is small."""
    total = table.named("total")
    told = [column.code for column in table.columns if column.code != volumes.PACE]
    columns = [table.named(code) for code in told]
    alone = [
        rank
        for rank, site in enumerate(sites)
        if site == 1 and any(small(column.values[rank]) for column in columns)
    ]
    return _masked(table, told, {*alone, *months}, total)


def _small(sites: Iterable[float | None], counts: Column) -> list[int]:
    """The rows of a single site whose count is small."""
    both = zip(sites, counts.values, strict=True)
    return [rank for rank, (site, count) in enumerate(both) if site == 1 and small(count)]


def _masked(
    table: Table,
    told: Collection[str],
    rows: Collection[int],
    counts: Column,
    others: Others | None = None,
) -> Table:
    """A table where some rows of some columns are masked, with another when there is only one.

    The other one is the least of `others`, all rows by default.
    """
    if not rows:
        return table
    hidden = set(rows)
    if len(hidden) == 1:
        ranks, whole = others or Others(range(len(table.rows)))
        known = [rank for rank in ranks if counts.values[rank] and rank not in hidden]
        known.sort(key=lambda rank: abs(counts.values[rank] or 0))
        hidden.update(known[:1] or ([] if whole is None else [whole]))
    return _masked_cells(table, told, hidden)


def _masked_cells(table: Table, told: Collection[str], rows: Collection[int]) -> Table:
    """A table where some rows of some columns are masked."""
    columns = (_hidden(each, rows) if each.code in told else each for each in table.columns)
    return replace(table, columns=tuple(columns))


def _hidden(column: Column, rows: Collection[int]) -> Column:
    return replace(
        column,
        values=tuple(None if rank in rows else one for rank, one in enumerate(column.values)),
        texts=tuple(
            _instead(column, rank) if rank in rows else one for rank, one in enumerate(column.texts)
        ),
    )


def _instead(column: Column, rank: int) -> str:
    """What is written in place of a number: no more than is true of it."""
    value = column.values[rank]
    few = column.unit is Unit.DOCUMENTS and value is not None and 0 < value < THRESHOLD
    return MASK if few else WITHHELD
