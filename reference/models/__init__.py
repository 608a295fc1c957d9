"""The ground of every figure: territories, the FINESS register, programmes, document types.

Nothing here knows of extracts or indicators. Each write that can change a published figure
goes with `raise_data_version`, which every cache key and ETag contains.
"""

from reference.models.documents import DocumentGroup, DocumentType, DocumentTypeAlias
from reference.models.goals import Event, Target, TargetIndicator
from reference.models.programmes import Programme, ProgrammeMembership
from reference.models.register import (
    Facility,
    FacilityCategory,
    FacilityPeriod,
    LegalEntity,
    PerimeterChoice,
    RegisterImport,
    Sector,
)
from reference.models.territories import Departement, LinkingType, Region
from reference.models.version import (
    DataVersion,
    current_data_version,
    current_ground,
    lock_data_version,
    raise_data_version,
)

__all__ = [
    "DataVersion",
    "Departement",
    "DocumentGroup",
    "DocumentType",
    "DocumentTypeAlias",
    "Event",
    "Facility",
    "FacilityCategory",
    "FacilityPeriod",
    "LegalEntity",
    "LinkingType",
    "PerimeterChoice",
    "Programme",
    "ProgrammeMembership",
    "Region",
    "RegisterImport",
    "Sector",
    "Target",
    "TargetIndicator",
    "current_data_version",
    "current_ground",
    "lock_data_version",
    "raise_data_version",
]
