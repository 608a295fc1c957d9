"""What a user may not see does not exist, and each role holds the rights of those before it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from accounts import scope
from accounts.models import RegionGrant, Role, User
from reference.models import Region

pytestmark = pytest.mark.django_db


def test_a_user_sees_the_regions_granted_to_them_and_no_other(
    reader: User, colleague: User, region: Region, bretagne: Region
) -> None:
    assert list(scope.visible_regions(reader)) == [region]
    assert list(scope.visible_regions(colleague)) == [bretagne]


def test_a_national_administrator_sees_every_region(national: User) -> None:
    assert set(scope.visible_regions(national)) == set(Region.objects.all())
    assert set(scope.regions_with_role(national, Role.ADMINISTRATOR)) == set(Region.objects.all())


def test_a_stranger_sees_nothing(region: Region) -> None:
    stranger = AnonymousUser()

    assert not scope.visible_regions(stranger)
    assert not scope.regions_with_role(stranger, Role.READER)
    assert scope.roles_by_region(stranger) == {}
    assert scope.role_in(stranger, region) is None
    assert not scope.has_role(stranger, region, Role.READER)
    with pytest.raises(Http404):
        scope.region_or_404(stranger, region.slug)
    with pytest.raises(Http404):
        scope.departement_or_404(stranger, "21")
    with pytest.raises(Http404):
        scope.require_role(stranger, region, Role.READER)


def test_a_page_of_ones_own_region_is_found(reader: User, region: Region) -> None:
    assert scope.region_or_404(reader, region.slug) == region
    assert scope.departement_or_404(reader, "21").region == region


def test_a_page_of_another_region_is_as_absent_as_one_that_never_was(
    colleague: User, region: Region
) -> None:
    for slug in (region.slug, "atlantide"):
        with pytest.raises(Http404):
            scope.region_or_404(colleague, slug)
    for code in ("21", "00"):
        with pytest.raises(Http404):
            scope.departement_or_404(colleague, code)


def test_an_administrator_of_another_region_has_no_right_in_this_one(
    colleague: User, region: Region
) -> None:
    assert scope.role_in(colleague, region) is None
    assert not scope.has_role(colleague, region, Role.READER)
    with pytest.raises(Http404):
        scope.require_role(colleague, region, Role.READER)


@pytest.mark.parametrize("held", Role)
@pytest.mark.parametrize("asked", Role)
def test_a_role_holds_the_rights_of_those_before_it(
    held: Role, asked: Role, reader: User, region: Region
) -> None:
    order = ["lecteur", "referent", "analyste", "administrateur"]
    RegionGrant.objects.filter(user=reader).update(role=held)
    allowed = order.index(held) >= order.index(asked)

    assert scope.has_role(reader, region, asked) is allowed
    assert list(scope.regions_with_role(reader, asked)) == ([region] if allowed else [])
    if allowed:
        scope.require_role(reader, region, asked)
    else:
        with pytest.raises(PermissionDenied):
            scope.require_role(reader, region, asked)


def test_a_national_administrator_is_administrator_everywhere(
    national: User, bretagne: Region
) -> None:
    assert scope.role_in(national, bretagne) is Role.ADMINISTRATOR
    assert set(scope.roles_by_region(national).values()) == {Role.ADMINISTRATOR}
    assert len(scope.roles_by_region(national)) == Region.objects.count()


def test_the_roles_of_a_user_are_read_by_name_of_region_in_one_query(
    reader: User,
    region: Region,
    bretagne: Region,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    corse = Region.objects.get(code="94")
    RegionGrant.objects.create(user=reader, region=corse, role=Role.ANALYST)
    RegionGrant.objects.create(user=reader, region=bretagne, role=Role.ADMINISTRATOR)

    with django_assert_num_queries(1):
        roles = scope.roles_by_region(reader)

    assert list(roles.items()) == [
        (region, Role.READER),
        (bretagne, Role.ADMINISTRATOR),
        (corse, Role.ANALYST),
    ]
