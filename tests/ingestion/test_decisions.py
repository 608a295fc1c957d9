"""What administrators decided of legal entities, and sources that add their lines up."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ingestion.checking.check import Checked, check
from ingestion.checking.ground import Decision, Ground, load_ground
from ingestion.models import Arbitration, EntityDecision
from reference.models import Facility, LegalEntity, Region
from tests.ingestion import files, world

HOSPITAL_OWNER = files.ENTITIES[files.EJ_MIXED]
BORDER_OWNER = files.ENTITIES[files.EJ_BORDER]
MIXED_SITE = 5


def decided(entity: int, choice: str, facility: int | None = None) -> Ground:
    """The fictitious ground, with one decision of the région."""
    return replace(files.ground(), decisions={entity: Decision(choice, facility, "27")})


def checked(*rows: tuple[str, ...], ground: Ground, **how: bool) -> Checked:
    """The fate of lines (FINESS, type, documents, extra)."""
    full = [(*row, *("SYNTH", "12", "")[len(row) - 1 :]) for row in rows]
    lines = [["2025-01", number, kind, count, ""] for number, kind, count, _ in full]
    records = files.records(*lines)
    return check(records.assign(extra=[row[3] for row in full]), ground, **how)


def place(result: Checked, row: int = 0) -> list[object]:
    record = result.records.iloc[row]
    return [None if pd.isna(record[name]) else record[name] for name in ("region", "departement")]


def test_lines_of_an_attached_entity_are_its_facility_s() -> None:
    ground = decided(HOSPITAL_OWNER, Arbitration.ATTACH, MIXED_SITE)

    result = checked((files.EJ_MIXED,), ground=ground)

    record = result.records.iloc[0]
    assert (record["outcome"], record["facility_id"]) == ("accepted", MIXED_SITE)
    assert pd.isna(record["legal_entity_id"])
    assert place(result) == ["27", "21"]
    assert result.remarks["code"].tolist() == ["entity_decided"]


def test_lines_of_an_attached_entity_add_to_those_of_its_facility() -> None:
    ground = decided(HOSPITAL_OWNER, Arbitration.ATTACH, MIXED_SITE)

    result = checked((files.EJ_MIXED,), (files.MIXED_HOME, "SYNTH", "30"), ground=ground)

    assert result.records["outcome"].tolist() == ["accepted", "accepted"]
    assert result.held[["facility_id", "documents"]].to_numpy().tolist() == [[MIXED_SITE, 42]]


def test_an_entity_attached_to_a_facility_that_the_register_lost_waits() -> None:
    ground = decided(HOSPITAL_OWNER, Arbitration.ATTACH, 999)

    result = checked((files.EJ_MIXED,), ground=ground)

    assert result.counts["quarantined"] == 1


def test_what_is_carried_by_decision_goes_where_its_sites_of_the_region_are() -> None:
    result = checked((files.EJ_BORDER,), ground=decided(BORDER_OWNER, Arbitration.CARRY))

    record = result.records.iloc[0]
    assert (record["outcome"], record["legal_entity_id"]) == ("accepted", BORDER_OWNER)
    assert place(result) == ["27", "39"]
    assert record["sector"] == "PA"
    assert result.remarks["code"].tolist() == ["entity_decided"]


def test_what_is_carried_by_decision_without_an_open_site_is_not_allocated() -> None:
    ground = decided(files.ENTITIES[files.EJ_CLOSED], Arbitration.CARRY)

    result = checked((files.EJ_CLOSED,), ground=ground)

    assert place(result) == ["27", None]
    assert result.records.iloc[0]["sector"] == "INCONNU"


def test_lines_set_aside_are_out_of_scope_and_say_so() -> None:
    result = checked((files.EJ_MIXED,), ground=decided(HOSPITAL_OWNER, Arbitration.SET_ASIDE))

    assert result.counts["out_of_scope"] == 1
    assert "laissé de côté par décision" in result.remarks["reason"].iloc[0]


def test_a_decision_changes_nothing_for_other_entities() -> None:
    ground = decided(HOSPITAL_OWNER, Arbitration.SET_ASIDE)

    result = checked((files.EJ_BORDER,), (files.EJ_HOME,), ground=ground)

    assert result.records["outcome"].tolist() == ["quarantined", "accepted"]


@pytest.mark.django_db
def test_a_national_file_follows_the_region_where_the_entity_is() -> None:
    world.build()
    entity = LegalEntity.objects.get(finess=world.entity("21", 1))
    site = Facility.objects.get(finess=world.facility("21", 1))
    for code, choice, facility in (("27", "attach", site), ("53", "set_aside", None)):
        EntityDecision.objects.create(
            region=Region.objects.get(code=code),
            legal_entity=entity,
            choice=choice,
            facility=facility,
        )

    assert load_ground(None).decisions == {entity.pk: Decision("attach", site.pk, "27")}
    assert load_ground("53").decisions == {entity.pk: Decision("set_aside", None, "53")}
    assert load_ground("11").decisions == {}


def test_a_source_that_adds_up_accepts_lines_with_other_numbers() -> None:
    rows = [(files.HOME_A, "SYNTH", "12", "A"), (files.HOME_A, "SYNTH", "30", "B")]

    result = checked(*rows, ground=files.ground(), add_up=True)

    assert result.records["outcome"].tolist() == ["accepted", "accepted"]
    assert result.held[["documents", "dmp"]].astype("object").to_numpy().tolist() == [[42, pd.NA]]


def test_a_source_that_adds_up_tells_lines_of_the_same_numbers_apart() -> None:
    rows = [(files.HOME_A, "SYNTH", "12", "A"), (files.HOME_A, "SYNTH", "12", "B")]

    result = checked(*rows, ground=files.ground(), add_up=True)

    assert result.held["documents"].tolist() == [24]


def test_a_source_that_adds_up_merges_lines_identical_in_everything() -> None:
    rows = [(files.HOME_A, "SYNTH", "12", "A")] * 2 + [(files.HOME_A, "SYNTH", "5", "A")]

    result = checked(*rows, ground=files.ground(), add_up=True)

    assert result.records["outcome"].tolist() == ["accepted", "duplicate", "accepted"]
    assert "ligne 2" in result.remarks["reason"].iloc[0]


def test_sums_that_cannot_be_stored_are_refused() -> None:
    rows = [(files.HOME_A, kind, str(2**31 - 1)) for kind in ("SYNTH", "57833-6")]

    result = checked(*rows, (files.HOME_B,), ground=files.ground())

    assert result.records["outcome"].tolist() == ["refused", "refused", "accepted"]
    assert set(result.remarks["code"]) == {"count_too_large"}


def test_remarks_tell_the_number_the_month_and_the_documents() -> None:
    result = checked((files.HOSPITAL, "SYNTH", "7"), ground=files.ground())

    remark = result.remarks.iloc[0]
    assert (remark["finess"], remark["documents"]) == (files.HOSPITAL, 7)
    assert f"{remark['month']:%Y-%m}" == "2025-01"
