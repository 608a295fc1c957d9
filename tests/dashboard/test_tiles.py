"""Key figures, on measures made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dashboard.tiles import OTHERS, rate_12m_tile, tiles
from indicators.series import Growth, Measures
from tests.dashboard.builders import NAN, REGION, build

ND = "n.\u00a0d."
YEAR_AGO = dt.date(2024, 12, 1)


def year(*, start: float = 8, end: float = 20, **changes: object) -> Measures:
    """13 months, from December 2024 to December 2025."""
    values = [start, *[10.0] * 11, end]
    return build(first=YEAR_AGO, contributors=values, **changes)  # type: ignore[arg-type]  # builder


def test_at_most_four_tiles_each_with_its_month_and_its_change() -> None:
    measures = year()

    four = tiles(measures, measures)

    assert [tile.value for tile in four] == ["350\u202f412", "20", "20,0\u202f%", "20,0\u202f%"]
    assert [tile.change.text for tile in four if tile.change] == [
        "+224\u202f% (×3,2)", "+12 ESMS", "+12,0 points", "+12,0 points",
    ]  # fmt: skip
    assert four[2].detail == "20 ESMS sur 100"
    assert four[2].period == "décembre 2025 (provisoire)"
    assert four[2].reference == "par rapport à décembre 2024"
    assert four[2].spark_alt == (
        "Taux d’alimentation du mois\u202f: de 8,0\u202f% en déc. 2024 à 20,0\u202f% en déc. 2025"
    )


@pytest.mark.parametrize(
    ("start", "end", "arrow", "words"),
    [(8, 20, "▲", "en hausse"), (20, 8, "▼", "en baisse"), (8, 8, "=", "stable")],
)
def test_a_change_is_an_arrow_a_sign_and_a_word(
    start: float, end: float, arrow: str, words: str
) -> None:
    measures = year(start=start, end=end)

    change = tiles(measures, measures)[1].change

    assert change is not None
    assert (change.arrow, change.words) == (arrow, words)


def test_without_the_year_before_there_is_no_change() -> None:
    measures = year(start=NAN, growth=Growth(10, 0, 0, None))

    four = tiles(measures, measures)

    assert [tile.change for tile in four] == [None] * 4
    assert four[0].reference == "Pas de comparaison avec les 12 mois précédents"
    assert four[1].reference == "Pas de comparaison avec décembre 2024"


def test_a_growth_on_fewer_months_says_so() -> None:
    measures = year(growth=Growth(300, 200, 10, 1.5), received_12m=10)

    first, *_, last = tiles(measures, measures)

    assert first.reference == "par rapport aux 12 mois précédents, à mois comparables (10 sur 12)"
    assert first.detail == "10 mois reçus sur 12"
    assert last.period == "12 mois à décembre 2025, 10 mois reçus sur 12"


def test_one_received_month_is_written_in_the_singular() -> None:
    measures = year(received_12m=1)

    first, *_ = tiles(measures, measures)

    assert first.detail == "1 mois reçu sur 12"


def test_a_rate_that_is_not_known_has_no_counts() -> None:
    measures = year()
    measures = replace(
        measures,
        contributors_12m=measures.contributors_12m * NAN,
        parc_12m=measures.parc_12m * NAN,
        rate_12m=measures.rate_12m * NAN,
    )

    *_, last = tiles(measures, measures)

    assert last.value == ND
    assert last.detail == ""


def test_a_small_parc_has_counts_and_neither_points_nor_sparkline() -> None:
    measures = year(start=3, end=5, parc=14, growth=Growth(30, 10, 12, 3.0))

    first, _, rate, _ = tiles(measures, measures)

    assert first.change is not None
    assert first.change.text == "+20 documents"
    assert rate.value == "5 ESMS sur 14"
    assert rate.change is None
    assert rate.spark.end is None
    assert rate.reference == ""


def test_a_partial_month_is_said_on_its_tiles() -> None:
    measures = year(territory=REGION, received=[8.0] * 12 + [7.0], provisional=False)

    assert tiles(measures, measures)[1].period == "décembre 2025 (7 départements sur 8)"


def test_a_month_of_other_departements_than_the_year_before_is_not_compared() -> None:
    measures = year(territory=REGION, received=[8.0] * 12 + [2.0], provisional=False)
    december = dt.date(2025, 12, 1)

    tile = rate_12m_tile(measures, measures, december, alike=False)

    assert rate_12m_tile(measures, measures, december).change is not None
    assert tile.change is None
    assert tile.reference == OTHERS
    assert tile.period == "12 mois à décembre 2025 (2 départements sur 8)"


def test_without_any_received_month_there_is_no_tile() -> None:
    nothing = build(contributors=[NAN, NAN], provisional=False)

    assert tiles(nothing, nothing) == ()
