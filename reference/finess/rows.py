"""What every register layout becomes: rows about one facility each, or the reason of a refusal."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from reference.finess import number as finess

NO_DATE = dt.date(1900, 1, 1)
CATEGORY = re.compile(r"[0-9]{2,4}")
DEPARTEMENT = re.compile(r"[0-9]{2}|2[AB]|9[78][0-9]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
POST = re.compile(r"^[0-9]{5}\s+|\s+CEDEX.*$", re.IGNORECASE)
NAME_LENGTH = 250
SHORT_LENGTH = 100
TERRITORIES = {
    "975": "Saint-Pierre-et-Miquelon",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "la Polynésie française",
    "988": "la Nouvelle-Calédonie",
}


class RegisterError(Exception):
    """A register that cannot be read at all; the message says why, in French."""


class LineError(Exception):
    """A line that cannot be read; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """What a register says of one facility.

    `line`: its line in a text file, its rank among the facilities of a JSON document.
    `opens`: `None` when the register gives no date. `closes`: its last day open, `None` while
    open. Labels and entity names are empty in the layouts that give none.
    """

    line: int
    finess: str
    name: str
    departement: str
    commune: str
    category: str
    category_label: str
    entity: str
    entity_name: str
    siren: str
    opens: dt.date | None
    closes: dt.date | None


@dataclass(frozen=True, slots=True)
class Remark:
    """A line that was refused, or taken with a reservation, and why, in French."""

    line: int
    finess: str
    reason: str


def read_finess(text: str, what: str) -> str:
    """A whole number with the right key; `what` it numbers is said when it is not.

    Raises:
        LineError: when it is missing, malformed or its key is wrong.
    """
    number = finess.clean(text)
    if not number:
        raise LineError(f"numéro FINESS de {what} absent")
    if not finess.is_well_formed(number):
        raise LineError(f"numéro FINESS de {what} mal formé\u202f: «\u202f{number[:20]}\u202f»")
    if not finess.has_valid_key(number):
        raise LineError(f"clé du numéro FINESS de {what} fausse\u202f: «\u202f{number}\u202f»")
    return number


def read_category(text: str) -> str:
    """The code of a category.

    Raises:
        LineError: when it is missing or malformed.
    """
    code = text.strip()
    if CATEGORY.fullmatch(code) is None:
        raise LineError(f"code de catégorie illisible\u202f: «\u202f{code[:20]}\u202f»")
    return code


def read_departement(code: str) -> str:
    """A code that has the form of a département's; that it exists is checked with the others.

    Raises:
        LineError: when it has not, or is a territory that is no département.
    """
    if code in TERRITORIES:
        raise LineError(f"hors des 101 départements\u202f: {TERRITORIES[code]} ({code})")
    if DEPARTEMENT.fullmatch(code) is None:
        raise LineError(f"département illisible\u202f: «\u202f{code[:20]}\u202f»")
    return code


def read_date(text: str, what: str) -> dt.date | None:
    """A date written `YYYY-MM-DD`, with or without a time; `None` for none and for 1900-01-01.

    Raises:
        LineError: when it is no date.
    """
    written = text.strip()
    if not written:
        return None
    try:
        date = dt.date.fromisoformat(written[:10])
    except ValueError as error:
        raise LineError(f"date {what} illisible\u202f: «\u202f{written[:20]}\u202f»") from error
    return None if date == NO_DATE else date


def read_name(*names: str) -> str:
    """The first name that says something, without control characters or doubled CSV quotes.

    Raises:
        LineError: when none does.
    """
    for text in names:
        name = CONTROL.sub(" ", text).strip()
        if name.startswith('"') and '""' in name:  # quoted twice on its way here
            name = name[1:].removesuffix('"').replace('""', '"')
        if name:
            return name[:NAME_LENGTH]
    raise LineError("nom de l’établissement absent")


def read_commune(text: str) -> str:
    """The commune in a line of address: without postal code or CEDEX."""
    return POST.sub("", CONTROL.sub(" ", text).strip()).strip()[:SHORT_LENGTH]


def period_problem(opens: dt.date | None, closes: dt.date | None) -> str:
    """Why the opening date cannot be kept, empty when it can."""
    if opens is not None and closes is not None and opens > closes:
        return f"ouverture ({opens:%d/%m/%Y}) après la fermeture ({closes:%d/%m/%Y})\u202f: ignorée"
    return ""
