"""The public version says no count from 1 to 10 that is one site's, nor lets it be deduced."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.chart import Table, Unit, column
from dashboard.charts.rates import rates
from dashboard.charts.sectors import sectors
from dashboard.charts.volumes import volumes
from dashboard.pieces.behind import Behind, Year
from dashboard.pieces.masking import MASK, NOTE, masked, masked_chart, masked_places
from tests.dashboard.builders import GROUPS, build, sector_figures


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
        assert (text == MASK) == (value is None)
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
    assert shown.table.named("synthese").texts[:2] == (MASK, MASK)
    assert "De 4 documents" in chart.alt
    assert "4 documents" not in shown.alt
    assert shown.notes[-1] == NOTE
    assert masked_chart(chart, (2, 12, 14)) == chart


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
