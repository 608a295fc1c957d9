"""What is kept of a preview: cumulative sources, what the file says of itself, plain JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ingestion.models import Counting, Extract, RegionSettings, Source, State
from ingestion.process import process
from ingestion.receive import receive
from reference.models import Region
from tests.ingestion import files
from tests.ingestion.world import (
    REGION,
    add_facility,
    brought,
    build,
    entity,
    facility,
    line,
    published,
)

pytestmark = pytest.mark.django_db

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)


@pytest.fixture(autouse=True)
def world() -> None:
    build()


@pytest.fixture
def cumulative() -> Source:
    return Source.objects.create(name="Cumul", counting=Counting.CUMULATIVE)


def anomalies(extract: Extract) -> list[tuple[str, dict[str, Any]]]:
    return [(each["code"], each["facts"]) for each in extract.preview["anomalies"]]


def total(extract: Extract) -> list[int | None]:
    found: list[int | None] = extract.preview["comparison"]["departement"][-1]["documents"]
    return found


def test_a_cumulative_file_is_compared_by_what_it_adds(cumulative: Source) -> None:
    published([line(A1, 100, month="2024-11")], source=cumulative)
    published([line(A1, 130, month="2024-12")], source=cumulative)

    extract = brought([line(A1, 150)], source=cumulative)

    assert total(extract) == [30, 20, 20]
    assert extract.preview["reference"] == "2024-12"
    assert anomalies(extract) == []


def test_the_months_of_a_cumulative_file_count_from_one_another(cumulative: Source) -> None:
    extract = brought([line(A1, 100, month="2024-12"), line(A1, 150)], source=cumulative)

    assert total(extract) == [None, 50, None]


def test_a_cumulative_series_that_falls_is_told(cumulative: Source) -> None:
    published([line(A1, 100, month="2024-12"), line(A2, 5, month="2024-12")], source=cumulative)

    extract = brought([line(A1, 90), line(A2, 5)], source=cumulative, publish=True)

    ((code, facts),) = anomalies(extract)
    assert code == "series_falls"
    assert (facts["month"], facts["documents"], facts["reference"]) == ("2025-01", 90, 100)
    assert f"EHPAD fictif 21-1 ({A1})" in extract.warnings
    assert not extract.publish_when_ready


def test_an_entity_whose_series_falls_is_named(cumulative: Source) -> None:
    add_facility("21", 9, owner=entity("21", 1))
    carrier = entity("21", 1)
    published([line(carrier, 100, month="2024-12")], source=cumulative)

    extract = brought([line(carrier, 90)], source=cumulative)

    assert f"OG 1 ({carrier})" in extract.warnings


def test_a_closed_month_follows_the_setting_of_the_region() -> None:
    RegionSettings.objects.create(region_id=REGION, closed_after=1)
    published([line(A1, 5, month="2024-12")])
    published([line(A1, 5)])

    same = brought([line(A1, 5, month="2024-12")], name="autre nom.csv")
    other = brought([line(A1, 6, month="2024-12")])

    assert anomalies(same) == []
    assert anomalies(other) == [("month_closed", {"month": "2024-12", "since": 1})]


def test_what_no_departement_can_claim_is_told_apart() -> None:
    add_facility("25", 9, owner=entity("21", 1))

    extract = brought([line(A1, 5), line(entity("21", 1), 7)])

    lines = extract.preview["comparison"]["departement"]
    assert [(each["key"], each["documents"][1]) for each in lines] == [
        ("Non ventilé", 7),
        ("Côte-d’Or", 5),
        ("", 12),
    ]
    assert extract.preview["covered"] == {"2025-01": {"21": 1, "": 1}}


def test_a_sheet_left_unread_is_an_anomaly() -> None:
    sheets = {
        name: [files.HEADER, (month, A1, "SYNTH", 5, 3)]
        for name, month in (("Janvier", "2025-01"), ("Février", "2025-02"))
    }
    book = io.BytesIO(files.workbook(sheets))
    region = Region.objects.get(code=REGION)

    extract = process(receive(book, name="extrait.xlsx", region=region))

    assert anomalies(extract) == [("sheets_unread", {"sheets": ["Février"]})]
    assert extract.preview["file"]["sheet"] == "Janvier"


def test_anomalies_of_one_kind_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.previewing.preview.MAX_ALIKE", 1)
    published([line(site, 5) for site in (A1, B1, facility("39", 1))])

    codes = [code for code, _ in anomalies(brought([line(A1, 5)]))]

    assert codes == ["cell_lost", "more"]


def test_many_facilities_are_cut_but_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.previewing.preview.MAX_NAMED", 1)
    published([line(A1, 5)])

    extract = brought([line(A1, 5), line(A2, 3), line(facility("21", 3), 9)])

    assert extract.preview["facilities"]["new"] == {
        "total": 2,
        "rows": [[facility("21", 3), "EHPAD fictif 21-3", 9]],
    }


def test_a_preview_is_plain_json_and_says_what_it_was_made_against() -> None:
    published([line(A1, 5), line(B1, 4)])

    extract = brought([line(A1, 500), line(B1, -1)])

    kept = Extract.objects.get(pk=extract.pk).preview
    assert kept == json.loads(json.dumps(extract.preview))
    assert (kept["version"], kept["mode"], kept["held"]) == (3, "replace", False)


def test_a_file_of_which_nothing_is_accepted_keeps_what_it_is() -> None:
    extract = brought([line(B1, -1)])

    assert (extract.state, set(extract.preview)) == (State.REFUSED, {"file"})
