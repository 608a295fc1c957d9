"""What an export is called, on its page, in its file's name and in messages."""

from __future__ import annotations

import unicodedata

from django.utils.text import slugify

from dashboard.exporting.makers import EXTENSIONS
from dashboard.models import Export, ExportKind
from reference.french import typographic

_KINDS = {ExportKind.DECK: "Diapositives", ExportKind.WORKBOOK: "Classeur"}


def name_of(export: Export) -> str:
    """Its title, else what it is and of where: "Diapositives, Côte-d’Or (document de travail)"."""
    return export.title or usual_name(export)


def usual_name(export: Export) -> str:
    """The same without its author's words, which may name somebody: for messages."""
    place = typographic((export.departement or export.region).name)
    working = " (document de travail)" if export.working else ""
    return f"{_KINDS[ExportKind(export.kind)]}, {place}{working}"


def file_name(export: Export) -> str:
    """What its file is saved as: "diapositives-cote-d-or-version-12.pptx"."""
    plain = unicodedata.normalize("NFKD", name_of(export)).replace("’", " ").replace("'", " ")
    stem = slugify(plain)[:80].strip("-") or "export"
    return f"{stem}-version-{export.data_version}.{EXTENSIONS[export.kind]}"
