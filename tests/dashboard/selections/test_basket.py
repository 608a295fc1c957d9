"""Whatever is done to a selection, its ranks have no gap and no slide is lost."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.models import User
from dashboard.models import SlidePick, SlideSelection
from dashboard.pieces.piece import Piece, codes_of_departement, codes_of_region
from dashboard.selections import Basket, Edit, changing, clean_query
from dashboard.selections_page import period_of
from reference.models import Region

CODES = tuple(codes_of_region())[:6]
PIECES = st.builds(
    Piece,
    territory=st.sampled_from(["R27", "D21"]),
    code=st.sampled_from(CODES),
    query=st.sampled_from(["", "de=2025-01"]),
)
RANKS = st.integers(0, 12)


class Selections(RuleBasedStateMachine):
    """A selection, and the set of slides that it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.basket = Basket(SlideSelection(), [])
        self.keys = count(1)
        self.expected: set[tuple[str, str, str]] = set()
        self.removed: list[dict[str, Any]] = []

    def at(self, rank: int) -> SlidePick:
        return self.basket.picks[rank % len(self.basket.picks)]

    def saved(self) -> None:
        """Give keys to what is new, as the database does."""
        for pick in self.basket.picks:
            pick.pk = pick.pk or next(self.keys)

    @rule(pieces=st.lists(PIECES, max_size=4))
    def add(self, pieces: list[Piece]) -> None:
        told = {(each.territory, each.code, each.query) for each in pieces}
        assert self.basket.add(pieces) == len(told - self.expected)
        self.expected |= told
        self.saved()

    @precondition(lambda self: self.basket.picks)
    @rule(here=RANKS, there=st.integers(-3, 30))
    def move(self, here: int, there: int) -> None:
        pick = self.at(here)
        self.basket.move(pick, there)
        assert self.basket.picks.index(pick) == min(max(there, 0), len(self.expected) - 1)

    @precondition(lambda self: self.basket.picks)
    @rule(ranks=st.sets(RANKS, max_size=3))
    def remove(self, ranks: set[int]) -> None:
        picks = list({self.at(rank).pk: self.at(rank) for rank in ranks}.values())
        self.removed = self.basket.remove(picks)
        self.expected -= {key(pick) for pick in picks}

    @rule()
    def put_back(self) -> None:
        self.basket.put_back(self.removed)
        self.expected |= {(one["territory"], one["code"], one["query"]) for one in self.removed}
        self.saved()

    @precondition(lambda self: self.basket.picks)
    @rule(moves=st.dictionaries(RANKS, RANKS, max_size=4))
    def edit(self, moves: dict[int, int]) -> None:
        edits = [Edit(self.at(here).pk, rank=there) for here, there in moves.items()]
        self.basket.edit([*edits, Edit(0, title="partie", rank=1)])

    @invariant()
    def no_slide_is_lost_or_there_twice(self) -> None:
        assert sorted(map(key, self.basket.picks)) == sorted(self.expected)


def key(pick: SlidePick) -> tuple[str, str, str]:
    return (pick.territory, pick.code, pick.query)


Selections.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
TestSelections = Selections.TestCase


@given(st.permutations(range(6)))
def test_places_typed_for_all_slides_are_the_order_that_follows(order: list[int]) -> None:
    picks = [SlidePick(pk=number + 1, code=f"{number}") for number in range(6)]
    basket = Basket(SlideSelection(), picks)

    basket.edit([Edit(pk=one + 1, rank=rank) for rank, one in enumerate(order) if rank != one])

    assert [pick.pk for pick in basket.picks] == [one + 1 for one in order]


@given(
    st.sampled_from([*codes_of_region(), *codes_of_departement()]),
    st.one_of(
        st.text(max_size=300),
        st.dictionaries(
            st.sampled_from(["de", "a", "secteur", "tri", "ordre", "esms", "documents", "x"]),
            st.one_of(
                st.sampled_from(["2025-01", "9999-12", "0000-01", "PA", "nombre", "rang"]),
                st.text(max_size=20),
            ),
        ).map(lambda values: "&".join(f"{name}={value}" for name, value in values.items())),
    ),
)
def test_any_query_string_is_cleaned_to_one_that_reads(code: str, raw: str) -> None:
    cleaned = clean_query(code, raw)

    assert clean_query(code, cleaned) == cleaned
    assert len(cleaned) <= 300
    assert period_of(cleaned)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_wait_for_each_other(owner: User, region: Region) -> None:
    with changing(owner, region) as basket:
        basket.add([Piece("R27", code) for code in CODES[:4]])
    inside, done = threading.Event(), threading.Event()

    def other_tab() -> None:
        inside.wait(10)
        with changing(owner, region) as other:
            other.move(other.picks[0], 3)
            other.add([Piece("R27", CODES[4])])
        connection.close()
        done.set()

    tab = threading.Thread(target=other_tab)
    tab.start()
    with changing(owner, region) as basket:
        inside.set()
        assert not done.wait(0.3)
        basket.remove([basket.picks[1]])
        basket.add([Piece("D21", "esms")])
    tab.join(10)

    found = list(SlidePick.objects.order_by("rank"))
    assert [pick.code for pick in found] == [*CODES[2:4], "esms", CODES[0], CODES[4]]
    assert [pick.rank for pick in found] == list(range(5))
