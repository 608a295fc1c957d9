"""Checking: the one outcome of each record, as the domain's table says, and its remarks."""

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from ingestion.checking.check import Checked, account, check
from ingestion.checking.ground import Ground
from tests.ingestion import files


def checked(*rows: tuple[str, ...], ground: Ground | None = None) -> Checked:
    """The fate of lines (FINESS, type, documents, DMP, month), from line 2 on."""
    full = [[*row, *("SYNTH", "12", "10", "2025-01")[len(row) - 1 :]] for row in rows]
    records = files.records(*([month, number, *rest] for number, *rest, month in full))
    return check(records, ground or files.ground())


def outcomes(result: Checked) -> list[str]:
    return result.records["outcome"].tolist()


def codes(result: Checked) -> list[str]:
    return result.remarks["code"].tolist()


def only(result: Checked) -> dict[Any, Any]:
    """The one record, as a dictionary."""
    (record,) = result.records.to_dict("records")
    return record


def test_a_facility_of_the_region_and_the_perimeter_is_accepted() -> None:
    result = checked((files.HOME_A,))

    record = only(result)
    assert record["outcome"] == "accepted"
    assert (record["facility_id"], record["region"], record["departement"]) == (1, "27", "21")
    assert (record["document_type_id"], record["sector"]) == (files.SYNTHESIS, "PA")
    assert pd.isna(record["legal_entity_id"])
    assert result.remarks.empty


def test_zero_is_a_value() -> None:
    result = checked((files.HOME_A, "SYNTH", "0", "0"))

    assert outcomes(result) == ["accepted"]


@pytest.mark.parametrize("writing", ["57833-6", " 57833-6 "])
def test_a_type_is_known_by_its_code_or_label(writing: str) -> None:
    result = checked((files.HOME_A, writing))

    assert only(result)["document_type_id"] == files.PRESCRIPTION


@pytest.mark.parametrize(
    ("label", "code"), [("Bilan de vie", "type_unrecognised"), ("", "type_missing")]
)
def test_an_unknown_type_is_counted_under_others_and_warned(label: str, code: str) -> None:
    result = checked((files.HOME_A, label))

    assert only(result)["outcome"] == "accepted"
    assert only(result)["document_type_id"] == files.UNRECOGNISED
    assert only(result)["type_raw"] == label
    assert codes(result) == [code]


@pytest.mark.parametrize("damage", [str.lower, lambda n: f"{n[:2]} {n[2:]}", lambda n: f"'{n}.0"])
def test_spaces_decimals_and_apostrophes_do_no_harm(damage: Any) -> None:
    result = checked((damage(files.HOME_A),))

    assert outcomes(result) == ["accepted"]
    assert result.remarks.empty


def test_a_missing_key_is_found_and_said() -> None:
    result = checked((files.HOME_A[:-1],))

    assert only(result)["facility_id"] == 1
    assert codes(result) == ["finess_repaired"]
    assert files.HOME_A in result.remarks["reason"].iloc[0]


def test_a_lost_zero_is_found_and_said() -> None:
    result = checked((files.BORDER_FAR[1:],), ground=files.ground("84"))

    assert outcomes(result) == ["accepted"]
    assert codes(result) == ["finess_repaired"]


def test_eight_digits_that_may_be_two_numbers_are_refused_naming_both() -> None:
    result = checked((files.FAR[1:],))

    assert outcomes(result) == ["refused"]
    assert codes(result) == ["finess_ambiguous"]
    assert f"{files.FAR} ou {files.TWIN_OF_FAR}" in result.remarks["reason"].iloc[0]


WRONG_KEY = files.HOME_A[:-1] + str((int(files.HOME_A[-1]) + 1) % 10)
UNKNOWN, UNKNOWN_FAR = files.finess("21999999"), files.finess("01999999")
OF_NO_DEPARTEMENT = files.finess("96999999")


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [
        (UNKNOWN, "quarantined", "finess_unknown"),
        (UNKNOWN_FAR, "out_of_scope", "other_region"),
        (OF_NO_DEPARTEMENT, "quarantined", "finess_unknown"),
        (files.FAR, "out_of_scope", "other_region"),
        (files.HOSPITAL, "out_of_scope", "outside_perimeter"),
        (WRONG_KEY, "refused", "finess_wrong_key"),
        ("2,1E+08", "refused", "finess_scientific"),
        ("2.10000017E8", "refused", "finess_scientific"),
        ("21999998", "refused", "finess_short"),
        ("EHPAD", "refused", "finess_malformed"),
        ("2100000170", "refused", "finess_malformed"),
        ("", "refused", "finess_missing"),
    ],
)
def test_what_a_number_is_decides(number: str, outcome: str, code: str) -> None:
    result = checked((number,))

    assert outcomes(result) == [outcome]
    assert codes(result) == [code]
    assert result.remarks["column"].tolist() == ["FINESS ET"]
    assert result.remarks["line"].tolist() == [2]


def test_scientific_notation_says_how_to_export_as_text() -> None:
    result = checked(("2,1E+08",))

    assert "format Texte" in result.remarks["remedy"].iloc[0]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ((files.HOME_A, "SYNTH", "-3"), "Nombre de documents", "-3"),
        ((files.HOME_A, "SYNTH", "2,5"), "Nombre de documents", "2,5"),
        ((files.HOME_A, "SYNTH", "n.c."), "Nombre de documents", "n.c."),
        ((files.HOME_A, "SYNTH", "12", "", "13/2025"), "Mois", "13/2025"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_cell(
    row: tuple[str, ...], column: str, value: str
) -> None:
    result = checked(row)

    assert outcomes(result) == ["refused"]
    assert result.remarks[["column", "value"]].to_numpy().tolist() == [[column, value]]
    assert value in result.remarks["reason"].iloc[0]
    assert result.remarks["remedy"].iloc[0]


def test_a_refused_line_says_all_that_is_wrong_but_not_where_it_would_have_gone() -> None:
    result = checked((WRONG_KEY, "SYNTH", "-3"), (files.HOSPITAL, "SYNTH", "-3"))

    assert outcomes(result) == ["refused", "refused"]
    assert codes(result) == ["count_negative", "finess_wrong_key", "count_negative"]


def test_a_closed_facility_that_feeds_is_accepted_and_warned() -> None:
    result = checked((files.CLOSED,), (files.CLOSED, "SYNTH", "12", "10", "2024-06"))

    assert outcomes(result) == ["accepted", "accepted"]
    assert result.remarks[["line", "code"]].to_numpy().tolist() == [[2, "facility_closed"]]


def test_a_closed_facility_that_sends_zero_is_not_warned() -> None:
    result = checked((files.CLOSED, "SYNTH", "0", "0"))

    assert codes(result) == []


@pytest.mark.parametrize(
    ("number", "departement", "sector"),
    [(files.EJ_HOME, "21", "PA"), (files.EJ_SPREAD, "", "INCONNU")],
)
def test_an_entity_wholly_here_and_in_the_perimeter_carries_documents(
    number: str, departement: str, sector: str
) -> None:
    result = checked((number,))

    record = only(result)
    assert record["outcome"] == "accepted"
    assert record["legal_entity_id"] == files.ENTITIES[number]
    assert pd.isna(record["facility_id"])
    assert record["region"] == "27"
    assert result.held["departement"].tolist() == [departement]
    assert record["sector"] == sector
    assert codes(result) == ["carried_by_entity"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (files.EJ_MIXED, "hors du périmètre"),
        (files.EJ_BORDER, "dans une autre région"),
        (files.EJ_CLOSED, "sans établissement ouvert"),
    ],
)
def test_any_other_entity_of_the_region_is_to_be_arbitrated(number: str, said: str) -> None:
    result = checked((number,))

    assert outcomes(result) == ["quarantined"]
    assert codes(result) == ["entity_to_arbitrate"]
    assert said in result.remarks["reason"].iloc[0]


def test_an_entity_without_a_facility_in_the_region_is_out_of_scope() -> None:
    result = checked((files.EJ_FAR,))

    assert outcomes(result) == ["out_of_scope"]
    assert codes(result) == ["other_region"]


def test_a_regional_register_cannot_say_whether_an_entity_is_wholly_here() -> None:
    result = checked((files.EJ_BORDER,), ground=files.ground(regional=True))

    assert outcomes(result) == ["accepted"]
    assert codes(result) == ["carried_by_entity", "entity_incomplete"]


def test_a_national_file_puts_each_record_in_its_region() -> None:
    rows = [(files.FAR,), (files.HOME_A,), (files.EJ_HOME,), (files.EJ_BORDER,), (UNKNOWN_FAR,)]

    result = checked(*rows, ground=files.ground(None))

    assert outcomes(result) == ["accepted", "accepted", "accepted", "quarantined", "quarantined"]
    assert result.records["region"].tolist()[:3] == ["84", "27", "27"]


def test_an_entity_line_equal_to_the_sum_of_its_facilities_is_a_probable_subtotal() -> None:
    result = checked(
        (files.HOME_A, "SYNTH", "1000"),
        (files.HOME_B, "SYNTH", "500"),
        (files.EJ_HOME, "SYNTH", "1500"),
        (files.EJ_HOME, "57833-6", "1500"),
    )

    assert outcomes(result) == ["accepted"] * 4
    found = result.remarks[result.remarks["code"] == "entity_subtotal"]
    assert found["line"].tolist() == [4]
    assert (
        f"Les 1500 documents de l’organisme gestionnaire {files.EJ_HOME}"
        in (found["reason"].iloc[0])
    )


def test_the_same_record_again_is_merged() -> None:
    result = checked((files.HOME_A,), (files.HOME_A, "Synthèse"), (files.HOME_A[:-1],))

    assert outcomes(result) == ["accepted", "duplicate", "duplicate"]
    said = result.remarks[result.remarks["code"] == "duplicate"]
    assert said["reason"].str.contains("ligne 2").all()


@pytest.mark.parametrize(
    "other", [("SYNTH", "13", "10"), ("SYNTH", "12", "9"), ("SYNTH", "12", "")]
)
def test_the_same_record_with_other_counts_is_refused_each_time(other: tuple[str, ...]) -> None:
    result = checked((files.HOME_A,), (files.HOME_A,), (files.HOME_A, *other), (files.HOME_B,))

    assert outcomes(result) == ["refused", "refused", "refused", "accepted"]
    assert "lignes 2, 3 et 4" in result.remarks["reason"].iloc[0]


def test_many_conflicting_lines_are_not_all_named() -> None:
    result = checked(*[(files.HOME_A, "SYNTH", str(count)) for count in range(9)])

    assert "lignes 2, 3, 4, 5, 6…" in result.remarks["reason"].iloc[0]


def test_other_months_and_types_are_other_records() -> None:
    result = checked(
        (files.HOME_A,),
        (files.HOME_A, "57833-6", "1"),
        (files.HOME_A, "SYNTH", "2", "", "2025-02"),
    )

    assert outcomes(result) == ["accepted"] * 3


def test_two_unrecognised_labels_are_both_accepted_and_the_same_one_merged() -> None:
    result = checked(
        (files.HOME_A, "Bilan"), (files.HOME_A, "Journal", "7"), (files.HOME_A, "BILAN ")
    )

    assert outcomes(result) == ["accepted", "accepted", "duplicate"]


def test_a_refused_record_does_not_conflict_with_a_good_one() -> None:
    result = checked((files.HOME_A, "SYNTH", "-3"), (files.HOME_A,))

    assert outcomes(result) == ["refused", "accepted"]


def test_dmp_are_warned_of_and_documents_kept() -> None:
    result = checked((files.HOME_A, "SYNTH", "12", "13"), (files.HOME_B, "SYNTH", "12", "n.c."))

    assert outcomes(result) == ["accepted", "accepted"]
    assert codes(result) == ["dmp_above_documents", "dmp_unreadable"]
    assert result.remarks["column"].tolist() == ["DMP alimentés"] * 2


def test_perimeter_is_that_of_the_record_s_month() -> None:
    ground = files.ground()
    before = ground.periods[ground.periods["finess"] == files.HOME_A].assign(
        in_perimeter=False, sector="AUTRE", ends_on=pd.Timestamp("2024-12-31")
    )
    periods = pd.concat([before, ground.periods], ignore_index=True)
    periods.loc[periods["in_perimeter"] & (periods["finess"] == files.HOME_A), "starts_on"] = (
        pd.Timestamp("2025-01-01")
    )
    changed = Ground(**{**vars(ground), "periods": periods})

    result = checked((files.HOME_A,), (files.HOME_A, "SYNTH", "1", "", "2024-12"), ground=changed)

    assert outcomes(result) == ["accepted", "out_of_scope"]


def test_the_account_adds_up() -> None:
    result = checked((files.HOME_A,), (files.HOME_A,), (files.FAR,), (UNKNOWN,), (WRONG_KEY,))

    assert result.counts == {
        "read": 5,
        **dict.fromkeys(("accepted", "duplicates", "out_of_scope", "quarantined", "refused"), 1),
    }


def test_an_outcome_of_no_kind_stops_everything() -> None:
    with pytest.raises(ArithmeticError, match="2 records read"):
        account(pd.Series(["accepted", "lost"], dtype="str"))


def test_long_values_are_cut_in_remarks() -> None:
    result = checked((files.HOME_A, "bilan " * 100))

    remark = result.remarks.iloc[0]
    assert len(remark["value"]) == 250
    assert "…" in remark["reason"]
    assert len(remark["reason"]) <= 400


def test_no_month_at_all_is_still_accounted_for() -> None:
    result = checked((files.HOME_A, "SYNTH", "12", "", "?"), (files.EJ_HOME, "SYNTH", "1", "", "?"))

    assert outcomes(result) == ["refused", "refused"]
    assert codes(result) == ["month_unreadable", "month_unreadable"]


def test_records_come_back_from_parquet_and_are_checked_the_same(tmp_path: Any) -> None:
    rows = [(files.HOME_A,), (files.EJ_SPREAD,), (UNKNOWN,), (files.HOME_A, "x", "-3", "", "?")]
    first = checked(*rows)
    path = tmp_path / "records.parquet"
    first.records[first.records.columns[:17]].to_parquet(path)

    again = check(pd.read_parquet(path), files.ground())

    assert outcomes(again) == outcomes(first)
    assert again.remarks.equals(first.remarks)
    assert dt.date(2025, 1, 1) == again.records["month"].iloc[0].date()
