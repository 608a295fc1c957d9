"""What the pages of exports show of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from dashboard.exporting.words import name_of
from dashboard.models import Export, ExportKind, ExportState
from reference import french
from reference.models import Departement, Region

#: Seconds between two looks of the page that follows an export.
REFRESH_SECONDS = 2
KILO = 1000
#: What the parts of each kind are called.
PARTS = {ExportKind.DECK: "Diapositives", ExportKind.WORKBOOK: "Feuilles"}
COLOURS = {
    ExportState.READY: "success",
    ExportState.FAILED: "error",
    ExportState.MAKING: "info",
}


@dataclass(frozen=True)
class Shown:
    """An export as its page and the list show it; addresses are "" for what may not be done.

    `problem`: why it is not made, or what is to be known of the file that is. `template`: that of
    its slides, "" for what has none.
    """

    key: str
    name: str
    kind: str
    place: str
    place_url: str
    working: bool
    state: str
    state_label: str
    colour: str
    problem: str
    size: str
    asked_at: dt.datetime
    made_at: dt.datetime | None
    expires_at: dt.datetime | None
    data_version: int | None
    url: str
    file_url: str
    own: bool
    template: str
    edition_url: str
    notify: bool

    @property
    def asked(self) -> str:
        """When it was asked for: "22/11/2026 à 21:45"."""
        return f"{timezone.localtime(self.asked_at):%d/%m/%Y à %H:%M}"

    @property
    def expires(self) -> str:
        """The day until which it is kept, "" for always."""
        return "" if self.expires_at is None else f"{timezone.localtime(self.expires_at):%d/%m/%Y}"


@dataclass(frozen=True)
class Following:
    """How far an export that is not made yet is."""

    seconds: int
    parts: str
    done: int
    total: int
    making: bool
    unreached: bool  # no worker could be told of it yet

    @property
    def said(self) -> str:
        """What a screen reader hears when it changes: not each of the parts."""
        return "Préparation en cours" if self.making else "En attente"


def shown(export: Export) -> Shown:
    """What is shown of an export; its région and département are loaded."""
    place = export.departement or export.region
    ready = export.state == ExportState.READY
    return Shown(
        key=str(export.pk),
        name=name_of(export),
        kind=ExportKind(export.kind).label,
        place=place.name,
        place_url=page_url(place),
        working=export.working,
        state=export.state,
        state_label=ExportState(export.state).label,
        colour=COLOURS.get(ExportState(export.state), ""),
        problem=export.problem,
        size=weight(export.size),
        asked_at=export.asked_at,
        made_at=export.made_at,
        expires_at=export.expires_at,
        data_version=export.data_version,
        url=reverse("dashboard:export", args=[export.pk]),
        file_url=reverse("dashboard:export_file", args=[export.pk]) if ready else "",
        own=export.author_id is not None,
        template=_template(export),
        edition_url=(
            reverse("dashboard:edition", args=[export.region.slug, export.edition_id])
            if export.edition_id
            else ""
        ),
        notify=export.notify,
    )


def _template(export: Export) -> str:
    if export.kind != ExportKind.DECK:
        return ""
    return french.quoted(export.template.name) if export.template else "celui de l’application"


def page_url(place: Region | Departement) -> str:
    """The address of the page of a territory."""
    if isinstance(place, Departement):
        return reverse("dashboard:departement", args=[place.code])
    return reverse("dashboard:region", args=[place.slug])


def following(export: Export) -> Following | None:
    """How far an export is; None when nothing more will come of it."""
    if export.state not in {ExportState.WAITING, ExportState.MAKING}:
        return None
    return Following(
        seconds=REFRESH_SECONDS,
        parts=PARTS[ExportKind(export.kind)],
        done=export.done,
        total=export.total,
        making=export.state == ExportState.MAKING,
        unreached=export.state == ExportState.WAITING and export.queued_at is None,
    )


def weight(size: int | None) -> str:
    """A size in French units: "86 Ko", "1,2 Mo"."""
    if size is None:
        return ""
    if size < KILO**2:
        return f"{max(1, round(size / KILO))}\u202fKo"
    return f"{french.decimal(size / KILO**2)}\u202fMo"
