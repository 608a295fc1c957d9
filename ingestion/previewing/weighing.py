"""What a file says by itself, which can be known while the database is busy with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ingestion.previewing.comparison import Contents, contents
from ingestion.publishing.layers import Cell, Tally, held_cells, tally


@dataclass(frozen=True)
class Weighed:
    """What a file says by itself, whatever is published.

    `cells`: those in which it has an accepted record. `tallies`: see `layers.tally`. `contents`:
    what its accepted records hold together.
    """

    cells: set[Cell]
    tallies: list[Tally]
    contents: Contents


def weigh(records: pd.DataFrame, held: pd.DataFrame) -> Weighed:
    """Weigh a file that was checked, from `Checked.records` and what they bring. Pure."""
    return Weighed(held_cells(held), tally(records), contents(held))
