"""Who reads a public file with a pencil: all that it tells, as equations, and what they give.

Independent of the product's own account: it reads the numbers that are written, checks each
against what was fed, and solves.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import numpy as np

from dashboard.charts.sectors import sector_label
from dashboard.charts.volumes import PACE
from dashboard.models import Edition
from dashboard.pieces.content import Content
from dashboard.pieces.masking import UNSAID
from indicators.models import FacilityMonth, MonthlyReach, MonthlyVolume
from reference import french
from reference.models import DocumentType, Region
from reference.months import shift, span
from tests.dashboard import world

FIRST, LAST, THEN = dt.date(2024, 1, 1), dt.date(2025, 12, 1), dt.date(2025, 10, 1)
PLACES = {"21": "Côte-d’Or", "25": "Doubs", "39": "Jura"}
NAMES = {**{name: f"D{code}" for code, name in PLACES.items()}, "Bourgogne-Franche-Comté": "R27"}
SECTORS = {sector_label(code): code for code in ("PA", "PH")}
FEW = 11
#: What one ESMS fed in a month: département, sector, month, facility, then by type.
Fact = tuple[str, str, dt.date, int, tuple[int, int]]
Key = tuple[str, str, dt.date]


def invented(seed: int) -> list[Fact]:
    """A région where few feed: up to three ESMS by département and sector, not every month."""
    draw = random.Random(seed)
    facts = []
    for place in PLACES:
        for sector in ("PA", "PH"):
            for rank in range(3):
                often, much = draw.choice((0.15, 0.5, 0.95)), draw.choice((4, 12, 60))
                for month in span(FIRST, LAST):
                    if draw.random() < often:
                        fed = (draw.randint(1, much), draw.choice((0, draw.randint(0, much))))
                        facts.append((place, sector, month, rank, fed))
    return facts


def lay(facts: Sequence[Fact]) -> None:
    """Write the facts into the summaries, and a committee that looked at the year to `THEN`."""
    world.lay(first=FIRST, last=LAST, departements=tuple(PLACES))
    FacilityMonth.objects.all().delete()
    MonthlyVolume.objects.all().delete()
    region = Region.objects.get(pk="27")
    kinds = [DocumentType.objects.get(code=code).pk for code in ("SYNTH", "57833-6")]
    volumes: dict[tuple[str, str, dt.date, int], int] = defaultdict(int)
    fed_by: dict[tuple[str, str], dict[dt.date, set[int]]] = defaultdict(lambda: defaultdict(set))
    for place, sector, month, rank, fed in facts:
        fed_by[place, sector][month].add(rank)
        for kind, count in zip(kinds, fed, strict=True):
            volumes[place, sector, month, kind] += count
    FacilityMonth.objects.bulk_create(
        FacilityMonth(
            month=month,
            facility_id=world._keys(place, sector)[rank],
            departement_id=place,
            sector=sector,
            documents=sum(fed),
        )
        for place, sector, month, rank, fed in facts
    )
    MonthlyVolume.objects.bulk_create(
        MonthlyVolume(
            month=month, region=region, departement_id=place, sector=sector,
            document_type_id=kind, documents=count,
        )
        for (place, sector, month, kind), count in volumes.items()
        if count
    )  # fmt: skip
    reaches = list(MonthlyReach.objects.all())
    for one in reaches:
        fed_months = fed_by[one.departement_id, one.sector]
        year = span(shift(one.month, -11), one.month)
        one.contributors = len(fed_months[one.month])
        one.contributors_12m = len(set[int]().union(*(fed_months[month] for month in year)))
    MonthlyReach.objects.bulk_update(reaches, ["contributors", "contributors_12m"])
    _edition(region, facts)


def _edition(region: Region, facts: Sequence[Fact]) -> None:
    year = set(span(shift(THEN, -11), THEN))
    places = {"R27": tuple(PLACES), **{f"D{place}": (place,) for place in PLACES}}
    summary = {}
    for code, own in places.items():
        fed = [fact for fact in facts if fact[0] in own and fact[2] in year]
        summary[code] = {
            "documents": sum(sum(fact[4]) for fact in fed), "growth": None, "rank": None,
            "contributors": len({fact[:2] + fact[3:4] for fact in fed}), "parc": 167, "rate": 0.1,
        }  # fmt: skip
    Edition.objects.create(
        region=region, title="Comité", committee_on=dt.date(2025, 11, 3), data_version=1,
        month=THEN, content={"summary": summary},
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One equation: which cells add up to a number that a file tells; without one, to any."""

    cells: np.ndarray
    number: float | None
    where: str


class Adversary:
    """Who knows which cells are empty, for files tell how many ESMS fed, and solves the rest."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        cells: dict[Key, list[Fact]] = defaultdict(list)
        for fact in facts:
            if sum(fact[4]):
                cells[fact[:3]].append(fact)
        self.keys = sorted(cells)
        self.truth = np.array([float(sum(sum(f[4]) for f in cells[key])) for key in self.keys])
        self.secrets = {
            span_of[0] + span_of[-1]: self._cells(span_of) for span_of in _secrets(self.keys, cells)
        }

    def _cells(self, keys: Iterable[Key]) -> np.ndarray:
        return np.isin(np.arange(len(self.keys)), [self.keys.index(key) for key in keys]) * 1.0

    def sum_of(self, place: str, sector: str | None, months: Iterable[dt.date]) -> np.ndarray:
        """The cells of a territory ("R27", "D21"), of one sector or all, in some months."""
        wanted = set(months)
        return self._cells(
            key
            for key in self.keys
            if place in {"R27", f"D{key[0]}"} and sector in {None, key[1]} and key[2] in wanted
        )

    def read(self, contents: Iterable[Content]) -> list[Told]:
        """The equations of a file."""
        return [told for content in contents for told in _read(self, content)]

    def finds(self, told: Sequence[Told]) -> list[tuple[object, ...]]:
        """The secrets that follow."""
        rows = np.array([one.cells for one in told] or [np.zeros(len(self.keys))])
        _, sizes, ways = np.linalg.svd(rows)
        free = ways[int((sizes > 1e-9).sum()) :]
        return [
            name
            for name, secret in self.secrets.items()
            if np.abs(free @ secret).max(initial=0) < 1e-6
        ]


def _secrets(keys: Sequence[Key], cells: dict[Key, list[Fact]]) -> Iterator[list[Key]]:
    """What one ESMS fed: little in a month, or of a type, or in all of some months on end."""
    for start, key in enumerate(keys):
        total, found = 0, []
        for other in keys[start:]:
            facts = cells[other]
            if other[:2] != key[:2] or len(facts) > 1 or facts[0][3] != cells[key][0][3]:
                break
            found.append(other)
            total += sum(facts[0][4])
            of_a_type = len(found) == 1 and any(0 < count < FEW for count in facts[0][4])
            if total < FEW or of_a_type:
                yield list(found)


# --- What is written ------------------------------------------------------------------------------


def _year(last: dt.date) -> list[dt.date]:
    return list(span(shift(last, -11), last))


@dataclass(frozen=True)
class _Page:
    """A piece: its table, and the question of its page."""

    who: Adversary
    content: Content
    query: dict[str, str]

    @property
    def sector(self) -> str | None:
        return self.query.get("secteur")

    @property
    def last(self) -> dt.date:
        return dt.date.fromisoformat(f"{self.query['a']}-01") if "a" in self.query else LAST

    def column(self, code: str) -> Iterator[tuple[str, str]]:
        """Each row of a column with its text; none without the column."""
        table = self.content.table
        assert table is not None
        texts = [column.texts for column in table.columns if column.code == code]
        return zip(table.rows, texts[0], strict=True) if texts else iter(())

    def tell(
        self, place: str, months: Iterable[dt.date], text: str, sector: str | None = None
    ) -> Iterator[Told]:
        """That a number is the documents of a place in some months; "?" is one to be worked out."""
        number = None if text == "?" else french.number(text)
        if place and text not in UNSAID and (text == "?" or number is not None):
            cells = self.who.sum_of(place, sector or self.sector, months)
            yield Told(cells, number, f"{self.content.piece}")

    def year(self, place: str, documents: str, change: str) -> Iterator[Told]:
        """The documents of 12 months, and what tells those of the 12 before."""
        yield from self.tell(place, _year(self.last), documents)
        if re.search(r"\d", change) and not re.search("sur 12|comparables", change):
            yield from self.tell(place, _year(shift(self.last, -12)), "?")

    # --- By code --------------------------------------------------------------------------------

    def departements(self) -> Iterator[Told]:
        changes = dict(self.column("evolution"))
        for row, text in self.column("documents"):
            yield from self.year(NAMES.get(row, ""), text, changes[row])

    def chiffres(self) -> Iterator[Told]:
        for tile in self.content.tiles:
            if tile.label == "Documents sur 12 mois":
                change = f"{tile.change.text} {tile.reference}" if tile.change else ""
                yield from self.year(
                    self.content.piece.territory, tile.value, change.replace("12 mois préc", "")
                )

    def secteurs(self) -> Iterator[Told]:
        here = self.content.piece.territory
        first = dt.date.fromisoformat(f"{self.query.get('de', '2024-01')}-01")
        window = [month for month in _year(self.last) if here == "R27" or month >= first]
        for code, place in (("documents", here), ("region-documents", "R27")):
            for row, text in self.column(code):
                if row in SECTORS and (here != "R27" or self.sector in {None, SECTORS[row]}):
                    yield from self.tell(place, window, text, SECTORS[row])

    def documents(self) -> Iterator[Told]:
        chart, here = self.content.chart, self.content.piece.territory
        if chart is None:
            return
        for month, (_, text) in zip(chart.months, self.column("total"), strict=True):
            yield from self.tell(here, [month.date], text)
        for month, (_, text) in zip(chart.months, self.column(PACE), strict=False):
            yield from self.tell("R27", [month.date], text if text in UNSAID else "?")
        said = re.match(r"([\d\s]+) documents? sur 12 mois(.*)", chart.message)
        if said:
            yield from self.year(here, said[1].strip(), said[2])

    def comite(self) -> Iterator[Told]:
        for code, last in (("maintenant", LAST), ("avant", THEN)):
            for row, text in self.column(f"documents-{code}"):
                whole = replace(self, query={})
                yield from whole.tell(NAMES.get(row, ""), _year(last), text)


READERS = {
    "types": _Page.documents,
    "chiffres-secteurs": _Page.secteurs,
    **{
        one.__name__: one
        for one in (
            _Page.departements, _Page.chiffres, _Page.secteurs, _Page.documents, _Page.comite
        )
    },
}  # fmt: skip


def _read(who: Adversary, content: Content) -> Iterator[Told]:
    if content.table is not None and content.piece.code in READERS:
        query = dict(parse_qsl(content.piece.query))
        yield from READERS[content.piece.code](_Page(who, content, query))
