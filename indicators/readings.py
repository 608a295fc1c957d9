"""What indicators are computed from: the summaries of a territory, all months.

A selection is cut from them in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from indicators.columns import (
    Ints,
    Table,
    month_number,
    ordered,
    packed,
    parted,
    until,
)
from indicators.selection import CHART_SECTORS, Selection, Territory

#: Stands for "Non ventilé" where places are numbered.
UNALLOCATED = -1

SECTOR_NUMBERS = {str(sector): number for number, sector in enumerate(CHART_SECTORS)}


class Kind(NamedTuple):
    """A document type. `other`: whether charts show it as "Autres"."""

    code: str
    label: str
    generic: bool
    other: bool


class Entity(NamedTuple):
    """A legal entity; `group`: its groupe de rattachement, or nothing."""

    finess: str
    name: str
    group: str


@dataclass(frozen=True)
class Readings:
    """Tables of columns of integers: what is known of a territory.

    Months are numbered by `month_number`; place, sector, kind and entity by their rank in
    `places` (UNALLOCATED: "Non ventilé"), CHART_SECTORS, `kinds` (in the order of their codes) and
    `entities` (of their FINESS); source by its rank in `sources`; facilities from 0 to
    `facility_count`. `owners`: the names of organismes gestionnaires, or of the groupe de
    rattachement of several; `owner_of`: the rank there of each entity.

    `cells`: month, place, received_on (days since 1970), source, confirmed of what was received.
    `reach`: month, place, sector, parc, contributors, contributors_12m, received_12m.
    `volumes`: month, place, sector, kind, carried (0 or 1), documents.
    `contributors`: month, place, sector, facility, documents, and the entity of that month.
    `carried`: month, place, sector, kind, entity, documents.
    `others`: the documents of contributors that are of types shown as "Autres": month, place,
    sector, kind, entity, documents.

    The last two are empty, and contributors have no entity, when what lies behind volumes was not
    asked for. All are in the order of months. Their integers may be small: rows are made wide by
    `columns.chosen` or `during` before anything is computed of them.
    """

    places: tuple[Territory, ...]
    sources: tuple[str, ...]
    kinds: tuple[Kind, ...]
    entities: tuple[Entity, ...]
    owners: tuple[str, ...]
    owner_of: Ints
    facility_count: int
    cells: Table
    reach: Table
    volumes: Table
    contributors: Table
    carried: Table
    others: Table

    def cut(self, selection: Selection) -> Readings:
        """Those of a selection of the same territory: its sector, the months up to its last.

        The cells of later months stay: they tell what is provisional.
        """
        last = month_number(selection.last)
        sector = None if selection.sector is None else SECTOR_NUMBERS[selection.sector]

        def rows(of: Table) -> Table:
            early = until(of, last)
            return early if sector is None else _where(early, "sector", sector)

        return self._with({name: rows(each) for name, each in self._tables() if name != "cells"})

    def cuts(self, selection: Selection, only: str | None = None) -> dict[Territory, Readings]:
        """The cut of a selection, then those of each of its départements.

        `only`: the code of the one département that is wanted, when the others are not.
        """
        whole = self.cut(selection)
        parts = whole.by_place() if only is None else whole.of(only)
        return {selection.territory: whole} | parts

    def by_place(self) -> dict[Territory, Readings]:
        """Those of each département."""
        parts = {name: parted(each, "place", len(self.places)) for name, each in self._tables()}
        return {
            place: self._with({name: tables[rank] for name, tables in parts.items()})
            for rank, place in enumerate(self.places)
        }

    def of(self, code: str) -> dict[Territory, Readings]:
        """Those of one département, by its code."""
        return {
            place: self._with({name: _where(each, "place", rank) for name, each in self._tables()})
            for rank, place in enumerate(self.places)
            if place.departement_code == code
        }

    def in_order(self) -> Readings:
        """The same, each table in the order of months."""
        return self._with({name: ordered(each) for name, each in self._tables()})

    def packed(self) -> Readings:
        """The same, in as little memory as it takes: to be kept, and cut before it is used."""
        return self._with({name: packed(each) for name, each in self._tables()})

    def _tables(self) -> Iterator[tuple[str, Table]]:
        return ((name, getattr(self, name)) for name in TABLES)

    def _with(self, tables: Mapping[str, Table]) -> Readings:
        return replace(self, **dict(tables))  # type: ignore[arg-type]  # each is a table


def _where(rows: Table, key: str, number: int) -> Table:
    """The rows whose column has a number, as they are."""
    which = rows[key] == number
    return {name: column[which] for name, column in rows.items()}


TABLES = ("cells", "reach", "volumes", "contributors", "carried", "others")
