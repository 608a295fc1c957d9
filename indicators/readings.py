"""What indicators are computed from: the summaries of a territory, all months.

A selection is cut from them in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from indicators.columns import Ints, Table, chosen, month_number, packed
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
    `contributors`: month, place, sector, facility, documents, and the entity of that month; in
    the order of months.
    `carried`: month, place, sector, kind, entity, documents.
    `others`: the documents of contributors that are of types shown as "Autres": month, place,
    sector, kind, entity, documents.

    The last two are empty, and contributors have no entity, when what lies behind volumes was not
    asked for.
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
            which = of["month"] <= last
            return chosen(of, which if sector is None else which & (of["sector"] == sector))

        return self._with({name: rows(each) for name, each in self._tables() if name != "cells"})

    def cuts(self, selection: Selection, only: str | None = None) -> dict[Territory, Readings]:
        """The cut of a selection, then those of each of its départements.

        `only`: the code of the one département that is wanted, when the others are not.
        """
        whole = self.cut(selection)
        own = {
            place: whole.of(rank)
            for rank, place in enumerate(self.places)
            if only in {None, place.departement_code}
        }
        return {selection.territory: whole} | own

    def of(self, place: int) -> Readings:
        """Those of one département, by its rank."""
        return self._with(
            {name: chosen(each, each["place"] == place) for name, each in self._tables()}
        )

    def packed(self) -> Readings:
        """The same, in as little memory as it takes: to be kept, and cut before it is used."""
        return self._with({name: packed(each) for name, each in self._tables()})

    def _tables(self) -> Iterator[tuple[str, Table]]:
        return ((name, getattr(self, name)) for name in TABLES)

    def _with(self, tables: Mapping[str, Table]) -> Readings:
        return replace(self, **dict(tables))  # type: ignore[arg-type]  # each is a table


TABLES = ("cells", "reach", "volumes", "contributors", "carried", "others")
