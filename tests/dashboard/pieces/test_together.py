"""Pieces of any periods and sectors in one public file do not tell one ESMS's few documents."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from dashboard.charts.chart import Unit
from dashboard.pieces import reports
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.masking import TOGETHER
from dashboard.pieces.piece import (
    NAMED,
    RATES,
    Piece,
    codes_of_departement,
    codes_of_region,
)
from reference.models import Region, current_data_version
from tests.dashboard.pieces import adversary
from tests.dashboard.pieces.adversary import FEW, Adversary, Fact

COUNTED = {Unit.DOCUMENTS, Unit.MEAN}

pytestmark = pytest.mark.django_db

CODES = {
    "R27": ("departements", "types", "secteurs", "chiffres", "chiffres-secteurs", "comite"),
    **{f"D{place}": ("documents", "secteurs", "chiffres") for place in adversary.PLACES},
}
QUERIES = ("", "secteur=PA", "secteur=PH", "a=2025-11", "de=2025-11", "a=2025-10&secteur=PA")
PIECES = [
    Piece(place, code, query)
    for place, owned in CODES.items()
    for code in owned
    for query in QUERIES
]
ALL_AND_ELDERS = [
    Piece(f"D{place}", code, query)
    for place in adversary.PLACES
    for code in ("documents", "esms", "secteurs", "chiffres")
    for query in ("", "secteur=PA")
]
TWO_PERIODS = [
    Piece(place, code, query)
    for query in ("", "a=2025-11", "a=2025-10")
    for place, code in (("R27", "departements"), ("R27", "types"), ("D21", "documents"))
]
#: The documents of a standard deck, and those that the committee before looked at.
STANDARD = [
    Piece("R27", "departements"),
    Piece("R27", "types"),
    *(Piece(f"D{place}", "documents") for place in adversary.PLACES),
    Piece("R27", "comite"),
]


@dataclass(frozen=True)
class World:
    """A région where few feed, who looks at its files, and what was read of it once."""

    reader: Reader
    facts: Sequence[Fact]
    adversary: Adversary

    def together(self, pieces: Sequence[Piece]) -> list[Content]:
        """The pieces of one file."""
        reader = copy.copy(self.reader)
        return [reader.content(piece) for piece in pieces]

    def apart(self, pieces: Sequence[Piece]) -> list[Content]:
        """Each in a file of its own, all in the same hands."""
        return [content for piece in pieces for content in self.together([piece])]


@pytest.fixture(scope="module")
def few(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        for name in ("REGIONAL", "LOCAL"):
            patch.setattr(reports, name, 100)
        facts = adversary.invented(7)
        adversary.lay(facts)
        reader = Reader(Region.objects.get(pk="27"), current_data_version())
        yield World(reader, facts, Adversary(facts))
        transaction.set_rollback(True)
    caches["near"].clear()


@pytest.mark.parametrize("pieces", [ALL_AND_ELDERS, TWO_PERIODS, STANDARD])
def test_what_files_apart_give_away_one_file_does_not(few: World, pieces: list[Piece]) -> None:
    solve = few.adversary

    assert solve.finds(solve.read(few.apart(pieces)))
    assert not solve.finds(solve.read(few.together(pieces)))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=6, max_size=14, unique=True))
def test_nothing_little_of_one_esms_follows_from_a_file(few: World, pieces: list[Piece]) -> None:
    told = few.adversary.read(few.together(pieces))

    assert not few.adversary.finds(told)
    for one in told:  # the adversary knows what the numbers are
        assert one.number is None or one.number == one.cells @ few.adversary.truth, one.where


@pytest.mark.parametrize("code", ["types", "typage", "regularite"])
def test_tables_of_a_single_month_are_masked_by_who_fed_in_it(few: World, code: str) -> None:
    fed: dict[tuple[str, dt.date], set[tuple[str, int]]] = {}
    for place, sector, month, rank, _ in few.facts:
        fed.setdefault((place, month), set()).add((sector, rank))
    alone = [
        (place, month, sum(counts))
        for place, _, month, _, counts in few.facts
        if len(fed[place, month]) == 1 and 3 < sum(counts) < FEW
    ]

    assert alone
    for place, month, documents in alone[:3]:
        months = f"de={month:%Y-%m}&a={month:%Y-%m}"
        [content] = few.together([Piece(f"D{place}", code, months)])
        told = [] if content.table is None else content.table.columns
        assert documents not in [each.values[0] for each in told if each.unit in COUNTED]


@pytest.mark.parametrize("place", ["R27", "D25"])
def test_a_piece_that_may_not_tell_has_no_number_of_documents_and_says_why(
    few: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(Reader, "may_tell", lambda *_: False)
    known = codes_of_region() if place == "R27" else codes_of_departement()
    pieces = [Piece(place, code) for code in known if code not in RATES | NAMED | {"synthese"}]

    for content in few.together(pieces):
        table = content.table
        assert TOGETHER in (*content.notes, *content.paragraphs)
        assert not any("documents sur 12" in text for text in content.paragraphs)
        assert all(tile.label != "Documents sur 12 mois" for tile in content.tiles)
        for column in () if table is None else table.columns:
            assert column.unit not in COUNTED or set(column.values) == {None}
        assert not content.draft


def test_what_is_kept_beside_is_what_tells_no_documents(
    few: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "may_tell", lambda *_: False)
    codes = ("departements", "comite", "secteurs", "chiffres")

    places, since, sectors, figures = few.together([Piece("R27", code) for code in codes])

    assert places.table is not None
    assert any(places.table.named("taux-12-mois").texts)
    assert since.table is not None
    assert len(since.paragraphs) > 1
    assert sectors.chart is not None
    assert any(sectors.chart.table.named("esms").values)
    assert figures.tiles
