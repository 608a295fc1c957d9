"""The three paragraphs of a département's page."""

from __future__ import annotations

from indicators.commentary.contributors import write_contributors
from indicators.commentary.documents import write_documents
from indicators.commentary.sectors import write_sectors
from indicators.commentary.sentences import Paragraph
from indicators.commentary.view import View
from indicators.evidence import RegionEvidence


def write_departement(code: str, evidence: RegionEvidence) -> dict[str, Paragraph]:
    """The reading of each chart of a département: "documents", "esms", "secteurs".

    Raises:
        KeyError: the region has no such département.
    """
    view = View(evidence.departements[code], evidence, sorted(evidence.departements).index(code))
    return {
        "documents": write_documents(view),
        "esms": write_contributors(view),
        "secteurs": write_sectors(view),
    }
