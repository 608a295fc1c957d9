"""Who fed, whatever the perimeter: what a category that enters it would bring.

Published facts hold only what the perimeter counts. The records of the files in force hold the
rest, which is read here as a publication would, without writing anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ingestion.checking.check import Checked
from ingestion.checking.ground import Ground, load_ground
from ingestion.models import Extract
from ingestion.publishing import layers
from ingestion.publishing.rebuild import Readings, UnreadableExtractError, folded
from reference.models import Region

FEEDER_TYPES = {"month": "datetime64[s]", "facility_id": "int64"}


class _Unbounded(Readings):
    """Extracts read as if every category were in the perimeter; their reports stay as they are."""

    def load(self, region: str | None) -> Ground:
        ground = load_ground(region)
        return replace(ground, periods=ground.periods.assign(in_perimeter=True))

    def report(self, extract: Extract, checked: Checked) -> None:
        """Say nothing: this is not what the extract's records become."""


def feeders(region: Region, months: Sequence[dt.date]) -> pd.DataFrame | None:
    """The facilities of a région with at least one document in the files in force.

    Columns: month (datetime64) and facility_id, one row per pair. None when a file in force
    cannot be read again.
    """
    cells = {
        layers.cell_of(layer) for layer in layers.in_force(months) if layer.region_id == region.code
    }
    try:
        facts = folded(cells, _Unbounded(0))
    except UnreadableExtractError:
        return None
    fed = facts[(facts["facility_id"] != 0) & (facts["documents"] > 0)]
    return fed[list(FEEDER_TYPES)].drop_duplicates(ignore_index=True).astype(FEEDER_TYPES)
