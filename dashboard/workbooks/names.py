"""How sheets are called: short words that hold in a tab, the département's number before them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.charts import contributors, rates, regional, sectors, volumes
from dashboard.pieces import piece as codes
from dashboard.pieces.piece import Piece
from reference import french
from reference.spreadsheets import sheet_titles

README = "Lisez-moi"
SHORT = {
    codes.KEY_FIGURES: "Chiffres clés",
    codes.SYNTHESIS: "Synthèse",
    codes.MAP: "Carte des taux",
    codes.DEPARTEMENTS: "Départements",
    codes.MULTIPLES: "Taux mensuels",
    codes.SINCE: "Depuis le comité",
    codes.METHOD: "Méthode",
    volumes.CODE: "Documents",
    contributors.CODE: "ESMS",
    sectors.CODE: "Secteurs",
    rates.CODE: "Taux par secteur",
    regional.CONTRIBUTORS: "ESMS par secteur",
    "chiffres-types": "Chiffres par type",
    "chiffres-secteurs": "Chiffres par secteur",
    "croissance-origine": "Évolution, contributeurs",
    "croissance-departements": "Évolution, départements",
    "croissance-secteurs": "Évolution, secteurs",
    "croissance-types": "Évolution, types",
    **{code: f"Programme, {code.replace('-', ' ')}" for code in codes.PROGRAMMES},
    "typage": "Typage et diversité",
    "types": "Types de documents",
    "contenu-autres": f"Contenu de {french.quoted('Autres')}",
    "regularite": "Intensité et régularité",
    "concentration": "Concentration par OG",
    "premiers-organismes": "Premiers OG",
    "evolution": "Évolution, contributeurs",
    "evolution-par-secteur": "Évolution, secteurs",
    "evolution-par-type": "Évolution, types",
    "evolution-par-og": "Évolution, OG",
}


def titles(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The name of the first sheet, then of each piece's: all different."""
    return tuple(sheet_titles([README, *map(_wanted, pieces)]))


def _wanted(piece: Piece) -> str:
    short = SHORT.get(piece.code, piece.code)
    return f"{piece.territory[1:]} {short}" if piece.territory.startswith("D") else short
