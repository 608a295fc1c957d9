"""What the records of an extract are checked against, read from the reference once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reference.documents import document_type_index
from reference.models import Departement, DocumentType, LegalEntity
from reference.standing import load_periods


@dataclass(frozen=True)
class Ground:
    """Today's register and nomenclatures, and the scope of the extract.

    `region`: its code, None for a national file. `periods`: see `load_periods`.
    `entities`: FINESS EJ → identifier. `types`: normalised writing → DocumentType identifier.
    `unrecognised`: the identifier of the type that stands for all others.
    `regions`: département → région, and `region_names`: région → name.
    """

    region: str | None
    periods: pd.DataFrame
    entities: dict[str, int]
    types: dict[str, int]
    unrecognised: int
    regions: dict[str, str]
    region_names: dict[str, str]


def load_ground(region: str | None) -> Ground:
    """Read the register and nomenclatures, for an extract of a region (None: national)."""
    departements = list(Departement.objects.values_list("code", "region_id", "region__name"))
    return Ground(
        region=region,
        periods=load_periods(),
        entities=dict(LegalEntity.objects.values_list("finess", "id")),
        types=document_type_index(),
        unrecognised=DocumentType.objects.values_list("id", flat=True).get(
            code=DocumentType.UNRECOGNISED
        ),
        regions={code: region for code, region, _ in departements},
        region_names={region: name for _, region, name in departements},
    )
