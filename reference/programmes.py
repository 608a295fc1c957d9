"""The members of a programme, as a list says them: what it would change, and its application."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from reference.models import (
    Programme,
    ProgrammeMembership,
    Region,
    lock_data_version,
    raise_data_version,
)

#: What a list may say of a member besides its FINESS, as `ProgrammeMembership` names it.
DETAILS = ("project", "holder", "vintage", "status", "target_on", "reached_on", "vendor")


@dataclass(frozen=True)
class MembersChange:
    """What a list does to a programme, in facilities, by identifier.

    With `removed` or `kept` (members of the scope that the list does not name), the four first
    are the whole scope.
    """

    added: frozenset[int]
    updated: frozenset[int]
    unchanged: frozenset[int]
    removed: frozenset[int]
    kept: frozenset[int]

    @property
    def changed(self) -> bool:
        """Whether the programme is no longer as it was."""
        return bool(self.added or self.updated or self.removed)

    def as_counts(self) -> dict[str, int]:
        """How many facilities have each fate, as commands and reports give them."""
        return {
            "added": len(self.added),
            "updated": len(self.updated),
            "unchanged": len(self.unchanged),
            "removed": len(self.removed),
            "kept": len(self.kept),
        }


def compare_members(
    programme: Programme,
    told: Mapping[int, Mapping[str, Any]],
    *,
    region: Region | None,
    cited: Collection[int] = (),
    remove_absent: bool = False,
) -> MembersChange:
    """What a list would change. One query.

    `told`: facility → its details, only those of which the list has a column: the others stay
    as they are. `cited`: facilities that the list names on lines that could not be taken, which
    are not absent. `region`: the scope (None: the whole country).
    """
    members = {each.facility_id: each for each in _members(programme)}
    scope = set(_members(programme, region).values_list("facility_id", flat=True))
    known = told.keys() & members.keys()
    updated = {
        pk for pk in known if any(getattr(members[pk], name) != x for name, x in told[pk].items())
    }
    absent = scope - told.keys() - set(cited)
    return MembersChange(
        added=frozenset(told.keys() - members.keys()),
        updated=frozenset(updated),
        unchanged=frozenset(known - updated),
        removed=frozenset(absent if remove_absent else ()),
        kept=frozenset(() if remove_absent else absent),
    )


def apply_members(
    programme: Programme,
    told: Mapping[int, Mapping[str, Any]],
    *,
    region: Region | None,
    cited: Collection[int] = (),
    remove_absent: bool = False,
) -> MembersChange:
    """Make the members of a scope those that a list tells, in one transaction.

    Parameters as `compare_members`. The same list again changes nothing and does not raise the
    data version.
    """
    with transaction.atomic():
        lock_data_version()
        change = compare_members(
            programme, told, region=region, cited=cited, remove_absent=remove_absent
        )
        ProgrammeMembership.objects.bulk_create(
            ProgrammeMembership(programme=programme, facility_id=pk, **told[pk])
            for pk in sorted(change.added)
        )
        members = list(_members(programme).filter(facility__in=change.updated))
        for member in members:
            for name, value in told[member.facility_id].items():
                setattr(member, name, value)
        ProgrammeMembership.objects.bulk_update(members, DETAILS, batch_size=1000)
        _members(programme).filter(facility__in=change.removed).delete()
        if change.changed:
            raise_data_version(f"membres du programme {programme.name}")
    return change


def _members(programme: Programme, region: Region | None = None) -> Any:
    """The memberships of a programme, of one region when it is given."""
    members = ProgrammeMembership.objects.filter(programme=programme).order_by()
    return members if region is None else members.filter(facility__departement__region=region)
