"""The demonstration's facilities can never be taken for real ones, and are the same everywhere."""

from __future__ import annotations

import csv
import gzip
import hashlib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.demo.draws import Draws, apportion
from ingestion.demo.files import write_month
from ingestion.demo.load import SEED
from ingestion.demo.register import (
    ENTITY_BLOCK,
    FACILITY_BLOCK,
    REGISTER_DATES,
    DemoFacility,
    draw_register,
    is_fictitious,
    write_register,
)
from ingestion.demo.story import LAST_MONTH, load_labels, load_story
from ingestion.demo.volumes import draw_demo
from reference.finess.number import has_valid_key, is_well_formed

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "finess"
REAL_REGISTER = REAL / "etalab-cs1100502-france-20210108.csv.gz"


@cache
def facilities() -> tuple[DemoFacility, ...]:
    return draw_register(load_story(), SEED)


def numbers() -> set[str]:
    return {n for facility in facilities() for n in (facility.finess, facility.entity)}


def test_numbers_are_well_formed_with_a_right_key_in_fictitious_blocks() -> None:
    assert all(is_well_formed(n) and has_valid_key(n) and is_fictitious(n) for n in numbers())
    assert len({facility.finess for facility in facilities()}) == len(facilities())


def real_blocks() -> set[str]:
    """The two characters that follow the département in real numbers, as far as is known."""
    blocks = {f"0{digit}" for digit in range(10)}
    if REAL_REGISTER.exists():
        with gzip.open(REAL_REGISTER, "rt", encoding="latin-1", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter=";") if len(row) > 30]
        blocks |= {number[2:4] for row in rows for number in row[1:3]}
    return blocks


def test_no_real_number_lies_in_the_fictitious_blocks() -> None:
    assert not {FACILITY_BLOCK, ENTITY_BLOCK} & real_blocks()


def test_names_and_communes_say_that_they_are_fictitious() -> None:
    assert all("ficti" in facility.name for facility in facilities())
    assert all("VILLE" in facility.commune for facility in facilities())


def test_a_register_holds_the_facilities_that_are_open_on_its_date() -> None:
    texts = [write_register(facilities(), date).decode() for date in REGISTER_DATES]

    heads = [text.splitlines()[0] for text in texts]
    held = [{line.split(";")[1] for line in text.splitlines()[1:]} for text in texts]

    assert heads == [f"finess;etalab;93;{date}" for date in REGISTER_DATES]
    assert [len(held[0] - held[1]), len(held[1] - held[2])] == [7, 14]
    assert [len(held[1] - held[0]), len(held[2] - held[1])] == [14, 7]


def test_the_same_seed_draws_the_same_files_everywhere() -> None:
    demo = draw_demo(load_story(), SEED)

    register = hashlib.sha256(write_register(demo.facilities, REGISTER_DATES[0])).hexdigest()
    month = hashlib.sha256(write_month(demo, LAST_MONTH, load_labels())).hexdigest()

    assert (register[:16], month[:16]) == ("d7e1add24b11b301", "b9bba105994d6c8c")


@given(st.integers(0, 10_000), st.lists(st.integers(0, 500), min_size=1).filter(any))
def test_shares_add_up_to_what_is_shared(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert all(
        abs(part * sum(weights) - total * w) < sum(weights)
        for part, w in zip(parts, weights, strict=True)
    )


def test_nothing_can_be_shared_by_no_weight() -> None:
    with pytest.raises(ValueError, match="no weight"):
        apportion(3, [0, 0])


@given(st.integers(0, 2**32), st.integers(1, 1000))
def test_a_draw_stays_below_its_limit_and_repeats(seed: int, limit: int) -> None:
    first, again = Draws(seed), Draws(seed)

    drawn = [first.below(limit) for _ in range(20)]

    assert all(0 <= number < limit for number in drawn)
    assert drawn == [again.below(limit) for _ in range(20)]
