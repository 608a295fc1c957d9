"""Nothing that is published is lost, emptied or counted twice without a person who saw it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from accounts.models import User
from ingestion.arbitration import decide
from ingestion.history.acts import withdraw_month
from ingestion.models import Arbitration, Counting, Extract, Repeats, Source
from ingestion.previewing.correction import correction
from ingestion.process import process
from ingestion.publishing.publish import publish, rebuild_stale
from ingestion.receive import receive
from reference.models import (
    Facility,
    LegalEntity,
    PerimeterChoice,
    Region,
    raise_data_version,
)
from tests.ingestion import files
from tests.ingestion.world import (
    REGION,
    add_facility,
    brought,
    build,
    carried,
    covered,
    entity,
    facility,
    fed,
    line,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)
VENDORS = ("Mois", "FINESS ET", "Type de document", "Nombre de documents", "Éditeur")


def told() -> set[tuple[object, int]]:
    """The published facts, of facilities and of legal entities."""
    return {*fed().items(), *carried().items()}


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def cumulative() -> Source:
    return Source.objects.create(name="Cumul", counting=Counting.CUMULATIVE)


def received(data: bytes, **asked: Any) -> Extract:
    region = Region.objects.get(code=REGION)
    return process(receive(io.BytesIO(data), name="extrait.csv", region=region, **asked))


def corrected(extract: Extract, wrong: str = "", right: str = "", *, whole: bool = False) -> str:
    """Publish the file to correct of an extract, once corrected; what it held."""
    made = correction(extract, all_lines=whole)
    with made.file:
        text = made.file.read().decode("utf-8-sig")
    again = received(text.replace(wrong, right, 1).encode(), source=extract.source)
    publish(again)
    return text


def codes(extract: Extract) -> list[str]:
    return [each["code"] for each in extract.preview["anomalies"]]


# --- A correction loses nothing of a sum --------------------------------------------------------


def test_a_correction_holds_the_other_unrecognised_labels_which_add_up_with_its_own() -> None:
    extract = published([line(A1, 5, kind="Bilan"), line(A2, 4), line(A1, "n.c.", kind="Projet")])

    text = corrected(extract, "n.c.", "3")

    assert fed()["2025-01", A1, "AUTRES"] == 8
    assert "Gardez-la telle quelle." in text
    assert A2 not in text


def test_a_correction_of_recognised_types_holds_nothing_else() -> None:
    extract = published([line(A1, 5, kind="Bilan"), line(A2, "n.c.")])

    assert A1 not in corrected(extract, "n.c.", "3")


@pytest.mark.parametrize("whole", [False, True])
def test_a_correction_of_a_source_that_adds_up_holds_all_that_may_add_up(whole: bool) -> None:
    source = Source.objects.create(name="Éditeurs", repeats=Repeats.ADD_UP)
    rows = [
        ("2025-01", A1, "SYNTH", "5", "X"),
        ("2025-01", A1, "SYNTH", "5", "X"),  # a repeat, of which one is counted
        ("2025-01", A1, "SYNTH", "n.c.", "Y"),
    ]
    extract = publish(received(files.text(rows, header=VENDORS), source=source))

    corrected(extract, "n.c.", "3", whole=whole)

    assert fed() == {("2025-01", A1, "SYNTH"): 8}


@pytest.mark.parametrize("lines", [(5, "n.c."), ("n.c.", 5)], ids=["of the entity", "of the site"])
def test_a_correction_holds_the_lines_of_a_facility_and_of_the_entity_attached_to_it(
    lines: tuple[int | str, int | str],
) -> None:
    owner = entity("21", 1)
    add_facility("35", 9, owner=owner)
    raise_data_version("un site dans une autre région", ground=True)
    decide(
        Region.objects.get(code=REGION),
        LegalEntity.objects.get(finess=owner),
        Arbitration.ATTACH,
        Facility.objects.get(finess=A1),
        User.objects.create_user("admin@example.org", "secret"),
    )
    extract = published([line(A1, lines[0]), line(owner, lines[1])])

    corrected(extract, "n.c.", "3")

    assert fed() == {("2025-01", A1, "SYNTH"): 8}


def test_all_the_lines_of_a_file_sent_again_double_nothing() -> None:
    header = ("Mois", "FINESS ET", "SYNTH", "11488-4")
    rows = [("2025-01", A1, "5", "n.c."), ("2025-01", A2, "3", "0"), ("Total", "", "8", "0")]
    extract = publish(received(files.text(rows, header=header)))
    before = fed()

    corrected(extract, whole=True)

    assert fed() == before


# --- A published cell is not emptied unseen -----------------------------------------------------


def test_a_departement_whose_records_were_all_refused_is_not_zero_when_the_absent_ones_are() -> (
    None
):
    published([line(A1, 5), line(B1, 4)])

    published([line(A1, 6), line(B1, "n.c.")], confirm_empty=True)

    assert fed()["2025-01", B1, "SYNTH"] == 4
    assert ("2025-01", "39") in covered()


def test_emptying_a_published_departement_stops_automatic_publication() -> None:
    published([line(A1, 5), line(B1, 4)])

    extract = brought([line(A1, 6)], confirm_empty=True, publish=True)

    assert codes(extract) == ["cell_emptied"]
    assert "4 documents publiés disparaîtraient" in extract.warnings
    assert not extract.publish_when_ready


def test_zeros_already_published_are_no_loss() -> None:
    published([line(A1, 5), line(B1, 0)])

    assert codes(brought([line(A1, 5)], confirm_empty=True)) == []


# --- A source that counts otherwise -------------------------------------------------------------


def test_a_cumulative_file_in_the_place_of_a_monthly_one_waits_for_a_person(
    cumulative: Source,
) -> None:
    published([line(A1, 5)])

    extract = brought([line(A1, 600)], source=cumulative, publish=True)

    assert sorted(codes(extract)) == ["cell_emptied", "other_counting"]
    assert not extract.publish_when_ready


@pytest.mark.parametrize("month", ["2025-01", "2025-02"], ids=["same month", "next month"])
def test_a_monthly_file_after_cumulative_ones_waits_for_a_person(
    cumulative: Source, month: str
) -> None:
    published([line(A1, 100, month="2024-12"), line(A1, 120)], source=cumulative)

    extract = brought([line(A1, 140, month=month)], publish=True)

    assert "other_counting" in codes(extract)
    assert "viennent d’une source qui compte un cumul" in extract.warnings


def test_another_departement_may_count_otherwise(cumulative: Source) -> None:
    published([line(A1, 100, month="2024-12"), line(A1, 120)], source=cumulative)

    assert "other_counting" not in codes(brought([line(B1, 5)]))


def test_a_facility_that_comes_back_after_a_month_out_of_the_cumul_is_told(
    cumulative: Source,
) -> None:
    for month, said in (("2024-11", 100), ("2024-12", 130)):
        published([line(A1, said, month=month), line(A2, 5, month=month)], source=cumulative)
    published([line(A2, 6)], source=cumulative)
    back = [line(A1, 170, month="2025-02"), line(A2, 6, month="2025-02")]

    extract = brought([*back, line(facility("21", 3), 9, month="2025-02")], source=cumulative)

    assert codes(extract) == ["series_returns"]
    assert f"EHPAD fictif 21-1 ({A1})" in extract.warnings
    assert "tout son cumul, 170 documents" in extract.warnings


# --- What a région decides stays in it ----------------------------------------------------------


def test_the_perimeter_of_a_region_changes_nothing_elsewhere() -> None:
    owner = entity("21", 2)
    far = facility("35", 1)
    add_facility("35", 9, owner=entity("35", 1))
    both = entity("25", 1)
    add_facility("35", 8, owner=both)
    raise_data_version("d'autres sites", ground=True)
    decide(
        Region.objects.get(code=REGION),
        LegalEntity.objects.get(finess=both),
        Arbitration.CARRY,
        None,
        User.objects.create_user("admin@example.org", "secret"),
    )
    lines = [line(A1, 5), line(far, 6), line(owner, 7), line(entity("35", 1), 8), line(both, 9)]
    national = published(lines, region=None)
    before = told()

    PerimeterChoice.objects.create(
        region=Region.objects.get(code="53"), category_id="500", sector="PA", in_perimeter=False
    )
    raise_data_version("périmètre de la Bretagne", ground=True)
    rebuild_stale()

    national.refresh_from_db()
    after = told()
    assert before - after == {
        (("2025-01", far, "SYNTH"), 6),
        (("2025-01", "35", entity("35", 1)), 8),
    }
    assert after <= before
    assert carried()["2025-01", "25", both] == 9
    assert national.counts["accepted"] == 3


def test_a_decision_follows_a_month_that_was_withdrawn_nowhere() -> None:
    owner, region = entity("21", 1), Region.objects.get(code=REGION)
    add_facility("35", 9, owner=owner)
    raise_data_version("un site dans une autre région", ground=True)
    published([line(A1, 5), line(owner, 30), line(A1, 6, month="2025-02")])
    withdraw_month(region, files.JANUARY, actor=None)

    author = User.objects.create_user("admin@example.org", "secret")
    decide(region, LegalEntity.objects.get(finess=owner), Arbitration.CARRY, None, author)
    rebuild_stale()

    assert (fed(), carried()) == ({("2025-02", A1, "SYNTH"): 6}, {})
