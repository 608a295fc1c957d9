"""The extracts people bring: files, their states, what was wrong with them, and layers.

A cell is (month × département) and is an ordered list of layers; published facts are the
fold of the layers in force, read through today's register, perimeter and arbitrations.
"""

from ingestion.models.decisions import Arbitration, EntityDecision
from ingestion.models.deliveries import Event, InboxFile, Notice
from ingestion.models.extract import Extract, Kind, Layer, LineReport, Mode, Outcome, State
from ingestion.models.source import (
    Counting,
    HeaderMapping,
    RegionSettings,
    Repeats,
    Source,
    default_source,
)

__all__ = [
    "Arbitration",
    "Counting",
    "EntityDecision",
    "Event",
    "Extract",
    "HeaderMapping",
    "InboxFile",
    "Kind",
    "Layer",
    "LineReport",
    "Mode",
    "Notice",
    "Outcome",
    "RegionSettings",
    "Repeats",
    "Source",
    "State",
    "default_source",
]
