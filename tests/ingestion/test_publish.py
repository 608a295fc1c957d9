"""Publishing: which cells a file speaks in, and what readers then see."""

from __future__ import annotations

import datetime as dt

import pytest

from indicators.models import CoveredMonth, Feeding
from ingestion.models import Extract, Layer, State
from ingestion.publishing.publish import publish
from ingestion.tasks import process_extract
from reference.models import DataVersion, Facility, Region, raise_data_version
from tests.ingestion.world import (
    add_facility,
    brought,
    build,
    carried,
    covered,
    entity,
    facility,
    fed,
    line,
    number,
    published,
    spread,
)

pytestmark = pytest.mark.django_db

A1, A2, A3 = (facility("21", rank) for rank in (1, 2, 3))
B1 = facility("25", 1)
C1 = facility("39", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def test_an_extract_covers_the_departements_in_which_it_has_an_accepted_record() -> None:
    published([line(A1, 5), line(B1, 0)])

    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 0}
    assert covered() == {("2025-01", "21"), ("2025-01", "25")}


def test_readers_see_nothing_of_a_file_that_is_only_read() -> None:
    before = DataVersion.objects.get().number

    extract = brought([line(A1, 5)])

    assert extract.state == State.READY
    assert not Feeding.objects.exists()
    assert DataVersion.objects.get().number == before


def test_publishing_raises_the_version_of_the_data_once() -> None:
    before = DataVersion.objects.get().number

    extract = published([line(A1, 5)])

    assert extract.state == State.PUBLISHED
    assert extract.published_at is not None
    assert DataVersion.objects.get().number == before + 1


def test_publishing_twice_changes_nothing() -> None:
    extract = published([line(A1, 5)])
    before = DataVersion.objects.get().number

    again = publish(extract)

    assert again.state == State.PUBLISHED
    assert DataVersion.objects.get().number == before


def test_an_extract_that_was_refused_cannot_be_published() -> None:
    extract = brought([line("123", 5)])

    assert publish(extract).state == State.REFUSED
    assert not covered()


def test_replacing_a_cell_forgets_what_earlier_files_said_of_it_and_nothing_else() -> None:
    published([line(A1, 5), line(A2, 7), line(B1, 9), line(A1, 4, month="2025-02")])

    published([line(A1, 6)])

    assert fed() == {
        ("2025-01", A1, "SYNTH"): 6,
        ("2025-01", B1, "SYNTH"): 9,
        ("2025-02", A1, "SYNTH"): 4,
    }


def test_completing_a_cell_adds_keys_and_corrects_those_it_holds() -> None:
    published([line(A1, 5), line(A2, 7)])

    published([line(A1, 6), line(A3, 1)], mode="complete")

    assert fed() == {
        ("2025-01", A1, "SYNTH"): 6,
        ("2025-01", A2, "SYNTH"): 7,
        ("2025-01", A3, "SYNTH"): 1,
    }


def test_a_file_without_any_cell_left_is_superseded() -> None:
    first = published([line(A1, 5), line(B1, 9)])
    published([line(A1, 6)])
    first.refresh_from_db()
    halfway = first.state

    published([line(B1, 8)])

    first.refresh_from_db()
    assert (halfway, first.state) == (State.PUBLISHED, State.SUPERSEDED)


def test_a_completed_file_stays_in_force_beside_the_one_that_completes_it() -> None:
    first = published([line(A1, 5)])
    published([line(A2, 6)], mode="complete")

    first.refresh_from_db()
    assert first.state == State.PUBLISHED


def test_a_departement_without_a_record_is_not_received() -> None:
    published([line(A1, 5)])

    assert covered() == {("2025-01", "21")}


def test_a_departement_without_a_record_is_zero_once_confirmed_empty() -> None:
    published([line(A1, 5)], confirm_empty=True)

    assert {code for _, code in covered()} == {"21", "25", "39", "58", "70", "71", "89", "90"}
    assert fed() == {("2025-01", A1, "SYNTH"): 5}


def test_a_departement_whose_records_were_all_refused_keeps_what_was_published() -> None:
    published([line(A1, 5), line(B1, 9)])

    extract = published([line(A1, 6), line(B1, -1)])

    assert extract.counts["refused"] == 1
    assert fed() == {("2025-01", A1, "SYNTH"): 6, ("2025-01", B1, "SYNTH"): 9}


def test_the_good_records_of_a_file_with_refused_ones_are_published() -> None:
    extract = published([line(A1, 5), line(A2, "2,5"), line(number("21", 77), 3)])

    assert extract.state == State.PUBLISHED
    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert (extract.counts["refused"], extract.counts["quarantined"]) == (1, 1)


def test_unrecognised_labels_of_one_facility_add_up_and_lose_their_dmp() -> None:
    published([line(A1, 5, kind="Truc", dmp=2), line(A1, 3, kind="Machin", dmp=1)])

    fact = Feeding.objects.get()
    assert (fact.document_type.code, fact.documents, fact.records) == ("AUTRES", 8, None)


def test_dmp_are_kept_as_supplied() -> None:
    published([line(A1, 5, dmp=2), line(A2, 3)])

    assert sorted(Feeding.objects.values_list("documents", "records")) == [(3, None), (5, 2)]


def test_a_cell_says_when_and_from_which_files_it_was_received() -> None:
    published([line(A1, 5)], name="premier.csv")
    alone = CoveredMonth.objects.get()
    published([line(A2, 6)], name="second.csv", mode="complete")

    both = CoveredMonth.objects.get()
    assert alone.source_label == "premier.csv"
    assert both.source_label == "premier.csv + second.csv"


def test_a_cell_is_received_on_the_day_of_its_last_file_in_paris() -> None:
    for lines, hour, mode in (
        ([line(A1, 5)], dt.datetime(2026, 1, 30, 12, tzinfo=dt.UTC), "replace"),
        ([line(A2, 6)], dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC), "complete"),
    ):
        extract = brought(lines, mode=mode)
        Extract.objects.filter(pk=extract.pk).update(received_at=hour)
        publish(extract)

    assert CoveredMonth.objects.get().received_on == dt.date(2026, 2, 1)


@pytest.mark.parametrize(
    ("files", "confirmed"),
    [
        ([(5, "replace")], False),
        ([(5, "replace"), (5, "replace")], False),
        ([(5, "replace"), (6, "replace")], True),
        ([(5, "replace"), (6, "complete")], False),
        ([(5, "complete"), (6, "complete")], False),
        ([(5, "complete"), (6, "replace")], True),
        ([(5, "replace"), (6, "complete"), (5, "replace")], False),
        ([(5, "replace"), (6, "replace"), (7, "complete")], True),
    ],
)
def test_a_cell_is_confirmed_by_another_file_that_replaced_it(
    files: list[tuple[int, str]], confirmed: bool
) -> None:
    for documents, mode in files:
        published([line(A1, documents)], mode=mode)

    assert CoveredMonth.objects.get().confirmed is confirmed


def test_the_label_of_a_cell_made_of_many_long_names_is_cut() -> None:
    for rank in (1, 2):
        published([line(facility("21", rank), 5)], name=f"{rank}{'x' * 200}.csv", mode="complete")

    assert len(CoveredMonth.objects.get().source_label) == 255


def test_documents_of_an_entity_of_one_departement_are_carried_there() -> None:
    published([line(A1, 5), line(entity("21", 2), 30)])

    assert carried() == {("2025-01", "21", entity("21", 2)): 30}


def test_documents_of_an_entity_of_two_departements_are_not_allocated() -> None:
    owner = spread()

    published([line(A2, 5), line(owner, 30)])

    assert carried() == {("2025-01", None, owner): 30}
    assert covered() == {("2025-01", "21")}


def test_unallocated_documents_are_replaced_by_those_of_a_later_file() -> None:
    owner = spread()
    published([line(A2, 5), line(B1, 1), line(owner, 30)])

    published([line(A2, 5), line(owner, 40)])

    assert carried() == {("2025-01", None, owner): 40}


def test_a_file_that_covers_every_departement_in_force_says_that_nothing_is_unallocated() -> None:
    owner = spread()
    published([line(A2, 5), line(B1, 1), line(owner, 30)])

    published([line(A2, 6), line(B1, 2)])

    assert carried() == {}


def test_a_file_of_some_departements_leaves_unallocated_documents_alone() -> None:
    owner = spread()
    published([line(A2, 5), line(B1, 1), line(owner, 30)])

    published([line(A2, 6)])

    assert carried() == {("2025-01", None, owner): 30}


def test_a_file_of_a_region_leaves_the_unallocated_documents_of_others_alone() -> None:
    owner = entity("35", 1)
    add_facility("56", 1, owner=owner)
    raise_data_version("ouverture d'un second site", ground=True)
    published([line(owner, 30)], region=Region.objects.get(code="53"))

    published([line(A2, 6)])

    assert carried() == {("2025-01", None, owner): 30}


def test_a_completing_file_without_unallocated_documents_leaves_them_alone() -> None:
    owner = spread()
    published([line(A2, 5), line(owner, 30)])

    published([line(A2, 6)], mode="complete")

    assert carried() == {("2025-01", None, owner): 30}


def test_the_same_file_published_by_someone_else_meanwhile_changes_nothing() -> None:
    first, second = brought([line(A1, 5)]), brought([line(A1, 5)])
    publish(first)
    before = DataVersion.objects.get().number

    after = publish(second)

    assert after.state == State.SUPERSEDED
    assert f"n° {first.pk}" in after.message
    assert DataVersion.objects.get().number == before


def test_a_file_that_publishes_itself_is_compared_again_when_another_came_in_between() -> None:
    published([line(A1, 5)])
    late = brought([line(A1, 6)], publish=True)
    published([line(A1, 5), line(B1, 4)])

    process_extract(late.pk)

    late.refresh_from_db()
    assert (late.state, late.publish_when_ready) == (State.READY, False)
    assert late.preview["held"]
    assert "Le fichier ne contient rien dans le Doubs en janvier 2025" in late.warnings
    assert [notice.event for notice in late.notices.all()] == ["ready"]
    assert fed() == {("2025-01", A1, "SYNTH"): 5, ("2025-01", B1, "SYNTH"): 4}


def test_a_file_that_publishes_itself_is_compared_again_when_the_register_changed() -> None:
    published([line(A1, 5), line(B1, 4)])
    late = brought([line(A1, 6), line(B1, 5)], publish=True)
    Facility.objects.filter(finess=B1).update(sector_override="AUTRE")
    raise_data_version("secteur changé", ground=True)

    process_extract(late.pk)

    late.refresh_from_db()
    assert (late.state, late.counts["out_of_scope"]) == (State.READY, 1)
    assert "dans le Doubs" in late.warnings


def test_a_file_that_publishes_itself_is_published_when_the_new_comparison_shows_nothing() -> None:
    late = brought([line(A1, 6)], publish=True, mode="complete")
    published([line(B1, 4)])

    process_extract(late.pk)

    late.refresh_from_db()
    assert late.state == State.PUBLISHED


def test_what_a_person_asks_is_published_whatever_came_in_between() -> None:
    late = brought([line(A1, 6)])
    published([line(A1, 5), line(B1, 4)])

    assert publish(late).state == State.PUBLISHED
    assert fed()["2025-01", A1, "SYNTH"] == 6


def test_a_failure_while_publishing_leaves_the_file_ready_and_the_figures_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published([line(A1, 5)])
    extract = brought([line(A1, 6)], publish=True)

    def fail(*_args: object) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr("ingestion.publishing.rebuild.replace_facts", fail)
    process_extract(extract.pk)

    extract.refresh_from_db()
    assert extract.state == State.READY
    assert "Erreur interne" in extract.message
    assert fed() == {("2025-01", A1, "SYNTH"): 5}
    assert Layer.objects.get(in_force=True).extract_id != extract.pk


def test_a_national_file_speaks_in_the_cells_of_each_region() -> None:
    away = facility("35", 1)

    published([line(A1, 5), line(away, 6)], region=None)

    assert covered() == {("2025-01", "21"), ("2025-01", "35")}


def test_the_number_of_queries_of_a_publication_does_not_grow_with_its_lines(
    django_assert_max_num_queries: object,
) -> None:
    extract = brought([line(A1, 5), line(A2, 1), line(A3, 2), line(B1, 3), line(C1, 4)])

    with django_assert_max_num_queries(60):  # type: ignore[operator]  # a pytest-django fixture
        publish(extract)


def test_facilities_keep_their_department_whatever_their_owner() -> None:
    add_facility("39", 60, owner=entity("21", 1))

    published([line(facility("39", 60), 5)])

    assert covered() == {("2025-01", "39")}
    assert Facility.objects.get(finess=facility("39", 60)).departement_id == "39"


def test_months_and_departements_are_told_on_the_extract() -> None:
    extract = published([line(A1, 5), line(A1, 4, month="2025-02")])

    assert extract.months == ["2025-01", "2025-02"]
    assert {layer.month for layer in extract.layers.all()} == {
        dt.date(2025, 1, 1),
        dt.date(2025, 2, 1),
    }
