"""What the records of an extract are checked against, read from the reference once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from ingestion.models import EntityDecision
from reference.documents import document_type_index
from reference.models import Departement, DocumentType, LegalEntity
from reference.standing import load_periods


class Decision(NamedTuple):
    """What a région chose for a legal entity: an `Arbitration`, and the facility if attached."""

    choice: str
    facility_id: int | None
    region: str


@dataclass(frozen=True)
class Ground:
    """Today's register and nomenclatures, and the scope of the extract.

    `region`: its code, None for a national file. `periods`: see `load_periods`.
    `entities`: FINESS EJ → identifier. `types`: normalised writing → DocumentType identifier.
    `unrecognised`: the identifier of the type that stands for all others.
    `regions`: département → région, and `region_names`: région → name.
    `decisions`: identifier of a legal entity → what was decided of its lines.
    """

    region: str | None
    periods: pd.DataFrame
    entities: dict[str, int]
    types: dict[str, int]
    unrecognised: int
    regions: dict[str, str]
    region_names: dict[str, str]
    decisions: dict[int, Decision] = field(default_factory=dict)


def load_ground(region: str | None) -> Ground:
    """Read the register and nomenclatures, for an extract of a region (None: national)."""
    departements = list(Departement.objects.values_list("code", "region_id", "region__name"))
    periods = load_periods()
    return Ground(
        region=region,
        periods=periods,
        entities=dict(LegalEntity.objects.values_list("finess", "id")),
        types=document_type_index(),
        unrecognised=DocumentType.objects.values_list("id", flat=True).get(
            code=DocumentType.UNRECOGNISED
        ),
        regions={code: region for code, region, _ in departements},
        region_names={region: name for _, region, name in departements},
        decisions=_decisions(region, periods),
    )


def _decisions(region: str | None, periods: pd.DataFrame) -> dict[int, Decision]:
    """What was decided of legal entities, for the files of a region.

    A national file follows the region where the entity has its facilities, unless several of
    them decided.
    """
    rows = EntityDecision.objects.order_by("pk")
    if region is not None:
        rows = rows.filter(region=region)
    found: dict[int, list[Decision]] = defaultdict(list)
    for row in rows:
        found[row.legal_entity_id].append(Decision(row.choice, row.facility_id, row.region_id))
    if region is None:
        owned = periods.loc[periods["legal_entity_id"].isin(list(found))]
        homes = set(zip(owned["legal_entity_id"], owned["region"], strict=True))
        found = {
            entity: [each for each in decisions if (entity, each.region) in homes]
            for entity, decisions in found.items()
        }
    return {entity: each[0] for entity, each in found.items() if len(each) == 1}
