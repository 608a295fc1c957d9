"""What a facility was in a month: the rule of the parc."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.models import (
    DataVersion,
    Departement,
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    PerimeterChoice,
    Region,
    RegisterImport,
    Sector,
)
from reference.standing import CHOICE_COLUMNS, load_periods, read_register, standing, under
from tests.reference.registers import ENTITY, number

pytestmark = pytest.mark.django_db

MARCH = dt.date(2025, 3, 1)


@pytest.fixture
def facility() -> Facility:
    departement = Departement.objects.get(code="21")
    return Facility.objects.create(
        finess=number("2100", 1), name="EHPAD", departement=departement, seen_on=MARCH
    )


def lived(
    facility: Facility, starts: dt.date | None, ends: dt.date | None, category: str = "500"
) -> FacilityPeriod:
    entity, _ = LegalEntity.objects.get_or_create(finess=ENTITY)
    return facility.periods.create(
        starts_on=starts, ends_on=ends, category_id=category, legal_entity=entity
    )


@pytest.mark.parametrize(
    ("starts", "ends", "is_open"),
    [
        (None, None, True),
        (dt.date(2025, 3, 31), None, True),
        (None, dt.date(2025, 3, 1), True),
        (dt.date(2025, 4, 1), None, False),
        (None, dt.date(2025, 2, 28), False),
    ],
)
def test_one_day_open_in_the_month_is_open(
    facility: Facility, starts: dt.date | None, ends: dt.date | None, is_open: bool
) -> None:
    period = lived(facility, starts, ends)

    told = standing(load_periods(), MARCH).loc[facility.pk]

    assert bool(told["open"]) is is_open
    assert period.covers(MARCH, dt.date(2025, 3, 31)) is is_open


def test_the_last_category_of_the_month_speaks_for_it(facility: Facility) -> None:
    lived(facility, None, dt.date(2025, 3, 14), "500")
    lived(facility, dt.date(2025, 3, 15), None, "209")

    assert standing(load_periods(), MARCH).loc[facility.pk, "sector"] == Sector.DOM


def test_before_it_opens_a_facility_is_what_it_first_becomes(facility: Facility) -> None:
    lived(facility, dt.date(2026, 1, 1), dt.date(2026, 12, 31), "209")
    lived(facility, dt.date(2027, 1, 1), None, "500")

    assert standing(load_periods(), MARCH).loc[facility.pk, "sector"] == Sector.DOM


def test_a_sector_imposed_on_a_facility_wins_and_brings_it_into_the_perimeter(
    facility: Facility,
) -> None:
    lived(facility, None, None, "355")
    outside = standing(load_periods(), MARCH).loc[facility.pk]
    Facility.objects.update(sector_override=Sector.PH)

    inside = standing(load_periods(), MARCH).loc[facility.pk]

    assert (outside["sector"], bool(outside["in_perimeter"])) == (Sector.OTHER, False)
    assert (inside["sector"], bool(inside["in_perimeter"])) == (Sector.PH, True)


def test_a_category_taken_out_of_the_perimeter_takes_its_facilities_out(
    facility: Facility,
) -> None:
    lived(facility, None, None)
    FacilityCategory.objects.filter(code="500").update(in_perimeter=False)

    assert not standing(load_periods(), MARCH).loc[facility.pk, "in_perimeter"]


def test_periods_may_be_read_for_some_departements_only(facility: Facility) -> None:
    lived(facility, None, None)

    assert load_periods(["39"]).empty
    assert list(load_periods(["21"])["region"]) == ["27"]


def test_the_ground_reads_well_in_lists(facility: Facility) -> None:
    period = lived(facility, None, dt.date(2025, 3, 1))
    register = RegisterImport(file_name="registre.csv", register_date=MARCH)

    assert str(period) == f"{facility.pk} : … – 2025-03-01"
    assert str(register) == "registre.csv (2025-03-01)"
    assert str(DataVersion.objects.get()) == "1"
    assert Region.objects.get(code="32").of == "des Hauts-de-France"


# --- What a région chooses ----------------------------------------------------------------------


def choose(region: str, category: str, sector: str, *, inside: bool) -> None:
    PerimeterChoice.objects.create(
        region_id=region, category_id=category, sector=sector, in_perimeter=inside
    )


def test_a_choice_of_the_region_speaks_over_the_category(facility: Facility) -> None:
    lived(facility, None, None)
    choose("27", "500", Sector.PDS, inside=False)

    told = standing(load_periods(), MARCH).loc[facility.pk]

    assert (told["sector"], bool(told["in_perimeter"])) == (Sector.PDS, False)


def test_a_choice_may_bring_a_category_in_but_never_what_is_out_of_the_field(
    facility: Facility,
) -> None:
    lived(facility, None, None, "355")
    choose("27", "355", Sector.OTHER, inside=True)

    assert not standing(load_periods(), MARCH).loc[facility.pk, "in_perimeter"]

    PerimeterChoice.objects.update(sector=Sector.PA)
    told = standing(load_periods(), MARCH).loc[facility.pk]

    assert (told["sector"], bool(told["in_perimeter"])) == (Sector.PA, True)


def test_a_sector_imposed_on_a_facility_wins_over_the_choice_of_its_region(
    facility: Facility,
) -> None:
    lived(facility, None, None)
    choose("27", "500", Sector.DOM, inside=False)
    Facility.objects.update(sector_override=Sector.PH)

    told = standing(load_periods(), MARCH).loc[facility.pk]

    assert (told["sector"], bool(told["in_perimeter"])) == (Sector.PH, True)


def test_choices_that_are_not_made_can_be_looked_at(facility: Facility) -> None:
    lived(facility, None, None)
    imagined = pd.DataFrame([("27", "500", "AHI", True)], columns=CHOICE_COLUMNS)

    assert under(read_register(["21"]), imagined)["sector"].tolist() == ["AHI"]
    assert load_periods()["sector"].tolist() == ["PA"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    made=st.dictionaries(
        st.sampled_from(["500", "354", "355", "183"]),
        st.tuples(st.sampled_from(Sector.values), st.booleans()),
        max_size=4,
    )
)
def test_the_choices_of_a_region_change_no_row_of_another(
    facility: Facility, made: dict[str, tuple[str, bool]]
) -> None:
    elsewhere, _ = Facility.objects.get_or_create(
        finess=number("2200", 1),
        defaults={"name": "Ailleurs", "departement_id": "22", "seen_on": MARCH},
    )
    FacilityPeriod.objects.all().delete()
    for each in (facility, elsewhere):
        lived(each, None, dt.date(2024, 12, 31), "354")
        lived(each, dt.date(2025, 1, 1), None, "500")
    before = load_periods()
    with transaction.atomic():
        for category, (sector, inside) in made.items():
            choose("27", category, sector, inside=inside)
        after = load_periods()
        transaction.set_rollback(True)

    there = before["region"] != "27"
    pd.testing.assert_frame_equal(after[there], before[there])
    for category, (sector, inside) in made.items():
        told = after[~there & (after["category"] == category)]
        assert (told["sector"] == sector).all()
        assert (told["in_perimeter"] == (inside and sector != Sector.OTHER)).all()
