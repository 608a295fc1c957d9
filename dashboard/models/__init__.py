"""What people add to the figures, choose of them, and ask to be made or told of them."""

from dashboard.models.editions import Edition, KeptForEver, NeverChangedError
from dashboard.models.exports import UNFINISHED, Export, ExportKind, ExportState
from dashboard.models.slides import DeckTemplate, SlidePick, SlideSelection
from dashboard.models.subscriptions import (
    EXPORT_READY,
    Frequency,
    Letter,
    Mailing,
    Subscription,
)
from dashboard.models.texts import Subject, Text, TextVersion, TypedFigure

__all__ = [
    "EXPORT_READY",
    "UNFINISHED",
    "DeckTemplate",
    "Edition",
    "Export",
    "ExportKind",
    "ExportState",
    "Frequency",
    "KeptForEver",
    "Letter",
    "Mailing",
    "NeverChangedError",
    "SlidePick",
    "SlideSelection",
    "Subject",
    "Subscription",
    "Text",
    "TextVersion",
    "TypedFigure",
]
