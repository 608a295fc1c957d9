"""Events and targets as a CSV file: the model, what is entered, and a file brought back. Pure.

One line each. A file is taken whole or not at all: each line that cannot be understood is told,
with its column and the reason, so that the corrected file can simply be brought again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.goals.acts import EVENTS, KINDS, Kind, identity, kind_of
from dashboard.goals.forms import Departements, Goal
from indicators.selection import CHART_SECTORS
from reference.documents import normalise_label
from reference.french import quoted
from reference.models import Event, Region, Sector, TargetIndicator
from reference.spreadsheets import BOM, neutralised, restored

MAX_BYTES = 1 << 20
MAX_LINES = 1000
MAX_SHOWN = 60

#: The columns of the file: the field that each fills, its header, other ways to write it.
KIND = "kind"
COLUMNS: dict[str, tuple[str, ...]] = {
    KIND: ("Nature", "type", "repère"),
    "label": ("Intitulé", "libellé", "nom", "titre"),
    "departement": ("Territoire", "département", "région ou département"),
    "month": ("Mois", "à partir de", "début", "date", "depuis"),
    "last_month": ("Jusqu’à", "fin", "dernier mois"),
    "indicator": ("Indicateur",),
    "sector": ("Secteur",),
    "value": ("Valeur", "cible", "valeur à atteindre", "objectif"),
    "note": ("Précision", "note", "commentaire", "remarque"),
}
_FIELDS = {
    normalise_label(writing): field for field, writings in COLUMNS.items() for writing in writings
}
#: What only one of the two kinds has.
_ONLY = {"note": EVENTS.slug, "indicator": "cibles", "sector": "cibles", "value": "cibles"}
_KINDS = {
    normalise_label(word): kind
    for kind in KINDS.values()
    for word in (kind.noun, kind.slug, f"{kind.noun}s")
}
_WHOLE = ("", "toute la region", "region", "la region")
_ALL_SECTORS = ("", "tous", "tous les secteurs", "ensemble")


class RefusedFileError(Exception):
    """The file cannot be read at all; the message says why and what to do, in French."""


@dataclass(frozen=True)
class Problem:
    """Why a line is not taken: where, what it holds, the reason and the remedy."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Read:
    """What a file says: its events and targets, or the problems of its lines."""

    goals: tuple[Goal, ...]
    problems: tuple[Problem, ...]


def write_table(goals: Sequence[Goal]) -> str:
    """The file of events and targets, which `read_table` takes back."""
    return _csv([_cells(goal) for goal in goals])


def model_file() -> str:
    """A file to fill in, with an example of each kind."""
    return _csv(
        [
            {
                KIND: "événement", "label": "Cibles ESMS Numérique", "month": "2025-12",
                "note": "Exemple à remplacer",
            },
            {
                KIND: "cible", "departement": "21", "month": "2026-12", "sector": "PA",
                "indicator": TargetIndicator.RATE_12M.label, "value": "40 %",
            },
        ]
    )  # fmt: skip


def _csv(lines: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([writings[0] for writings in COLUMNS.values()])
    for line in lines:
        writer.writerow([neutralised(line.get(field, "")) for field in COLUMNS])
    return BOM + text.getvalue()


def _cells(goal: Goal) -> dict[str, str]:
    kind = kind_of(goal)
    cells = {KIND: kind.noun, **kind.form.typed(goal)}
    if not isinstance(goal, Event):
        cells["indicator"] = TargetIndicator(goal.indicator).label
    return cells


# --- Reading --------------------------------------------------------------------------------------


def read_table(content: bytes, region: Region, departements: Departements) -> Read:
    """The events and targets of a file, or the problems of its lines: never both.

    Raises:
        RefusedFileError: it is no such table.
    """
    rows = list(_rows(_text(content)))
    if not rows:
        raise RefusedFileError("Ce fichier est vide. Remplissez le modèle, puis importez-le.")
    (_, headers), *lines = rows
    fields = _header(headers)
    if not lines:
        raise RefusedFileError("Ce fichier a des en-têtes mais aucune ligne.")
    if len(lines) > MAX_LINES:
        raise RefusedFileError(f"Ce fichier a plus de {MAX_LINES} lignes. Coupez-le en plusieurs.")
    reader = _Reader(region, departements, fields, headers)
    goals = [reader.read(number, cells) for number, cells in lines]
    if reader.problems:
        return Read((), tuple(reader.problems))
    return Read(tuple(goal for goal in goals if goal is not None), ())


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise RefusedFileError("Ce fichier dépasse 1\u202fMo\u202f: ce n’est pas une liste.")
    if content.startswith(b"PK"):
        raise RefusedFileError(
            "C’est un classeur. Enregistrez-le au format CSV (UTF-8), puis importez ce fichier."
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedFileError("Ce fichier n’est pas un texte. Enregistrez-le au format CSV (UTF-8).")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line where it begins."""
    first = text.split("\n", 1)[0]
    separator = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise RefusedFileError(
            f"Un guillemet de la ligne {start} n’est pas fermé, ou est mal placé. Corrigez-le, "
            "ou enregistrez de nouveau le fichier au format CSV."
        ) from None


def _header(headers: Sequence[str]) -> list[str]:
    """The field of each column; "" for an empty header.

    Raises:
        RefusedFileError: a header is unknown or met twice, or one that is needed is missing.
    """
    fields = []
    for header in headers:
        field = _FIELDS.get(normalise_label(header), "")
        if not field and header.strip():
            raise RefusedFileError(
                f"La colonne {quoted(_short(header))} n’est pas connue. Colonnes attendues\u202f: "
                f"{', '.join(writings[0] for writings in COLUMNS.values())}."
            )
        if field and field in fields:
            raise RefusedFileError(f"La colonne {quoted(COLUMNS[field][0])} est là deux fois.")
        fields.append(field)
    for needed in (KIND, "month"):
        if needed not in fields:
            raise RefusedFileError(
                f"Il manque la colonne {quoted(COLUMNS[needed][0])}. Partez du modèle."
            )
    return fields


class _Reader:
    """Reads the lines of one file, and collects their problems."""

    def __init__(
        self,
        region: Region,
        departements: Departements,
        fields: Sequence[str],
        headers: Sequence[str],
    ) -> None:
        self.region, self.departements = region, departements
        self.fields, self.headers = fields, headers
        self.problems: list[Problem] = []
        self.seen: dict[object, int] = {}
        self.places = _places(region, departements)

    def read(self, line: int, cells: Sequence[str]) -> Goal | None:
        """The event or target of a line; None after telling why it is none."""
        told = dict.fromkeys(COLUMNS, "")
        for rank, cell in enumerate(cells):
            field = self.fields[rank] if rank < len(self.fields) else ""
            if field:
                told[field] = restored(cell.strip())
            elif cell.strip():
                self._tell(line, f"colonne {rank + 1}", cell, "Cette valeur n’a pas d’en-tête.")
                return None
        kind = _KINDS.get(normalise_label(told[KIND]))
        if kind is None:
            self._tell(
                line, KIND, told[KIND], "Écrivez «\u202févénement\u202f» ou «\u202fcible\u202f»."
            )
            return None
        return self._goal(line, kind, told)

    def _goal(self, line: int, kind: Kind, told: dict[str, str]) -> Goal | None:
        foreign = [field for field, slug in _ONLY.items() if slug != kind.slug and told[field]]
        for field in foreign:
            self._tell(
                line, field, told[field], f"{_a(kind)} n’a pas cette colonne\u202f: videz-la."
            )
        data, unknown = self._codes(line, told)
        form = kind.form(data, region=self.region, departements=self.departements)
        for field, reasons in form.errors.items():
            if field not in unknown:
                self._tell(line, field, told.get(field, ""), " ".join(map(str, reasons)))
        if foreign or unknown or form.errors:
            return None
        goal = form.goal()
        if earlier := self.seen.get(identity(goal)):
            self._tell(line, "label", str(goal), f"Déjà dit à la ligne {earlier}.")
            return None
        self.seen[identity(goal)] = line
        return goal

    def _codes(self, line: int, told: dict[str, str]) -> tuple[dict[str, str], set[str]]:
        """The line as the form wants it, and the fields whose word means nothing."""
        data, unknown = dict(told), set()
        for field, words, reason in (
            ("departement", self.places, "Ce territoire n’est pas de la région."),
            (
                "indicator",
                _INDICATORS,
                "Indicateurs possibles\u202f: "
                + ", ".join(map(quoted, TargetIndicator.labels))
                + ".",
            ),
            ("sector", _SECTORS, "Ce secteur n’existe pas."),
        ):
            code = words.get(normalise_label(told[field]))
            if code is None:
                unknown.add(field)
                self._tell(line, field, told[field], reason)
            else:
                data[field] = code
        return data, unknown

    def _tell(self, line: int, field: str, value: str, reason: str) -> None:
        header = field
        if field in self.fields:
            header = self.headers[self.fields.index(field)].strip()
        elif field in COLUMNS:
            header = COLUMNS[field][0]
        self.problems.append(Problem(line, header, _short(value), reason))


def _places(region: Region, departements: Departements) -> dict[str, str]:
    """Every normalised writing of a territory of the région, and its code: "" for the whole."""
    whole = (region.name, f"R{region.code}", f"région {region.name}")
    places = dict.fromkeys((*_WHOLE, *map(normalise_label, whole)), "")
    for code, departement in departements.items():
        for writing in (code, code.lstrip("0"), f"d{code}", departement.name):
            places[normalise_label(writing)] = code
    return places


_INDICATORS = {"": ""} | {
    normalise_label(writing): str(each)
    for each in TargetIndicator
    for writing in (each.value, each.label)
}
_SECTORS = dict.fromkeys(_ALL_SECTORS, "") | {
    normalise_label(writing): str(each)
    for each in CHART_SECTORS
    for writing in (each.value, Sector(each).label)
}


def _a(kind: Kind) -> str:
    """The kind as a sentence begins: "Un événement"."""
    return kind.new[0].upper() + kind.new[1:]


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
