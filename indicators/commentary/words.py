"""The French of the paragraphs: names of types and sectors, months, ranks, agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from indicators.selection import Territory
from reference import french
from reference.months import in_french

#: How a sentence names the documents of each watched group, after "les", "des" or "aux".
GROUPS = {
    "prescription": "prescriptions de produits de santé",
    "synthese": "synthèses",
    "consultation": "comptes rendus de consultation ou de visite",
    "auxiliaire": "comptes rendus de suivi par auxiliaire médical",
    "grille": "grilles d’évaluation médico-sociale",
    "ppa": "projets personnalisés d’accompagnement",
    "social": "documents du secteur social ou médico-social",
    "autres": "autres types de documents",
}
SECTORS = {
    "PA": "personnes âgées (PA)",
    "PH": "personnes handicapées (PH)",
    "DOM": "domicile (DOM)",
    "PDE": "protection de l’enfance (PDE)",
    "PDS": "personnes en difficultés spécifiques (PDS)",
    "AHI": "accueil, hébergement et insertion (AHI)",
    "INCONNU": "secteur inconnu",
}
ORDINALS = ("premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième")
NUMBERS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
TYPE_SIGNS = {" :": "\u202f:", " ;": "\u202f;", " ?": "\u202f?", " !": "\u202f!"}


def of_month(month: dt.date) -> str:
    """The month after "de": "d’avril 2025", "de mars 2025"."""
    return french.of(in_french(month))


def period(first: dt.date, last: dt.date) -> str:
    """ "de janvier 2024 à décembre 2025", "de juillet à décembre 2025", "en décembre 2025"."""
    if first == last:
        return f"en {in_french(first)}"
    if first.year == last.year:
        return f"{of_month(first).removesuffix(f' {first.year}')} à {in_french(last)}"
    return f"{of_month(first)} à {in_french(last)}"


def ordinal(rank: int) -> str:
    """ "deuxième"; "12e" beyond those that a sentence spells."""
    return ORDINALS[rank - 1] if rank <= len(ORDINALS) else french.ordinal(rank)


def spelled(number: int) -> str:
    """A small number in letters."""
    return NUMBERS[number] if number < len(NUMBERS) else french.integer(number)


def of(territory: Territory) -> str:
    """ "de la Côte-d’Or"."""
    return french.typographic(territory.of)


def locative(territory: Territory) -> str:
    """ "en Côte-d’Or"."""
    return french.typographic(territory.locative)


def name(territory: Territory) -> str:
    """ "Côte-d’Or"."""
    return french.typographic(territory.name)


def alternatives(words: Sequence[str]) -> str:
    """ "a, b ou c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} ou {words[-1]}"


def typeset(text: str) -> str:
    """Text with the apostrophes and the narrow spaces of a French book."""
    text = french.typographic(text)
    for loose, narrow in TYPE_SIGNS.items():
        text = text.replace(loose, narrow)
    return text.replace("« ", "«\u202f").replace(" »", "\u202f»")


def plural(number: float, one: str, many: str) -> str:
    """The form that a number asks for: French is plural from 2 on."""
    return many if abs(number) >= 2 else one
