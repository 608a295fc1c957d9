"""The public version says no count from 1 to 10 that is one site's, nor lets it be deduced."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.chart import Table, Unit, column
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sector_label, sectors
from dashboard.charts.volumes import PACE, volumes
from dashboard.pieces.behind import Behind, Hidden, Year, hidden_sectors
from dashboard.pieces.masking import (
    MASK,
    NOTE,
    UNSAID,
    WITHHELD,
    Months,
    masked,
    masked_chart,
    masked_places,
    masked_since,
    masked_table,
)
from indicators.details import GrowthOrigin
from indicators.evidence import TerritoryEvidence
from indicators.series import Growth
from tests.dashboard.builders import GROUPS, NAN, REGION, build, sector_figures
from tests.dashboard.evidences import around, details


def by_sector(sites: Sequence[int], counts: Sequence[int]) -> Table:
    whole = sum(counts) or 1
    return Table(
        "Par secteur",
        "Secteur",
        tuple(f"secteur {rank}" for rank in range(len(sites))),
        (
            column("esms", "ESMS", Unit.ESMS, sites),
            column("documents", "Documents", Unit.DOCUMENTS, counts),
            column("part", "Part", Unit.SHARE, (count / whole for count in counts)),
        ),
    )


@pytest.mark.parametrize(
    ("sites", "counts", "shown"),
    [
        ((5, 3), (4, 9), (4, 9)),  # several sites
        ((1, 3), (11, 9), (11, 9)),  # a large count
        ((1, 3, 2), (4, 90, 20), (None, 90, None)),
        ((1, 1, 3), (4, 6, 90), (None, None, 90)),
        ((1, 0), (4, 0), (None, 0)),
    ],
)
def test_the_small_count_of_one_site_is_masked_with_another(
    sites: Sequence[int], counts: Sequence[int], shown: Sequence[int | None]
) -> None:
    table = masked(by_sector(sites, counts))

    assert table.named("documents").values == tuple(shown)
    for text, value in zip(table.named("documents").texts, shown, strict=True):
        assert (text in UNSAID) == (value is None)
    assert [value is None for value in table.named("part").values] == [one is None for one in shown]
    assert table.named("esms").values == tuple(sites)


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=7)


@given(ROWS)
def test_no_masked_count_follows_from_the_total(rows: list[tuple[int, int]]) -> None:
    sites, counts = zip(*rows, strict=True)
    shown = masked(by_sector(sites, counts)).named("documents").values
    hidden = [rank for rank, value in enumerate(shown) if value is None]

    for rank, (site, count) in enumerate(rows):
        if site == 1 and 0 < count < 11:
            assert rank in hidden
    others = [count for count in counts if count]
    assert len(hidden) != 1 or len(others) == 1


def changes(rows: dict[str, int]) -> Table:
    return Table(
        "Par catégorie",
        "Contribution",
        tuple(rows),
        (column("evolution", "Évolution", Unit.DOCUMENTS, rows.values()),),
    )


@pytest.mark.parametrize("name", ["Nouveaux ESMS (1)", "1 nouvel ESMS"])
def test_the_change_of_one_site_is_masked_and_the_whole_stays(name: str) -> None:
    table = masked(changes({name: 5, "ESMS déjà actifs": 40, "Ensemble": 45}))

    assert table.named("evolution").values == (None, None, 45)


def test_the_change_of_several_sites_stays() -> None:
    table = changes({"Nouveaux ESMS (11)": 5, "ESMS arrêtés (2)": -3, "Ensemble": 2})

    assert masked(table) == table


def test_a_month_that_one_site_fed_is_masked_whole_and_the_chart_says_so() -> None:
    measures = build(documents={"SYNTH": [4, 50, 60], "57833-6": [0, 10, 5]})
    chart = volumes(measures, GROUPS)

    shown = masked_chart(chart, (1, 12, 14))

    assert shown.table.named("total").values == (None, None, 65)
    assert shown.table.named("synthese").texts[:2] == (MASK, WITHHELD)
    assert "De 4 documents" in chart.alt
    assert "4 documents" not in shown.alt
    assert shown.notes[-1] == NOTE
    assert masked_chart(chart, (2, 12, 14)) == chart


def test_a_month_that_the_region_does_not_tell_is_not_told_by_its_pace() -> None:
    here, there = build(), build(territory=REGION, unallocated=3)
    chart = volumes(here, GROUPS, there)
    assert chart.notes[-1].startswith("En moyenne")
    assert any(note.startswith("Dont") for note in volumes(there, GROUPS).notes)

    shown = masked_chart(chart, (10, 12, 14), months=Months((), {1}))

    assert [text == WITHHELD for text in shown.table.named(PACE).texts] == [False, True, False]
    assert shown.table.named("total") == chart.table.named("total")
    for one in (shown, masked_chart(volumes(there, GROUPS), (10, 12, 14), months=Months({1}, ()))):
        assert not any(note.startswith(("En moyenne", "Dont")) for note in one.notes)


def test_charts_by_sector_are_masked_and_rates_stay() -> None:
    figures = (
        sector_figures("PA", contributors=30, documents=900, month=(30, 60)),
        sector_figures("PDS", contributors=1, documents=7, month=(1, 30)),
    )
    split, shares = sectors(build(sectors=figures)), rates(build(sectors=figures))

    shown = masked_chart(split, (1, 1, 1))

    assert shown.table.named("documents").values.count(None) == 2
    assert shown.notes[-1] == NOTE
    assert masked_chart(shares, (1, 1, 1)) == shares


def test_a_departement_that_one_site_feeds_is_masked_with_the_least_other() -> None:
    names = ("Côte-d'Or", "Jura", "Nièvre", "Région")
    table = Table(
        "Départements",
        "Territoire",
        names,
        (
            column("documents", "Documents", Unit.DOCUMENTS, (500, 8, 90, 598)),
            column("evolution", "Évolution", Unit.RATE, (0.1, 0.2, 0.3, 0.4)),
            column("taux", "Taux", Unit.RATE, (0.1, None, 0.3, 0.4)),
        ),
    )

    several, one = Year(40, 500), Year(1, 8)
    places = {
        "Côte-d’Or": Behind(several, several),
        "Jura": Behind(one, several),
        "Nièvre": Behind(several, several),
    }

    shown = masked_places(table, places)

    assert shown.named("documents").values == (500, None, None, 598)
    assert shown.named("evolution").values == (0.1, None, None, 0.4)
    assert shown.named("taux") == table.named("taux")


SEVERAL = Behind(Year(40, 500), Year(30, 400))


def test_where_no_other_row_counts_the_total_is_masked_with_the_only_one() -> None:
    table = Table(
        "Départements",
        "Territoire",
        ("Jura", "Nièvre", "Région"),
        (
            column("documents", "Documents", Unit.DOCUMENTS, (8, 0, 8)),
            column("evolution", "Évolution", Unit.RATE, (0.2, None, 0.2)),
        ),
    )

    shown = masked_places(table, {"Jura": Behind(Year(1, 8), Year(0, 0))})

    assert shown.named("documents").values == (None, 0, None)


def test_since_a_committee_both_counts_of_a_place_and_their_change_are_masked() -> None:
    table = Table(
        "Depuis le comité",
        "Territoire",
        ("Jura", "Nièvre", "Yonne", "Région"),
        (
            column("documents-avant", "Avant", Unit.DOCUMENTS, (7, 60, 80, 147)),
            column("documents-maintenant", "Maintenant", Unit.DOCUMENTS, (50, 90, 70, 210)),
            column("documents-ecart", "Évolution", Unit.RATE, (6.1, 0.5, -0.1, 0.4)),
            column("rate-avant", "Taux", Unit.RATE, (0.1, 0.2, 0.3, 0.2)),
        ),
    )
    places = [Behind(Year(9, 50), Year(1, 7)), SEVERAL, SEVERAL, SEVERAL]

    shown = masked_since(table, places)

    assert shown.named("documents-avant").values == (None, None, 80, 147)
    assert shown.named("documents-maintenant").values == (None, None, 70, 210)
    assert shown.named("documents-ecart").texts[:2] == (WITHHELD, WITHHELD)
    assert shown.named("rate-avant") == table.named("rate-avant")


def test_since_a_committee_nothing_is_told_of_who_is_masked_elsewhere() -> None:
    table = Table(
        "Depuis le comité",
        "Territoire",
        ("Jura", "Nièvre", "Région"),
        tuple(
            column(f"documents-{code}", code, Unit.DOCUMENTS, (60, 90, 150))
            for code in ("avant", "maintenant", "ecart")
        ),
    )

    shown = masked_since(table, [SEVERAL] * 3, {"Jura"})

    assert shown.named("documents-maintenant").values == (None, None, 150)


def alone() -> TerritoryEvidence:
    """A territory where one ESMS fed, of more documents than are masked."""
    return around(build(contributors=(1, 1, 1), documents_12m=40), details(contributors=1))


def of_two(*columns: tuple[str, Unit, float, float]) -> Table:
    return Table(
        "Tableau",
        "Ligne",
        ("première", "seconde"),
        tuple(column(code, code, unit, values) for code, unit, *values in columns),
    )


def test_the_types_of_a_single_site_are_masked_when_few() -> None:
    table = of_two(("documents", Unit.DOCUMENTS, 36, 4), ("part", Unit.SHARE, 0.9, 0.1))

    assert masked_table("types", table, alone()).named("documents").values == (None, None)
    several = around(build(documents_12m=40))
    assert masked_table("types", table, several) == table


def test_what_gives_the_count_of_a_single_site_is_masked_too() -> None:
    typing = of_two(
        ("documents", Unit.DOCUMENTS, 100, 9000),
        ("generiques", Unit.SHARE, 0.05, 0.4),
        ("diversite", Unit.MEAN, 2.0, 3.0),
    )
    habits = of_two(("esms", Unit.ESMS, 1, 90), ("intensite", Unit.MEAN, 3.0, 12.0))
    rates = of_two(("part", Unit.SHARE, 1.0, 0.4), ("organismes", Unit.ESMS, 1, 30))

    shown = masked_table("typage", typing, alone())
    assert shown.named("generiques").texts[0] == WITHHELD
    assert shown.named("generiques").values[1] == 0.4
    assert masked_table("regularite", habits, alone()).named("intensite").texts[0] == WITHHELD
    assert masked_table("concentration", rates, alone()) == rates
    many = of_two(("generiques", Unit.SHARE, 0.5, 0.4), ("diversite", Unit.MEAN, 2.0, 3.0))
    assert masked_table("typage", many, alone()) == many


def test_the_change_of_the_only_one_already_active_is_masked() -> None:
    origin = GrowthOrigin(44, 40, 4, 0, 0, 3, 0, (), (), (), ())
    known = details(contributors=4, growth=origin)
    table = changes({"Nouveaux ESMS (3)": 40, "ESMS déjà actifs": 4, "Ensemble": 44})

    shown = masked_table("evolution", table, around(build(), known))

    assert shown.named("evolution").values == (None, None, 44)


def test_a_chart_too_short_for_a_year_says_no_count_in_its_title() -> None:
    measures = build(
        documents={"SYNTH": [0, 4, 0]},
        contributors=(0, 1, 0),
        documents_12m=None,
        growth=Growth(0, 0, 0, None),
    )
    chart = volumes(measures, GROUPS)
    assert chart.message.startswith("4 documents")

    shown = masked_chart(chart, (0, 1, 0))

    assert shown.message == shown.subtitle
    assert "4 documents" not in repr(shown)


def test_months_that_were_not_received_are_nobodys() -> None:
    chart = volumes(build(contributors=(NAN, 12, 14)), GROUPS)

    assert masked_chart(chart, (None, 12, 14)) == chart


COUNTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=4, max_size=4)


def fed_by(code: str, rows: Sequence[tuple[int, int]]) -> SimpleNamespace:
    """A territory by sector: ESMS that fed, and documents."""
    figures = [
        SimpleNamespace(sector=sector, contributors=sites, documents=documents if sites else 0)
        for sector, (sites, documents) in zip(("PA", "PH", "DOM", "PDE"), rows, strict=True)
    ]
    selection = SimpleNamespace(territory=SimpleNamespace(code=code))
    return SimpleNamespace(measures=SimpleNamespace(sectors=figures, selection=selection))


@given(st.lists(COUNTS, min_size=1, max_size=4))
def test_no_count_of_one_site_follows_from_its_region_and_the_other_departements(
    rows: list[list[tuple[int, int]]],
) -> None:
    """Each total and all that is told are known: what they determine is not what is masked."""
    places = [fed_by(f"D{rank}", one) for rank, one in enumerate(rows)]
    sums = [
        (sum(each.contributors for each in several), sum(each.documents for each in several))
        for several in zip(*(place.measures.sectors for place in places), strict=True)
    ]
    whole = fed_by("R", sums)
    evidence: Any = SimpleNamespace(region=whole, departements=dict(enumerate(places)))
    territories = [whole, *places]
    cells = [(t, s) for t in range(len(territories)) for s in range(4)]
    known = [
        cell(t, s, cells)
        for t, territory in enumerate(territories)
        for s, one in enumerate(territory.measures.sectors)
        if sector_label(one.sector)
        not in hidden_sectors(evidence, territory.measures.selection.territory.code).here
    ]
    known += [
        np.sum([cell(t, s, cells) for s in range(4)], axis=0) for t in range(len(territories))
    ]
    known += [
        cell(0, s, cells) - np.sum([cell(t, s, cells) for t in range(1, len(territories))], axis=0)
        for s in range(4)
    ]
    told = np.array(known)

    for t, territory in enumerate(places, start=1):
        total = sum(one.documents for one in territory.measures.sectors)
        for s, one in enumerate(territory.measures.sectors):
            # A territory of few documents of one ESMS is told by no slide at all, nor its total.
            if one.contributors == 1 and 0 < one.documents < 11 and one.documents < total:
                both = np.vstack([told, cell(t, s, cells)])
                assert np.linalg.matrix_rank(both) > np.linalg.matrix_rank(told)


def test_the_sector_masked_with_another_is_the_one_that_the_region_misses_least() -> None:
    few = fed_by("D58", [(30, 900), (4, 20), (3, 23), (1, 4)])
    other = fed_by("D21", [(50, 9000), (60, 8000), (2, 30), (2, 40)])
    whole = fed_by("R", [(80, 9900), (64, 8020), (5, 53), (3, 44)])
    evidence: Any = SimpleNamespace(region=whole, departements={"58": few, "21": other})
    hidden = frozenset({sector_label("PDE"), sector_label("DOM")})

    assert hidden_sectors(evidence, "D58") == Hidden(here=hidden, around=hidden)
    assert hidden_sectors(evidence, "D21") == Hidden(here=frozenset(), around=hidden)


def cell(territory: int, sector: int, cells: list[tuple[int, int]]) -> np.ndarray:
    """What one count is in a system of equations."""
    row = np.zeros(len(cells))
    row[cells.index((territory, sector))] = 1
    return row
