"""Reading a file: ready, or refused with its reasons, and never anything else."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import OperationalError

from ingestion.models import Extract, State
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion import files
from tests.ingestion.world import brought, build, content, facility, line, number, published

pytestmark = pytest.mark.django_db

A1, B1 = facility("21", 1), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


def raw(data: bytes, name: str = "extrait.csv") -> Extract:
    region = Region.objects.get(code="27")
    return process(receive(io.BytesIO(data), name=name, region=region))


def test_a_good_file_is_ready_with_its_counts_and_months() -> None:
    extract = brought([line(A1, 5), line(A1, 4, month="2024-12")])

    assert (extract.state, extract.message, extract.warnings) == (State.READY, "", "")
    assert extract.months == ["2024-12", "2025-01"]
    assert extract.counts["read"] == extract.counts["accepted"] == 2


def test_every_record_has_one_outcome() -> None:
    lines = [
        line(A1, 5),
        line(A1, 5),
        line(facility("35", 1), 3),
        line(number("21", 77), 3),
        line(B1, -1),
    ]

    counts = brought(lines).counts

    assert counts == {
        "read": 5,
        "accepted": 1,
        "duplicates": 1,
        "out_of_scope": 1,
        "quarantined": 1,
        "refused": 1,
    }


def test_a_remark_says_where_why_and_what_to_do() -> None:
    extract = brought([line(A1, 5), line(B1, -1)])

    remark = extract.line_reports.get()
    assert (remark.line, remark.column, remark.value) == (3, "Nombre de documents", "-1")
    assert "négatif" in remark.reason
    assert remark.remedy


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "vide.csv"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "image.csv"),
    ],
)
def test_a_bad_file_is_refused_whole_with_a_message(data: bytes, name: str) -> None:
    extract = raw(data, name)

    assert extract.state == State.REFUSED
    assert len(extract.message) > 20
    assert "Erreur interne" not in extract.message
    assert not extract.records


def test_a_file_without_a_column_known_for_facilities_waits_for_a_person_to_say_it() -> None:
    extract = raw(b"Mois;Structure X;Nombre de documents\n2025-01;210000017;5\n")

    assert extract.state == State.TO_MAP
    assert extract.offer["missing"]
    assert len(extract.message) > 20


def test_a_file_of_which_nothing_is_accepted_is_refused_with_the_reasons() -> None:
    extract = brought([line(facility("35", 1), 3), line(B1, -1)])

    assert extract.state == State.REFUSED
    assert (
        "Aucun enregistrement accepté\u202f: 2 enregistrements lus, 1 hors champ, 1 refusé."
        in extract.message
    )
    assert "Ligne 2" in extract.message
    assert extract.line_reports.count() == 2


def test_reading_again_what_was_cut_gives_the_same_report_once() -> None:
    extract = brought([line(A1, 5), line(B1, -1)])
    Extract.objects.update(state=State.READING)
    extract.refresh_from_db()

    again = process(extract)

    assert again.state == State.READY
    assert again.line_reports.count() == 1


@pytest.mark.parametrize(
    "state", [State.READY, State.PUBLISHING, State.PUBLISHED, State.SUPERSEDED, State.REFUSED]
)
def test_a_file_that_was_read_is_not_read_again(state: str) -> None:
    extract = brought([line(A1, 5)])
    extract.state = state

    assert process(extract).state == state


def test_a_departement_whose_records_were_all_refused_is_warned_of() -> None:
    extract = brought([line(A1, 5), line(B1, 3), line(B1, 4)])

    assert extract.warnings.startswith("Aucun enregistrement accepté dans le Doubs en janvier 2025")


def test_leaving_out_a_departement_already_published_stops_automatic_publication() -> None:
    published([line(A1, 5), line(B1, 4)])

    extract = brought([line(A1, 6)], publish=True)

    assert (extract.state, extract.publish_when_ready) == (State.READY, False)
    assert "Le fichier ne contient rien dans le Doubs en janvier 2025" in extract.warnings


def test_a_national_file_that_leaves_a_whole_region_out_waits_for_a_person() -> None:
    published([line(A1, 5), line(facility("35", 1), 4)], region=None)

    extract = brought([line(A1, 6)], region=None, publish=True)

    assert (extract.state, extract.publish_when_ready) == (State.READY, False)
    assert "en Ille-et-Vilaine en janvier 2025" in extract.warnings


def test_a_sheet_left_unread_is_told_and_stops_automatic_publication() -> None:
    sheets = {
        name: [files.HEADER, (month, A1, "SYNTH", 5, 3)]
        for name, month in (("Janvier", "2025-01"), ("Février", "2025-02"))
    }
    region = Region.objects.get(code="27")
    book = io.BytesIO(files.workbook(sheets))

    extract = process(receive(book, name="extrait.xlsx", region=region, publish=True))

    assert (extract.state, extract.publish_when_ready) == (State.READY, False)
    assert extract.months == ["2025-01"]
    assert "«\u202fFévrier\u202f»" in extract.warnings


def test_many_departements_left_out_are_counted_not_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingestion.process.MAX_WARNINGS", 1)
    published([line(site, 5) for site in (A1, B1, facility("39", 1))])

    sentences = brought([line(A1, 6)]).warnings.split("\n")

    assert len(sentences) == 2
    assert sentences[-1] == "… et 1 autre à voir sur sa page."


def test_completing_a_month_leaves_nothing_out() -> None:
    published([line(A1, 5), line(B1, 4)])

    extract = brought([line(A1, 6)], publish=True, mode="complete")

    assert (extract.publish_when_ready, extract.warnings) == (True, "")


def test_an_unexpected_failure_refuses_the_file_under_a_reference(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_asked: Any) -> None:
        raise RuntimeError("boum")

    monkeypatch.setattr("ingestion.process.check", fail)

    extract = brought([line(A1, 5)])

    assert extract.state == State.REFUSED
    reference = extract.message.split("référence ")[1].split("\u202f")[0]
    assert reference in caplog.text
    assert "boum" in caplog.text
    with extract.file.open("rb") as file:
        assert file.read() == content([line(A1, 5)])


def test_a_database_that_fails_leaves_the_file_to_be_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_args: Any, **_asked: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("ingestion.process.check", fail)

    with pytest.raises(OperationalError):
        brought([line(A1, 5)])

    assert Extract.objects.get().state == State.READING
