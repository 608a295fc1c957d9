"""The fictitious facilities, and the registers that tell of them.

Numbers are well-formed, with a right key, in blocks that no real register uses: the département,
then 99 (facilities) or 98 (legal entities). Names and communes say that they are fictitious.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from stdnum import luhn

from ingestion.demo.draws import Draws
from ingestion.demo.story import Story

FACILITY_BLOCK = "99"
ENTITY_BLOCK = "98"
OUTSIDE = "AUTRE"
SECTORS = ("PA", "PH", "DOM", "PDE", "PDS", "AHI")
#: Registers as they follow each other: facilities open and close between them.
REGISTER_DATES = (dt.date(2024, 1, 2), dt.date(2024, 9, 2), dt.date(2025, 9, 1))
#: Nothing opens or closes here: one facility more would move its small rates out of the story.
STILL_DEPARTEMENT = "90"
OPENINGS = (("DOM", dt.date(2024, 4, 2)), ("PH", dt.date(2024, 7, 1)), ("DOM", dt.date(2025, 3, 3)))
CLOSURES = (("DOM", REGISTER_DATES[1]), ("PA", REGISTER_DATES[2]), ("DOM", REGISTER_DATES[2]))
#: One legal entity works in these two départements.
SHARED_BETWEEN = ("25", "39")
ENTITY_SIZES = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 12, 18)
FIRST_ENTITY_SIZE = 8
HOSPITAL = "355"
#: Categories by sector: code, how a name begins, how many in the draw.
CATEGORIES = {
    "PA": (
        ("500", "EHPAD fictif", 5),
        ("202", "Résidence autonomie fictive", 1),
        ("207", "Centre de jour fictif", 1),
    ),
    "PH": (
        ("183", "IME fictif", 3),
        ("182", "SESSAD fictif", 3),
        ("246", "ESAT fictif", 3),
        ("382", "Foyer de vie fictif", 4),
        ("446", "SAVS fictif", 3),
        ("437", "FAM fictif", 2),
        ("255", "MAS fictive", 2),
        ("445", "SAMSAH fictif", 1),
        ("190", "CAMSP fictif", 1),
    ),
    "DOM": (
        ("460", "Service autonomie aide fictif", 6),
        ("354", "SSIAD fictif", 1),
        ("209", "Service autonomie aide et soins fictif", 1),
    ),
    "PDE": (
        ("177", "MECS fictive", 3),
        ("175", "Foyer de l'enfance fictif", 1),
        ("295", "Service AEMO fictif", 1),
    ),
    "PDS": (("197", "CSAPA fictif", 2), ("165", "ACT fictif", 1), ("180", "LHSS fictif", 1)),
    "AHI": (
        ("214", "CHRS fictif", 2),
        ("443", "CADA fictif", 2),
        ("257", "Foyer de jeunes travailleurs fictif", 1),
    ),
    OUTSIDE: (
        ("620", "Pharmacie fictive", 5),
        ("603", "Maison de santé fictive", 2),
        ("124", "Centre de santé fictif", 2),
        ("611", "Laboratoire fictif", 1),
    ),
}
PLANTS = (
    *("Les Glycines", "Les Tilleuls", "Les Lilas", "Les Érables", "Les Bleuets", "La Roseraie"),
    *("Le Grand Chêne", "Les Mimosas", "Les Cèdres", "L'Aubépine", "Les Genêts", "La Bruyère"),
)
COMMUNES = tuple(
    f"{name} {place}"
    for name in ("FICTIVILLE", "EXEMPLEVILLE", "ESSAIVILLE")
    for place in ("LE HAUT", "LE BAS", "LES BOIS", "SUR RIVIERE", "LA NEUVE")
)


@dataclass(frozen=True)
class DemoFacility:
    """One fictitious facility; `rank` numbers it within its sector of its département.

    `closed_on` is the date of the first register that lacks it.
    """

    finess: str
    entity: str
    name: str
    departement: str
    commune: str
    category: str
    sector: str
    rank: int
    opened_on: dt.date
    closed_on: dt.date | None = None

    def is_open(self, first: dt.date, last: dt.date) -> bool:
        """Whether it is open at least one day from `first` to `last`."""
        return self.opened_on <= last and (self.closed_on is None or self.closed_on > first)

    def is_in_register(self, date: dt.date) -> bool:
        """Whether the register of that date holds it."""
        return self.opened_on <= date and (self.closed_on is None or self.closed_on > date)


def number(departement: str, block: str, order: int) -> str:
    """A well-formed fictitious FINESS number, with its key."""
    body = f"{departement}{block}{order:04d}"
    return f"{body}{luhn.calc_check_digit(body)}"


def entity_name(finess: str) -> str:
    """The name of a fictitious legal entity: "OG fictif n° 21-3"."""
    return f"OG fictif n° {finess[:2]}-{int(finess[4:8])}"


def is_fictitious(finess: str) -> bool:
    """Whether a number belongs to the blocks of the demonstration."""
    return finess[2:4] in {FACILITY_BLOCK, ENTITY_BLOCK}


def draw_register(story: Story, seed: int) -> tuple[DemoFacility, ...]:
    """Every facility that the demonstration ever holds, closed ones and hospitals included."""
    facilities = [
        facility
        for departement in story.departements
        for facility in _departement(story, departement, Draws(seed, int(departement)))
    ]
    return tuple(_share_an_entity(facilities))


def _departement(story: Story, departement: str, draws: Draws) -> Iterator[DemoFacility]:
    moves = departement != STILL_DEPARTEMENT
    orders, entities = iter(range(1, 10_000)), iter(range(1, 10_000))
    hospital = number(departement, ENTITY_BLOCK, next(entities))
    for sector in SECTORS:
        entity, left = "", 0
        opened = [date for s, date in OPENINGS if s == sector and moves]
        closed = [date for s, date in CLOSURES if s == sector and moves]
        parc = story.parc[departement, sector]
        for rank in range(parc + len(closed)):
            if left == 0:
                entity = number(departement, ENTITY_BLOCK, next(entities))
                left = draws.pick(ENTITY_SIZES) if rank else FIRST_ENTITY_SIZE
            left -= 1
            facility = _facility(departement, sector, rank, next(orders), draws)
            facility = replace(facility, entity=entity)
            if sector == "PA" and rank == parc - 1:
                facility = replace(facility, entity=hospital)
            if parc - len(opened) <= rank < parc:
                facility = replace(facility, opened_on=opened[rank - parc])
            if rank >= parc:
                facility = replace(facility, closed_on=closed[rank - parc])
            yield facility
    yield _hospital(departement, next(orders), hospital)
    for rank in range(1, sum(story.parc[departement, sector] for sector in SECTORS) // 8):
        facility = _facility(departement, OUTSIDE, rank, next(orders), draws)
        yield replace(facility, entity=number(departement, ENTITY_BLOCK, next(entities)))


def _facility(departement: str, sector: str, rank: int, order: int, draws: Draws) -> DemoFacility:
    drawn = [c for code, kind, share in CATEGORIES[sector] for c in [(code, kind)] * share]
    # The first of the personnes âgées are all EHPAD: they are those who feed.
    category, kind = drawn[0] if sector == "PA" and draws.below(5) else draws.pick(drawn)
    return DemoFacility(
        finess=number(departement, FACILITY_BLOCK, order),
        entity="",
        name=f"{kind} {draws.pick(PLANTS)} {order}",
        departement=departement,
        commune=draws.pick(COMMUNES),
        category=category,
        sector=sector,
        rank=rank,
        opened_on=dt.date(1980 + draws.below(40), 1 + draws.below(12), 1),
    )


def _hospital(departement: str, order: int, entity: str) -> DemoFacility:
    return DemoFacility(
        finess=number(departement, FACILITY_BLOCK, order),
        entity=entity,
        name=f"Centre hospitalier fictif {order}",
        departement=departement,
        commune=COMMUNES[0],
        category=HOSPITAL,
        sector=OUTSIDE,
        rank=0,
        opened_on=dt.date(1960, 1, 1),
    )


def _share_an_entity(facilities: list[DemoFacility]) -> Iterator[DemoFacility]:
    """Give one service of child protection in each of two départements the same legal entity."""
    shared = number(SHARED_BETWEEN[0], ENTITY_BLOCK, 9_000)
    last = {f.departement: f for f in facilities if f.sector == "PDE"}
    chosen = {last[departement].finess for departement in SHARED_BETWEEN}
    for facility in facilities:
        yield replace(facility, entity=shared) if facility.finess in chosen else facility


def write_register(facilities: Iterable[DemoFacility], date: dt.date) -> bytes:
    """The register of a date, in the legacy layout (32 positions, no header row, UTF-8)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["finess", "etalab", "93", date.isoformat()])
    for facility in facilities:
        if facility.is_in_register(date):
            writer.writerow(_line(facility))
    return text.getvalue().encode()


def _line(facility: DemoFacility) -> list[str]:
    line = [""] * 32
    line[0:5] = [
        "structureet",
        facility.finess,
        facility.entity,
        facility.name.upper()[:38],
        facility.name,
    ]
    line[13] = facility.departement
    line[15] = f"{facility.departement}999 {facility.commune}"
    line[18] = facility.category
    line[28] = facility.opened_on.isoformat()
    return line
