"""Files of a région and of the whole country, absent départements at zero: a plain fold of both."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ingestion.history.acts import withdraw
from ingestion.models import Extract, Mode, State
from ingestion.publishing.publish import rebuild_stale
from reference.models import Departement, Region, raise_data_version
from tests.ingestion.world import REGION, build, covered, facility, fed, line, published

HERE, NEAR, FAR = facility("21", 1), facility("25", 1), facility("35", 1)
PLACES = {HERE: "21", NEAR: "25", FAR: "35"}
MONTHS = ("2025-01", "2025-02")


@dataclass(frozen=True)
class File:
    """What a file says of (month, FINESS); `national`: its scope; `zero`: absent ones at zero."""

    said: dict[tuple[str, str], int]
    mode: str
    national: bool
    zero: bool


files = st.builds(
    File,
    said=st.dictionaries(
        st.tuples(st.sampled_from(MONTHS), st.sampled_from(sorted(PLACES))),
        st.integers(0, 99),
        min_size=1,
        max_size=5,
    ),
    mode=st.sampled_from(Mode.values),
    national=st.booleans(),
    zero=st.booleans(),
)


class Oracle:
    """Cells as ordered lists of files, computed with none of the product's code."""

    def __init__(self, departements: dict[str, str]) -> None:
        self.departements = departements
        self.files: list[File] = []
        self.cells: dict[tuple[str, str], list[int]] = {}

    def within(self, file: File, departement: str) -> bool:
        return file.national or self.departements[departement] == REGION

    def publish(self, file: File) -> None:
        self.files.append(file)
        held = {(m, PLACES[s]) for m, s in file.said if self.within(file, PLACES[s])}
        months = {month for month, _ in held}
        if file.zero:
            held |= {(m, d) for m in months for d in self.departements if self.within(file, d)}
        for cell in held:
            before = [] if file.mode == Mode.REPLACE else self.cells.get(cell, [])
            self.cells[cell] = [*before, len(self.files) - 1]

    def withdraw(self, rank: int) -> None:
        self.cells = {cell: [r for r in ranks if r != rank] for cell, ranks in self.cells.items()}

    def facts(self) -> dict[tuple[str, str, str], int]:
        return {
            (month, site, "SYNTH"): count
            for cell, ranks in self.cells.items()
            for rank in ranks
            for (month, site), count in self.files[rank].said.items()
            if (month, PLACES[site]) == cell
        }

    def received(self) -> set[tuple[str, str]]:
        return {cell for cell, ranks in self.cells.items() if ranks}


class Scopes(TestCase):
    """Hypothesis needs a rollback between its examples, which this class gives."""

    @classmethod
    def setUpTestData(cls) -> None:
        build()

    @settings(max_examples=6, deadline=None)
    @given(history=st.lists(files, min_size=1, max_size=4), last=st.integers(0, 3))
    def test_each_cell_is_the_fold_of_the_files_that_cover_it(
        self, history: list[File], last: int
    ) -> None:
        oracle = Oracle(dict(Departement.objects.values_list("code", "region_id")))
        made: list[Extract] = []
        for rank, file in enumerate(history):
            lines = [line(site, count, month=month) for (month, site), count in file.said.items()]
            # Two files never have the same bytes, or the second would be the first.
            made.append(
                published(
                    [*lines, line(f"illisible {rank}", 1)],
                    region=None if file.national else Region.objects.get(code=REGION),
                    mode=file.mode,
                    confirm_empty=file.zero,
                )
            )
            oracle.publish(file)
            assert fed() == oracle.facts()
            assert covered() == oracle.received()
            counts = made[-1].counts
            assert counts["read"] == len(lines) + 1 == sum(counts.values()) - counts["read"]

        out = made[last % len(made)]
        out.refresh_from_db()
        if out.state == State.PUBLISHED:
            withdraw(out, actor=None)
            oracle.withdraw(last % len(made))
        raise_data_version("même registre", ground=True)
        rebuild_stale()

        assert fed() == oracle.facts()
        assert covered() == oracle.received()
