"""Pieces of any periods and sectors in one public file do not tell one ESMS's few documents."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from django.core.cache import caches
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from dashboard.pieces import reports
from dashboard.pieces.content import Content, Reader
from dashboard.pieces.piece import Piece
from reference.models import Region, current_data_version
from tests.dashboard.pieces import adversary
from tests.dashboard.pieces.adversary import Adversary

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
        yield World(reader, Adversary(facts))
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
