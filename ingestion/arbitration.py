"""What administrators decide of the lines of a legal entity (DOMAIN, "Lines carried by an EJ").

A decision goes with a new ground: the published cells that hold its lines are folded again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.models import User
from ingestion.models import Arbitration, EntityDecision
from reference.models import Facility, LegalEntity, Region, raise_data_version
from reference.standing import load_periods, standing

DECIDED = "arbitrage d’un organisme gestionnaire"
FORGOTTEN = "arbitrage retiré"


@dataclass(frozen=True)
class Site:
    """A facility of a legal entity in a month: where it is, whether it is open and counted.

    `eligible`: the lines of its entity may be attached to it, for it is in the perimeter of the
    region that decides.
    """

    facility: Facility
    open: bool
    in_perimeter: bool
    eligible: bool


def sites_of(entity: LegalEntity, region: Region, month: dt.date) -> list[Site]:
    """The facilities that a legal entity has or had, those that may be chosen first.

    Three queries, whatever the number of facilities.
    """
    facilities = (
        Facility.objects.filter(periods__legal_entity=entity)
        .select_related("departement__region")
        .distinct()
        .order_by("departement", "finess")
    )
    known = {facility.pk: facility for facility in facilities}
    periods = load_periods(only=Q(facility__in=list(known)))
    periods = periods[periods["legal_entity_id"] == entity.pk]
    stands = standing(periods, month)
    sites = [
        Site(
            facility,
            bool(stands.loc[pk, "open"]),
            bool(stands.loc[pk, "in_perimeter"]),
            bool(stands.loc[pk, "in_perimeter"]) and facility.departement.region_id == region.pk,
        )
        for pk, facility in known.items()
    ]
    return sorted(sites, key=lambda site: (not site.eligible, not site.open))


def decide(
    region: Region,
    entity: LegalEntity,
    choice: Arbitration,
    facility: Facility | None,
    author: User,
) -> bool:
    """Remember what a region wants done with the lines of a legal entity, in one transaction.

    `facility`: the one to which they are attached, None for the other choices. Returns whether
    this is new: the same again changes nothing.
    """
    with transaction.atomic():
        same = EntityDecision.objects.filter(
            region=region, legal_entity=entity, choice=choice, facility=facility
        )
        if same.exists():
            return False
        raise_data_version(f"{DECIDED}\u202f: {entity}", ground=True)
        EntityDecision.objects.update_or_create(
            region=region,
            legal_entity=entity,
            defaults={"choice": choice, "facility": facility, "author": author},
        )
        audit.record(
            DECIDED,
            actor=author,
            target=str(entity),
            region=region,
            choice=str(choice.label),
            facility=facility.finess if facility else "",
        )
    return True


def forget(region: Region, entity: LegalEntity, author: User) -> bool:
    """Let the lines of a legal entity wait again; returns whether a decision was forgotten."""
    with transaction.atomic():
        decision = EntityDecision.objects.filter(region=region, legal_entity=entity).first()
        if decision is None:
            return False
        raise_data_version(f"{FORGOTTEN}\u202f: {entity}", ground=True)
        decision.delete()
        audit.record(
            FORGOTTEN,
            actor=author,
            target=str(entity),
            region=region,
            choice=decision.get_choice_display(),
        )
    return True
