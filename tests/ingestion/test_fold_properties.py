"""Whatever is published, in whatever order, facts are what a plain reading of the files gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ingestion.fold import CELL, KEY, fold, holdings
from ingestion.models import Extract, Layer, Mode, Outcome
from ingestion.publish import rebuild_stale
from reference.models import raise_data_version
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
