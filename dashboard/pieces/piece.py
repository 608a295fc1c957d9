"""What may be taken out of the pages: one chart, table or text of a territory, by its code.

A piece is an address: the territory, the code of what its page shows, and the query string under
which it was chosen. Nothing is read here; `content` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import parse_qsl

from dashboard import programmes
from dashboard.charts import contributors, rates, regional, sectors, volumes
from dashboard.charts import programme as monthly
from reference import french
from reference.models import Departement, Programme, Region

KEY_FIGURES, SYNTHESIS, MAP, DEPARTEMENTS = "chiffres", "synthese", "carte", "departements"
MULTIPLES, SINCE, METHOD = "multiples", "comite", "methode"

#: What the page of a région shows, in the order of its standard deck: code and French label.
_REGION = {
    KEY_FIGURES: "Chiffres clés",
    SYNTHESIS: "Synthèse régionale",
    MAP: "Carte des taux sur 12 mois",
    DEPARTEMENTS: "Les départements côte à côte",
    MULTIPLES: "Taux mensuel de chaque département",
    regional.TYPES: "Documents alimentés, par type de document",
    regional.CONTRIBUTORS: "Nombre d’ESMS qui alimentent, par secteur",
    sectors.CODE: "Secteurs qui alimentent",
    rates.CODE: "Part des ESMS qui alimentent, par secteur",
    SINCE: "Depuis le dernier comité",
    "chiffres-types": "Chiffres clés\u202f: documents par type",
    "chiffres-secteurs": "Chiffres clés\u202f: ESMS et documents par secteur",
    "croissance-origine": "Évolution des documents, par contributeur",
    "croissance-departements": "Évolution des documents, par département",
    "croissance-secteurs": "Évolution des documents, par secteur",
    "croissance-types": "Évolution des documents, par type",
    METHOD: "Méthode",
}
#: The same of a département: its charts, then the tables of its blocks.
_DEPARTEMENT = {
    KEY_FIGURES: "Chiffres clés",
    volumes.CODE: "Nombre de documents alimentés",
    contributors.CODE: "Part des ESMS qui alimentent",
    sectors.CODE: "Secteurs qui alimentent",
    rates.CODE: "Part des ESMS qui alimentent, par secteur",
    "typage": "Qualité du typage et diversité",
    "types": "Types de documents",
    "contenu-autres": f"Contenu de la catégorie {french.quoted('Autres')}",
    "regularite": "Intensité et régularité des dépôts",
    "concentration": "Concentration par organisme gestionnaire",
    "premiers-organismes": "Premiers organismes gestionnaires",
    "evolution": "Évolution des documents, par contributeur",
    "evolution-par-secteur": "Évolution des documents, par secteur",
    "evolution-par-type": "Évolution des documents, par type",
    "evolution-par-og": "Évolution des documents, par organisme gestionnaire",
}
#: What the page of a programme shows, of a région or of a département; its query names which.
PROGRAMMES = {
    monthly.CODE: "membres et autres, par mois",
    programmes.PLACES: "membres et autres, par territoire",
    programmes.SECTOR_TABLE: "membres et autres, par secteur",
    programmes.VINTAGES: "membres, par millésime",
    programmes.VENDORS: "membres, par éditeur du DUI",
    programmes.TARGETS: "membres, selon leur date cible",
}
#: Tables that say who: in working versions only.
NAMED = frozenset({"premiers-organismes", "evolution-par-og"})
#: What shows ESMS and not their documents.
RATES = PROGRAMMES.keys() | {
    contributors.CODE, rates.CODE, regional.CONTRIBUTORS, MAP, MULTIPLES, METHOD,
}  # fmt: skip
#: What the codes of tables that tell where a change comes from begin with.
CHANGES = ("evolution", "croissance")
#: What a standard deck shows: of the région before and after its départements, of each of these.
REGION_FIRST = (
    KEY_FIGURES,
    SYNTHESIS,
    MAP,
    DEPARTEMENTS,
    MULTIPLES,
    regional.TYPES,
    regional.CONTRIBUTORS,
    sectors.CODE,
    rates.CODE,
)
REGION_LAST = (SINCE, METHOD)
DEPARTEMENT_CHARTS = (volumes.CODE, contributors.CODE, sectors.CODE, rates.CODE)
#: What the working version adds of each département.
DEPARTEMENT_NAMES = ("types", "premiers-organismes", "evolution-par-og")

#: The longest of each field, as the tables of the database have them.
LENGTHS = {"territory": 4, "code": 40, "query": 300, "title": 200}


class UnknownPieceError(Exception):
    """A piece that a région does not have; the message says so in French."""


@dataclass(frozen=True)
class Piece:
    """One thing that a page shows.

    `territory`: "R27" or "D21". `query`: the query string of the page, without "?". `title`:
    what replaces the message, "" to keep it.
    """

    territory: str
    code: str
    query: str = ""
    title: str = ""


def codes_of_region() -> Mapping[str, str]:
    """What can be taken from the page of a région, in its order: code and French label."""
    return _REGION


def codes_of_departement() -> Mapping[str, str]:
    """What can be taken from the page of a département, in its order: code and French label."""
    return _DEPARTEMENT


def programme_in(query: str) -> str:
    """The code of the programme that the query of a piece names, "" without any."""
    return dict(parse_qsl(query)).get("programme", "")


def to_json(pieces: Iterable[Piece]) -> list[dict[str, str]]:
    """Pieces as JSON keeps them."""
    return [asdict(piece) for piece in pieces]


def from_json(value: Any) -> tuple[Piece, ...]:
    """Pieces read again from JSON.

    Raises:
        ValueError: anything else than what `to_json` writes.
    """
    match value:
        case list():
            return tuple(map(_piece, value))
    raise ValueError("pieces are a list")


def _piece(value: Any) -> Piece:
    names = {each.name for each in fields(Piece)}
    if not isinstance(value, dict) or not {"territory", "code"} <= value.keys() <= names:
        raise ValueError("a piece has a territory and a code, and may have a query and a title")
    for name, given in value.items():
        if not isinstance(given, str) or len(given) > LENGTHS[name] or "\0" in given:
            raise ValueError(f"{name} of a piece is a text of at most {LENGTHS[name]} characters")
    return Piece(**value)


def standard(
    region: Region, departement: Departement | None = None, *, working: bool = False
) -> tuple[Piece, ...]:
    """What a standard deck shows of a région, or of one of its départements, in its order.

    `working`: with the tables that name organisations. One query for the départements.
    """
    whole = f"R{region.code}"
    if departement is not None:
        codes = (KEY_FIGURES, *_codes(working=working))
        pieces = [Piece(f"D{departement.code}", code) for code in codes]
        return (*pieces, Piece(whole, METHOD))
    places = region.departements.order_by("code").values_list("code", flat=True)
    return (
        *(Piece(whole, code) for code in REGION_FIRST),
        *(Piece(f"D{place}", code) for place in places for code in _codes(working=working)),
        *(Piece(whole, code) for code in REGION_LAST),
    )


def whole_page(
    region: Region, departement: Departement | None = None, *, working: bool = False
) -> tuple[Piece, ...]:
    """All that a page shows, in its order: the sheets of its workbook.

    `working`: with the tables that name organisations.
    """
    if departement is None:
        return tuple(Piece(f"R{region.code}", code) for code in _REGION)
    codes = (code for code in _DEPARTEMENT if working or code not in NAMED)
    return tuple(Piece(f"D{departement.code}", code) for code in codes)


def _codes(*, working: bool) -> tuple[str, ...]:
    return (*DEPARTEMENT_CHARTS, *DEPARTEMENT_NAMES) if working else DEPARTEMENT_CHARTS


def check(piece: Piece, region: Region) -> None:
    """Refuse what a région does not have; one query for a département, one for a programme.

    Raises:
        UnknownPieceError: the territory is not of the région, or does not have the code.
    """
    if piece.territory == f"R{region.code}":
        codes = codes_of_region()
    elif (
        piece.territory.startswith("D")
        and region.departements.filter(code=piece.territory[1:]).exists()
    ):
        codes = codes_of_departement()
    else:
        where = french.quoted(piece.territory[: LENGTHS["territory"]])
        raise UnknownPieceError(f"{where} n’est pas un territoire de la région {region.name}.")
    if piece.code in PROGRAMMES:
        if not Programme.objects.filter(code=programme_in(piece.query)).exists():
            raise UnknownPieceError("Ce programme n’existe pas.")
    elif piece.code not in codes:
        what = french.quoted(piece.code[: LENGTHS["code"]])
        raise UnknownPieceError(f"{what} n’est pas un graphique de cette page.")
