"""The members of a programme, as a list makes them."""

from __future__ import annotations

import datetime as dt

import pytest

from reference.models import DataVersion, Facility, Programme, ProgrammeMembership, Region
from reference.programmes import apply_members, compare_members
from tests.ingestion.world import add_facility

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(code="numerique", name="ESMS Numérique")


@pytest.fixture
def homes() -> list[Facility]:
    """Two facilities of the region, one of another."""
    return [add_facility("21", 1), add_facility("21", 2), add_facility("35", 1)]


def members() -> dict[int, str]:
    return dict(ProgrammeMembership.objects.values_list("facility_id", "vendor"))


def test_a_list_adds_its_members_with_their_details(
    programme: Programme, homes: list[Facility]
) -> None:
    told = {homes[0].pk: {"vendor": "Éditeur A", "target_on": dt.date(2026, 6, 30)}}

    change = apply_members(programme, told, region=None)

    assert change.added == {homes[0].pk}
    member = ProgrammeMembership.objects.get()
    assert (member.vendor, member.target_on, member.status) == (
        "Éditeur A",
        dt.date(2026, 6, 30),
        "",
    )


def test_the_same_list_again_changes_nothing_nor_the_data_version(
    programme: Programme, homes: list[Facility]
) -> None:
    told = {home.pk: {"vendor": "A"} for home in homes}
    apply_members(programme, told, region=None)
    before = DataVersion.objects.get().number

    change = apply_members(programme, told, region=None)

    assert not change.changed
    assert len(change.unchanged) == 3
    assert DataVersion.objects.get().number == before


def test_a_detail_that_the_list_has_no_column_for_stays_as_it_was(
    programme: Programme, homes: list[Facility]
) -> None:
    apply_members(programme, {homes[0].pk: {"vendor": "A", "status": "financé"}}, region=None)

    change = apply_members(programme, {homes[0].pk: {"vendor": "B"}}, region=None)

    assert change.updated == {homes[0].pk}
    member = ProgrammeMembership.objects.get()
    assert (member.vendor, member.status) == ("B", "financé")


def test_members_that_the_list_lacks_are_kept_unless_their_removal_is_asked(
    programme: Programme, homes: list[Facility]
) -> None:
    one, two, _ = homes
    apply_members(programme, {one.pk: {}, two.pk: {}}, region=None)

    kept = apply_members(programme, {one.pk: {}}, region=None)
    assert kept.kept == {two.pk}
    assert set(members()) == {one.pk, two.pk}

    removed = apply_members(programme, {one.pk: {}}, region=None, remove_absent=True)
    assert removed.removed == {two.pk}
    assert set(members()) == {one.pk}


def test_a_list_of_a_region_never_removes_the_members_of_another(
    programme: Programme, homes: list[Facility]
) -> None:
    one, two, far = homes
    apply_members(programme, {two.pk: {}, far.pk: {}}, region=None)

    change = apply_members(
        programme, {one.pk: {}}, region=Region.objects.get(pk="27"), remove_absent=True
    )

    assert change.removed == {two.pk}
    assert set(members()) == {one.pk, far.pk}


def test_a_member_on_a_line_that_could_not_be_taken_is_not_absent(
    programme: Programme, homes: list[Facility]
) -> None:
    one, two, _ = homes
    apply_members(programme, {one.pk: {}, two.pk: {}}, region=None)

    change = apply_members(programme, {one.pk: {}}, region=None, cited={two.pk}, remove_absent=True)

    assert not change.changed


def test_comparing_says_what_applying_does_and_changes_nothing(
    programme: Programme, homes: list[Facility]
) -> None:
    one, two, far = homes
    apply_members(programme, {one.pk: {"vendor": "A"}, far.pk: {}}, region=None)
    before = members(), DataVersion.objects.get().number
    told = {one.pk: {"vendor": "B"}, two.pk: {"vendor": "C"}}

    foretold = compare_members(programme, told, region=None, remove_absent=True)
    assert (members(), DataVersion.objects.get().number) == before

    assert apply_members(programme, told, region=None, remove_absent=True) == foretold
    assert foretold.as_counts() == {
        "added": 1,
        "updated": 1,
        "unchanged": 0,
        "removed": 1,
        "kept": 0,
    }


def test_two_programmes_have_their_own_members(programme: Programme, homes: list[Facility]) -> None:
    other = Programme.objects.create(code="pilotes", name="Pilotes")
    apply_members(other, {homes[0].pk: {"vendor": "A"}}, region=None)

    change = apply_members(programme, {homes[0].pk: {"vendor": "B"}}, region=None)

    assert change.added == {homes[0].pk}
    assert ProgrammeMembership.objects.get(programme=other).vendor == "A"
