"""From a file to its records in one call: the month, the refusals, the same from any container."""

import datetime as dt
import gzip
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.checking.check import check
from ingestion.checking.ground import load_ground
from ingestion.errors import RefusedFile
from ingestion.reading.pipeline import NormalisedFile, ReadOptions, read_records
from reference.models import (
    DocumentType,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
)
from tests.ingestion import files

NO_MONTH = files.HEADER[1:]
ROW = (files.HOME_A, "SYNTH", "12", "10")


def normalised(
    tmp_path: Path, content: bytes, name: str = "extrait.csv", asked: dt.date | None = None
) -> NormalisedFile:
    path = tmp_path / "stored"
    path.write_bytes(content)
    return read_records(path, name, ReadOptions(asked_month=asked, today=files.TODAY))


def refusal(*arguments: Any, **options: Any) -> RefusedFile:
    with pytest.raises(RefusedFile) as refused:
        normalised(*arguments, **options)
    return refused.value


def test_the_month_comes_from_its_column_first(tmp_path: Path) -> None:
    content = files.text([("12/2024", *ROW), ("01/2025", *ROW)])

    found = normalised(tmp_path, content, name="ALIM_202503.csv")

    assert found.months == (dt.date(2024, 12, 1), dt.date(2025, 1, 1))
    assert found.columns_said["FINESS ET"] == "FINESS ET"


@pytest.mark.parametrize("name", ["alim_janvier_2025.csv", "ALIM_202501.csv.gz"])
def test_else_it_comes_from_the_file_name(tmp_path: Path, name: str) -> None:
    found = normalised(tmp_path, files.text([ROW], header=NO_MONTH), name=name)

    assert found.months == (files.JANUARY,)


def test_or_from_the_name_in_the_archive(tmp_path: Path) -> None:
    content = files.zipped({"alim_2025-01.csv": files.text([ROW], header=NO_MONTH)})

    found = normalised(tmp_path, content, name="envoi.zip")

    assert found.months == (files.JANUARY,)


def test_or_from_the_name_of_the_sheet_or_from_the_title(tmp_path: Path) -> None:
    rows = [NO_MONTH, ROW]

    named = normalised(tmp_path, files.workbook({"Janv. 2025": [("Mars 2025",), *rows]}))
    titled = normalised(tmp_path, files.workbook({"Feuil1": [("Janvier 2025",), *rows]}))
    filed = normalised(
        tmp_path, files.workbook({"Feuil1": [("Mars 2025",), *rows]}), name="janvier 2025.xlsx"
    )

    assert named.months == titled.months == filed.months == (files.JANUARY,)


def test_else_it_is_the_month_asked(tmp_path: Path) -> None:
    content = files.text([ROW], header=NO_MONTH)

    found = normalised(tmp_path, content, asked=files.JANUARY)

    assert found.months == (files.JANUARY,)


def test_without_any_month_the_file_is_refused_saying_how_to_give_it(tmp_path: Path) -> None:
    refused = refusal(tmp_path, files.text([ROW], header=NO_MONTH))

    assert "Rien ne dit le mois" in refused.message
    assert "nommez le fichier" in refused.remedy


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (files.text([("03/2025", *ROW)]), "extrait.csv"),
        (files.text([ROW], header=NO_MONTH), "alim_2025-03.csv"),
        (files.workbook({"Mars 2025": [NO_MONTH, ROW]}), "alim.xlsx"),
        (files.workbook({"Feuil1": [("Mars 2025",), NO_MONTH, ROW]}), "alim.xlsx"),
    ],
)
def test_a_file_of_other_months_than_the_one_asked_is_refused(
    tmp_path: Path, content: bytes, name: str
) -> None:
    refused = refusal(tmp_path, content, name=name, asked=files.JANUARY)

    assert "janvier 2025" in refused.message
    assert "mars 2025" in refused.message


def test_a_file_of_several_months_may_hold_the_one_asked(tmp_path: Path) -> None:
    content = files.text([("12/2024", *ROW), ("01/2025", *ROW)])

    found = normalised(tmp_path, content, asked=files.JANUARY)

    assert len(found.months) == 2


@pytest.mark.parametrize("month", [dt.date(2025, 7, 1), dt.date(1999, 12, 1)])
def test_a_file_of_a_month_to_come_or_absurd_is_refused(tmp_path: Path, month: dt.date) -> None:
    refused = refusal(tmp_path, files.text([ROW], header=NO_MONTH), asked=month)

    assert "est à venir" in refused.message


def test_headers_without_a_record_are_refused(tmp_path: Path) -> None:
    refused = refusal(tmp_path, files.text([("2025-01", files.HOME_A, "SYNTH", "", "")]))

    assert "aucun enregistrement" in refused.message


def test_today_is_the_present_day_unless_said(tmp_path: Path) -> None:
    path = tmp_path / "stored"
    path.write_bytes(files.text([("2025-01", *ROW), ("2999-01", *ROW)]))

    found = read_records(path, "extrait.csv")

    assert found.records["problem"].tolist() == ["", "month_out_of_range"]


texts = st.text(st.characters(codec="cp1252", categories=("L", "N", "Zs")), min_size=1, max_size=9)
rows_of_texts = st.lists(
    st.tuples(
        st.sampled_from(["2025-01", "déc. 2024", "?"]),
        st.sampled_from([files.HOME_A, "21 0", "é"]) | texts,
        texts,
        st.sampled_from(["12", "1\u00a0234", "n.c.", "0"]),
        st.sampled_from(["", "3"]),
    ),
    min_size=1,
    max_size=8,
)


@given(
    rows=rows_of_texts,
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    pack=st.sampled_from([bytes, gzip.compress, lambda content: files.zipped({"x": content})]),
)
@settings(max_examples=12, deadline=None)
def test_the_container_changes_no_record(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    separator: str,
    encoding: str,
    pack: Any,
) -> None:
    folder = tmp_path_factory.mktemp("same")
    plain = normalised(folder, files.text(rows)).records

    other = normalised(
        folder, pack(files.text(rows, separator=separator, encoding=encoding))
    ).records
    sheet = normalised(folder, files.workbook({"Feuil1": [files.HEADER, *rows]})).records

    # The order of the different texts of a column means nothing.
    pd.testing.assert_frame_equal(other, plain, check_categorical=False)
    pd.testing.assert_frame_equal(sheet, plain, check_categorical=False)


def test_a_file_as_people_make_them_gives_every_outcome(tmp_path: Path) -> None:
    wrong_key = files.HOME_A[:-1] + str((int(files.HOME_A[-1]) + 1) % 10)
    rows = [
        ("01/2025", files.HOME_A, "Synthèse", "1\u202f234", "10"),
        ("01/2025", files.HOME_A, "Synthèse", "1 234,0", "10"),
        ("01/2025", files.HOME_B[:-1], "Bilan", "12", "10"),
        ("01/2025", files.EJ_SPREAD, "Synthèse", "40", "31"),
        ("01/2025", files.SPREAD_A, "Synthèse", "8", "7"),
        ("01/2025", files.SPREAD_A, "SYNTH", "9", "7"),
        ("01/2025", files.HOSPITAL, "Synthèse", "9", "7"),
        ("01/2025", files.FAR, "Synthèse", "77", "50"),
        ("01/2025", files.finess("21999999"), "Synthèse", "12", "10"),
        ("01/2025", wrong_key, "Synthèse", "12", "10"),
        ("01/2025", "2,1E+08", "Synthèse", "12", "10"),
        ("13/2025", files.HOME_A, "Synthèse", "12", "10"),
        ("01/2025", files.HOME_B, "Synthèse", "n.c.", ""),
        ("", "", "", "", ""),
        ("Total", "", "", "99999", "99999"),
    ]
    header = ("Période", "Et  finess", "Type de document", "Nbre docs *", "Nbre DMP alimentés")
    titles = "Alimentation du DMP par les ESMS - Région;;;;\nExtraction du 10/02/2025;;;;\n;;;;\n"
    content = titles.encode("cp1252") + files.text(rows, header=header).replace(
        "\u202f".encode(), b" "
    ).decode().encode("cp1252")

    found = normalised(tmp_path, content)
    checked = check(found.records, files.ground())

    assert checked.counts == {
        "read": 13,
        "accepted": 3,
        "duplicates": 1,
        "out_of_scope": 2,
        "quarantined": 1,
        "refused": 6,
    }
    refused = checked.records.loc[checked.records["outcome"] == "refused", "line"]
    assert refused.tolist() == [9, 10, 14, 15, 16, 17]


def test_a_workbook_as_people_make_them_is_read_as_its_own_readers_do(tmp_path: Path) -> None:
    types = ("57833-6 - Prescription de produits de santé", "SYNTH - Synthèse", "Autres", "Total")
    header = ("Ide eta  num", "Et finess", "Et rs", "Ej finess", "Ej rs", "Département", *types)
    place = ("EHPAD", files.EJ_HOME, "OG", "21")
    sheets: dict[str, list[tuple[object, ...]]] = {
        "Lisez-moi": [("Source : Assurance maladie",)],
        "ALIM DMP": [
            ("Documents alimentés par type - janvier 2025",),
            (None,),
            header,
            ("21000001", int(files.HOME_A), *place, 0.0, None, 12.0, 12.0),
            ("21000002", files.HOME_B, *place, None, 5, "n.c.", 5),
            ("TOTAL", None, None, None, None, None, 1, 1, 1, 1),
        ],
    }

    found = normalised(tmp_path, files.workbook(sheets), name="ALIM_DMP_ESMS.xlsx")
    counts = check(found.records, files.ground()).counts

    assert found.months == (files.JANUARY,)
    assert found.unread == ("Ide eta num", "Ej rs", "Département", "Total")
    assert (found.totals, counts["read"], counts["accepted"], counts["refused"]) == (1, 4, 3, 1)


def test_control_characters_of_a_workbook_reach_no_database(tmp_path: Path) -> None:
    content = files.workbook({"Feuil1": [files.HEADER, ("2025-01", "a_x0000_b", "SYNTH", 1, "")]})

    found = normalised(tmp_path, content)

    assert found.records["finess_raw"].tolist() == ["a\ufffdb"]


def test_a_national_file_takes_seconds(tmp_path: Path) -> None:
    numbers = [files.finess(f"{21 + 18 * (i % 2)}{i:06d}") for i in range(40_000)]
    rows = [
        ("2025-01", number, f"{count}-6", "12", "3") for number in numbers for count in range(10)
    ]
    content = files.text(rows)

    started = time.process_time()
    found = normalised(tmp_path, content)
    checked = check(found.records, files.ground())

    assert checked.counts["read"] == 400_000
    assert time.process_time() - started < 40


@pytest.mark.django_db
def test_the_ground_is_today_s_register_and_nomenclature() -> None:
    category = FacilityCategory.objects.get(code="500")
    owner = LegalEntity.objects.create(finess=files.EJ_HOME, name="OG fictif")
    home = Facility.objects.create(
        finess=files.HOME_A, name="EHPAD fictif", departement_id="21", seen_on=files.TODAY
    )
    FacilityPeriod.objects.create(facility=home, category=category, legal_entity=owner)

    ground = load_ground("27")

    assert ground.region == "27"
    assert ground.entities == {files.EJ_HOME: owner.pk}
    assert ground.periods["finess"].tolist() == [files.HOME_A]
    assert ground.regions["21"] == "27"
    assert ground.region_names["27"] == "Bourgogne-Franche-Comté"
    others = DocumentType.objects.get(code=DocumentType.UNRECOGNISED)
    assert ground.unrecognised == others.pk
    synthesis = DocumentType.objects.get(code="SYNTH")
    assert ground.types["synthese"] == ground.types["synth"] == synthesis.pk
