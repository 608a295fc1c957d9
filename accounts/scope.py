"""The one gate between a user and a territory.

What a user may not see does not exist: every refusal of sight is a 404, never a 403.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import RegionGrant, Role, User
from reference.models import Departement, Region

ROLES = "mes_roles"
"""Where a request keeps the roles of who asks."""


def visible_regions(user: User | AnonymousUser) -> QuerySet[Region]:
    """The regions granted to a user, by name; all of them for a national administrator."""
    if not user.is_authenticated:
        return Region.objects.none()
    if user.is_superuser:
        return Region.objects.order_by("name")
    return Region.objects.filter(grants__user=user).order_by("name")


def region_or_404(user: User | AnonymousUser, slug: str) -> Region:
    """The region of a page's address.

    Raises:
        Http404: when there is none or the user was not granted it.
    """
    region = visible_regions(user).filter(slug=slug).first()
    if region is None:
        raise Http404("Aucune région à cette adresse.")
    return region


def departement_or_404(user: User | AnonymousUser, code: str) -> Departement:
    """The département of a page's address, its region loaded.

    Raises:
        Http404: when there is none or the user was not granted its region.
    """
    departement = (
        Departement.objects.filter(code=code, region__in=visible_regions(user))
        .select_related("region")
        .order_by()
        .first()
    )
    if departement is None:
        raise Http404("Aucun département à cette adresse.")
    return departement


def roles_by_region(user: User | AnonymousUser) -> dict[Region, Role]:
    """The role of a user in each region that they see, by name of region, in one query."""
    if not user.is_authenticated:
        return {}
    if user.is_superuser:
        return dict.fromkeys(visible_regions(user), Role.ADMINISTRATOR)
    grants = RegionGrant.objects.filter(user=user).select_related("region")
    return {grant.region: Role(grant.role) for grant in grants.order_by("region__name")}


def roles_of(request: HttpRequest) -> dict[Region, Role]:
    """Those of who asks, read once for the whole request."""
    found: dict[Region, Role] | None = getattr(request, ROLES, None)
    if found is None:
        found = roles_by_region(request.user)
        setattr(request, ROLES, found)
    return found


def region_of_request(request: HttpRequest, slug: str) -> Region:
    """The region of a page's address, among those that the roles of who asks were read for.

    Raises:
        Http404: when there is none or the user was not granted it.
    """
    region = next((region for region in roles_of(request) if region.slug == slug), None)
    if region is None:
        raise Http404("Aucune région à cette adresse.")
    return region


def role_in(user: User | AnonymousUser, region: Region) -> Role | None:
    """The role of a user in a region, `None` without any."""
    if not user.is_authenticated:
        return None
    if user.is_superuser:
        return Role.ADMINISTRATOR
    role = (
        RegionGrant.objects.filter(user=user, region=region).values_list("role", flat=True).first()
    )
    return None if role is None else Role(role)


def has_role(user: User | AnonymousUser, region: Region, least: Role) -> bool:
    """Whether a user holds at least a role in a region."""
    return role_in(user, region) in _from(least)


def may(request: HttpRequest, region: Region, least: Role) -> bool:
    """Whether who asks holds at least a role in a region, from the roles read for the request."""
    return roles_of(request).get(region) in _from(least)


def regions_with_role(user: User | AnonymousUser, least: Role) -> QuerySet[Region]:
    """The regions in which a user holds at least a role, by name."""
    if not user.is_authenticated:
        return Region.objects.none()
    if user.is_superuser:
        return Region.objects.order_by("name")
    granted = Region.objects.filter(grants__user=user, grants__role__in=_from(least))
    return granted.order_by("name")


def require_role(user: User | AnonymousUser, region: Region, least: Role) -> None:
    """Stop a user who sees a region but may not do this in it.

    Raises:
        Http404: when the user does not see the region.
        PermissionDenied: when the role is too low.
    """
    role = role_in(user, region)
    if role is None:
        raise Http404("Aucune région à cette adresse.")
    if role not in _from(least):
        raise PermissionDenied


def _from(least: Role) -> list[Role]:
    """A role and those that hold its rights, in the order of their rights."""
    roles = list(Role)
    return roles[roles.index(least) :]
