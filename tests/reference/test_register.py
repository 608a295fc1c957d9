"""What a register does to what is known: names, periods, categories, and its refusals."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.db import connection

from reference.finess import register, statements
from reference.finess.register import rehearse_register
from reference.finess.rows import RegisterError
from reference.models import (
    DataVersion,
    Facility,
    FacilityCategory,
    LegalEntity,
    RegisterImport,
    Sector,
    current_data_version,
)
from reference.standing import load_periods, standing
from tests.reference import registers
from tests.reference.applied import (
    BEFORE,
    LATER,
    ONE,
    OPENED,
    THREE,
    TWO,
    counts,
    load,
    periods,
    spans,
)
from tests.reference.registers import compressed, document, facility, flat, line, number

pytestmark = pytest.mark.django_db


def test_a_first_register_creates_its_facilities_open_since_their_opening() -> None:
    report = load(flat(BEFORE, line(ONE), line(TWO, opens="1900-01-01")))

    assert counts(report) == {"read": 2, "created": 2}
    assert periods(ONE) == [(OPENED, None, "500", registers.ENTITY)]
    assert spans(TWO) == [(None, None)]
    assert Facility.objects.get(finess=ONE).departement_id == "21"


def test_the_same_register_again_changes_nothing_and_keeps_the_data_version() -> None:
    file = flat(BEFORE, line(ONE), line(TWO))
    load(file)
    version = current_data_version()

    report = load(file)

    assert counts(report) == {"read": 2, "unchanged": 2}
    assert current_data_version() == version
    assert RegisterImport.objects.count() == 2


def test_a_register_that_changes_something_raises_the_ground() -> None:
    before = DataVersion.objects.get()

    load(flat(BEFORE, line(ONE)))

    after = DataVersion.objects.get()
    assert (after.number, after.ground) == (before.number + 1, before.ground + 1)
    assert after.reason == "registre FINESS du 08/01/2021"


def test_an_import_is_remembered_with_what_it_covered_and_refused() -> None:
    load(flat(BEFORE, line(ONE), line("210001385")))

    remembered = RegisterImport.objects.get()
    assert (remembered.file_name, remembered.layout) == ("registre.csv", "etalab")
    assert remembered.departements == ["21"]
    assert remembered.counts["created"] == remembered.counts["refused"] == 1
    assert remembered.refused[0]["line"] == 3
    assert len(remembered.sha256) == 64


def test_a_new_name_or_commune_replaces_the_old_and_adds_no_period() -> None:
    load(flat(BEFORE, line(ONE, name="ANCIEN")))

    report = load(flat(LATER, line(ONE, name="NOUVEAU", post="21300 CHENOVE")))

    assert counts(report) == {"read": 1, "updated": 1}
    renamed = Facility.objects.get(finess=ONE)
    assert (renamed.name, renamed.commune, str(renamed.seen_on)) == ("NOUVEAU", "CHENOVE", LATER)
    assert spans(ONE) == [(OPENED, None)]


def test_a_commune_that_a_register_lacks_is_kept() -> None:
    load(flat(BEFORE, line(ONE)))

    report = load(flat(LATER, line(ONE, post="")))

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert Facility.objects.get(finess=ONE).commune == "DIJON"


@pytest.mark.parametrize(
    ("change", "category", "entity"),
    [
        ({"category": "209"}, "209", registers.ENTITY),
        ({"entity": registers.OTHER_ENTITY}, "500", registers.OTHER_ENTITY),
    ],
)
def test_a_new_category_or_entity_opens_a_period_at_the_register_s_date(
    change: dict[str, str], category: str, entity: str
) -> None:
    load(flat(BEFORE, line(ONE)))

    report = load(flat(LATER, line(ONE, **change)))

    assert counts(report) == {"read": 1, "updated": 1}
    assert periods(ONE) == [
        (OPENED, dt.date(2022, 1, 7), "500", registers.ENTITY),
        (dt.date(2022, 1, 8), None, category, entity),
    ]
    assert counts(load(flat(LATER, line(ONE, **change)))) == {"read": 1, "unchanged": 1}


def test_a_period_that_has_not_begun_holds_no_history_and_is_corrected() -> None:
    load(flat(BEFORE, line(ONE, opens="2025-01-01")))

    report = load(flat(LATER, line(ONE, opens="2025-01-01", category="209")))

    assert counts(report) == {"read": 1, "updated": 1}
    assert periods(ONE) == [(dt.date(2025, 1, 1), None, "209", registers.ENTITY)]


def test_the_departement_of_a_known_facility_never_changes_and_it_is_said() -> None:
    load(flat(BEFORE, line(ONE)))

    report = load(flat(LATER, line(ONE, departement="39")))

    assert Facility.objects.get(finess=ONE).departement_id == "21"
    assert report.warnings[0].line == 2
    assert "département 39 au registre" in report.warnings[0].reason


def test_the_later_of_two_lines_about_one_facility_is_refused() -> None:
    report = load(flat(BEFORE, line(ONE, name="PREMIER"), line(ONE, name="SECOND")))

    assert counts(report) == {"read": 2, "created": 1, "refused": 1}
    assert report.refused[0].line == 3
    assert Facility.objects.get().name == "PREMIER"


def test_a_departement_that_does_not_exist_is_refused() -> None:
    report = load(flat(BEFORE, line(ONE, departement="20"), line(TWO)))

    assert report.refused[0].reason == "département inconnu\u202f: «\u202f20\u202f»"


def test_an_unknown_category_enters_the_perimeter_without_a_sector() -> None:
    report = load(flat(BEFORE, line(ONE, category="999", category_label="Toute nouvelle")))

    assert report.new_categories == ["999"]
    category = FacilityCategory.objects.get(code="999")
    assert (category.label, category.sector) == ("Toute nouvelle", Sector.UNKNOWN)
    assert category.in_perimeter


def test_an_unknown_category_without_a_label_is_named_by_its_code() -> None:
    load(document(BEFORE, facility(ONE, category="998")))

    assert FacilityCategory.objects.get(code="998").label == "Catégorie 998"


def test_the_perimeter_that_an_administrator_chose_outlives_a_register() -> None:
    FacilityCategory.objects.filter(code="500").update(in_perimeter=False)

    load(flat(BEFORE, line(ONE)))

    assert not FacilityCategory.objects.get(code="500").in_perimeter


def test_the_names_of_legal_entities_come_from_finess_plus_and_follow_it() -> None:
    load(flat(BEFORE, line(ONE)))
    unnamed = LegalEntity.objects.get().name

    report = load(document(LATER, facility(ONE)))

    entity = LegalEntity.objects.get()
    assert (unnamed, entity.name, entity.siren) == ("", "ASSOCIATION X", "775544562")
    assert counts(report) == {"read": 1, "unchanged": 1}
    assert report.changed
    assert not load(document(LATER, facility(ONE))).changed


def test_a_register_without_any_facility_is_refused_and_leaves_no_trace() -> None:
    with pytest.raises(RegisterError, match="aucun établissement"):
        load(flat(BEFORE))

    assert not RegisterImport.objects.exists()


def test_a_register_found_cut_while_it_is_read_changes_nothing() -> None:
    whole = document(BEFORE, *(facility(number("2100", rank)) for rank in range(500)))
    two = whole.getvalue().replace(b'"pmej": [', b'"pmej": [{"ege": []},', 1)

    with pytest.raises(RegisterError):
        load(compressed(io.BytesIO(two[:-30])))

    assert not Facility.objects.exists()


def test_lines_that_do_not_add_up_stop_the_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "_plan", lambda cursor, *_: cursor.execute("SELECT 1"))
    monkeypatch.setattr(register, "_apply", lambda *_: None)
    monkeypatch.setattr(statements, "DROP_STAGING", "SELECT 1")

    with pytest.raises(AssertionError, match="1 rows read, 0 accounted for"):
        load(flat(BEFORE, line(ONE)))


def test_the_parc_of_a_past_month_is_the_same_after_a_later_register() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    before = standing(load_periods(), dt.date(2021, 6, 1))

    load(flat(LATER, line(ONE, category="209", entity=registers.OTHER_ENTITY)))

    after = standing(load_periods(), dt.date(2021, 6, 1))
    told = ["sector", "in_perimeter", "legal_entity_id", "open"]
    assert before[told].equals(after[told])


def test_nothing_of_the_staging_is_left_behind() -> None:
    load(flat(BEFORE, line(ONE)))

    assert not [name for name in connection.introspection.table_names() if "register_" in name]


def test_a_rehearsal_reports_what_an_import_then_does_and_leaves_no_trace() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    version = current_data_version()
    file = flat(LATER, line(ONE, category="998"), line(THREE), line("210001385"))

    foretold, seen = rehearse_register(
        file, "registre.csv", lambda _report: Facility.objects.filter(finess=THREE).exists()
    )

    assert seen
    assert not Facility.objects.filter(finess=THREE).exists()
    assert not FacilityCategory.objects.filter(pk="998").exists()
    assert (current_data_version(), RegisterImport.objects.count()) == (version, 1)
    assert load(file) == foretold


def test_a_register_that_cannot_be_read_is_refused_at_its_rehearsal() -> None:
    with pytest.raises(RegisterError, match="aucun établissement"):
        rehearse_register(flat(BEFORE), "registre.csv", lambda report: report)
