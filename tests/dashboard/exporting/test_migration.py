"""A database that the first released 0004 made comes to the constraints of the others."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dashboard.models import Export, ExportKind, ExportState
from reference.models import Region

pytestmark = pytest.mark.django_db

AS_AT_FIRST = """
DROP INDEX one_scheduled_deck_per_figures;
CREATE UNIQUE INDEX one_scheduled_deck_per_version
    ON dashboard_export (region_id, data_version) WHERE author_id IS NULL AND edition_id IS NULL;
"""
FIGURES, OTHERS = "a" * 64, "b" * 64


def run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def migrate() -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")  # rows are older than the migration, never of its own
    run(import_module("dashboard.migrations.0005_one_scheduled_deck_per_figures").FORWARD)


def indexes() -> dict[str, str]:
    """The definition of each index of exports, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'dashboard_export'"
        )
        return dict(cursor.fetchall())


def deck(region: Region, version: int, figures: str, state: str = ExportState.READY) -> Export:
    return Export.objects.create(
        region=region, kind=ExportKind.DECK, data_version=version, figures=figures, state=state,
        asked_at=timezone.now() + dt.timedelta(minutes=version), file=f"exports/{version}.pptx",
    )  # fmt: skip


def test_an_older_database_gets_the_index_of_the_others(region: Region) -> None:
    wanted = indexes()
    run(AS_AT_FIRST)
    assert set(wanted) ^ set(indexes()) == {
        "one_scheduled_deck_per_figures", "one_scheduled_deck_per_version"
    }  # fmt: skip

    migrate()

    assert indexes() == wanted
    deck(region, 1, FIGURES)
    with pytest.raises(IntegrityError, match="per_figures"), transaction.atomic():
        deck(region, 2, FIGURES)


def test_of_decks_of_the_same_figures_the_newest_is_theirs_and_none_is_lost(region: Region) -> None:
    run(AS_AT_FIRST)
    elsewhere = Region.objects.exclude(pk=region.pk)[0]
    failed = deck(region, 1, FIGURES, ExportState.FAILED)
    first, other, last = deck(region, 2, FIGURES), deck(region, 3, OTHERS), deck(region, 4, FIGURES)
    there = deck(elsewhere, 4, FIGURES)

    migrate()

    found = dict(Export.objects.values_list("pk", "figures"))
    assert found == {
        failed.pk: failed.pk.hex, first.pk: first.pk.hex, other.pk: OTHERS, last.pk: FIGURES,
        there.pk: FIGURES,
    }  # fmt: skip
    assert Export.objects.get(pk=first.pk).file == "exports/2.pptx"


def test_a_database_of_today_is_left_as_it_is(region: Region) -> None:
    before = indexes()
    made = deck(region, 1, FIGURES)

    migrate()

    assert indexes() == before
    assert Export.objects.get(pk=made.pk).figures == FIGURES
