"""Whatever is published, in whatever order, facts are what a plain reading of the files gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ingestion.history.acts import RefusedActError, republish, withdraw, withdraw_month
from ingestion.history.purge import purge
from ingestion.models import Extract, Layer, Mode, Outcome
from ingestion.publishing.fold import CELL, KEY, fold, holdings
from ingestion.publishing.publish import publish, rebuild_stale
from reference.models import Region, raise_data_version
from reference.months import parse_month
from tests.ingestion.world import build, covered, facility, fed, line, published

SITES = {facility("21", 1): "21", facility("21", 2): "21", facility("25", 1): "25"}
MONTHS = ("2025-01", "2025-02")
TYPES = ("SYNTH", "11488-4")

Key = tuple[str, str, str]


@dataclass(frozen=True)
class File:
    """One file: what it says of (month, FINESS, type), and how it is published."""

    said: dict[Key, int]
    mode: str


files = st.builds(
    File,
    said=st.dictionaries(
        st.tuples(st.sampled_from(MONTHS), st.sampled_from(list(SITES)), st.sampled_from(TYPES)),
        st.integers(0, 99),
        min_size=1,
        max_size=6,
    ),
    mode=st.sampled_from(Mode.values),
)


def oracle(history: list[File]) -> tuple[dict[Key, int], set[tuple[str, str]]]:
    """The facts and cells of a history, computed without any of the product's code."""
    facts: dict[Key, int] = {}
    cells: set[tuple[str, str]] = set()
    for file in history:
        touched = {(month, SITES[site]) for month, site, _ in file.said}
        cells |= touched
        if file.mode == "replace":
            facts = {key: n for key, n in facts.items() if (key[0], SITES[key[1]]) not in touched}
        facts |= file.said
    return facts, cells


class Publications(TestCase):
    """Hypothesis needs a rollback between its examples, which this class gives."""

    @classmethod
    def setUpTestData(cls) -> None:
        build()

    @settings(max_examples=5, deadline=None)
    @given(history=st.lists(files, min_size=1, max_size=3))
    def test_facts_are_the_fold_of_what_was_published(self, history: list[File]) -> None:
        for file in history:
            lines = [
                line(site, count, month=month, kind=kind)
                for (month, site, kind), count in file.said.items()
            ]
            published(lines, mode=file.mode)

        facts, cells = oracle(history)
        assert fed() == facts
        assert covered() == cells
        # Folding everything again through the same register changes nothing.
        raise_data_version("même registre", ground=True)
        rebuild_stale()
        assert fed() == facts
        assert covered() == cells
        # An extract is in force exactly when it still speaks somewhere.
        speaking = set(Layer.objects.filter(in_force=True).values_list("extract", flat=True))
        assert speaking == set(
            Extract.objects.filter(state="published").values_list("pk", flat=True)
        )


#: What is done to the file of a rank (modulo how many there are), or to a month.
acts = st.one_of(
    st.tuples(st.just("publish"), files),
    st.tuples(st.sampled_from(["republish", "withdraw", "purge"]), st.integers(0, 5)),
    st.tuples(st.just("withdraw_month"), st.sampled_from(MONTHS)),
)
Cell = tuple[str, str]


class Oracle:
    """Cells as ordered lists of files, computed without any of the product's code."""

    def __init__(self) -> None:
        self.files: list[File] = []
        self.purged: set[int] = set()
        self.cells: dict[Cell, list[int]] = {}

    def publish(self, rank: int) -> None:
        """A file speaks last where it speaks, alone when it replaces."""
        for cell in {(month, SITES[site]) for month, site, _ in self.files[rank].said}:
            kept = [] if self.files[rank].mode == "replace" else self.cells.get(cell, [])
            self.cells[cell] = [other for other in kept if other != rank] + [rank]

    def withdraw(self, rank: int) -> None:
        """A file leaves its cells to the others."""
        self.cells = {cell: [r for r in ranks if r != rank] for cell, ranks in self.cells.items()}

    def withdraw_month(self, month: str) -> None:
        """A month is received nowhere."""
        self.cells = {cell: ranks for cell, ranks in self.cells.items() if cell[0] != month}

    def in_force(self, rank: int) -> bool:
        """Whether a file speaks somewhere."""
        return any(rank in ranks for ranks in self.cells.values())

    def speaks_last_everywhere(self, rank: int) -> bool:
        """Whether publishing it again would change nothing."""
        return all(
            self.cells.get((month, SITES[site]), [])[-1:] == [rank]
            for month, site, _ in self.files[rank].said
        )

    def facts(self) -> dict[Key, int]:
        """Each key as the last file of its cell that holds it says."""
        return {
            key: count
            for cell, ranks in self.cells.items()
            for rank in ranks
            for key, count in self.files[rank].said.items()
            if (key[0], SITES[key[1]]) == cell
        }


class Acts(TestCase):
    """Any sequence of acts is the fold of the layers that it leaves."""

    @classmethod
    def setUpTestData(cls) -> None:
        build()

    @settings(max_examples=5, deadline=None)
    @given(history=st.lists(acts, min_size=2, max_size=6))
    def test_facts_follow_any_sequence_of_acts(self, history: list[tuple[str, Any]]) -> None:
        oracle, made = Oracle(), list[Extract]()
        for act, what in history:
            if act == "publish":
                # Two files never have the same bytes, or the second would be the first.
                made.append(published(lines_of(what, note=len(made)), mode=what.mode))
                oracle.files.append(what)
                oracle.publish(len(made) - 1)
            elif act == "withdraw_month":
                self.withdraw_month(oracle, what)
            elif made:
                self.act(oracle, made, act, what % len(made))
            assert fed() == oracle.facts()
            assert covered() == {cell for cell, ranks in oracle.cells.items() if ranks}
        raise_data_version("même registre", ground=True)
        rebuild_stale()
        assert fed() == oracle.facts()
        speaking = set(Layer.objects.filter(in_force=True).values_list("extract", flat=True))
        assert speaking == {e.pk for rank, e in enumerate(made) if oracle.in_force(rank)}
        assert speaking == set(
            Extract.objects.filter(state="published").values_list("pk", flat=True)
        )

    def act(self, oracle: Oracle, made: list[Extract], act: str, rank: int) -> None:
        """Do to a file what the oracle allows, and see the rest refused."""
        extract = made[rank]
        if act == "republish":
            if rank in oracle.purged or oracle.speaks_last_everywhere(rank):
                with pytest.raises(RefusedActError):
                    republish(extract, actor=None)
            else:
                publish(republish(extract, actor=None))
                oracle.publish(rank)
        elif act == "withdraw":
            if oracle.in_force(rank):
                withdraw(extract, actor=None)
                oracle.withdraw(rank)
            else:
                with pytest.raises(RefusedActError):
                    withdraw(extract, actor=None)
        elif oracle.in_force(rank) or rank in oracle.purged:
            with pytest.raises(RefusedActError):
                purge(extract, actor=None, reason="essai")
        else:
            with self.captureOnCommitCallbacks(execute=True):
                purge(extract, actor=None, reason="essai")
            oracle.purged.add(rank)

    def withdraw_month(self, oracle: Oracle, month: str) -> None:
        region = Region.objects.get(code="27")
        if any(ranks for cell, ranks in oracle.cells.items() if cell[0] == month):
            withdraw_month(region, parse_month(month), actor=None)
            oracle.withdraw_month(month)
        else:
            with pytest.raises(RefusedActError):
                withdraw_month(region, parse_month(month), actor=None)


def lines_of(file: File, *, note: int = 0) -> list[str]:
    """The lines of a file, and one whose FINESS cannot be read, which says nothing."""
    said = [
        line(site, count, month=month, kind=kind)
        for (month, site, kind), count in file.said.items()
    ]
    return [*said, line(f"illisible {note}", 1)]


cells = st.tuples(
    st.sampled_from([dt.date(2025, 1, 1), dt.date(2025, 2, 1)]),
    st.just("27"),
    st.sampled_from(["21", "25", ""]),
)
records = st.lists(
    st.tuples(cells, st.integers(1, 3), st.integers(1, 2), st.integers(0, 50)), max_size=12
)


@given(st.lists(st.tuples(st.sets(cells, max_size=3), records), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_each_key_is_what_the_last_layer_that_holds_it_says(
    extracts: list[tuple[set[tuple[dt.date, str, str]], list[tuple[object, int, int, int]]]],
) -> None:
    layers, held = [], []
    expected: dict[tuple[object, int, int], int] = {}
    for order, (where, found) in enumerate(extracts):
        layers += [(order, order, pd.Timestamp(m), r, d) for m, r, d in where]
        held.append(holdings(checked(found)).assign(extract_id=order))
        sums: dict[tuple[object, int, int], int] = {}
        for cell, site, kind, count in found:
            sums[cell, site, kind] = sums.get((cell, site, kind), 0) + count
        expected |= {key: total for key, total in sums.items() if key[0] in where}
    frame = pd.DataFrame(layers, columns=["layer", "extract_id", *CELL])
    frame["month"] = frame["month"].astype("datetime64[s]")

    folded = fold(frame, pd.concat(held, ignore_index=True))

    assert {
        ((row["month"].date(), row["region"], row["departement"]), *site_and_type(row)): (
            row["documents"]
        )
        for row in folded.to_dict("records")
    } == expected
    assert not folded.duplicated([*CELL, *KEY]).any()


def site_and_type(row: dict[Hashable, Any]) -> tuple[int, int]:
    return row["facility_id"], row["document_type_id"]


def checked(found: list[tuple[object, int, int, int]]) -> pd.DataFrame:
    """Accepted records as `check` gives them."""
    rows = [(*cell, site, kind, n) for cell, site, kind, n in found]  # type: ignore[misc]  # a cell is a tuple
    frame = pd.DataFrame(
        rows, columns=["month", "region", "departement", "facility_id", "document_type_id", "n"]
    )
    return pd.DataFrame(
        {
            "outcome": pd.Series(Outcome.ACCEPTED.value, index=frame.index, dtype="str"),
            "month": pd.to_datetime(frame["month"]).astype("datetime64[s]"),
            "region": frame["region"].astype("str"),
            "departement": frame["departement"].replace("", None),
            "facility_id": frame["facility_id"].astype("Int64"),
            "legal_entity_id": pd.array([None] * len(frame), dtype="Int64"),
            "document_type_id": frame["document_type_id"].astype("Int64"),
            "sector": "PA",
            "documents": frame["n"].astype("Int64"),
            "dmp": pd.array([None] * len(frame), dtype="Int64"),
        }
    )
