"""What a register does to what is known."""

from __future__ import annotations

import datetime as dt
import io
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.finess import register, statements
from reference.finess.register import RegisterReport, apply_register
from reference.finess.rows import RegisterError
from reference.models import (
    DataVersion,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    RegisterImport,
    Sector,
    current_data_version,
)
from reference.standing import load_periods, standing
from tests.reference import registers
from tests.reference.registers import compressed, document, facility, flat, line, number

pytestmark = pytest.mark.django_db

ONE, TWO, THREE, FOUR = (number("2100", rank) for rank in range(1, 5))
BEFORE, LATER, LATEST = "2021-01-08", "2022-01-08", "2023-01-08"
OPENED = dt.date(1990, 1, 1)
REAL_FILES = Path(__file__).parents[3] / "shared" / "data" / "finess"


def load(file: io.BytesIO) -> RegisterReport:
    return apply_register(file, "registre.csv")


def counts(report: RegisterReport) -> dict[str, int]:
    """The counts that are not zero."""
    return {key: count for key, count in report.as_counts().items() if count}


def periods(finess: str) -> list[tuple[dt.date | None, dt.date | None, str, str]]:
    rows = FacilityPeriod.objects.filter(facility__finess=finess)
    rows = rows.order_by(F("starts_on").asc(nulls_first=True))
    return list(rows.values_list("starts_on", "ends_on", "category_id", "legal_entity__finess"))


def spans(finess: str) -> list[tuple[dt.date | None, dt.date | None]]:
    return [(starts, ends) for starts, ends, _, _ in periods(finess)]


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


def test_what_a_full_register_no_longer_holds_is_closed_at_its_date_and_kept() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(flat(LATER, line(ONE)))

    assert counts(report) == {"read": 1, "unchanged": 1, "closed_by_absence": 1}
    assert report.covered == ["21"]
    assert spans(TWO) == [(OPENED, dt.date(2022, 1, 8))]
    assert Facility.objects.filter(finess=TWO).exists()


def test_a_facility_on_a_refused_line_is_not_absent() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(flat(LATER, line(ONE), line(TWO, opens="hier")))

    assert counts(report) == {"read": 2, "unchanged": 1, "refused": 1}
    assert spans(TWO) == [(OPENED, None)]


def test_a_file_that_holds_less_than_half_of_a_departement_closes_nothing_there() -> None:
    jura = number("3900", 1)
    load(flat(BEFORE, line(ONE), line(TWO), line(THREE), line(jura, departement="39")))

    report = load(flat(LATER, line(ONE)))

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert report.covered == []
    assert [(place.departement, place.present, place.known) for place in report.uncovered] == [
        ("21", 1, 3),
        ("39", 0, 1),
    ]


def test_a_file_that_comes_again_covers_no_more_than_the_first_time() -> None:
    load(flat(BEFORE, line(ONE)))
    partial = flat(LATER, line(TWO))
    load(partial)

    report = load(partial)

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert report.covered == []
    assert spans(ONE) == [(OPENED, None)]


def test_half_of_a_departement_is_enough_to_cover_it() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    assert load(flat(LATER, line(TWO))).closed_by_absence == 1


def test_a_facility_found_again_is_reopened_at_the_register_s_date() -> None:
    both = [line(ONE), line(TWO)]
    load(flat(BEFORE, *both))
    load(flat(LATER, line(ONE)))

    report = load(flat(LATEST, *both))

    assert counts(report) == {"read": 2, "unchanged": 1, "reopened": 1}
    assert spans(TWO) == [(OPENED, dt.date(2022, 1, 8)), (dt.date(2023, 1, 8), None)]
    assert counts(load(flat(LATEST, *both))) == {"read": 2, "unchanged": 2}


def test_a_reopening_begins_at_the_opening_date_when_that_is_later() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    load(flat(LATER, line(ONE)))

    load(flat(LATEST, line(ONE), line(TWO, opens="2023-06-01")))

    assert spans(TWO)[-1] == (dt.date(2023, 6, 1), None)


def test_two_registers_of_one_date_never_make_periods_overlap() -> None:
    both = flat(BEFORE, line(ONE), line(TWO))
    load(both)
    load(flat(BEFORE, line(ONE)))

    report = load(both)

    assert report.counts["reopened"] == 1
    assert spans(TWO) == [(OPENED, dt.date(2021, 1, 8)), (dt.date(2021, 1, 9), None)]


def test_a_row_older_than_the_last_register_changes_nothing() -> None:
    load(flat(LATEST, line(ONE, name="RÉCENT")))

    report = load(flat(BEFORE, line(ONE, name="ANCIEN", category="209")))

    assert counts(report) == {"read": 1, "unchanged": 1}
    assert Facility.objects.get(finess=ONE).name == "RÉCENT"
    assert spans(ONE) == [(OPENED, None)]


def test_an_older_register_closes_nothing_that_a_later_one_held() -> None:
    load(flat(LATEST, line(ONE), line(TWO)))

    report = load(flat(BEFORE, line(ONE)))

    assert report.covered == ["21"]
    assert report.closed_by_absence == 0
    assert spans(TWO) == [(OPENED, None)]


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


def test_finess_plus_ends_the_open_period_at_the_closing_date() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))

    report = load(document(LATER, facility(ONE, closes="2021-06-30"), facility(TWO)))

    assert counts(report) == {"read": 2, "closed": 1, "unchanged": 1}
    assert spans(ONE) == [(OPENED, dt.date(2021, 6, 30))]
    again = load(document(LATER, facility(ONE, closes="2021-06-30"), facility(TWO)))
    assert counts(again) == {"read": 2, "unchanged": 2}


def test_a_facility_closed_before_anyone_knew_it_is_created_with_its_history() -> None:
    report = load(document(LATER, facility(ONE, opens="2001-02-03", closes="2019-03-03")))

    assert counts(report) == {"read": 1, "created": 1}
    assert spans(ONE) == [(dt.date(2001, 2, 3), dt.date(2019, 3, 3))]


def test_a_closing_before_the_period_began_leaves_one_day_and_it_is_said() -> None:
    load(flat(BEFORE, line(ONE)))
    load(flat(LATER, line(ONE, category="209")))

    report = load(document(LATEST, facility(ONE, category="209", closes="2021-12-31")))

    assert report.counts["closed"] == 1
    assert spans(ONE)[-1] == (dt.date(2022, 1, 8), dt.date(2022, 1, 8))
    assert "antérieure à la période en cours" in report.warnings[0].reason


def test_a_closed_facility_is_neither_moved_nor_closed_again() -> None:
    load(flat(BEFORE, line(ONE), line(TWO)))
    load(flat(LATER, line(ONE)))
    closed = facility(TWO, category="209", closes="2021-06-30")

    report = load(document(LATEST, facility(ONE), closed))

    assert counts(report) == {"read": 2, "unchanged": 2}
    assert periods(TWO) == [(OPENED, dt.date(2022, 1, 8), "500", registers.ENTITY)]


def test_a_planned_closing_may_be_set_moved_and_cancelled() -> None:
    load(document(BEFORE, facility(ONE)))
    seen = []

    for date, closes in ((LATER, "2030-01-01"), (LATER, "2031-01-01"), (LATEST, None)):
        report = load(document(date, facility(ONE, closes=closes, state="A")))
        seen.append((counts(report), spans(ONE)))

    assert seen == [
        ({"read": 1, "closed": 1}, [(OPENED, dt.date(2030, 1, 1))]),
        ({"read": 1, "closed": 1}, [(OPENED, dt.date(2031, 1, 1))]),
        ({"read": 1, "reopened": 1}, [(OPENED, None)]),
    ]


def test_a_facility_that_changes_category_before_a_planned_closing_has_both() -> None:
    load(document(BEFORE, facility(ONE)))

    load(document(LATER, facility(ONE, category="209", closes="2030-01-01", state="A")))

    assert [(starts, ends, code) for starts, ends, code, _ in periods(ONE)] == [
        (OPENED, dt.date(2022, 1, 7), "500"),
        (dt.date(2022, 1, 8), dt.date(2030, 1, 1), "209"),
    ]


def test_a_facility_to_come_that_disappears_does_not_break_order_and_closes_once() -> None:
    load(flat(BEFORE, line(ONE), line(TWO, opens="2025-01-01")))

    first = load(flat(LATER, line(ONE)))
    second = load(flat(LATER, line(ONE)))

    assert (first.closed_by_absence, second.closed_by_absence) == (1, 0)
    assert spans(TWO) == [(dt.date(2025, 1, 1), dt.date(2025, 1, 1))]


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
    monkeypatch.setattr(register, "_plan", lambda cursor, report: cursor.execute("SELECT 1"))
    monkeypatch.setattr(register, "_apply", lambda cursor, report: None)
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


fates = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["500", "209", "355"]),
        "entity": st.sampled_from([registers.ENTITY, registers.OTHER_ENTITY]),
        "opens": st.sampled_from(["", "1900-01-01", "1990-01-01", "2021-06-01", "2030-01-01"]),
    }
)
histories = st.lists(
    st.tuples(
        st.sampled_from([BEFORE, LATER, "2022-06-01", LATEST]),
        st.dictionaries(st.sampled_from([ONE, TWO, THREE, FOUR]), fates, min_size=1),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_whatever_registers_follow_each_other_periods_neither_overlap_nor_reverse(
    history: list[tuple[str, dict[str, dict[str, str]]]],
) -> None:
    Facility.objects.all().delete()
    RegisterImport.objects.all().delete()
    for date, content in history:
        file = flat(date, *(line(finess, **fields) for finess, fields in content.items()))

        load(file)
        again = load(file)

        assert counts(again) == {"read": len(content), "unchanged": len(content)}

    for known in Facility.objects.all():
        told = [
            (starts or dt.date.min, ends or dt.date.max) for starts, ends in spans(known.finess)
        ]
        assert all(starts <= ends for starts, ends in told)
        assert all(one[1] < two[0] for one, two in pairwise(told)), told


def test_the_real_regional_register_has_the_known_parc() -> None:
    path = REAL_FILES / "etalab-cs1100502-bfc-20210108.csv.gz"
    if not path.exists():  # a checkout without the real files proves the rest
        return

    report = apply_register(path, path.name)
    parc = standing(load_periods(), dt.date(2021, 1, 1))

    assert counts(report) == {"read": 4948, "created": 4948}
    assert int((parc["open"] & parc["in_perimeter"]).sum()) == 2622
    assert report.covered == ["21", "25", "39", "58", "70", "71", "89", "90"]


def test_the_real_finess_plus_sample_loads_over_the_regional_register() -> None:
    files = [
        REAL_FILES / "etalab-cs1100502-bfc-20210108.csv.gz",
        REAL_FILES / "finess-structures-mensuel-202607-echantillon.json.gz",
    ]
    if not all(path.exists() for path in files):
        return

    _, report, again = (apply_register(path, path.name) for path in [*files, files[1]])

    assert report.read == 1753
    assert report.closed_by_absence == 0
    assert {"21", "25", "39", "58", "70", "71", "89", "90"} <= {
        place.departement for place in report.uncovered
    }
    assert counts(again) == {"read": 1753, "unchanged": 1753}


def test_nothing_of_the_staging_is_left_behind() -> None:
    load(flat(BEFORE, line(ONE)))

    assert not [name for name in connection.introspection.table_names() if "register_" in name]
