"""Two decks of one région, made once: the standard public one, a working one of a few pieces."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from pptx import Presentation
from pytest_django import DjangoDbBlocker

from dashboard.charts.volumes import Group
from dashboard.decks.build import make_deck
from dashboard.models import Edition, Subject, Text, TextVersion
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.order import Order
from dashboard.pieces.piece import Piece, standard
from dashboard.report import load_groups
from indicators.measures import measure_all
from indicators.models import FacilityMonth, MonthlyReach, MonthlyVolume
from indicators.payload import payload
from indicators.selection import Selection, region_territory
from reference.models import Departement, Event, Region, Target, current_data_version
from tests.dashboard import world

JUNE = dt.date(2025, 6, 1)
SITE = "https://example.fr"
SENTENCE = "Une phrase assez longue pour occuper une bonne partie d’une ligne du texte."
LONG_TEXT = "\n\n".join([" ".join([SENTENCE] * 26)] * 2)  # 4 000 characters
LONG_TITLE = " ".join(
    ["Un titre que son auteur a voulu complet,"] * 4 + ["et plus long qu’il ne faut."]
)
SILENT = "90"

Key = tuple[str, str]


@dataclass(frozen=True)
class Decks:
    """What was made, and what the pages and `indicators --json` say of the same data."""

    public: Any
    working: Any
    packages: dict[str, bytes]
    contents: dict[Key, Content]
    payloads: dict[str, Any]
    version: int
    progress: list[tuple[int, int]]
    groups: tuple[Group, ...]

    def pieces(self, kind: str) -> list[Content]:
        """The contents of the public deck that have a chart, a table…, in its order."""
        return [one for one in self.contents.values() if getattr(one, kind)]


@pytest.fixture(scope="package")
def decks(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Decks:
    with django_db_blocker.unblock(), transaction.atomic():
        region = Region.objects.get(pk="27")
        _lay(region)
        version = current_data_version()
        progress: list[tuple[int, int]] = []
        public = make_deck(
            Order(region, link=SITE), lambda done, total: progress.append((done, total))
        )
        pieces = [Piece("R27", code) for code in ("chiffres", "carte", "departements", "multiples")]
        pieces += [Piece("R27", code) for code in ("synthese", "comite", "chiffres-secteurs")]
        pieces += [
            Piece("D21", code, title=LONG_TITLE if code == "esms" else "")
            for code in (
                "documents", "esms", "secteurs", "taux-par-secteur", "types",
                "premiers-organismes", "evolution-par-og",
            )
        ]  # fmt: skip
        working = make_deck(Order(region, tuple(pieces), title="Mon comité", working=True))
        reader = Reader(region, version, link=SITE)
        contents = {
            (piece.territory, piece.code): reader.content(piece) for piece in standard(region)
        }
        around = region_territory(region)
        whole, places = measure_all(Selection(around, world.FIRST, world.LAST))
        made = Decks(
            opened(public.content),
            opened(working.content),
            {"public": public.content, "working": working.content},
            contents,
            {
                "R27": payload(whole, version),
                **{f"D{code}": payload(each, version) for code, each in places.items()},
            },
            public.data_version,
            progress,
            load_groups(),
        )
        transaction.set_rollback(True)
    caches["near"].clear()
    return made


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def _lay(region: Region) -> None:
    """A missing month, a département where nobody feeds, long words, an event and targets."""
    world.lay(missing=[("21", JUNE)], unallocated=1234)
    MonthlyVolume.objects.filter(departement=SILENT).delete()
    FacilityMonth.objects.filter(departement=SILENT).delete()
    MonthlyReach.objects.filter(departement=SILENT).update(contributors=0, contributors_12m=0)
    cote_dor = Departement.objects.get(pk="21")
    for indicator, value in (("rate", 0.25), ("documents", 900)):
        Target.objects.create(
            region=region, departement=cote_dor, indicator=indicator, month=JUNE, value=value
        )
    for month, label in ((JUNE, "Cibles fictives"), (JUNE, "Autre événement du même mois")):
        Event.objects.create(region=region, departement=cote_dor, month=month, label=label)
    text = Text.objects.create(region=region, departement=cote_dor, subject=Subject.DOCUMENTS)
    version = TextVersion.objects.create(
        text=text, body=LONG_TEXT, data_version=1, month=dt.date(2025, 11, 1)
    )
    Text.objects.filter(pk=text.pk).update(published=version)
    figures = {"documents": 1000, "growth": 1.5, "contributors": 30, "parc": 167, "rate": 0.18}
    Edition.objects.create(
        region=region, title="Comité", committee_on=dt.date(2025, 10, 6), data_version=1,
        month=dt.date(2025, 8, 1),
        content={
            "summary": {
                code: figures | {"rank": None if code == "R27" else 1}
                for code in ("R27", *(f"D{each}" for each in world.DEPARTEMENTS))
            }
        },
    )  # fmt: skip
