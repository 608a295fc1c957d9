"""Who may work on files: the administrators of a région, on the files of their régions."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Role, User
from accounts.scope import may, region_of_request, regions_with_role, roles_of
from ingestion.models import Extract
from reference.models import Region


def administrator(request: HttpRequest) -> User:
    """The user, when they administer a region.

    Raises:
        PermissionDenied: they only read. Http404: they see no region at all.
    """
    user = cast("User", request.user)  # LoginRequiredMiddleware let no one else in
    roles = roles_of(request).values()
    if not roles:
        raise Http404("Aucune région à cette adresse.")
    if Role.ADMINISTRATOR not in roles:
        raise PermissionDenied
    return user


def administered_region(request: HttpRequest, slug: str) -> Region:
    """The region of an address, which the user administers.

    Raises:
        Http404: they do not see it. PermissionDenied: they only read it.
    """
    region = region_of_request(request, slug)
    if not may(request, region, Role.ADMINISTRATOR):
        raise PermissionDenied
    return region


def administered(user: User) -> QuerySet[Extract]:
    """The files of the regions that a user administers; national ones for a superuser."""
    if user.is_superuser:
        return Extract.objects.all()
    return Extract.objects.filter(region__in=regions_with_role(user, Role.ADMINISTRATOR))
