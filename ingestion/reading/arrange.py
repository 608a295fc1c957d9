"""How a table counts: a line per count, a column per type, or a column per month.

What is not sure is asked, never guessed: a column read wrongly is worse than one asked about.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ingestion.reading.coded import codes_of, texts_of
from ingestion.reading.header_row import Header
from ingestion.reading.headers import FIELD_LABELS, Field
from ingestion.reading.layout import Columns, is_report
from ingestion.reading.numbers import count_of

EXPECTED = (
    "mois (facultatif), FINESS ET, type de document, nombre de documents, DMP alimentés "
    "(facultatif)"
)
_NAME_THEM = (
    "Indiquez ce que contient chaque colonne, ou renommez-les dans le fichier. Un fichier en "
    f"lignes contient\u202f: {EXPECTED}."
)


class Unclear(Exception):  # noqa: N818  # named after the table
    """The headers do not say all that is needed; a person can.

    `message` and `remedy` as those of `RefusedFile`; `missing`: the fields not found.
    """

    def __init__(self, message: str, missing: Iterable[Field] = (), remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.missing = tuple(missing)
        self.remedy = remedy or _NAME_THEM


def arrange(header: Header, below: pd.DataFrame, line: int) -> Columns:
    """What each column holds by the alias table; `below`: the rows under the header, at `line`.

    - Long: FINESS, type of document, number of documents.
    - Wide by month: FINESS, type, and headers that are months.
    - Wide by type: FINESS, and headers that are types. A column of counts that stands between
      them (or before their total) without being recognised is one too: its documents will be
      "Autres (non reconnu)", under its header. One that stands after them, or among months, may
      be anything: it is asked about. Those before, and columns of texts, are not counts.

    Columns that total others are never counts of a wide table.

    Raises:
        Unclear: a needed column is missing, or two may be it.
    """
    wide = header.types or header.months
    documents = [i for i in header.columns(Field.DOCUMENTS) if not wide or i not in header.sums]
    if header.types and header.months:
        raise Unclear(
            f"Ligne {line}\u202f: des types de documents et des mois sont en colonnes, côte à côte."
        )
    if documents and (header.months or len(header.types) > 1):
        raise Unclear(
            f"Ligne {line}\u202f: les documents sont comptés à la fois dans la colonne "
            f"«\u202f{clean(header.cells[documents[0]])}\u202f» et dans une colonne par "
            f"{'mois' if header.months else 'type'}."
        )
    if documents or not wide:
        needed = (Field.FINESS, Field.TYPE, Field.DOCUMENTS)
        return Columns(_fields(header, needed, (Field.MONTH, Field.ENTITY, Field.DMP), line))
    if header.months:
        fields = _fields(header, (Field.FINESS, Field.TYPE), (Field.ENTITY,), line)
        _refuse_month_twice(header, line)
        _ask_about(header, below, header.months, after=header.months[-1], line=line)
        return Columns(fields, months=tuple(header.keys[i] for i in header.months))
    fields = _fields(header, (Field.FINESS,), (Field.MONTH, Field.ENTITY), line)
    last = max([*header.types, *(i for i in header.sums if i > header.types[0])])
    strangers = [
        i
        for i in _strangers(header, header.types[0])
        if i < last and _share_of_counts(texts_of(below, i))
    ]
    _ask_about(header, below, header.types, after=last, line=line)
    types = sorted([*header.types, *strangers])
    return Columns(fields, types=tuple(header.keys[i] for i in types))


def arrange_as_said(header: Header, said: Columns, line: int) -> Columns:
    """What each column holds by what a person said of this header set.

    Months are all those of this file: the next one has others.

    Raises:
        Unclear: what was said is not enough to read a table.
    """
    present = set(header.keys)
    fields = {field: key for field, key in said.fields.items() if key in present}
    types = tuple(key for key in said.types if key in present)
    months = tuple(header.keys[i] for i in header.months) if said.months else ()
    if types and months:
        raise Unclear(f"Ligne {line}\u202f: des types de documents et des mois sont en colonnes.")
    needed = [Field.FINESS]
    needed += [] if types else [Field.TYPE] if months else [Field.TYPE, Field.DOCUMENTS]
    missing = [field for field in needed if field not in fields]
    if missing:
        raise _missing(header, missing, line)
    if types or months:
        unused = {Field.DOCUMENTS, Field.DMP, Field.TYPE if types else Field.MONTH}
        fields = {field: key for field, key in fields.items() if field not in unused}
    named = {key: code for key, code in said.named.items() if key in types}
    return Columns(fields, types, months, named)


def clean(header: str) -> str:
    """A header on one line, without the spaces that nobody sees."""
    return " ".join(header.split())


def _fields(
    header: Header, needed: tuple[Field, ...], others: tuple[Field, ...], line: int
) -> dict[Field, str]:
    """The header of each field wanted, and the name's.

    Raises:
        Unclear: one needed is missing, or two columns may be the same.
    """
    fields = {}
    for field in Field:
        columns = header.columns(field)
        if field is Field.NAME:
            columns = columns[:1]
        elif field not in {*needed, *others}:
            continue
        if len(columns) > 1:
            named = " et ".join(f"«\u202f{clean(header.cells[i])}\u202f»" for i in columns)
            raise Unclear(
                f"Ligne {line}\u202f: plusieurs colonnes peuvent être "
                f"«\u202f{FIELD_LABELS[field]}\u202f»\u202f: {named}.",
                [field],
                "Indiquez laquelle lire, ou renommez les autres dans le fichier.",
            )
        if columns:
            fields[field] = header.keys[columns[0]]
    missing = [field for field in needed if field not in fields]
    if missing:
        raise _missing(header, missing, line)
    return fields


def _missing(header: Header, missing: list[Field], line: int) -> Unclear:
    seen = ", ".join(f"«\u202f{clean(cell)}\u202f»" for cell in header.cells if cell.strip())
    columns = "la colonne" if len(missing) == 1 else "les colonnes"
    named = ", ".join(FIELD_LABELS[field] for field in missing)
    return Unclear(
        f"Il manque {columns}\u202f: {named}. En-têtes lus à la ligne {line}\u202f: {seen}.",
        missing,
    )


def _refuse_month_twice(header: Header, line: int) -> None:
    if header.columns(Field.MONTH):
        named = clean(header.cells[header.columns(Field.MONTH)[0]])
        raise Unclear(
            f"Ligne {line}\u202f: le mois est dit à la fois par la colonne «\u202f{named}\u202f» "
            "et par l’en-tête d’autres colonnes."
        )


def _strangers(header: Header, first: int) -> list[int]:
    """The columns from one on that nothing recognises, and that are neither totals nor ours."""
    return [
        i
        for i in range(first, len(header.cells))
        if header.keys[i]
        and i not in {*header.types, *header.months, *header.sums}
        and header.fields[i] is None
        and not is_report(header.keys[i])
    ]


def _ask_about(
    header: Header, below: pd.DataFrame, counts: tuple[int, ...], *, after: int, line: int
) -> None:
    """Refuse to guess what unknown columns of numbers are, beside those that are counts."""
    first = counts[0] if header.months else after
    unknown = [i for i in _strangers(header, first) if _share_of_counts(texts_of(below, i)) >= 0.5]
    if unknown:
        named = ", ".join(f"«\u202f{clean(header.cells[i])}\u202f»" for i in unknown)
        what = "un mois" if header.months else "un type de document connu"
        raise Unclear(
            f"Ligne {line}\u202f: {named} contient des nombres, sans que l’en-tête soit {what}.",
            remedy="Indiquez si ce sont des documents à compter, ou retirez ces colonnes.",
        )


def _share_of_counts(texts: pd.Categorical) -> float:
    """Among the different texts of a column, the share of whole numbers; 0 when it is blank."""
    used = {text.strip() for text in texts.categories[pd.unique(codes_of(texts))]} - {""}
    return sum(count_of(text)[0] is not None for text in used) / len(used) if used else 0.0
