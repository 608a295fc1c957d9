"""Readings are prepared once for each state of the figures, and served without computing."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import fields, replace
from typing import Any

import pytest
from django.core.cache import caches
from pytest_django import DjangoAssertNumQueries

from dashboard import reading, tasks
from dashboard.reading import evidence, evidence_of, fetch, is_prepared
from dashboard.tasks import prepare_readings
from indicators.evidence import RegionEvidence, TerritoryEvidence, gather
from indicators.selection import CHART_SECTORS, Selection, region_territory
from reference.models import Region, Sector, current_data_version, raise_data_version
from tests.dashboard import world

pytestmark = pytest.mark.django_db
WORKED_OUT = ("documents", "contributors", "details", "peaks", "contributor_peaks", "events")
#: The months that a young région received.
RECEIVED = (dt.date(2025, 10, 1), world.LAST)


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> list[Selection]:
    """Every selection that is read, in place of reading it."""
    asked: list[Selection] = []

    def gather(selection: Selection, only: str | None = None, ground: Any = None) -> Any:
        assert ground is not None
        asked.append(selection)
        return {"of": selection.territory.code, "only": only}

    monkeypatch.setattr(reading, "gather", gather)
    return asked


def told(evidence: RegionEvidence) -> list[TerritoryEvidence]:
    return [evidence.region, *evidence.departements.values()]


def selected() -> Selection:
    territory = region_territory(Region.objects.get(pk="27"))
    return Selection(territory, world.FIRST, world.LAST)


def test_a_reading_is_computed_once_for_a_version(gathered: list[Selection]) -> None:
    first = evidence(selected(), 1)
    again = evidence(selected(), 1)
    evidence(selected(), 2)

    assert first == again
    assert len(gathered) == 2


def test_pages_find_what_a_worker_prepared(gathered: list[Selection]) -> None:
    world.lay()

    assert prepare_readings()
    caches[reading.NEAR].clear()  # another process
    evidence(selected(), current_data_version())

    assert {selection.territory.code for selection in gathered} == {"R27"}
    assert gathered[0] == selected()
    assert len(gathered) == 2 + len(CHART_SECTORS)


def test_what_was_prepared_comes_in_one_query_and_the_rest_is_read(
    gathered: list[Selection],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """What nobody prepared is not asked for again at once, for a page asks several times."""
    monkeypatch.setattr(reading, "monotonic", lambda: 0.0)
    world.lay(first=RECEIVED[0])
    usual = replace(selected(), first=RECEIVED[0])
    of_sector, other = replace(usual, sector=Sector.PA), replace(usual, last=usual.first)
    prepare_readings()
    version, prepared = current_data_version(), len(gathered)

    with django_assert_num_queries(1):
        fetch(version, RECEIVED, usual, of_sector, other)
    with django_assert_num_queries(0):
        fetch(version, RECEIVED, usual, of_sector, other)
        for each in (usual, of_sector, other):
            evidence(each, version)

    assert gathered[prepared:] == [other]


def test_a_process_that_looked_too_early_finds_later_what_a_worker_prepared(
    gathered: list[Selection],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """A page is opened in the seconds after a publication, another one a moment later."""
    now = 0.0
    monkeypatch.setattr(reading, "monotonic", lambda: now)
    world.lay(first=RECEIVED[0])
    usual, version = replace(selected(), first=RECEIVED[0]), current_data_version()

    fetch(version, RECEIVED, usual)
    evidence_of("21", usual, version)
    prepare_readings()
    prepared = len(gathered)
    with django_assert_num_queries(0):
        fetch(version, RECEIVED, usual)
        evidence_of("39", usual, version)
    assert len(gathered) == prepared + 1
    now = reading.AWHILE
    with django_assert_num_queries(1):
        fetch(version, RECEIVED, usual)
        evidence_of("25", usual, version)

    assert len(gathered) == prepared + 1


def test_a_version_is_prepared_once(gathered: list[Selection]) -> None:
    world.lay(first=RECEIVED[0])

    assert prepare_readings()
    assert not prepare_readings()
    raise_data_version("publication")
    assert not is_prepared(current_data_version())
    assert prepare_readings()
    assert len(gathered) == 2 * (1 + len(CHART_SECTORS))


def test_what_pages_open_on_is_prepared_first_in_every_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[slice] = []
    monkeypatch.setattr(tasks, "prepare", lambda _region, some: prepared.append(some))

    assert prepare_readings()

    regions = Region.objects.count()
    assert prepared == [reading.OPENING] * regions + [reading.NEXT] * regions


def test_figures_that_change_while_they_are_prepared_are_left_to_the_next_beat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared: list[Region] = []

    def prepare(region: Region, _some: slice) -> None:
        prepared.append(region)
        raise_data_version("publication")

    monkeypatch.setattr(tasks, "prepare", prepare)

    assert prepare_readings()
    assert len(prepared) == 1
    assert not is_prepared(current_data_version())
    assert reading.alone()  # nobody prepares any more


def test_one_worker_prepares_at_a_time(gathered: list[Selection]) -> None:
    world.lay(first=RECEIVED[0])

    assert reading.alone()
    assert not prepare_readings()
    reading.leave()
    assert prepare_readings()


def test_a_failure_lets_the_next_beat_try_again(
    gathered: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.lay(first=RECEIVED[0])

    def fail(_region: Region, _some: slice) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(tasks, "prepare", fail)
        with pytest.raises(MemoryError):
            prepare_readings()

    assert prepare_readings()


def test_editions_that_cannot_be_prepared_have_no_figure_read_again(
    gathered: list[Selection], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise MemoryError

    monkeypatch.setattr(tasks, "prepare_editions", fail)
    with pytest.raises(MemoryError):
        prepare_readings()

    assert is_prepared(current_data_version())
    assert not prepare_readings()


def test_what_is_kept_for_another_process_is_whole_and_the_same() -> None:
    world.lay(first=RECEIVED[0])
    found = gather(selected())

    kept = pickle.loads(pickle.dumps(found))

    for here, there in zip(told(found), told(kept), strict=True):
        assert here.typing == here.details.typing
        assert vars(there).keys() == {each.name for each in fields(TerritoryEvidence)}
        assert [getattr(there, name) for name in WORKED_OUT] == [
            getattr(here, name) for name in WORKED_OUT
        ]
        assert there.measures.total_documents.equals(here.measures.total_documents)


def test_a_region_without_any_month_has_nothing_to_prepare(gathered: list[Selection]) -> None:
    assert prepare_readings()
    assert gathered == []
