"""Model files: for each import, a file to fill in, with fictitious examples.

Their FINESS begin with 99, a département that does not exist, so that a model brought as it is
changes no figure.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xlsxwriter
from stdnum import luhn

from ingestion.ground_files.members import HEADERS
from ingestion.reading.headers import FIELD_LABELS, Field
from reference.months import first_day, iso, shift
from reference.spreadsheets import BOM

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
README_SHEET = "Lisez-moi"

Cell = str | int
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Blank:
    """A model: its name in addresses and files, what it is for, how it is filled.

    `rows`: its header and examples, for a file of the month given. `formats`: CSV is "csv".
    """

    name: str
    title: str
    instructions: tuple[str, ...]
    rows: Callable[[dt.date], Rows]
    formats: tuple[str, ...] = ("xlsx", "csv")
    bom: bool = True


def _number(rank: int) -> str:
    """A well-formed FINESS of no département."""
    stem = f"99{rank:06}"
    return stem + luhn.calc_check_digit(stem)


def _long(month: dt.date) -> Rows:
    fields = (Field.MONTH, Field.FINESS, Field.NAME, Field.TYPE, Field.DOCUMENTS, Field.DMP)
    first, second = (_number(1), "EHPAD FICTIF"), (_number(2), "IME FICTIF")
    return [
        [FIELD_LABELS[field][0].upper() + FIELD_LABELS[field][1:] for field in fields],
        [iso(month), *first, "SYNTH", 12, 10],
        [iso(month), *first, "57833-6", 0, ""],
        [iso(month), *second, "80788-3", 7, 7],
    ]


def _wide(month: dt.date) -> Rows:
    months = [iso(shift(month, -back)) for back in (2, 1, 0)]
    return [
        ["FINESS ET", "Raison sociale", "Type de document", *months],
        [_number(1), "EHPAD FICTIF", "SYNTH", 9, 11, 12],
        [_number(2), "IME FICTIF", "80788-3", 4, "", 7],
    ]


def _members(month: dt.date) -> Rows:
    target, reached = month.replace(year=month.year + 1), month
    details: dict[str, Sequence[Cell]] = {
        "project": ("Projet fictif A", "Projet fictif B"),
        "holder": ("OG FICTIF", ""),
        "vintage": (str(month.year), str(month.year)),
        "status": ("financé", ""),
        "target_on": (target.isoformat(), ""),
        "reached_on": (reached.isoformat(), ""),
        "vendor": ("Éditeur fictif", ""),
    }
    return [
        ["FINESS", *(header for header, _ in HEADERS.values())],
        *([_number(rank + 1), *(details[name][rank] for name in HEADERS)] for rank in range(2)),
    ]


def _register(month: dt.date) -> Rows:
    line = [""] * 32
    line[0:5] = ["structureet", _number(1), _number(9), "EHPAD FICTIF", "EHPAD FICTIF LE MODÈLE"]
    line[13:16] = ["99", "DÉPARTEMENT FICTIF", "99999 COMMUNE FICTIVE"]
    line[18:20] = ["500", "EHPAD"]
    line[28] = "2020-01-01"
    return [["finess", "etalab", "93", month.isoformat()], line]


BLANKS = (
    Blank(
        "fichier-mensuel",
        "Fichier mensuel, une ligne par mois, établissement et type",
        (
            "Une ligne par mois, établissement (FINESS ET) et type de document.",
            "Mois\u202f: AAAA-MM. Type\u202f: le code du DMP ou son libellé.",
            "Nombre de documents\u202f: un nombre entier, 0 compris.",
            "DMP alimentés et raison sociale\u202f: facultatifs.",
            "Gardez les FINESS au format texte, pour ne perdre ni zéro ni chiffre.",
            "Les lignes d’exemple sont fictives\u202f: remplacez-les.",
        ),
        _long,
    ),
    Blank(
        "fichier-mensuel-mois-en-colonnes",
        "Fichier mensuel, une colonne par mois",
        (
            "Une ligne par établissement (FINESS ET) et type de document, une colonne par mois.",
            "En-tête d’une colonne de mois\u202f: AAAA-MM.",
            "Case vide\u202f: rien n’est dit de ce mois.",
            "Gardez les FINESS au format texte, pour ne perdre ni zéro ni chiffre.",
            "Les lignes d’exemple sont fictives\u202f: remplacez-les.",
        ),
        _wide,
    ),
    Blank(
        "membres-programme",
        "Membres d’un programme",
        (
            "Une ligne par établissement (FINESS ET) du programme. Seul le FINESS est obligatoire.",
            "Dates\u202f: AAAA-MM-JJ.",
            "Gardez les FINESS au format texte, pour ne perdre ni zéro ni chiffre.",
            "Les lignes d’exemple sont fictives\u202f: remplacez-les.",
        ),
        _members,
    ),
    Blank(
        "registre-finess",
        "Registre FINESS, format historique (etalab-cs1100502)",
        (
            "La première ligne dit la date du registre\u202f; il n’y a pas d’en-tête.",
            "Chaque établissement tient en 32 positions. La ligne d’exemple est fictive.",
        ),
        _register,
        formats=("csv",),
        bom=False,  # as the official file
    ),
)
_BY_NAME = {f"{blank.name}.{each}": (blank, each) for blank in BLANKS for each in blank.formats}


def file_names() -> tuple[str, ...]:
    """The names of all the model files."""
    return tuple(_BY_NAME)


def make(file_name: str, today: dt.date) -> tuple[bytes, str]:
    """The bytes and the type of a model file; its examples are of the month before `today`.

    Raises:
        KeyError: there is none of that name.
    """
    blank, extension = _BY_NAME[file_name]
    rows = blank.rows(shift(first_day(today), -1))
    if extension == "csv":
        return _csv(rows, BOM if blank.bom else ""), CSV_TYPE
    return _xlsx(rows, blank), XLSX_TYPE


def _csv(rows: Rows, start: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return (start + text.getvalue()).encode()


def _xlsx(rows: Rows, blank: Blank) -> bytes:
    """A workbook: what to fill in, texts as texts, then how to fill it."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("Données")
        for column, header in enumerate(rows[0]):
            numeric = isinstance(rows[1][column], int)
            # Whole columns: what people will type keeps its zeros.
            sheet.set_column(column, column, 22, None if numeric else text)
            sheet.write_string(0, column, str(header), bold)
        for row, cells in enumerate(rows[1:], start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell)
                else:
                    sheet.write_string(row, column, cell, text)
        sheet.freeze_panes(1, 0)
        readme = book.add_worksheet(README_SHEET)
        readme.set_column(0, 0, 100)
        readme.write_string(0, 0, blank.title, bold)
        for row, line in enumerate(blank.instructions, start=2):
            readme.write_string(row, 0, line)
    return made.getvalue()
