"""The table of a programme's members: its columns, and its lines, each with what becomes of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from ingestion.checking.messages import shown
from ingestion.errors import RefusedFile
from ingestion.reading.headers import Field, field_of
from ingestion.reading.months import EXCEL_EPOCH, month_of
from ingestion.reading.read import Reading, read
from reference.documents import normalise_label
from reference.models import ProgrammeMembership
from reference.months import last_day

Row = tuple[int, Sequence[str]]

HEADER_ROWS = 30

#: The header of each column in the model file, and the other ways in which people write it.
HEADERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "project": ("Projet", ("nom du projet", "libelle du projet", "intitule du projet")),
    "holder": ("Porteur", ("porteur du projet", "nom du porteur", "organisme porteur")),
    "vintage": ("Millésime", ("annee", "annee de financement", "vague", "phase")),
    "status": ("Statut", ("etat", "avancement", "statut du projet", "etat d avancement")),
    "target_on": (
        "Date cible",
        ("cible", "echeance", "date de la cible", "date cible d usage", "date cible usage"),
    ),
    "reached_on": (
        "Cible atteinte le",
        ("cible atteinte", "atteinte le", "date d atteinte", "date d atteinte de la cible"),
    ),
    "vendor": (
        "Éditeur du DUI",
        ("editeur", "editeur dui", "editeur de dui", "dui", "logiciel", "solution", "solution dui"),
    ),
}
_WRITINGS = {
    normalise_label(writing): name
    for name, (header, others) in HEADERS.items()
    for writing in (header, *others)
}
DATES = ("target_on", "reached_on")
LENGTHS = {
    each.name: each.max_length
    for each in ProgrammeMembership._meta.get_fields()  # noqa: SLF001  # Django documents it
    if isinstance(each, models.CharField) and each.max_length
}
_NOTHING = {"", "-", "–", "non", "nc", "n.c.", "nd", "n.d.", "sans objet", "aucun", "aucune"}
_DAY = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[ T]\d{2}:\d{2}.*)?"
    r"|(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})(?:[ T]\d{2}:\d{2}.*)?"
)
_SERIAL = re.compile(r"\d{5}")


@dataclass(frozen=True)
class Doubt:
    """A cell of a line that was not taken as it is: its header, what it holds, why."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class MemberLine:
    """A line of the list: its FINESS as written, its details, and what was left out of them."""

    line: int
    finess: str
    details: dict[str, Any]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class MemberTable:
    """The lines of the list, the header of their FINESS, and the headers that nothing reads."""

    finess_header: str
    lines: list[MemberLine] = field(default_factory=list)
    unread: tuple[str, ...] = ()


def read_members(path: Path, name: str, sheet: str = "") -> MemberTable:
    """Read a list of members: a CSV or XLSX table with a column of FINESS ET.

    A detail is in `MemberLine.details` only when the file has its column.

    Raises:
        RefusedFile: it is no table, has no such column, or has no line.
    """
    table = read(path, name, Reading(settings.MES_UNPACKED_MAX_BYTES, sheet))
    rows: list[Row] = [(int(line), cells) for line, *cells in table.cells.itertuples()]
    start, finess, details, unread = _header(rows[:HEADER_ROWS])
    headers = rows[start][1]
    lines = [
        _line(line, cells, finess, details, headers)
        for line, cells in rows[start + 1 :]
        if any(cell.strip() for cell in cells)
    ]
    if not lines:
        raise RefusedFile(
            f"Le fichier « {table.names[-1]} » a des en-têtes mais aucune ligne.",
            "Écrivez une ligne par établissement, puis déposez le fichier.",
        )
    return MemberTable(shown(headers[finess]), lines, unread)


def _header(rows: list[Row]) -> tuple[int, int, dict[str, int], tuple[str, ...]]:
    """The header: its rank among the rows, the column of FINESS ET, those of the details by name,
    and the headers that mean nothing here.

    Raises:
        RefusedFile: no row has one column of FINESS ET.
    """
    best: tuple[int, int] | None = None
    entity = False
    for rank, (_, cells) in enumerate(rows):
        named = [field_of(cell) for cell in cells]
        entity |= any(each and each[0] is Field.ENTITY for each in named)
        found = [(each[1], i) for i, each in enumerate(named) if each and each[0] is Field.FINESS]
        surest = [i for sure, i in found if sure == min(found)[0]]
        if len(surest) > 1:
            raise _refused(
                "Plusieurs colonnes peuvent être le FINESS des établissements\u202f: "
                + ", ".join(f"«\u202f{shown(cells[i])}\u202f»" for i in surest)
                + "."
            )
        if surest:
            best = rank, surest[0]
            break
    if best is None:
        raise _refused(
            "Ce fichier a des FINESS d’organismes gestionnaires (EJ) et non d’établissements (ET)."
            if entity
            else "Aucune colonne ne porte le FINESS des établissements."
        )
    rank, finess = best
    details: dict[str, int] = {}
    unread = []
    for i, cell in enumerate(rows[rank][1]):
        name = _WRITINGS.get(normalise_label(cell))
        if name and name not in details:
            details[name] = i
        elif cell.strip() and i != finess and not _expected(cell):
            unread.append(shown(cell))
    return rank, finess, details, tuple(unread)


def _expected(header: str) -> bool:
    """Whether a column is one that people add for themselves: a name, the number of the OG."""
    named = field_of(header)
    return named is not None and named[0] in {Field.ENTITY, Field.NAME}


def _refused(message: str) -> RefusedFile:
    return RefusedFile(
        message,
        "Nommez «\u202fFINESS ET\u202f» la colonne des établissements, une ligne par "
        "établissement, puis déposez le fichier.",
    )


def _line(
    line: int, cells: Sequence[str], finess: int, columns: dict[str, int], headers: Sequence[str]
) -> MemberLine:
    details: dict[str, Any] = {}
    doubts = []
    for name, column in columns.items():
        text = cells[column].strip()
        value, reason = _date(text) if name in DATES else _text(name, text)
        details[name] = value
        if reason:
            doubts.append(Doubt(shown(headers[column]), text, reason))
    return MemberLine(line, cells[finess].strip(), details, tuple(doubts))


def _text(name: str, text: str) -> tuple[str, str]:
    """A text that its column can hold, and what was cut of it."""
    plain = " ".join(text.split())
    most = LENGTHS[name]
    if len(plain) <= most:
        return plain, ""
    return plain[:most].rstrip(), f"Texte trop long\u202f: seuls ses {most} premiers signes."


def _date(text: str) -> tuple[dt.date | None, str]:
    """The day that a cell says, the last of the month when it says only a month."""
    if text.lower() in _NOTHING:
        return None, ""
    if text.lower() in {"oui", "atteinte", "x"}:
        return None, "Une date est attendue\u202f: sans elle, rien n’est retenu."
    day = _day(text)
    if day is None:
        return None, f"«\u202f{shown(text)}\u202f» n’est pas une date\u202f: rien n’est retenu."
    return day, ""


def _day(text: str) -> dt.date | None:
    if _SERIAL.fullmatch(text):
        return EXCEL_EPOCH + dt.timedelta(days=int(text))
    if match := _DAY.fullmatch(text):
        said = match.groupdict()
        parts = (said["year"] or said["y"], said["month"] or said["m"], said["day"] or said["d"])
        try:
            return dt.date(*map(int, parts))
        except ValueError:
            return None
    month = month_of(text)
    return last_day(month) if month else None
