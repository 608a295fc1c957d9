"""The list of the ESMS behind a sentence: what its address asks, its sentence, its order."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dashboard.charts.chart import Table, Unit, column, words
from dashboard.charts.sectors import sector_label
from dashboard.charts.wording import period_words
from dashboard.forms import ASCENDING, DESCENDING
from indicators.facilities import Among, FacilityRow, Found, Question
from indicators.selection import CHART_SECTORS, Selection, Territory
from reference import french
from reference.models import Sector
from reference.months import iso, parse_month, shift
from reference.numbers import NARROW

#: What the list holds, in a sentence, by what was asked for.
TITLES = {
    Among.FEEDING: "ESMS ayant alimenté",
    Among.WITHOUT: "ESMS ouverts sans dépôt",
    Among.NEW: "Nouveaux ESMS",
    Among.STOPPED: "ESMS arrêtés",
    Among.FIRST: "Premiers dépôts d’ESMS",
    Among.SILENT: "ESMS qui n’alimentent plus depuis 3 mois reçus",
}
READINGS = {
    Among.FEEDING: "Au moins un document déposé sur la période.",
    Among.WITHOUT: "Ouverts le dernier mois de la période, sans aucun document déposé.",
    Among.NEW: "Au moins un document sur la période, aucun les mêmes mois un an plus tôt.",
    Among.STOPPED: (
        "Aucun document sur la période, au moins un les mêmes mois un an plus tôt\u202f; documents "
        "et mois sont ceux de l’année précédente."
    ),
    Among.FIRST: (
        "Premier dépôt sur la période, dans un département dont au moins 12 mois étaient reçus "
        "auparavant."
    ),
    Among.SILENT: (
        "Ouverts le dernier mois de la période, sans aucun document sur les 3 derniers mois reçus "
        "jusque-là, et qui avaient alimenté dans les 12 mois précédents."
    ),
}
WITHOUT_KIND = (
    "Ouverts le dernier mois de la période, sans aucun document de ce type\u202f; documents et "
    "mois sont ceux de tous les types."
)
#: The lists that look at more than the months asked for, of documents of all types.
OF_ALL_KINDS = frozenset({Among.NEW, Among.STOPPED, Among.FIRST, Among.SILENT})

Key = Callable[[FacilityRow], Any]
#: The columns that sort the list, by their name in the address.
SORTS: Mapping[str, tuple[str, Key]] = {
    "esms": ("ESMS", lambda row: _folded(row.name)),
    "og": ("Organisme gestionnaire", lambda row: _folded(row.entity_name)),
    "secteur": ("Secteur", lambda row: row.sector),
    "etat": ("État", lambda row: row.state.value),
    "documents": ("Documents", lambda row: row.documents),
    "mois": ("Mois avec dépôt", lambda row: row.months),
    "dernier": ("Dernier dépôt", lambda row: row.latest or dt.date.min),
}
NUMBERS = {"documents", "mois", "dernier"}
USUAL_SORT = "documents"


@dataclass(frozen=True)
class Wanted:
    """What the address asks for, and what it says wrongly."""

    question: Question
    sort: str
    descending: bool
    values: Mapping[str, str]
    problems: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the list holds: "ESMS ayant alimenté en Côte-d’Or"."""
        territory = self.question.selection.territory
        return f"{TITLES[self.question.among]} {french.typographic(territory.locative)}"

    @property
    def reading(self) -> str:
        """How a facility enters the list."""
        if self.question.kind and self.question.among is Among.WITHOUT:
            return WITHOUT_KIND
        return READINGS[self.question.among]

    def limits(self, found: Found) -> tuple[str, ...]:
        """The months and the filters, in words."""
        selection = self.question.selection
        parts = [french.sentence(period_words(selection.first, selection.last))]
        if selection.sector is not None:
            parts.append(f"Secteur{NARROW}: {sector_label(selection.sector)}.")
        if self.question.kind:
            kind = french.typographic(found.kind) or self.question.kind
            parts.append(f"Type de document{NARROW}: {kind}.")
        if self.question.entity:
            entity = french.typographic(found.entity) or self.question.entity
            parts.append(f"Organisme gestionnaire{NARROW}: {entity}.")
        return tuple(parts)

    def query(self, **changes: str) -> str:
        """The query string of the same list after some changes."""
        values = {name: value for name, value in {**self.values, **changes}.items() if value}
        return f"?{urlencode(values)}"

    @property
    def choices(self) -> tuple[tuple[str, str, bool], ...]:
        """The lists: label, query string, whether it is the one shown."""
        return tuple(
            (TITLES[among], self._list(among), among is self.question.among) for among in Among
        )

    def _list(self, among: Among) -> str:
        """The query string of another list, without a type where it would mean nothing."""
        kind = "" if among in OF_ALL_KINDS else self.question.kind
        return self.query(parmi=among.value, type=kind)

    @property
    def headings(self) -> tuple[tuple[str, str, str, bool], ...]:
        """The headers: label, query that sorts by it, `aria-sort` ("" for none), if a number."""
        return tuple(
            (
                label,
                self.query(tri=name, ordre=self._next_order(name)),
                ("descending" if self.descending else "ascending") if name == self.sort else "",
                name in NUMBERS,
            )
            for name, (label, _) in SORTS.items()
        )

    def _next_order(self, name: str) -> str:
        """The order that a click asks for: the other one on the sorted column."""
        down = not self.descending if name == self.sort else name in NUMBERS
        return DESCENDING if down else ASCENDING

    def ordered(self, rows: list[FacilityRow]) -> list[FacilityRow]:
        """The rows as asked; those that are equal by FINESS."""
        return sorted(rows, key=SORTS[self.sort][1], reverse=self.descending)


def want(
    query: Mapping[str, str], territory: Territory, received: tuple[dt.date, dt.date]
) -> Wanted:
    """Read an address; what it says wrongly is replaced by what is usual, and told."""
    problems: list[str] = []
    first, last = _months(query, received, problems)
    sector = _sector(query.get("secteur", ""), problems)
    among = _among(query.get("parmi", ""), problems)
    kind, entity = query.get("type", "")[:30], query.get("og", "")[:9]
    if kind and among in OF_ALL_KINDS:
        problems.append(
            "Cette liste compte tous les types de documents\u202f: aucun n’y est choisi."
        )
        kind = ""
    sort = query.get("tri", "")
    sort = sort if sort in SORTS else USUAL_SORT
    order = query.get("ordre", "")
    descending = order == DESCENDING if order in {ASCENDING, DESCENDING} else sort in NUMBERS
    return Wanted(
        question=Question(Selection(territory, first, last, sector), among, kind, entity),
        sort=sort,
        descending=descending,
        values={
            "de": iso(first),
            "a": iso(last),
            "parmi": "" if among is Among.FEEDING else among.value,
            "type": kind,
            "og": entity,
            "secteur": str(sector) if sector else "",
            "tri": sort if query.get("tri") else "",
            "ordre": (DESCENDING if descending else ASCENDING) if query.get("tri") else "",
        },
        problems=tuple(problems),
    )


def table_of(wanted: Wanted, rows: list[FacilityRow]) -> Table:
    """The whole list, as a file holds it."""
    return Table(
        caption=wanted.title,
        corner="FINESS ET",
        rows=tuple(row.finess for row in rows),
        columns=(
            words("nom", "Nom", (row.name for row in rows)),
            words("commune", "Commune", (row.commune for row in rows)),
            words("departement", "Département", (row.departement for row in rows)),
            words("secteur", "Secteur", (sector_label(row.sector) for row in rows)),
            words("finess-ej", "FINESS EJ", (row.entity_finess for row in rows)),
            words("og", "Organisme gestionnaire", (row.entity_name for row in rows)),
            words("etat", "État", (row.state.value for row in rows)),
            column("documents", "Documents", Unit.DOCUMENTS, (row.documents for row in rows)),
            column("mois", "Mois avec dépôt", Unit.ESMS, (row.months for row in rows)),
            words("premier", "Premier dépôt", (_month(row.first) for row in rows)),
            words("dernier", "Dernier dépôt", (_month(row.latest) for row in rows)),
        ),
    )


def _month(month: dt.date | None) -> str:
    return iso(month) if month else ""


def _months(
    query: Mapping[str, str], received: tuple[dt.date, dt.date], problems: list[str]
) -> tuple[dt.date, dt.date]:
    """The months asked for, the last 12 received by default."""
    usual = max(received[0], shift(received[1], -11)), received[1]
    said = [query.get(name, "") for name in ("de", "a")]
    if not any(said):
        return usual
    try:
        first, last = (
            parse_month(text) if text else default
            for text, default in zip(said, usual, strict=True)
        )
    except ValueError:
        first, last = usual[1], usual[0]
    if not received[0] <= first <= last <= received[1]:
        problems.append(
            f"{french.quoted(' – '.join(said)[:40])} n’est pas une période reçue, de mois écrits "
            f"AAAA-MM{NARROW}: les 12 derniers mois sont affichés."
        )
        return usual
    return first, last


def _sector(text: str, problems: list[str]) -> Sector | None:
    if not text:
        return None
    if text in {str(sector) for sector in CHART_SECTORS}:
        return Sector(text)
    problems.append(
        f"{french.quoted(text[:40])} n’est pas un secteur connu{NARROW}: tous sont affichés."
    )
    return None


def _among(text: str, problems: list[str]) -> Among:
    if text and text not in {among.value for among in Among}:
        problems.append(
            f"{french.quoted(text[:40])} n’est pas une liste connue{NARROW}: les ESMS qui "
            "alimentent sont affichés."
        )
        return Among.FEEDING
    return Among(text or Among.FEEDING.value)


def _folded(text: str) -> str:
    """A name as French sorts it: without case or accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
