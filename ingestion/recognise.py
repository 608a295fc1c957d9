"""Which column of a table holds what: the header row, found and understood."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ingestion.errors import RefusedFile
from ingestion.headers import FIELD_LABELS, REQUIRED, Field, Header, find_header
from ingestion.read import Table

EXPECTED = (
    "mois (facultatif), FINESS ET, type de document, nombre de documents, DMP alimentés "
    "(facultatif)"
)


@dataclass(frozen=True)
class Recognised:
    """A table whose columns are understood.

    `cells`: the rows below the header, one str column per recognised field, indexed by line.
    `columns`: the header of each field, as the file writes it.
    `everything`: all the cells of these rows, for what only a whole line tells.
    """

    cells: pd.DataFrame
    columns: dict[Field, str]
    everything: pd.DataFrame


def recognise(table: Table) -> Recognised:
    """Find the header row among the first ones and name the columns that it heads.

    Raises:
        RefusedFile: no header, a required column missing, two columns for one field, or a wide
            layout.
    """
    top = table.cells.head(30)
    header = find_header(top.itertuples(index=False, name=None))
    if header is None:
        raise RefusedFile(
            "Aucune ligne d’en-tête n’a été reconnue dans les 30 premières lignes.",
            f"Ajoutez une ligne d’en-tête avec les colonnes : {EXPECTED}.",
        )
    chosen = _choose(header, int(top.index[header.row]))
    below = table.cells.iloc[header.row + 1 :]
    headers = pd.Series(header.cells, index=table.cells.columns)
    below = below.loc[~_repeats(below, header, chosen)]
    cells = pd.DataFrame({field.value: below[position] for field, position in chosen.items()})
    columns = {field: _clean(headers[position]) for field, position in chosen.items()}
    return Recognised(cells, columns, below)


def _choose(header: Header, line: int) -> dict[Field, int]:
    """The column of each field found.

    Raises:
        RefusedFile: see `recognise`.
    """
    chosen: dict[Field, int] = {}
    for field in Field:
        columns = header.columns(field)
        if len(columns) > 1 and field is not Field.NAME:
            named = " et ".join(f"« {_clean(header.cells[i])} »" for i in columns)
            raise RefusedFile(
                f"Ligne {line} : plusieurs colonnes peuvent être « {FIELD_LABELS[field]} » : "
                f"{named}.",
                "Gardez une seule de ces colonnes, ou renommez les autres.",
            )
        if columns:
            chosen[field] = columns[0]
    missing = [FIELD_LABELS[field] for field in REQUIRED if field not in chosen]
    if not missing:
        return chosen
    if header.looks_wide:
        raise RefusedFile(
            f"Ligne {line} : les mois ou les types de documents sont en colonnes.",
            "Mettez le tableau en lignes : une ligne par mois, établissement et type, avec les "
            f"colonnes {EXPECTED}.",
        )
    seen = ", ".join(f"« {_clean(cell)} »" for cell in header.cells if cell.strip())
    columns_missing = "la colonne" if len(missing) == 1 else "les colonnes"
    raise RefusedFile(
        f"Il manque {columns_missing} : {', '.join(missing)}. "
        f"En-têtes lus à la ligne {line} : {seen}.",
        f"Ajoutez ou renommez ces colonnes ; un fichier contient : {EXPECTED}.",
    )


def _repeats(below: pd.DataFrame, header: Header, chosen: dict[Field, int]) -> pd.Series[bool]:
    """The rows that are the header again, as files pasted end to end have."""
    same = pd.Series(data=True, index=below.index)
    for field in REQUIRED:
        same &= below[chosen[field]] == header.cells[chosen[field]]
    return same


def _clean(header: str) -> str:
    return " ".join(header.split())
