"""Where the change of a territory's documents comes from, as a block of its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from dashboard.charts.chart import Column, Table, Unit
from dashboard.charts.sectors import sector_label
from dashboard.exhibits import Block, Exhibit
from indicators.details import Change, GrowthOrigin
from reference import french
from reference.models import Sector
from reference.months import iso, shift

CODE = "evolution"
HEADING = "D’où vient l’évolution des documents"
READING = (
    "Documents des 12 derniers mois reçus moins ceux des 12 mois précédents, à mois comparables. "
    "Un nouvel ESMS n’avait rien déposé dans les 12 mois précédents\u202f; un ESMS arrêté n’a "
    "plus rien déposé dans les 12 derniers."
)
#: Lines of a table at most; the rest is one line.
SHOWN = 10


def growth_block(
    growth: GrowthOrigin | None, last: dt.date | None, *, names: bool, sector: Sector | None = None
) -> Block:
    """The parts of the change: by kind of contributor, sector, type, and OG where names may be.

    `last`: the last received month, with which the 12 months of the change end. `sector`: the only
    one that the change counts, if any.
    """
    if growth is None or last is None:
        missing = "Il faut au moins 9 mois comparables d’une année sur l’autre."
        return Block(CODE, HEADING, "L’évolution sur un an n’est pas disponible", missing, ())
    months = {"de": iso(shift(last, -11)), "a": iso(last)} if names else None
    if months and sector:
        months["secteur"] = str(sector)
    exhibits = [
        _parts(growth, months),
        _by("secteur", "Secteur", growth.by_sector, months, lambda one: sector_label(one.code)),
        _by("type", "Type de document", growth.by_type, months),
    ]
    if names:
        exhibits.append(_by("og", "Organisme gestionnaire", growth.by_entity, months))
    return Block(
        CODE, HEADING, _message(growth), READING, tuple(one for one in exhibits if one.table.rows)
    )


def _message(growth: GrowthOrigin) -> str:
    if not growth.change:
        return "Autant de documents que l’année précédente"
    parts = [
        (growth.new, f"par {french.count(growth.new_count, 'nouvel ESMS', 'nouveaux ESMS')}"),
        (growth.active, "par les ESMS déjà actifs"),
        (
            growth.stopped,
            f"par {french.count(growth.stopped_count, 'ESMS arrêté', 'ESMS arrêtés')}",
        ),
        (growth.carried, "portés par des organismes gestionnaires"),
    ]
    told = [f"{_signed(part)} {by}" for part, by in parts if part]
    return f"{_signed(growth.change)} documents en un an\u202f: {french.listing(told)}"


def _signed(number: float) -> str:
    return french.signed(french.integer(number))


def _changes(values: Sequence[int]) -> Column:
    return Column(
        "evolution",
        "Évolution des documents",
        Unit.DOCUMENTS,
        tuple(map(float, values)),
        tuple(map(_signed, values)),
    )


def _parts(growth: GrowthOrigin, months: dict[str, str] | None) -> Exhibit:
    new = f"Nouveaux ESMS ({french.integer(growth.new_count)})"
    stopped = f"ESMS arrêtés ({french.integer(growth.stopped_count)})"
    lines = [
        (new, growth.new, _link(months, parmi="nouveaux") if growth.new_count else ""),
        ("ESMS déjà actifs", growth.active, ""),
        (stopped, growth.stopped, _link(months, parmi="arretes") if growth.stopped_count else ""),
        ("Portés par un organisme gestionnaire", growth.carried, ""),
        ("Ensemble", growth.change, ""),
    ]
    return Exhibit(
        code=CODE,
        table=Table(
            caption="Par contributeur",
            corner="Contribution",
            rows=tuple(label for label, _, _ in lines),
            columns=(_changes([value for _, value, _ in lines]),),
        ),
        bars="evolution",
        links=tuple(link for _, _, link in lines),
    )


def _by(
    key: str,
    corner: str,
    changes: Sequence[Change],
    months: dict[str, str] | None,
    label: Callable[[Change], str] = lambda change: change.label,
) -> Exhibit:
    """The largest changes one way or the other, then all the others together.

    `key`: of the list of ESMS behind each; `months` (and sector): of that list, None without any.
    """
    moved = [change for change in changes if change.change]
    largest = sorted(moved, key=lambda change: -abs(change.change))[:SHOWN]
    kept = [change for change in moved if change in largest]
    rows = [french.typographic(label(one)) for one in kept]
    values = [one.change for one in kept]
    links = [_link(months, **{key: one.code}) for one in kept]
    if len(moved) > len(kept):
        rows.append(f"Autres ({french.integer(len(moved) - len(kept))})")
        values.append(sum(one.change for one in moved) - sum(values))
        links.append("")
    return Exhibit(
        code=f"{CODE}-par-{key}",
        table=Table(f"Par {corner.lower()}", corner, tuple(rows), (_changes(values),)),
        bars="evolution",
        links=tuple(links),
    )


def _link(months: dict[str, str] | None, **query: str) -> str:
    return f"?{urlencode(months | query)}" if months is not None else ""
