"""The audit trail of files: what every entry holds, and that people read all of it in French."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.journal import LABELS
from accounts.models import AuditEntry, User
from ingestion import trail
from ingestion.forms.settings import RegionSettingsForm
from ingestion.reading.headers import Field
from ingestion.reading.layout import Columns
from reference.finess.register import ACTIONS
from reference.programmes import MembersChange
from tests.ingestion.world import brought, build, facility, line

PARTS = {"actor", "target", "region"}  # shown in columns of their own


def written() -> Iterator[str]:
    """The names of the details that the code gives to `record`, wherever it does."""
    for package in ("accounts", "reference", "indicators", "ingestion", "dashboard"):
        for path in (Path(settings.BASE_DIR) / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                    "audit.record",
                    "trail.record",
                }:
                    yield from (each.arg for each in node.keywords if each.arg)


def test_every_detail_has_a_french_name() -> None:
    names = set(written()) - PARTS
    names |= {*ACTIONS, "closed_by_absence", "removes", "mode"}
    names |= set(MembersChange(*[frozenset[int]()] * 5).as_counts())
    names |= set(RegionSettingsForm.base_fields)
    names |= {field.value for field in Field} | set(Columns({}).as_json())

    assert {"extract", "cells"} <= names
    assert names <= set(LABELS)


@pytest.mark.django_db
def test_an_entry_names_the_file_its_region_and_its_number(owner: User) -> None:
    build()
    extract = brought([line(facility("21", 1), 5)])

    trail.record("essai", extract, actor=owner, cells=3)

    entry = AuditEntry.objects.get(action="essai")
    assert (entry.actor, entry.target, entry.region_id) == (owner, extract.original_name, "27")
    assert entry.details == {"extract": extract.pk, "cells": 3}
