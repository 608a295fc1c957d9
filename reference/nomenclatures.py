"""The nomenclatures that come with the product: `fixtures/*.csv` into the database.

Only what is missing is inserted: what an administrator edited is never overwritten, so this
can run again at any time. It works on historical models (a migration) and on present ones.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import apps as current_apps
from django.conf import settings
from django.db import connection, transaction

from reference.documents import normalise_label

# A historical model has the fields of its day, which no type can tell.
GetModel = Callable[[str, str], Any]

# Model, file, and the column by which a row is known; parents first.
TABLES = (
    ("Region", "regions.csv", "code"),
    ("Departement", "departements.csv", "code"),
    ("FacilityCategory", "facility_categories.csv", "code"),
    ("DocumentGroup", "document_groups.csv", "code"),
    ("DocumentType", "document_types.csv", "code"),
    ("DocumentTypeAlias", "document_type_aliases.csv", "label"),
)
BOOLEANS = {"true": True, "false": False}


def load(get_model: GetModel | None = None) -> int:
    """Insert the rows of the nomenclatures that the database lacks, and the `DataVersion` row.

    `get_model`: how to get a model, `apps.get_model` in a migration. Returns the number of
    nomenclature rows inserted.
    """
    find = get_model or current_apps.get_model
    inserted = 0
    with transaction.atomic():
        find("reference", "DataVersion").objects.get_or_create(pk=1)
        for name, file, key in TABLES:
            inserted += _load_table(find, name, file, key)
    return inserted


def unload() -> None:
    """Empty the nomenclatures, in SQL: a migration going back has no models to follow.

    Raises:
        IntegrityError: when facilities or facts still stand on them.
    """
    tables = [*(name for name, _, _ in reversed(TABLES)), "DataVersion"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in tables:
            cursor.execute(f"DELETE FROM reference_{name.lower()}")  # noqa: S608  # our own names


def read(file: str) -> list[dict[str, str]]:
    """The rows of one file of `fixtures/`."""
    path = Path(settings.BASE_DIR) / "fixtures" / file
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _load_table(find: GetModel, name: str, file: str, key: str) -> int:
    model = find("reference", name)
    known = set(model.objects.values_list(key, flat=True))
    rows = [_prepare(find, name, row) for row in read(file)]
    missing = {row[key]: row for row in rows if row[key] not in known}
    model.objects.bulk_create([model(**row) for row in missing.values()])
    return len(missing)


def _prepare(find: GetModel, name: str, row: dict[str, str]) -> dict[str, Any]:
    """A row of a file as the fields of its model."""
    fields: dict[str, Any] = {column: BOOLEANS.get(value, value) for column, value in row.items()}
    if name == "Departement":
        fields["region_id"] = fields.pop("region")
    elif name == "FacilityCategory":
        fields["valid_from"] = fields["valid_from"] or None
        fields["valid_to"] = fields["valid_to"] or None
    elif name == "DocumentType":
        fields["group_id"] = fields.pop("group")
    elif name == "DocumentTypeAlias":
        types = find("reference", "DocumentType").objects
        fields["document_type_id"] = types.get(code=fields.pop("document_type")).pk
        fields["label"] = normalise_label(fields["label"])
    return fields
