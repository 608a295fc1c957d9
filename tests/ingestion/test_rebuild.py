"""Rebuilding: published facts follow the register, the perimeter and the files in force."""

from __future__ import annotations

import pytest

from ingestion.models import Extract, Layer, State
from ingestion.publishing.publish import publish, rebuild_stale
from ingestion.publishing.rebuild import UnreadableExtractError
from reference.models import DataVersion, FacilityCategory, raise_data_version
from tests.ingestion.world import (
    add_facility,
    brought,
    build,
    carried,
    entity,
    facility,
    fed,
    line,
    published,
    spread,
)

pytestmark = pytest.mark.django_db

A1, A2 = facility("21", 1), facility("21", 2)
B1 = facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def test_nothing_is_rebuilt_while_the_register_is_the_one_of_the_facts() -> None:
    published([line(A1, 5)])
    rebuild_stale()
    before = DataVersion.objects.get().number

    assert not rebuild_stale()
    assert DataVersion.objects.get().number == before


def test_a_new_perimeter_is_applied_to_published_facts() -> None:
    published([line(A1, 5)])
    FacilityCategory.objects.filter(code="500").update(in_perimeter=False)
    raise_data_version("périmètre", ground=True)

    assert rebuild_stale()

    version = DataVersion.objects.get()
    assert fed() == {}
    assert version.ground == version.folded_ground


def test_a_facility_that_a_new_register_knows_is_taken_up_from_the_files_in_force() -> None:
    newcomer = facility("25", 9)
    extract = published([line(A1, 5), line(newcomer, 3)])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    rebuild_stale()

    extract.refresh_from_db()
    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", newcomer, "SYNTH"): 3}
    assert (extract.counts["quarantined"], extract.counts["accepted"]) == (0, 2)
    assert not extract.line_reports.filter(outcome="quarantined").exists()


def test_a_file_does_not_come_back_where_a_later_one_replaced_it() -> None:
    newcomer = facility("25", 9)
    published([line(A1, 5), line(B1, 4), line(newcomer, 3)])
    published([line(B1, 6)])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    rebuild_stale()

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 6}


def test_a_file_does_not_speak_late_where_a_later_one_replaced_everything() -> None:
    newcomer = facility("25", 9)
    published([line(A1, 5), line(newcomer, 3)])
    published([line(B1, 6)])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    rebuild_stale()

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 6}


def test_a_late_layer_speaks_at_the_rank_of_its_file() -> None:
    newcomer = facility("25", 9)
    published([line(A1, 5), line(newcomer, 3)])
    published([line(B1, 6), line(newcomer, 8)], mode="complete")
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    rebuild_stale()

    assert fed()["2025-01", newcomer, "SYNTH"] == 8


def test_documents_follow_an_entity_that_becomes_unallocated() -> None:
    owner = entity("21", 1)
    published([line(A2, 5), line(owner, 30)])
    spread()

    rebuild_stale()

    assert carried() == {("2025-01", None, owner): 30}


def test_a_publication_that_meets_a_new_register_reads_every_cell_through_it() -> None:
    newcomer = facility("25", 9)
    published([line(A1, 5), line(newcomer, 3, month="2025-02")])
    add_facility("25", 9)
    raise_data_version("registre", ground=True)

    published([line(A1, 6)])

    version = DataVersion.objects.get()
    assert fed() == {("2025-01", A1, "SYNTH"): 6, ("2025-02", newcomer, "SYNTH"): 3}
    assert version.ground == version.folded_ground


def test_a_file_read_before_a_new_register_is_published_through_it_or_refused() -> None:
    extract = brought([line(A1, 5)])
    FacilityCategory.objects.filter(code="500").update(in_perimeter=False)
    raise_data_version("périmètre", ground=True)

    after = publish(extract)

    assert after.state == State.REFUSED
    assert "hors champ" in after.message
    assert not Layer.objects.exists()


def lose_records(extract: Extract) -> None:
    """The file of records of a published extract vanishes, and the register changes."""
    extract.records.storage.delete(str(extract.records.name))
    raise_data_version("registre", ground=True)


def test_a_file_in_force_that_cannot_be_read_again_is_named_to_whoever_publishes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = published([line(A1, 5)], name="perdu.csv")
    extract = brought([line(B1, 6)])
    lose_records(lost)

    after = publish(extract)

    assert after.state == State.READY
    assert f"n° {lost.pk}, «\u202fperdu.csv\u202f»" in after.message
    assert f"extract {lost.pk} (perdu.csv) cannot be read again" in caplog.text
    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_a_file_that_cannot_be_read_again_itself_is_an_internal_error() -> None:
    extract = brought([line(A1, 6)])
    lose_records(extract)

    assert "Erreur interne" in publish(extract).message


def test_a_file_in_force_that_cannot_be_read_again_is_named_when_all_are() -> None:
    lost = published([line(A1, 5)], name="perdu.csv")
    lose_records(lost)

    with pytest.raises(UnreadableExtractError, match=r"perdu\.csv") as stopped:
        rebuild_stale()

    assert isinstance(stopped.value.__cause__, FileNotFoundError)
    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_a_file_in_force_whose_records_do_not_hold_together_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = published([line(A1, 5)])
    raise_data_version("registre", ground=True)

    def fail(_records: object) -> None:
        raise ValueError("two facilities")

    monkeypatch.setattr("ingestion.checking.check.holdings", fail)
    with pytest.raises(UnreadableExtractError, match=f"extract {broken.pk} "):
        rebuild_stale()
