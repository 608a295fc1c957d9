"""Cumulative sources: a month is what it adds to the month before, whatever the order of files."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicators.models import Feeding
from ingestion.models import Counting, Mode, Source
from ingestion.publishing.fold import CELL, KEY, VALUES, falls
from ingestion.publishing.layers import Cell
from ingestion.publishing.publish import rebuild_stale
from ingestion.publishing.rebuild import Readings, cumulative_before
from reference.models import DataVersion, raise_data_version
from tests.ingestion.world import build, covered, facility, fed, line, published

A1, A2, B1 = facility("21", 1), facility("21", 2), facility("25", 1)
PLACES = {A1: "21", A2: "21", B1: "25"}
MONTHS = ("2025-01", "2025-02", "2025-03")

Said = dict[tuple[str, str], int]


class File(NamedTuple):
    """What a file says of (month, FINESS), how it enters its cells and how it counts."""

    said: Said
    mode: str
    counting: str


def source(counting: str) -> Source:
    return Source.objects.get_or_create(name=counting, counting=counting)[0]


def bring(file: File) -> None:
    lines = [line(site, count, month=month) for (month, site), count in file.said.items()]
    published(lines, mode=file.mode, source=source(file.counting))


def cumul(said: Said, mode: str = "replace") -> File:
    return File(said, mode, Counting.CUMULATIVE)


def before(month: str) -> str:
    return MONTHS[MONTHS.index(month) - 1] if month != MONTHS[0] else ""


def oracle(history: list[File]) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """The facts and received cells of a history, key by key, with none of the product's code."""
    cells: dict[tuple[str, str], list[File]] = defaultdict(list)
    for file in history:
        for place in sorted({(month, PLACES[site]) for month, site in file.said}):
            if file.mode == "replace":
                cells[place].clear()
            cells[place].append(file)
    facts: dict[tuple[str, str], int] = {}
    received = set()
    for (month, departement), files in cells.items():
        earlier = [f for f in cells.get((before(month), departement), []) if counts_from_start(f)]
        speaking = [f for f in files if earlier or not counts_from_start(f)]
        if files[0] not in speaking:
            continue
        received.add((month, departement))
        for site in (each for each, place in PLACES.items() if place == departement):
            holding = [f for f in speaking if (month, site) in f.said]
            if not holding:
                continue
            value = holding[-1].said[month, site]
            if counts_from_start(holding[-1]):
                held = [
                    f.said[before(month), site] for f in earlier if (before(month), site) in f.said
                ]
                value = max(0, value - (held[-1] if held else 0))
            facts[month, site] = value
    return facts, received


def counts_from_start(file: File) -> bool:
    return file.counting == Counting.CUMULATIVE


files = st.builds(
    File,
    said=st.dictionaries(
        st.tuples(st.sampled_from(MONTHS), st.sampled_from(sorted(PLACES))),
        st.integers(0, 99),
        min_size=1,
        max_size=6,
    ),
    mode=st.sampled_from(Mode.values),
    counting=st.sampled_from([Counting.CUMULATIVE, Counting.CUMULATIVE, Counting.MONTHLY]),
)


class Publications(TestCase):
    """Hypothesis needs a rollback between its examples, which this class gives."""

    @classmethod
    def setUpTestData(cls) -> None:
        build()

    @settings(max_examples=8, deadline=None)
    @given(history=st.lists(files, min_size=2, max_size=4, unique_by=lambda f: str(f.said)))
    def test_facts_are_what_a_plain_reading_of_the_files_gives(self, history: list[File]) -> None:
        for file in history:
            bring(file)

        facts, received = oracle(history)
        assert {(month, site): n for (month, site, _), n in fed().items()} == facts
        assert covered() == received
        # Folding everything again through the same register changes nothing.
        raise_data_version("même registre", ground=True)
        rebuild_stale()
        assert {(month, site): n for (month, site, _), n in fed().items()} == facts
        assert covered() == received


@pytest.mark.django_db
def test_the_first_month_of_a_series_is_not_known_until_the_one_before_comes() -> None:
    build()
    bring(cumul({("2025-02", A1): 30}))
    alone = (fed(), covered())

    bring(cumul({("2025-01", A1): 10}))

    assert alone == ({}, set())
    assert fed() == {("2025-02", A1, "SYNTH"): 20}
    assert covered() == {("2025-02", "21")}


@pytest.mark.django_db
def test_a_month_is_computed_again_when_the_one_before_is_corrected() -> None:
    build()
    bring(cumul({("2025-01", A1): 10, ("2025-02", A1): 30}))

    bring(cumul({("2025-01", A1): 25}, mode="complete"))

    assert fed() == {("2025-02", A1, "SYNTH"): 5}


@pytest.mark.django_db
def test_a_series_that_falls_counts_zero_and_its_dmp_are_not_known() -> None:
    build()
    bring(cumul({("2025-01", A1): 10, ("2025-01", A2): 9, ("2025-02", A1): 4}))

    assert fed() == {("2025-02", A1, "SYNTH"): 0}
    assert Feeding.objects.get().records is None


@pytest.mark.django_db
def test_a_new_file_is_compared_with_the_series_in_force() -> None:
    build()
    bring(cumul({("2025-01", A1): 10, ("2025-01", A2): 9}))

    earlier = cumulative_before(
        [Cell(dt.date(2025, 2, 1), "27", "21")], Readings(DataVersion.objects.get().ground)
    )

    assert sorted(earlier["documents"]) == [9, 10]


def held(*rows: tuple[str, str, int, int, int]) -> pd.DataFrame:
    """Holdings: month, département, facility, entity, documents."""
    frame = pd.DataFrame(
        [(m, "27", d, site, owner, 1, "PA", n, None) for m, d, site, owner, n in rows],
        columns=[*CELL, *KEY, *VALUES],
    )
    return frame.astype({"month": "datetime64[s]", "dmp": "Int64"})


def test_a_fall_is_a_lower_number_or_one_that_is_said_no_more() -> None:
    previous = held(
        ("2025-01-01", "21", 1, 0, 10),
        ("2025-01-01", "21", 2, 0, 10),
        ("2025-01-01", "21", 3, 0, 10),
        ("2025-01-01", "25", 4, 0, 10),
    )
    current = held(("2025-02-01", "21", 1, 0, 11), ("2025-02-01", "21", 2, 0, 7))

    found = falls(current, previous)

    assert found[["facility_id", "documents", "before"]].to_numpy().tolist() == [
        [2, 7, 10],
        [3, 0, 10],
    ]
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2025-02"] * 2


def test_an_entity_that_changes_place_does_not_fall() -> None:
    previous = held(("2025-01-01", "21", 0, 5, 10), ("2025-01-01", "21", 1, 0, 1))
    current = held(("2025-02-01", "", 0, 5, 12), ("2025-02-01", "21", 1, 0, 1))

    assert falls(current, previous).empty
