"""What changes events and targets: each act is one transaction, kept in the trail.

Nobody sees figures change, but charts draw these: every act raises the version of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from dashboard.goals.forms import EventForm, Goal, TargetForm
from dashboard.goals.writing import details, summary
from reference.models import Event, Region, Target, lock_data_version, raise_data_version


@dataclass(frozen=True)
class Kind:
    """Events or targets: their name in addresses, and in French, "le" or "la" and gender."""

    slug: str
    model: type[Event | Target]
    form: type[EventForm | TargetForm]
    noun: str
    article: str
    new: str
    added: str
    changed: str
    removed: str
    there: str


EVENTS = Kind(
    "evenements", Event, EventForm, "événement", "l’événement", "un événement",
    "événement ajouté", "événement modifié", "événement supprimé",
    "Cet événement est déjà là\u202f: même intitulé, même territoire, même mois.",
)  # fmt: skip
TARGETS = Kind(
    "cibles", Target, TargetForm, "cible", "la cible", "une cible",
    "cible ajoutée", "cible modifiée", "cible supprimée",
    "Une cible existe déjà pour cet indicateur, ce territoire, ce secteur et ce mois.",
)  # fmt: skip
KINDS = {kind.slug: kind for kind in (EVENTS, TARGETS)}


class AlreadyThereError(Exception):
    """Another event or target says the same."""


def kind_of(goal: Goal) -> Kind:
    """Whether it is an event or a target."""
    return EVENTS if isinstance(goal, Event) else TARGETS


def identity(goal: Goal) -> tuple[Any, ...]:
    """What two of a région never share: the rest is what they say of it."""
    if isinstance(goal, Event):
        return ("event", goal.departement_id, goal.month, goal.label.casefold())
    return ("target", goal.departement_id, goal.month, goal.indicator, goal.sector)


def content(goal: Goal) -> tuple[Any, ...]:
    """All that it says."""
    told = (*identity(goal), goal.label, goal.last_month)
    return (*told, goal.note) if isinstance(goal, Event) else (*told, goal.value)


def goals_of(region: Region) -> list[Goal]:
    """The events, then the targets of a région, by month. Two queries."""
    goals: list[Goal] = []
    for kind in KINDS.values():
        goals += kind.model.objects.filter(region=region).select_related("departement", "region")
    return goals


@transaction.atomic
def save(goal: Goal, *, actor: User) -> bool:
    """Add an event or a target, or change it when it has a key; whether anything changed.

    Raises:
        AlreadyThereError: another one says the same.
        Event.DoesNotExist, Target.DoesNotExist: it was removed meanwhile.
    """
    lock_data_version()
    kind = kind_of(goal)
    others = kind.model.objects.filter(region=goal.region).exclude(pk=goal.pk)
    if identity(goal) in {identity(other) for other in others}:
        raise AlreadyThereError
    before = None
    if goal.pk is not None:
        before = kind.model.objects.select_related("departement", "region").get(
            pk=goal.pk, region=goal.region
        )
        if content(before) == content(goal):
            return False
    goal.save()
    act: str = kind.added
    told: dict[str, Any] = dict(details(goal))
    if before is not None:
        act, told = kind.changed, {"before": details(before), "after": told}
    _remember(act, goal, actor, told)
    return True


@transaction.atomic
def remove(goal: Goal, *, actor: User) -> bool:
    """Remove an event or a target, whose content the trail keeps; False when it was gone."""
    lock_data_version()
    kind = kind_of(goal)
    count, _ = kind.model.objects.filter(pk=goal.pk).delete()
    if count:
        _remember(kind.removed, goal, actor, details(goal))
    return bool(count)


@dataclass(frozen=True)
class Imported:
    """What an import did: how many it added, changed, and found as they are."""

    added: int
    changed: int
    same: int


@transaction.atomic
def import_goals(region: Region, goals: Sequence[Goal], *, file: str, actor: User) -> Imported:
    """Add what a file says, change what it says otherwise; nothing is ever removed."""
    lock_data_version()
    known = {identity(goal): goal for goal in goals_of(region)}
    added, changed = [], []
    for goal in goals:
        there = known.get(identity(goal))
        if there is None:
            added.append(goal)
        elif content(there) != content(goal):
            goal.pk = there.pk
            changed.append((there, goal))
    for goal in (*added, *(goal for _, goal in changed)):
        goal.save()
    if added or changed:
        raise_data_version(f"repères {region.of}")
        audit.record(
            "repères importés",
            actor=actor,
            target=file,
            region=region,
            added=_told(added),
            updated=[f"{_words(before)} → {_words(after)}" for before, after in changed],
            unchanged=len(goals) - len(added) - len(changed),
        )
    return Imported(len(added), len(changed), len(goals) - len(added) - len(changed))


def _told(goals: Iterable[Goal]) -> list[str]:
    return [_words(goal) for goal in goals]


def _words(goal: Goal) -> str:
    """An event or a target whole, in one line of the trail."""
    return f"{kind_of(goal).noun} {', '.join(details(goal).values())}"


def _remember(act: str, goal: Goal, actor: User, told: dict[str, Any]) -> None:
    raise_data_version(f"{act}\u202f: {goal}")
    audit.record(act, actor=actor, target=summary(goal), region=goal.region, **told)
