"""5,000 damaged files: each is refused with words, or read with an account that adds up."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingestion.checking.check import Checked, check
from ingestion.errors import RefusedFile
from ingestion.models import Outcome
from ingestion.reading.pipeline import NormalisedFile, ReadOptions, read_records
from tests.faults.mutations import SEEDS, mutations
from tests.ingestion.files import HEADER, HOME_A, TODAY, TYPES, ground, text

GROUND = ground()
OPTIONS = ReadOptions(today=TODAY, types=frozenset(GROUND.types))
ALONE, TOGETHER = 4, 100
TERMS = ("accepted", "duplicates", "out_of_scope", "quarantined", "refused")


def read(path: Path, name: str) -> NormalisedFile | RefusedFile:
    """What the reader makes of a file: nothing else may come out of it."""
    try:
        return read_records(path, name, OPTIONS)
    except RefusedFile as refusal:
        return refusal


def refused_with_words(refusal: RefusedFile) -> None:
    assert refusal.message.strip()
    assert refusal.remedy.strip()
    kept = json.dumps([refusal.message, refusal.remedy, refusal.offer])
    assert "\\u0000" not in kept  # PostgreSQL keeps no NUL


def adds_up(read: pd.DataFrame) -> Checked:
    """Check records, by the rules that hold whatever they say."""
    outcome = check(read, GROUND)
    records, counts = outcome.records, outcome.counts
    assert len(records) == len(read)
    assert sum(counts[term] for term in TERMS) == counts["read"] == len(records) > 0
    # Nothing is published that was not accepted, and all of what was.
    accepted = records[records["outcome"] == Outcome.ACCEPTED]
    assert len(accepted) == counts["accepted"]
    assert accepted["month"].notna().all()
    assert accepted["documents"].ge(0).all()
    assert (accepted["facility_id"].notna() ^ accepted["legal_entity_id"].notna()).all()
    assert accepted["document_type_id"].notna().all()
    assert int(outcome.held["documents"].sum()) == int(accepted["documents"].sum())
    # Each record that is not simply accepted is explained, and its cells can be stored.
    unexplained = set(records.loc[records["outcome"] != Outcome.ACCEPTED, "line"])
    assert unexplained <= set(outcome.remarks["line"])
    for column in ("value", "reason", "remedy"):
        assert not outcome.remarks[column].str.contains("\0", regex=False).any()
    return outcome


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_refused_with_words_or_adds_up(name: str, tmp_path: Path) -> None:
    data, count = SEEDS[name]
    path = tmp_path / "file"
    path.write_bytes(data)
    whole = read(path, name)
    assert isinstance(whole, NormalisedFile), "the seed itself is sound"
    kept = [whole.records]

    for rank, damaged in enumerate(mutations(name, count, seed=3)):
        path.write_bytes(damaged)  # the one that fails stays there
        found = read(path, name)
        if isinstance(found, RefusedFile):
            refused_with_words(found)
            continue
        assert not found.records.empty
        # A check costs the same for one file as for a hundred: so some go together.
        if len(kept) <= ALONE:
            adds_up(found.records)
        lines = found.records["line"] + rank * 1000
        kept.append(found.records.assign(line=lines))

    assert 1 < len(kept) < count  # some were read, some refused: both roads were taken
    for start in range(0, len(kept), TOGETHER):
        adds_up(pd.concat(kept[start : start + TOGETHER], ignore_index=True))


def test_five_thousand_files_are_damaged() -> None:
    assert sum(count for _, count in SEEDS.values()) == 5000


CELL = st.one_of(
    st.sampled_from(["", HOME_A, "2025-01", "janvier 2025", "SYNTH", "12", "-3", "1e400", "Total"]),
    st.integers(-(10**20), 10**20).map(str),
    st.text(max_size=12),
)
TITLE = st.one_of(
    st.sampled_from(HEADER), st.sampled_from(["EJ", "janv. 2025"]), st.text(max_size=9)
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    header=st.one_of(st.just(list(HEADER)), st.lists(TITLE, max_size=7)),
    rows=st.lists(st.lists(CELL, max_size=8), max_size=8),
    above=st.lists(st.lists(CELL, max_size=3), max_size=3),
    separator=st.sampled_from([";", ",", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
@example(header=list(HEADER), rows=[], above=[], separator=";", encoding="utf-8")
def test_any_table_of_any_shape_is_refused_with_words_or_adds_up(
    header: list[str],
    rows: list[list[str]],
    above: list[list[str]],
    separator: str,
    encoding: str,
    tmp_path: Path,
) -> None:
    lines = [separator.join(cells) for cells in [*above, header, *rows]]
    path = tmp_path / "table.csv"
    path.write_bytes("\n".join(lines).encode(encoding, "replace"))

    found = read(path, "table_2025-01.csv")
    if isinstance(found, RefusedFile):
        refused_with_words(found)
    else:
        adds_up(found.records)


def test_a_sound_file_passes_the_same_rules(tmp_path: Path) -> None:
    path = tmp_path / "extrait.csv"
    path.write_bytes(text([("2025-01", HOME_A, next(iter(TYPES)), "4", "")]))

    found = read(path, "extrait.csv")

    assert isinstance(found, NormalisedFile)
    assert adds_up(found.records).counts["accepted"] == 1
