"""The generated texts of a région and of its départements, over the months that pages open on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.forms import DEFAULT_MONTHS, latest
from dashboard.kept import once
from dashboard.models import Subject
from dashboard.reading import evidence
from dashboard.texts import Place, Topic, region_of
from indicators.commentary import Paragraph, write_departement, write_region
from indicators.evidence import RegionEvidence
from indicators.measures import covered_span
from indicators.selection import Selection, region_territory
from reference.models import Region


@dataclass(frozen=True)
class Drafts:
    """What is known of a région at a data version, from which each text is generated."""

    evidence: RegionEvidence
    month: dt.date  # the last received
    data_version: int

    def of(self, place: Place) -> Mapping[str, Paragraph]:
        """The generated text of each subject of a place, from this process or written now."""
        kind = type(place).__name__
        return once(self.data_version, lambda: self._written(place), "drafts", kind, place.code)

    def topic(self, place: Place, subject: Subject) -> Topic:
        """What is to be written about on one subject of a place."""
        return Topic(place, subject, self.of(place)[subject], self.month, self.data_version)

    def _written(self, place: Place) -> Mapping[str, Paragraph]:
        if isinstance(place, Region):
            return {Subject.REGION.value: write_region(self.evidence)}
        return write_departement(place.code, self.evidence)


def drafts(place: Place, version: int) -> Drafts | None:
    """The texts generated from a data version; None when no month was ever received."""
    territory = region_territory(region_of(place))
    received = covered_span(territory)
    if received is None:
        return None
    selection = Selection(territory, *latest(received, DEFAULT_MONTHS))
    return Drafts(evidence(selection, version), received[1], version)
