"""The flat layouts of the register: `etalab-cs1100502` and `-507`, and their emulation.

A first line says the layout and the date; there is no header row; each line begins with its
section and holds positions that never move. One facility is one physical line.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator

from reference.finess import number as finess
from reference.finess.rows import (
    LineError,
    RegisterError,
    RegisterRow,
    Remark,
    read_category,
    read_commune,
    read_date,
    read_departement,
    read_finess,
    read_name,
)

FACILITY, GEOLOCATION = "structureet", "geolocalisation"
WIDTHS = frozenset({31, 32})  # cs1100507 lacks the last position
SECTION, NUMBER, ENTITY, NAME, LONG_NAME = 0, 1, 2, 3, 4
DEPARTEMENT, POST_LINE, CATEGORY, CATEGORY_LABEL, OPENS = 13, 15, 18, 19, 28

# The letters of the column, which are not INSEE's.
OVERSEAS = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9E": "975", "9F": "976"}

LAYOUTS = {"etalab": "etalab", "finess-plus": "finess-plus-plat"}


def read_heading(line: str) -> tuple[str, dt.date]:
    """The layout and the date that a first line such as `finess;etalab;93;2021-01-08` states.

    Raises:
        RegisterError: when it states neither.
    """
    fields = [field.strip().strip('"') for field in line.split(";")]
    if len(fields) < 4 or fields[1].lower() not in LAYOUTS:
        raise RegisterError(
            "la première ligne du registre n’est pas de la forme "
            f"«\u202ffiness;etalab;93;2021-01-08\u202f»\u202f: «\u202f{line.strip()[:60]}\u202f»"
        )
    try:
        date = dt.date.fromisoformat(fields[3][:10])
    except ValueError as error:
        raise RegisterError(
            "la date du registre est illisible dans sa première ligne\u202f: "
            f"«\u202f{fields[3][:20]}\u202f»"
        ) from error
    return LAYOUTS[fields[1].lower()], date


def parse(lines: Iterator[str]) -> Iterator[RegisterRow | Remark]:
    """The facilities of a flat register, line by line; a remark stands for a refused line.

    `lines`: the text from its first line, which is skipped, as geolocation and empty lines are.
    """
    next(lines, None)
    for position, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            fields = next(csv.reader([line], delimiter=";"))
        except csv.Error:
            yield Remark(position, "", "ligne illisible")
            continue
        if fields[SECTION].strip().lower() == GEOLOCATION:
            continue
        try:
            yield _facility(position, fields)
        except LineError as refusal:
            cited = finess.clean(fields[NUMBER]) if len(fields) > NUMBER else ""
            yield Remark(position, cited[: finess.LENGTH], str(refusal))


def _facility(line: int, fields: list[str]) -> RegisterRow:
    if fields[SECTION].strip().lower() != FACILITY:
        raise LineError(f"section inconnue\u202f: «\u202f{fields[SECTION][:20]}\u202f»")
    if len(fields) not in WIDTHS:
        raise LineError(f"{len(fields)} colonnes au lieu de 32")
    number = read_finess(fields[NUMBER], "l’établissement")
    return RegisterRow(
        line=line,
        finess=number,
        name=read_name(fields[LONG_NAME], fields[NAME]),
        departement=_departement(fields[DEPARTEMENT].strip().upper(), number),
        commune=read_commune(fields[POST_LINE]),
        category=read_category(fields[CATEGORY]),
        category_label=fields[CATEGORY_LABEL].strip(),
        entity=read_finess(fields[ENTITY], "l’entité juridique"),
        entity_name="",
        siren="",
        opens=read_date(fields[OPENS], "d’ouverture"),
        closes=None,  # this layout only holds what is open
    )


def _departement(code: str, number: str) -> str:
    """The column's département, in INSEE's letters; the number's own when the column is empty."""
    return read_departement(OVERSEAS.get(code, code) or finess.departement_of(number) or "")
