"""The tables of the pages of files, as files to keep: headers first, then a line per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ingestion.history.cells import Becoming, Month, Version
from ingestion.models import Extract, Kind, LineReport, Source
from ingestion.presentation import Accounting, CoveredRow
from ingestion.previewing import preview_page
from ingestion.previewing.preview_page import Moves, Table
from reference.listings import Lines
from reference.months import in_french, parse_month
from reference.spreadsheets import LINES_PER_CHUNK, Cell

NATION = "France entière"
NOT_RECEIVED = "non reçu"
#: Columns of a file that may weigh megabytes, or that only its own page shows.
HEAVY = ("preview", "offer", "columns", "replays", "confirmed_cells", "message", "warnings")


def in_lists(extracts: QuerySet[Extract]) -> QuerySet[Extract]:
    """Files with their author and région, without their columns that weigh and no list shows."""
    return extracts.select_related("author", "region").defer(*HEAVY)


def files(extracts: QuerySet[Extract]) -> Lines:
    """The files that were brought, read as `in_lists` says. One query."""
    yield (
        "N°", "Fichier", "Nature", "Mode", "État", "Région", "Mois", "Lus", "Acceptés", "Refusés",
        "Reçu", "Par", "Publié",
    )  # fmt: skip
    for each in extracts.iterator(chunk_size=LINES_PER_CHUNK):
        yield (
            each.pk,
            each.original_name,
            each.get_kind_display(),
            each.get_mode_display() if each.kind == Kind.MONTHLY else "",
            each.get_state_display(),
            each.region.name if each.region else NATION,
            ", ".join(in_french(parse_month(month)) for month in each.months),
            *(each.counts.get(term) for term in ("read", "accepted", "refused")),
            _day(each.received_at),
            str(each.author or ""),
            _day(each.published_at),
        )


def sources(listed: Iterable[Source]) -> Lines:
    """The sources, each with `remembered`: how many header sets are."""
    yield "Source", "Région", "Les nombres comptent", "Lignes répétées", "Colonnes retenues"
    for each in listed:
        yield (
            each.name,
            each.region.name if each.region else "toutes",
            each.get_counting_display(),
            each.get_repeats_display(),
            each.remembered,  # type: ignore[attr-defined]  # annotated by the view
        )


# --- A month --------------------------------------------------------------------------------------


def cells(month: Month) -> Lines:
    """The files in force in each cell of a month, a line each, in the order in which they speak."""
    yield (
        "Code du département", "Département", "Ordre", "N°", "Fichiers en vigueur, dans l’ordre",
        "Mode",
    )  # fmt: skip
    for place in month.places:
        for rank, layer in enumerate(place.layers, 1):
            file = layer.extract
            yield (
                place.code, place.name, rank, file.pk, file.original_name, layer.get_mode_display()
            )  # fmt: skip
        if not place.layers:
            yield place.code, place.name, None, None, NOT_RECEIVED if place.code else ""


def versions(found: Iterable[Version]) -> Lines:
    """The files that spoke in a month."""
    yield (
        "N°", "Fichier", "État", "Départements", "Départements où il est remplacé", "Reçu", "Par",
        "Publié",
    )  # fmt: skip
    for version in found:
        file = version.extract
        yield (
            file.pk,
            file.original_name,
            file.get_state_display(),
            ", ".join(version.places),
            ", ".join(version.former),
            _day(file.received_at),
            str(file.author or ""),
            _day(file.published_at),
        )


def becoming(rows: Iterable[Becoming]) -> Lines:
    """What each cell of a file becomes when it is withdrawn."""
    yield "Mois", "Départements", "Après le retrait"
    for row in rows:
        left = ", puis ".join(f"n° {each.pk}, {each.original_name}" for each in row.remaining)
        yield row.month, ", ".join(row.places), left or NOT_RECEIVED


def sides(head: str, rows: Iterable[Mapping[str, Any]]) -> Lines:
    """Two versions of a month side by side; `head`: what each row is."""
    yield (
        head, "Documents, avant", "Documents, après", "Écart", "ESMS qui alimentent, avant",
        "ESMS qui alimentent, après",
    )  # fmt: skip
    for row in rows:
        yield (
            row["label"], row["before"], row["after"], row["after"] - row["before"],
            row["contributors_before"], row["contributors_after"],
        )  # fmt: skip


def carriers(rows: Iterable[Mapping[str, Any]]) -> Lines:
    """The facilities and legal entities that differ between two versions of a month."""
    yield (
        "Établissement", "FINESS", "Porté par l’OG", "Code du département", "Département",
        "Documents, avant", "Documents, après", "Écart", "Changement",
    )  # fmt: skip
    for row in rows:
        yield (
            row["carrier"].name,
            row["carrier"].finess,
            "oui" if row["is_entity"] else "non",
            row["departement"],
            row["place"],
            row["before"],
            row["after"],
            row["after"] - row["before"],
            row["change"],
        )


# --- A file ---------------------------------------------------------------------------------------


def of_file(
    extract: Extract, coverage: Iterable[CoveredRow], remarks: QuerySet[LineReport]
) -> dict[str, Callable[[], Lines]]:
    """The tables of a file's page that any state may have, by name; `remarks`: those chosen."""
    found: dict[str, Callable[[], Lines]] = {
        "remarques": partial(_remarks, remarks),
        "couverture": partial(_coverage, coverage),
    }
    if extract.counts:
        found["decompte"] = partial(_accounting, Accounting(extract.counts))
    return found


def of_preview(extract: Extract) -> dict[str, Callable[[], Lines]]:
    """The tables that the page of a ready file adds, by name."""
    preview = extract.preview
    heads = preview_page.heads(preview)
    found: dict[str, Callable[[], Lines]] = {
        "anomalies": partial(_anomalies, preview["anomalies"]),
        "mois-et-departements": partial(preview_page.grid_lines, extract),
    }
    for table in preview_page.tables(preview):
        found[table.file] = partial(_comparison, table, heads)
    for moves in preview_page.moves(preview):
        found[moves.file] = partial(_moves, moves)
    return found


def _remarks(remarks: QuerySet[LineReport]) -> Lines:
    yield "Ligne", "FINESS", "Colonne", "Valeur", "Sort", "Explication", "Que faire"
    for each in remarks.iterator(chunk_size=LINES_PER_CHUNK):
        yield (
            each.line, each.finess, each.column, each.value, each.get_outcome_display(),
            each.reason, each.remedy,
        )  # fmt: skip


def _coverage(rows: Iterable[CoveredRow]) -> Lines:
    yield "Mois", "En vigueur", "Remplacé depuis"
    for row in rows:
        yield row.month, ", ".join(row.in_force), ", ".join(row.replaced)


def _accounting(accounting: Accounting) -> Lines:
    yield "Sort", "Enregistrements"
    yield from accounting.lines


def _anomalies(found: Iterable[Mapping[str, str]]) -> Lines:
    yield "Gravité", "Constat"
    for each in found:
        yield "Anomalie" if each["severity"] == "serious" else "À voir", each["message"]


def _comparison(table: Table, heads: Mapping[str, str]) -> Lines:
    measures = ("Documents", "ESMS qui alimentent") if table.with_facilities else ("Documents",)
    sides = (heads["before"].lower(), heads["after"].lower(), "écart")
    yield table.head, *(f"{measure}, {side}" for measure in measures for side in sides)
    for line in table.lines:
        yield line.label, *line.numbers


def _moves(moves: Moves) -> Iterator[tuple[Cell, ...]]:
    yield "FINESS", "Nom", "Documents"
    yield from moves.named
    unnamed = moves.total - len(moves.named)
    if unnamed:
        yield None, f"… et {unnamed} autre{'s' * (unnamed > 1)}", None


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(moment).date() if moment else None
