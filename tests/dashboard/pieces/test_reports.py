"""What a file is taken from: each report once in a usual deck, and few of them at a time."""

from __future__ import annotations

import datetime as dt
import weakref
from dataclasses import dataclass
from typing import Any

import pytest

from dashboard.pieces import reports
from dashboard.pieces.piece import DEPARTEMENT_CHARTS, Piece
from dashboard.pieces.reports import LOCAL, REGIONAL, Reports
from reference.models import Region, current_data_version
from tests.dashboard import world

pytestmark = pytest.mark.django_db


@dataclass(eq=False)
class Made:
    """Stands for a report of megabytes."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Made]]:
    """The reports that were made, while somebody holds them."""
    world.lay(first=dt.date(2025, 11, 1), departements=("21",))
    known: list[weakref.ref[Made]] = []

    def make(*_: Any, **__: Any) -> Made:
        report = Made()
        known.append(weakref.ref(report))
        return report

    for name in ("region_report", "departement_report"):
        monkeypatch.setattr(reports, name, make)
    return known


@pytest.fixture
def found(made: list[weakref.ref[Made]], region: Region) -> Reports:
    return Reports(region, current_data_version())


def test_a_usual_deck_reads_each_report_once(found: Reports, made: list[weakref.ref[Made]]) -> None:
    whole = Piece("R27", "carte")
    places = [f"D{code}" for code in found.places]
    found.regional_report(whole)
    for place in places:
        for code in DEPARTEMENT_CHARTS:
            found.regional_report(whole)
            found.local_report(Piece(place, code))

    assert len(made) == 1 + len(places)


def test_slides_of_many_periods_hold_few_reports_at_a_time(
    found: Reports, made: list[weakref.ref[Made]]
) -> None:
    queries = [f"de=20{year}-01" for year in range(10, 40)]
    for query in queries:
        found.regional_report(Piece("R27", "carte", query))
        found.local_report(Piece("D21", "esms", query))

    assert len(made) == 2 * len(queries)
    assert sum(each() is not None for each in made) == REGIONAL + LOCAL
